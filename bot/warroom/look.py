"""Looking something up for a form or a page, with nothing recorded."""

from sqlalchemy import Connection

from bot.ledger import load
from bot.ledger.tables import incidents
from bot.rules import words
from bot.rules.decision import Refusal
from bot.rules.model import Action, Incident
from bot.warroom.scope import Request


def look(conn: Connection, request: Request, number: int, action: int | None) -> tuple[Incident, Action | None]:
    """Raises Refusal for what does not exist, or not for this person."""
    workspace = load.workspace_id(conn, request.team)
    viewer = None if workspace is None else load.person_by_slack(conn, workspace, request.slack_id)
    if viewer is None:
        raise Refusal(words.not_known_yet())
    found = load.incident(
        conn, incidents.c.workspace_id == workspace, incidents.c.number == number, load.visible_to(viewer)
    )
    if found is None:
        raise Refusal(words.no_such_incident(number))
    if action is None:
        return found, None
    about = load.action(conn, found.id, action)
    if about is None:
        raise Refusal(words.no_such_action(found, action))
    return found, about
