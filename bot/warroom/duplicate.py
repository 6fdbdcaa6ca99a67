"""`/incident duplicate INC-41`: two were opened about the same. This one closes; its actions are still followed up."""

from collections.abc import Sequence
from dataclasses import replace

from bot.ledger import load
from bot.ledger.tables import actions, incidents
from bot.rules import words
from bot.rules.clean import Clean
from bot.rules.commands import Duplicate
from bot.rules.decision import Answer, Decision, Effect, EffectKind, Entry, Refusal, Update
from bot.rules.effects import incident_changed, note
from bot.rules.model import Action, Incident, IncidentState
from bot.warroom.scope import Scope


def decide(incident: Incident, other: Incident, all_actions: Sequence[Action], at: int) -> Decision:
    """Nothing was resolved by it, so it counts in no time to resolve. Raises Refusal where the state forbids it, or the
    pointer would lead in a circle or tell of a private incident."""
    if incident.standing or other.standing:
        raise Refusal(words.no_standing("closed as a duplicate"))
    if incident.state not in (IncidentState.OPEN, IncidentState.RESOLVED):
        raise Refusal(words.wrong_state(incident, "closed", "`/incident reopen` takes it back to open."))
    if incident.number in (other.number, other.duplicate_of):
        raise Refusal(words.circular(incident, other))
    if other.private and not incident.private:
        raise Refusal(words.points_to_private(other))
    left = [action for action in all_actions if not action.state.reconciled]
    values = {"state": IncidentState.CLOSED.value, "closed_at": at, "duplicate_of": other.number}
    closed = replace(incident, state=IncidentState.CLOSED, closed_at=at)
    payload = {"of": other.number, "channel": Clean(other.channel_id) if other.channel_id else None, "open": len(left)}
    followed = f" {words.count(len(left), 'action')} left to reconcile." if left else ""
    return Decision(
        answer=Answer(words.changed(incident, f"closed as a duplicate of {other.name}.{followed}")),
        entries=(Entry("incident.duplicate", payload),),
        changes=(Update("incidents", incident.id, values),),
        effects=(
            note(incident),
            *incident_changed(closed),
            Effect(EffectKind.TOPIC, incident.id),
            Effect(EffectKind.ANCHOR, incident.id, str(incident.last_seq + 1)),
        ),
    )


def run(scope: Scope, command: Duplicate) -> Answer:
    incident = scope.incident(command.incident, "close")
    seen = (incidents.c.workspace_id == scope.workspace, load.visible_to(scope.actor))
    other = load.incident(scope.conn, *seen, incidents.c.number == command.of)
    if other is None:
        raise Refusal(words.no_such_incident(command.of))
    all_actions = load.actions_where(scope.conn, actions.c.incident_id == incident.id)
    return scope.record(incident, decide(incident, other, all_actions, scope.at))
