"""`/incident drift`: everything that is not in Git yet, in every incident that this person may see."""

from sqlalchemy import select

from bot.ledger import load
from bot.ledger.tables import actions, incidents
from bot.rules.checklist import drift_so_far, urgency
from bot.rules.commands import Drift
from bot.rules.decision import Answer, Button
from bot.rules.model import ActionState
from bot.rules.summary import plain_duration
from bot.rules.words import count, ref, short
from bot.warroom.scope import Scope

PAGE = 20


def run(scope: Scope, command: Drift) -> Answer:
    unsettled = [state.value for state in ActionState if not state.reconciled]
    visible = select(incidents.c.id).where(
        incidents.c.workspace_id == scope.workspace, load.visible_to(scope.actor), incidents.c.drill.is_(False)
    )
    found = load.actions_where(scope.conn, actions.c.state.in_(unsettled), actions.c.incident_id.in_(visible))
    if not found:
        return Answer("Nothing drifts: every manual change that was logged is reconciled.")
    found.sort(key=lambda action: urgency(action, scope.at))
    page = min(max(1, command.page), -(-len(found) // PAGE))
    shown = found[(page - 1) * PAGE : page * PAGE]
    named = load.people_by_id(scope.conn, {action.owner_id for action in shown})
    where = load.incidents_by_id(scope.conn, {action.incident_id for action in shown})
    lines = [
        f"{ref(where[one.incident_id], one.number)} {one.state.value} for "
        f"{plain_duration(drift_so_far(one, scope.at))} · {named[one.owner_id].name} · {short(one.text, 80)}"
        for one in shown
    ]
    more = (Button("drift", "More", str(page + 1)),) if page * PAGE < len(found) else ()
    head = f"{count(len(found), 'manual change')} not in Git yet, page {page}:"
    return Answer("\n".join([head, *lines]), more)
