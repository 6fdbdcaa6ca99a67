"""What is said in Slack about something that is recorded: a thread about an action, a reaction that was taken off."""

from sqlalchemy import Connection, select

from bot.ledger import load
from bot.ledger.tables import incidents, messages, pins
from bot.rules import words
from bot.rules.decision import Answer, Button, EffectKind
from bot.rules.model import Ruling
from bot.warroom.scope import Scope


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


def recorded(conn: Connection, team: str, channel: str, ts: str) -> bool:
    """Whether anything was recorded from a message."""
    workspace = load.workspace_id(conn, team)
    if workspace is None:
        return False
    pinned = (pins.c.workspace_id == workspace, pins.c.channel_id == channel, pins.c.ts == ts)
    logged = load.logged_from(conn, workspace, channel, ts)
    return logged is not None or conn.scalar(select(pins.c.id).where(*pinned)) is not None


def unlogged(scope: Scope, channel: str, ts: str, slack_id: str) -> Answer | None:
    """Whoever logged a message with a reaction took that off: ask whether the action is to be struck."""
    action = load.logged_from(scope.conn, scope.workspace, channel, ts)
    if action is None or action.logged_by != scope.person(slack_id).id or action.ruling is Ruling.STRUCK:
        return None
    incident = load.incident_by_id(scope.conn, action.incident_id)
    value = f"{incident.number}#{action.number}"
    return Answer(words.taken_off(incident, action), (Button("unlog", "Strike it", value, "danger"),))


def unpinned(scope: Scope, channel: str, ts: str, slack_id: str) -> Answer | None:
    """The same for a message on the timeline."""
    row = scope.conn.execute(
        select(pins.c.seq, pins.c.by, incidents.c.id)
        .join(incidents, incidents.c.id == pins.c.incident_id)
        .where(pins.c.workspace_id == scope.workspace, pins.c.channel_id == channel, pins.c.ts == ts)
    ).first()
    if row is None or row.by != scope.person(slack_id).id:
        return None
    incident = load.incident_by_id(scope.conn, row.id)
    value = f"{incident.number}/{row.seq}"
    return Answer(words.pin_taken_off(incident), (Button("unpin", "Take it off the timeline", value),))
