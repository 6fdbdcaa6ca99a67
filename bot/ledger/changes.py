"""What actions did to files: the recorded changes, and what was sent and waits for its repository to be looked at."""

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update

from bot.ledger.tables import changes, sent_changes
from bot.rules.clean import Clean
from bot.rules.model import RecordedChange

_HELD = changes.c.dropped_at.is_(None)


@dataclass(frozen=True, slots=True)
class ChangedPath:
    """Where a recorded change is, without its contents. `path` as it was recorded, `upstream_path` where the last
    proof found the file."""

    action_id: int
    path: Clean
    upstream_path: Clean


@dataclass(frozen=True, slots=True)
class SentChange:
    """What somebody sent: a diff or, where `whole`, the live file itself; the lines with secrets are veiled. `path` is
    where the action says that the file is."""

    id: int
    incident_id: int
    action_id: int
    repo: str
    whole: bool
    path: Clean | None
    content: bytes
    veil: Mapping[str, str] | None
    by: int
    via: str
    at: int
    seq: int


def changes_of(conn: Connection, action_ids: Collection[int]) -> list[RecordedChange]:
    """The changes that these actions hold now, with their contents, oldest first."""
    rows = conn.execute(select(changes).where(changes.c.action_id.in_(action_ids), _HELD).order_by(changes.c.id))
    return [_change(row) for row in rows]


def paths_of(conn: Connection, workspace: int, repo: str) -> list[ChangedPath]:
    """The paths of all changes in a repository, oldest first; cheap, as no content is read."""
    rows = conn.execute(
        select(changes.c.action_id, changes.c.path, changes.c.upstream_path)
        .where(changes.c.workspace_id == workspace, changes.c.repo == repo, _HELD)
        .order_by(changes.c.id)
    )
    return [ChangedPath(row.action_id, row.path, row.upstream_path) for row in rows]


def has_changes(conn: Connection, action_id: int) -> bool:
    """Whether an action holds a change, or one that was sent for it still waits."""
    held = select(changes.c.id).where(changes.c.action_id == action_id, _HELD).limit(1)
    waits = select(sent_changes.c.id).where(sent_changes.c.action_id == action_id).limit(1)
    return conn.scalar(held) is not None or conn.scalar(waits) is not None


def store(conn: Connection, workspace: int, recorded: Iterable[RecordedChange], seq: int) -> None:
    """Store changes (their `id` is not used), which entry `seq` tells of. One to a file of which the action holds a
    change takes its place."""
    for one in recorded:
        same_file = (changes.c.action_id == one.action_id, changes.c.repo == one.repo, changes.c.path == one.path)
        conn.execute(update(changes).where(*same_file, _HELD).values(dropped_at=one.at))
        conn.execute(
            insert(changes).values(
                workspace_id=workspace,
                incident_id=one.incident_id,
                action_id=one.action_id,
                repo=one.repo,
                path=one.path,
                base_commit=one.base_commit,
                base_mode=one.base_mode,
                base_content=one.base_content,
                live_mode=one.live_mode,
                live_content=one.live_content,
                veil=_veil_text(one.veil),
                upstream_path=one.upstream_path,
                by=one.by,
                at=one.at,
                seq=seq,
            )
        )


def moved_to(conn: Connection, action_id: int, repo: str, path: Clean, upstream_path: Clean) -> None:
    """Remember where a proof found a file, so that the next look knows which moves of upstream concern it."""
    conn.execute(
        update(changes)
        .where(changes.c.action_id == action_id, changes.c.repo == repo, changes.c.path == path, _HELD)
        .values(upstream_path=upstream_path)
    )


def send(conn: Connection, workspace: int, sent: SentChange) -> None:
    """Keep what was sent (its `id` is not used) until `take` finds it."""
    same = ("incident_id", "action_id", "repo", "whole", "path", "content", "by", "via", "at", "seq")
    row = {name: getattr(sent, name) for name in same}
    row |= {"workspace_id": workspace, "veil": _veil_text(sent.veil)}
    conn.execute(insert(sent_changes).values(row))


def waiting(conn: Connection, workspace: int, repo: str) -> list[SentChange]:
    """What was sent for a repository and is not placed yet, oldest first."""
    here = (sent_changes.c.workspace_id == workspace, sent_changes.c.repo == repo)
    return [_sent(row) for row in conn.execute(select(sent_changes).where(*here).order_by(sent_changes.c.id))]


def take(conn: Connection, sent_id: int) -> bool:
    """Take what was sent off the list. False if it is not there any more: somebody else placed it, or it was purged."""
    return conn.execute(delete(sent_changes).where(sent_changes.c.id == sent_id)).rowcount == 1


def _change(row: Row[Any]) -> RecordedChange:
    return RecordedChange(
        row.id, row.action_id, row.incident_id, row.repo, row.path, row.base_commit, row.base_mode, row.base_content,
        row.live_mode, row.live_content, _veil(row.veil), row.upstream_path, row.by, row.at,
    )  # fmt: skip


def _sent(row: Row[Any]) -> SentChange:
    return SentChange(
        row.id, row.incident_id, row.action_id, row.repo, row.whole, row.path, row.content, _veil(row.veil), row.by,
        row.via, row.at, row.seq,
    )  # fmt: skip


def _veil(text: str | None) -> dict[str, str] | None:
    return None if text is None else json.loads(text)


def _veil_text(veil: Mapping[str, str] | None) -> str | None:
    return None if veil is None else json.dumps(dict(veil))
