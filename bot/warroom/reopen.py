"""`/incident reopen`: it is not over."""

from bot.rules import words
from bot.rules.commands import Reopen
from bot.rules.decision import Answer, Decision, Effect, EffectKind, Entry, Refusal, Update
from bot.rules.effects import incident_changed, note
from bot.rules.model import Incident, IncidentState
from bot.warroom.scope import Scope


def decide(incident: Incident) -> Decision:
    """Back to open from any other state. A close-out that was posted stays, and is kept current."""
    if incident.state is IncidentState.OPEN:
        raise Refusal(words.wrong_state(incident, "reopened", "There is nothing to do."))
    values = {"state": IncidentState.OPEN.value, "resolved_at": None, "reconciled_at": None, "duplicate_of": None}
    shut = f" {words.archived(incident)}" if incident.archived_at else ""
    return Decision(
        answer=Answer(words.changed(incident, f"open again.{shut}")),
        entries=(Entry("incident.reopened"),),
        changes=(Update("incidents", incident.id, values),),
        effects=(note(incident), Effect(EffectKind.TOPIC, incident.id), *incident_changed(incident)),
    )


def run(scope: Scope, command: Reopen) -> Answer:
    incident = scope.incident(command.incident, "reopen")
    return scope.record(incident, decide(incident))
