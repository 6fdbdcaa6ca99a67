"""What Slack refused for good: recorded, and said where people see it, so that a room is never silently half there."""

from bot.ledger import load
from bot.ledger.tables import entries
from bot.rules.clean import Clean
from bot.rules.decision import Answer, Decision, Effect, EffectKind, Entry
from bot.rules.effects import note
from bot.rules.model import Incident
from bot.warroom.scope import Scope

_NOT_WORTH_SAYING = {EffectKind.NOTE, EffectKind.PIN, EffectKind.NUDGE_REFRESH, EffectKind.PERSON}


def decide(incident: Incident, effect: Effect, error: str) -> Decision:
    payload = {"effect": effect.kind, "key": Clean(effect.key), "error": Clean.word(error)}
    said = () if incident.standing or effect.kind in _NOT_WORTH_SAYING else (note(incident),)
    return Decision(Answer(""), entries=(Entry("delivery.refused", payload),), effects=said)


def run(scope: Scope, effect: Effect, error: str) -> None:
    """Record a refusal once: the same effect refused again for the same reason says nothing new."""
    if effect.incident_id is None:
        return
    incident = load.incident_by_id(scope.conn, effect.incident_id, lock=True)
    decision = decide(incident, effect, error)
    before = load.lines(scope.conn, incident.id, entries.c.kind == "delivery.refused")
    payload = decision.entries[0].payload
    if any(line.payload == {**payload, "effect": effect.kind.value} for line in before):
        return
    scope.record(incident, decision)
