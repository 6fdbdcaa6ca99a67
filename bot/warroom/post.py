"""`/incident update`: a status update for everybody."""

from bot.rules import words
from bot.rules.clean import Clean
from bot.rules.commands import Post
from bot.rules.decision import Answer, Decision, Entry
from bot.rules.effects import incident_changed, note
from bot.rules.model import Incident
from bot.warroom.scope import Scope


def decide(incident: Incident, text: Clean) -> Decision:
    return Decision(
        answer=Answer(words.changed(incident, f"status update posted: {words.short(text)}")),
        entries=(Entry("incident.update", {"text": text}),),
        effects=(note(incident), *incident_changed(incident)),
    )


def run(scope: Scope, command: Post) -> Answer:
    return scope.record(
        incident := scope.incident(command.incident, "update"), decide(incident, scope.clean(command.text))
    )
