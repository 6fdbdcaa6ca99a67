"""Webhooks: what a decision changed is queued for those whom the policy has told, in the same transaction."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from bot.ledger import load, webhooks
from bot.ledger.tables import actions
from bot.rules.decision import Entry, Insert, Update
from bot.rules.happened import body, happened
from bot.rules.model import ActionState, Incident

if TYPE_CHECKING:
    from bot.warroom.scope import Scope


def states(scope: "Scope", changes: Iterable[Insert | Update]) -> dict[int, ActionState]:
    """The states of the actions that a decision is about to move, by id."""
    if not scope.policy.webhooks:
        return {}
    ids = [one.id for one in changes if isinstance(one, Update) and one.table == "actions" and "state" in one.values]
    return {one.id: one.state for one in load.actions_where(scope.conn, actions.c.id.in_(ids))} if ids else {}


def run(scope: "Scope", incident: Incident, entries: Sequence[Entry], before: dict[int, ActionState]) -> None:
    """Queue what a decision about `incident` came to. Drills are told to nobody; a private incident only where the
    policy says so."""
    told_of = [one for one in scope.policy.webhooks if one.private or not incident.private]
    if incident.drill or not told_of:
        return
    made = [int(str(one.payload["action"])) for one in entries if one.kind == "action.logged"]
    concerned = actions.c.id.in_(before) | ((actions.c.incident_id == incident.id) & actions.c.number.in_(made))
    after = load.actions_where(scope.conn, concerned) if before or made else []
    events = list(happened(entries, before, after))
    if not events:
        return
    now = load.incident_by_id(scope.conn, incident.id)
    for one in events:
        said = body(one, now, scope.team, scope.at)
        number = one.action.number if one.action else None
        for endpoint in (hook.name for hook in told_of if one.event in hook.events):
            webhooks.put(scope.conn, scope.workspace, endpoint, incident.id, number, said)
