"""`/incident list`: the incidents that this person may see, open ones first."""

from sqlalchemy import func, select

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
    seen = (incidents.c.standing.is_(False), load.visible_to(scope.actor))
    counted = select(func.count()).select_from(incidents).where(incidents.c.workspace_id == scope.workspace, *seen)
    pages = -(-(scope.conn.scalar(counted) or 0) // PAGE)
    if not pages:
        return Answer("No incident has been opened yet. `/incident open sev2 <title>` opens one.")
    page = min(max(1, command.page), pages)
    found = load.incidents_where(scope.conn, scope.workspace, scope.actor, *seen, most=PAGE, skip=(page - 1) * PAGE)
    shown = sorted(found, key=lambda one: (one.state is not IncidentState.OPEN, -one.number))
    lines = [_line(incident, scope.at) for incident in shown]
    if pages > 1:
        lines.append(f"Page {page} of {pages}")
    more = (Button("list", "More", str(page + 1)),) if page < pages else ()
    return Answer("\n".join(lines), more)


def _line(incident: Incident, now: int) -> str:
    age = plain_duration(now - incident.opened_at)
    name = f"DRILL · {incident.name}" if incident.drill else incident.name
    return f"{name} · {incident.state.value} · {incident.severity} · {short(incident.title, 80)} · {age} ago"
