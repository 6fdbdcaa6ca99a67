"""`/incident find`: incidents and actions that say something."""

from typing import Any

from sqlalchemy import Column, ColumnElement, func, or_, select

from bot.ledger import load
from bot.ledger.proofs import standing
from bot.ledger.tables import actions, incidents
from bot.rules.commands import Find
from bot.rules.decision import Answer
from bot.rules.model import Incident
from bot.rules.words import ref, short
from bot.warroom.scope import Scope

_MOST = 15


def run(scope: Scope, command: Find) -> Answer:
    sought = f"%{_literal(command.text.lower())}%"

    def says(*columns: Column[Any]) -> ColumnElement[bool]:
        return or_(*(func.lower(column).like(sought, escape="\\") for column in columns))

    titled = load.incidents_where(scope.conn, scope.workspace, scope.actor, says(incidents.c.title), most=_MOST)
    visible = select(incidents.c.id).where(incidents.c.workspace_id == scope.workspace, load.visible_to(scope.actor))
    logged = load.actions_where(
        scope.conn,
        actions.c.incident_id.in_(visible),
        says(actions.c.text, actions.c.target, actions.c.path),
    )[-_MOST:]
    where = load.incidents_by_id(scope.conn, {action.incident_id for action in logged})
    standings = scope.conn.execute(select(actions.c.id, standing()).where(actions.c.id.in_([one.id for one in logged])))
    stands = {row.id: row[1] for row in standings}
    lines = [f"{_drill(one)}{one.name} · {one.state.value} · {short(one.title, 100)}" for one in titled]
    for one in logged:
        of = where[one.incident_id]
        lines.append(f"{_drill(of)}{ref(of, one.number)} · {stands[one.id]} · {short(one.text, 100)}")
    if not lines:
        return Answer(f"Nothing that you can see says {short(command.text, 60)!r}.")
    return Answer("\n".join(lines))


def _drill(incident: Incident) -> str:
    return "DRILL · " if incident.drill else ""


def _literal(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
