"""Whether everything of a finished incident is reconciled: said once, and taken back when something drifts again."""

from collections.abc import Sequence

from bot.ledger import load
from bot.ledger.tables import actions
from bot.rules.decision import Answer, Decision, Effect, EffectKind, Entry, Update
from bot.rules.effects import incident_changed, note
from bot.rules.model import Action, ActionState, Incident, IncidentState
from bot.warroom.scope import Scope

_FINISHED = (IncidentState.CLOSED, IncidentState.CANCELLED)


def decide(incident: Incident, all_actions: Sequence[Action], at: int) -> Decision | None:
    """None if nothing changes. An incident in which nothing was changed by hand has nothing to say here."""
    counted = [action for action in all_actions if action.state is not ActionState.STRUCK]
    reconciled = bool(counted) and all(action.state.reconciled for action in counted)
    if incident.state in _FINISHED and reconciled and incident.reconciled_at is None:
        anchor = Effect(EffectKind.ANCHOR, incident.id, str(incident.last_seq + 1))
        return Decision(
            answer=Answer(""),
            entries=(Entry("incident.reconciled"),),
            changes=(Update("incidents", incident.id, {"reconciled_at": at}),),
            effects=(note(incident), *incident_changed(incident), anchor),
        )
    if incident.state in _FINISHED and incident.reconciled_at is not None and not reconciled:
        left = sorted(action.number for action in counted if not action.state.reconciled)
        return Decision(
            answer=Answer(""),
            entries=(Entry("incident.unreconciled", {"actions": left}),),
            changes=(Update("incidents", incident.id, {"reconciled_at": None}),),
            effects=(note(incident), *incident_changed(incident)),
        )
    return None


def run(scope: Scope, incident: Incident) -> None:
    decision = decide(incident, load.actions_where(scope.conn, actions.c.incident_id == incident.id), scope.at)
    if decision is not None:
        scope.record(incident, decision)
