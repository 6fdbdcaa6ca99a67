"""`/incident severity`: change how bad it is."""

from bot.rules import words
from bot.rules.clean import Clean
from bot.rules.commands import Severity
from bot.rules.decision import Answer, Decision, Effect, EffectKind, Entry, Refusal, Update
from bot.rules.effects import incident_changed, note
from bot.rules.model import Incident
from bot.warroom.scope import Scope


def decide(incident: Incident, severity: str) -> Decision:
    if severity == incident.severity:
        return Decision(Answer(words.changed(incident, f"it is {severity} already.")))
    return Decision(
        answer=Answer(words.changed(incident, f"{incident.severity} is now {severity}.")),
        entries=(Entry("incident.severity", {"before": Clean(incident.severity), "after": Clean(severity)}),),
        changes=(Update("incidents", incident.id, {"severity": severity}),),
        effects=(
            note(incident),
            Effect(EffectKind.TOPIC, incident.id),
            Effect(EffectKind.RESPONDERS, incident.id),
            *incident_changed(incident),
        ),
    )


def run(scope: Scope, command: Severity) -> Answer:
    incident = scope.incident(command.incident, "severity")
    if command.severity not in scope.policy.severity_names():
        raise Refusal(words.no_such_severity(command.severity, scope.policy.severity_names()))
    return scope.record(incident, decide(incident, command.severity))
