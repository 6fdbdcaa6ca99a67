"""`/incident list`: the incidents that this person may see, open ones first."""

from bot.ledger import load
from bot.ledger.tables import incidents
from bot.rules.commands import ListIncidents
from bot.rules.decision import Answer, Button
from bot.rules.model import Incident, IncidentState
from bot.rules.summary import plain_duration
from bot.rules.words import short
from bot.warroom.scope import Scope

PAGE = 20


def run(scope: Scope, command: ListIncidents) -> Answer:
    found = load.incidents_where(
        scope.conn,
        scope.workspace,
        scope.actor,
        incidents.c.standing.is_(False),
        most=PAGE + 1,
        skip=(max(1, command.page) - 1) * PAGE,
    )
    if not found:
        return Answer("No incident has been opened yet. `/incident open sev2 <title>` opens one.")
    shown = sorted(found[:PAGE], key=lambda one: (one.state is not IncidentState.OPEN, -one.number))
    more = (Button("list", "More", f"{command.page + 1}"),) if len(found) > PAGE else ()
    return Answer("\n".join(_line(incident, scope.at) for incident in shown), more)


def _line(incident: Incident, now: int) -> str:
    age = plain_duration(now - incident.opened_at)
    name = f"DRILL · {incident.name}" if incident.drill else incident.name
    return f"{name} · {incident.state.value} · {incident.severity} · {short(incident.title, 80)} · {age} ago"
