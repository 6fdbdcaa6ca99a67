"""What a thread, a message or a channel in Slack stands for. Reading only."""

from sqlalchemy import Connection, select

from bot.ledger import load
from bot.ledger.tables import incidents, messages, pins
from bot.rules.decision import EffectKind


def is_room(conn: Connection, team: str, channel: str) -> bool:
    """Whether a channel is the room of an incident."""
    of_channel = (incidents.c.workspace_id == load.workspace_id(conn, team), incidents.c.channel_id == channel)
    return load.incident(conn, *of_channel, incidents.c.standing.is_(False)) is not None


def action_of(conn: Connection, team: str, channel: str, thread_ts: str) -> tuple[int, int] | None:
    """The incident's number and the action's, if a thread is about one: that of its echo, or of the message that it was
    logged from."""
    workspace = load.workspace_id(conn, team)
    if workspace is None:
        return None
    action = load.logged_from(conn, workspace, channel, thread_ts)
    if action is None:
        of_thread = (messages.c.workspace_id == workspace, messages.c.channel_id == channel, messages.c.ts == thread_ts)
        lanes = conn.scalars(select(messages.c.lane).where(*of_thread, messages.c.lane.like(f"{EffectKind.ACTION}/%")))
        parts = next((lane.split("/") for lane in lanes), None)
        action = None if parts is None else load.action(conn, int(parts[1]), int(parts[2]))
    return None if action is None else (load.incident_by_id(conn, action.incident_id).number, action.number)


def is_recorded(conn: Connection, team: str, channel: str, ts: str) -> bool:
    """Whether anything was recorded from a message."""
    workspace = load.workspace_id(conn, team)
    if workspace is None:
        return False
    pinned = (pins.c.workspace_id == workspace, pins.c.channel_id == channel, pins.c.ts == ts)
    logged = load.logged_from(conn, workspace, channel, ts)
    return logged is not None or conn.scalar(select(pins.c.id).where(*pinned)) is not None
