"""A reaction was taken off a message that it had recorded. Nothing is struck by itself: whoever set it is asked."""

from sqlalchemy import select

from bot.ledger import load
from bot.ledger.tables import pins
from bot.rules import words
from bot.rules.decision import Answer, Button
from bot.rules.model import Ruling
from bot.warroom.scope import Scope


def log(scope: Scope, channel: str, ts: str, slack_id: str) -> Answer | None:
    """The question whether to strike the action; None if there is none, or it is somebody else's log."""
    action = load.logged_from(scope.conn, scope.workspace, channel, ts)
    if action is None or action.logged_by != scope.person(slack_id).id or action.ruling is Ruling.STRUCK:
        return None
    incident = load.incident_by_id(scope.conn, action.incident_id)
    value = f"{incident.number}#{action.number}"
    return Answer(words.log_taken_off(incident, action), (Button("unlog", "Strike it", value, "danger"),))


def pin(scope: Scope, channel: str, ts: str, slack_id: str) -> Answer | None:
    """The same for a message on the timeline."""
    of_message = (pins.c.workspace_id == scope.workspace, pins.c.channel_id == channel, pins.c.ts == ts)
    row = scope.conn.execute(select(pins).where(*of_message)).first()
    if row is None or row.by != scope.person(slack_id).id:
        return None
    incident = load.incident_by_id(scope.conn, row.incident_id)
    button = Button("unpin", "Take it off the timeline", f"{incident.number}/{row.seq}")
    return Answer(words.pin_taken_off(incident), (button,))
