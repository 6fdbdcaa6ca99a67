"""`/incident update`: a status update for everybody."""

from bot.ledger import load
from bot.ledger.tables import entries
from bot.rules import words
from bot.rules.clean import Clean
from bot.rules.commands import Post
from bot.rules.decision import Answer, Decision, Effect, EffectKind, Entry
from bot.rules.effects import incident_changed, note
from bot.rules.model import Incident
from bot.warroom import remind
from bot.warroom.scope import Scope


def decide(incident: Incident, text: Clean, reminded: int | None) -> Decision:
    """`reminded` is the entry of the last reminder to give one, which then says that it was given."""
    nudge = () if reminded is None else (Effect(EffectKind.UPDATE_NUDGE, incident.id, str(reminded)),)
    return Decision(
        answer=Answer(words.changed(incident, f"status update posted: {words.short(text)}")),
        entries=(Entry("incident.update", {"text": text}),),
        effects=(note(incident), *incident_changed(incident), *nudge),
    )


def run(scope: Scope, command: Post) -> Answer:
    incident = scope.incident(command.incident, "update")
    overdue = load.lines(scope.conn, incident.id, entries.c.kind == "update.overdue")
    reminded = overdue[-1].seq if overdue else None
    answer = scope.record(incident, decide(incident, scope.clean(command.text), reminded))
    remind.plan_update(scope, incident)
    return answer
