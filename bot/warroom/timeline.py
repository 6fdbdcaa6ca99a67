"""`/incident timeline`: the ledger, as people read it."""

from sqlalchemy import func, select

from bot.ledger import load
from bot.ledger.tables import entries
from bot.rules.commands import Timeline
from bot.rules.decision import Answer, Button
from bot.rules.telling import clock_face, tell
from bot.warroom.scope import Scope

PAGE = 20


def run(scope: Scope, command: Timeline) -> Answer:
    incident = scope.incident(command.incident)
    total = scope.conn.scalar(select(func.count()).where(entries.c.incident_id == incident.id)) or 0
    last = max(1, -(-total // PAGE))
    page = min(max(1, command.page), last)
    newest = total - (page - 1) * PAGE
    lines = load.lines(scope.conn, incident.id, entries.c.seq.between(newest - PAGE + 1, newest))
    people = load.people_by_id(scope.conn, load.named_in(lines))
    told = [f"{clock_face(line.at, scope.actor.tz)}  {tell(line, people)}" for line in lines]
    head = f"{incident.name}: entries {max(1, newest - PAGE + 1)} to {newest} of {total}"
    older = (Button("timeline", "Older", f"{incident.number}/{page + 1}"),) if page < last else ()
    return Answer("\n".join([head, *told]), older)
