"""*Snooze 4 h*: quiet about one action, or about all that a person owns. Nothing is reconciled by it."""

from collections.abc import Sequence

from bot.ledger import load
from bot.rules import words
from bot.rules.commands import Snooze
from bot.rules.decision import Answer, Decision, Effect, EffectKind, Entry, Refusal, Update
from bot.rules.model import HOUR, Action, Incident
from bot.warroom.scope import Scope


def decide(told: Sequence[Action], until: int) -> Decision:
    """`told`: the actions of one incident that are snoozed. Their owners' direct messages show until when."""
    payload = {"actions": sorted(action.number for action in told), "until": until}
    return Decision(
        answer=Answer(""),
        entries=(Entry("nudge.snoozed", payload),),
        changes=tuple(Update("actions", action.id, {"snoozed_until": until}) for action in told),
        effects=tuple(
            Effect(EffectKind.NUDGE_REFRESH, None, str(owner)) for owner in sorted({one.owner_id for one in told})
        ),
    )


def run(scope: Scope, command: Snooze) -> Answer:
    hours = command.hours or scope.policy.nudges.snooze_hours
    until = scope.at + hours * HOUR
    by_incident: dict[int, list[Action]] = {}
    if command.action is not None:
        incident = scope.incident_or_standing(command.incident, "snooze")
        by_incident[incident.number] = [scope.action(incident, command.action)]
    else:
        scope.may("snooze")
        pairs: list[tuple[Action, Incident]] = load.drift_of(scope.conn, scope.actor.id)
        for action, incident in sorted(pairs, key=lambda pair: pair[1].id):
            by_incident.setdefault(incident.number, []).append(action)
    if not by_incident:
        raise Refusal(words.nothing_drifts())
    for number, told in by_incident.items():
        scope.record(scope.incident(number, "snooze"), decide(told, until))
    return Answer(words.snoozed(sum(map(len, by_incident.values())), hours))
