"""`/incident resolve`: service is back. What still drifts is followed up from here on."""

from bot.rules import words
from bot.rules.clean import Clean
from bot.rules.commands import Resolve
from bot.rules.decision import Answer, Decision, Effect, EffectKind, Entry, Refusal, Update
from bot.rules.effects import incident_changed, note
from bot.rules.model import Incident, IncidentState
from bot.warroom import patch
from bot.warroom.scope import Scope


def decide(incident: Incident, text: Clean, at: int) -> Decision:
    """Raises Refusal unless the incident is open."""
    if incident.standing:
        raise Refusal(words.no_standing("resolved"))
    if incident.state is not IncidentState.OPEN:
        raise Refusal(words.wrong_state(incident, "resolved", "`/incident reopen` takes it back to open."))
    return Decision(
        answer=Answer(words.changed(incident, "resolved. `/incident close` posts the close-out.")),
        entries=(Entry("incident.resolved", {"text": text}),),
        changes=(Update("incidents", incident.id, {"state": IncidentState.RESOLVED.value, "resolved_at": at}),),
        effects=(note(incident), Effect(EffectKind.TOPIC, incident.id), *incident_changed(incident)),
    )


def run(scope: Scope, command: Resolve) -> Answer:
    incident = scope.incident(command.incident, "resolve")
    answer = scope.record(incident, decide(incident, scope.clean(command.text), scope.at))
    patch.offer(scope, incident)
    return answer
