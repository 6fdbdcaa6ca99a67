"""`/incident rename`: it turned out to be about something else."""

from bot.rules import words
from bot.rules.clean import Clean
from bot.rules.commands import Rename
from bot.rules.decision import Answer, Decision, Effect, EffectKind, Entry, Refusal, Update
from bot.rules.effects import incident_changed, note
from bot.rules.model import Incident
from bot.warroom.scope import Scope


def decide(incident: Incident, title: Clean) -> Decision:
    """Raises Refusal for the standing incident, which is about everything else."""
    if incident.standing:
        raise Refusal(words.no_standing("renamed"))
    if title == incident.title:
        return Decision(Answer(words.changed(incident, "it is called that already.")))
    return Decision(
        answer=Answer(words.changed(incident, f"it is called {words.short(title)} now.")),
        entries=(Entry("incident.renamed", {"before": incident.title, "after": title}),),
        changes=(Update("incidents", incident.id, {"title": title}),),
        effects=(
            note(incident),
            Effect(EffectKind.TOPIC, incident.id),
            Effect(EffectKind.RENAME, incident.id),
            *incident_changed(incident),
        ),
    )


def run(scope: Scope, command: Rename) -> Answer:
    incident = scope.incident(command.incident, "rename")
    return scope.record(incident, decide(incident, scope.clean(command.title)))
