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


def patches_where(conn: Connection, *where: ColumnElement[bool]) -> list[Patch]:
    rows = conn.execute(select(patches).where(*where).order_by(patches.c.id))
    return [Patch(row.id, row.incident_id, row.action_id, row.repo, row.made_for, row.tip, row.content) for row in rows]


def want(conn: Connection, workspace: int, incident: int, action: int, repo: str) -> None:
    """Have a patch made, and made anew whenever other parts are missing."""
    row = {"workspace_id": workspace, "incident_id": incident, "action_id": action, "repo": repo}
    conn.execute(upsert(conn.dialect, patches).values(row).on_conflict_do_nothing())


def keep(conn: Connection, patch: int, made_for: str, tip: str, content: bytes) -> None:
    values = {"made_for": made_for, "tip": tip, "content": content}
    conn.execute(update(patches).where(patches.c.id == patch).values(values))
