"""`/incident catchup`: the state of an incident for somebody who was not there."""

from sqlalchemy import Connection

from bot.ledger import load
from bot.ledger.tables import entries
from bot.rules.catchup import HAPPENED, catch_up
from bot.rules.commands import CatchUp
from bot.rules.decision import Answer
from bot.rules.model import Incident
from bot.warroom.scope import Scope


def tell(conn: Connection, incident: Incident, at: int) -> str:
    """The summary of this moment."""
    happened = load.lines(conn, incident.id, entries.c.kind.in_(HAPPENED))
    room = load.with_people(conn, load.war_room(conn, incident.id), list(load.named_in(happened)))
    return catch_up(room, happened, at)


def run(scope: Scope, command: CatchUp) -> Answer:
    return Answer(tell(scope.conn, scope.incident(command.incident), scope.at))
