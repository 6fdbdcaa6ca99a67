"""What is still to be told to whom: a queue for each endpoint, in the order in which it happened."""

import json
from collections.abc import Sequence
from typing import Any, NamedTuple
from uuid import uuid4

from sqlalchemy import Connection, delete, insert, select

from bot.ledger import outbox
from bot.ledger.database import now
from bot.ledger.tables import webhooks
from bot.rules.decision import Effect, EffectKind


class Waiting(NamedTuple):
    id: int
    message_id: str  # the same at each try: receivers know by it what they had before
    incident_id: int
    action: int | None  # its number
    body: dict[str, Any]
    age: int  # microseconds


def effect(endpoint: str) -> Effect:
    return Effect(EffectKind.WEBHOOK, None, endpoint)


def put(
    conn: Connection, workspace: int, endpoint: str, incident: int, action: int | None, body: dict[str, Any]
) -> None:
    """Queue a message, and ask for its delivery."""
    row = {"workspace_id": workspace, "endpoint": endpoint, "incident_id": incident, "action": action}
    named = {"message_id": f"msg_{uuid4().hex}", "body": json.dumps(body), "queued_at": now(conn)}
    conn.execute(insert(webhooks).values(row | named))
    outbox.ask(conn, workspace, [effect(endpoint)])


def first(conn: Connection, workspace: int, endpoint: str, keep: int) -> Waiting | None:
    """The one that is to be told next, of those that wait for no longer than `keep` microseconds."""
    at = now(conn)
    row = conn.execute(
        select(webhooks)
        .where(*_of(workspace, endpoint), webhooks.c.queued_at >= at - keep)
        .order_by(webhooks.c.id)
        .limit(1)
    ).first()
    if row is None:
        return None
    body = json.loads(row.body)
    return Waiting(row.id, row.message_id, row.incident_id, row.action, body, at - row.queued_at)


def told(conn: Connection, workspace: int, endpoint: str, through: Waiting) -> None:
    """Take a message off the queue, with those before it that were given up, and have the next one told."""
    conn.execute(delete(webhooks).where(*_of(workspace, endpoint), webhooks.c.id <= through.id))
    if conn.execute(select(webhooks.c.id).where(*_of(workspace, endpoint)).limit(1)).first() is not None:
        outbox.ask(conn, workspace, [effect(endpoint)])


def drop(conn: Connection, workspace: int, endpoint: str) -> None:
    """Nobody is told any more."""
    conn.execute(delete(webhooks).where(*_of(workspace, endpoint)))


def _of(workspace: int, endpoint: str) -> Sequence[Any]:
    return webhooks.c.workspace_id == workspace, webhooks.c.endpoint == endpoint
