"""What upstream misses of actions' changes, as patches: those that somebody was to have, and what was made of them."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, select, update

from bot.ledger.outbox import upsert
from bot.ledger.tables import patches


@dataclass(frozen=True, slots=True)
class Patch:
    """`made_for` names the missing parts that `content` holds, as `proofs.missing` does; None until it was made, which
    the next look at the repository does. `tip` is the commit to which it applies."""

    id: int
    incident_id: int
    action_id: int
    repo: str
    made_for: str | None
    tip: str | None
    content: bytes | None
    push_by: int | None  # who asked for its branch, and when (microseconds); None once that was tried
    push_at: int | None
    pushed: bool  # whether the last try to push it worked


def patches_where(conn: Connection, *where: ColumnElement[bool]) -> list[Patch]:
    rows = conn.execute(select(patches).where(*where).order_by(patches.c.id))
    return [
        Patch(
            row.id, row.incident_id, row.action_id, row.repo, row.made_for, row.tip, row.content, row.push_by,
            row.push_at, row.pushed,
        )
        for row in rows
    ]  # fmt: skip


def want(conn: Connection, workspace: int, incident: int, action: int, repo: str) -> None:
    """Have a patch made, and made anew whenever other parts are missing."""
    row = {"workspace_id": workspace, "incident_id": incident, "action_id": action, "repo": repo}
    conn.execute(upsert(conn.dialect, patches).values(row).on_conflict_do_nothing())


def keep(conn: Connection, patch: int, made_for: str, tip: str, content: bytes) -> None:
    values = {"made_for": made_for, "tip": tip, "content": content}
    conn.execute(update(patches).where(patches.c.id == patch).values(values))


def want_push(conn: Connection, action: int, repo: str, by: int, at: int) -> None:
    """Have the patch of an action pushed as a branch, in the name of who asked."""
    here = (patches.c.action_id == action, patches.c.repo == repo)
    conn.execute(update(patches).where(*here).values(push_by=by, push_at=at))


def to_push(conn: Connection, workspace: int, repo: str) -> list[Patch]:
    here = (patches.c.workspace_id == workspace, patches.c.repo == repo)
    return [patch for patch in patches_where(conn, *here, patches.c.push_by.is_not(None)) if patch.content]


def push_tried(conn: Connection, patch: int, commit: str | None) -> None:
    """`commit` is what was pushed, None if that failed: whoever still wants it asks again."""
    values = {"push_by": None, "push_at": None, "commit": commit, "pushed": commit is not None}
    conn.execute(update(patches).where(patches.c.id == patch).values(values))
