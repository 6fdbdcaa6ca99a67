"""`/hotfix #7 edit`: correct what was logged. The old text stays in the ledger."""

from typing import Any

from bot.rules import words
from bot.rules.commands import Edit
from bot.rules.decision import Answer, Decision, Entry, Refusal, Update
from bot.rules.effects import action_changed
from bot.rules.model import Action, Incident, Ruling
from bot.rules.times import clock_time
from bot.warroom.scope import Scope


def decide(incident: Incident, action: Action, after: dict[str, Any]) -> Decision:
    """`after` maps fields of the action to their new values. Raises Refusal for an action that was struck."""
    if action.ruling is Ruling.STRUCK:
        raise Refusal(words.struck(incident, action))
    changed = {name: value for name, value in after.items() if getattr(action, name) != value}
    if not changed:
        return Decision(Answer(f"{words.ref(incident, action.number)} says so already."))
    before = {name: getattr(action, name) for name in changed}
    return Decision(
        answer=Answer(f"{words.ref(incident, action.number)} is corrected; what it said before stays on record."),
        entries=(Entry("action.edited", {"action": action.number, "before": before, "after": changed}),),
        changes=(Update("actions", action.id, changed),),
        effects=action_changed(incident, action),
    )


def run(scope: Scope, command: Edit) -> Answer:
    incident = scope.incident_or_standing(command.incident, "edit")
    action = scope.action(incident, command.action)
    typed = {name: getattr(command, name) for name in ("text", "target", "path", "repo")}
    after: dict[str, Any] = {name: scope.clean(value) for name, value in typed.items() if value is not None}
    if command.kind is not None:
        after["kind"] = scope.clean(command.kind.value)
    if command.at is not None:
        after["done_at"] = clock_time(command.at, scope.at, scope.actor.tz, "past")
    if command.until is not None:
        after["until"] = clock_time(command.until, scope.at, scope.actor.tz, "future")
    return scope.record(incident, decide(incident, action, after))
