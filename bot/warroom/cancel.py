"""`/incident cancel`: a false alarm. What was changed by hand all the same is still followed up."""

from bot.rules import words
from bot.rules.clean import Clean
from bot.rules.commands import Cancel
from bot.rules.decision import Answer, Decision, Effect, EffectKind, Entry, Refusal, Update
from bot.rules.effects import incident_changed, note
from bot.rules.model import Incident, IncidentState
from bot.warroom.scope import Scope


def decide(incident: Incident, why: Clean, at: int) -> Decision:
    """Raises Refusal unless the incident is open or resolved."""
    if incident.standing:
        raise Refusal(words.no_standing("cancelled"))
    if incident.state not in (IncidentState.OPEN, IncidentState.RESOLVED):
        raise Refusal(words.wrong_state(incident, "cancelled", "`/incident reopen` takes it back to open."))
    values = {"state": IncidentState.CANCELLED.value, "resolved_at": incident.resolved_at or at}
    return Decision(
        answer=Answer(words.changed(incident, "cancelled. Actions that still drift go on being followed up.")),
        entries=(Entry("incident.cancelled", {"why": why}),),
        changes=(Update("incidents", incident.id, values),),
        effects=(note(incident), Effect(EffectKind.TOPIC, incident.id), *incident_changed(incident)),
    )


def run(scope: Scope, command: Cancel) -> Answer:
    incident = scope.incident(command.incident, "cancel")
    return scope.record(incident, decide(incident, scope.clean(command.why), scope.at))
