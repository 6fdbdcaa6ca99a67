"""What Slack refused for good: recorded, and said where people see it, so that a room is never silently half there."""

from collections.abc import Mapping

from sqlalchemy import Connection, select

from bot.ledger import load
from bot.ledger.tables import actions, entries, patches
from bot.rules.clean import Clean
from bot.rules.decision import Answer, Decision, Effect, EffectKind, Entry
from bot.rules.effects import note
from bot.rules.model import Incident
from bot.warroom.scope import Scope

_NOT_WORTH_SAYING = {EffectKind.NOTE, EffectKind.PIN, EffectKind.NUDGE_REFRESH, EffectKind.PERSON}


def decide(incident: Incident, effect: Effect, error: str, about: Mapping[str, object] | None = None) -> Decision:
    """`about` is what else is known of it: an `action` has it said in its thread."""
    payload = {"effect": effect.kind, "key": Clean(effect.key), "error": Clean.word(error), **(about or {})}
    nowhere = incident.standing and effect.kind is not EffectKind.PULL
    said = () if nowhere or effect.kind in _NOT_WORTH_SAYING else (note(incident),)
    return Decision(Answer(""), entries=(Entry("delivery.refused", payload),), effects=said)


def run(scope: Scope, effect: Effect, error: str) -> None:
    """Record a refusal once: the same effect refused again for the same reason says nothing new."""
    if effect.incident_id is None:
        return
    incident = load.incident_by_id(scope.conn, effect.incident_id, lock=True)
    about = _pushed(scope.conn, int(effect.key)) if effect.kind is EffectKind.PULL else None
    decision = decide(incident, effect, error, about)
    before = load.lines(scope.conn, incident.id, entries.c.kind == "delivery.refused")
    payload = decision.entries[0].payload
    if any(line.payload == {**payload, "effect": effect.kind.value} for line in before):
        return
    scope.record(incident, decision)


def _pushed(conn: Connection, patch: int) -> dict[str, object]:
    """What was pushed of a patch: each press makes another commit, so what is refused again is said again."""
    of = select(actions.c.number, patches.c.repo, patches.c.commit).join_from(patches, actions)
    row = conn.execute(of.where(patches.c.id == patch)).one()
    return {"action": row.number, "repo": Clean(row.repo), "commit": Clean(row.commit)}
