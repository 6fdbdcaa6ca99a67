"""Looking something up for a form or a page, with nothing recorded."""

from sqlalchemy import Connection

from bot.ledger import load
from bot.ledger.tables import incidents
from bot.rules import words
from bot.rules.checklist import Checklist, checklist
from bot.rules.decision import Refusal
from bot.rules.model import Action, Incident, IncidentState
from bot.rules.policy import Policy
from bot.rules.rights import may
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


def before_closing(conn: Connection, request: Request, number: int | None, policy: Policy) -> Checklist | None:
    """The checklist of an incident that the person may close now: the numbered one, or the one whose room they are in.

    None for any other: why it can't be closed is `close`'s to say.
    """
    known = load.person_in_team(conn, request.team, request.slack_id)
    if known is None:
        return None
    workspace, viewer = known
    which = incidents.c.channel_id == request.channel if number is None else incidents.c.number == number
    visible = () if number is None else (load.visible_to(viewer),)  # whoever asks in a room is in it
    found = load.incident(conn, incidents.c.workspace_id == workspace, which, *visible)
    if found is None or found.standing or found.state not in (IncidentState.OPEN, IncidentState.RESOLVED):
        return None
    if may(viewer, "close", found, policy) is not None:
        return None
    return checklist(load.war_room(conn, found.id), request.at)
