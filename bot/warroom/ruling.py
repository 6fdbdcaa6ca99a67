"""What a named person decides about an action: undone, waived, ephemeral, struck."""

from bot.rules import words
from bot.rules.clean import Clean
from bot.rules.commands import Ephemeral, Strike, Undone, Waive
from bot.rules.decision import Answer, Decision, Entry, Refusal
from bot.rules.effects import action_changed
from bot.rules.model import Action, ActionState, Incident, Ruling
from bot.rules.state import moved
from bot.warroom.scope import Scope

_REASON_NEEDED = {Ruling.WAIVED, Ruling.STRUCK}


def decide(incident: Incident, action: Action, ruling: Ruling, why: Clean, by: int, at: int) -> Decision:
    """Raises Refusal for an action that was struck, one that is so already, and a waiver or strike without a reason."""
    if action.ruling is Ruling.STRUCK:
        raise Refusal(words.struck(incident, action))
    if action.ruling is ruling:
        raise Refusal(words.already_ruled(incident, action))
    if ruling in _REASON_NEEDED and not why.strip():
        verb = "waive" if ruling is Ruling.WAIVED else "strike"
        raise Refusal(words.why_needed(f"it is {ruling.value}", f"/hotfix #{action.number} {verb} <why>"))
    state = ActionState(ruling.value)
    return Decision(
        answer=Answer(words.ruled(incident, action, state)),
        entries=(Entry("action.ruled", {"action": action.number, "ruling": ruling, "why": why}),),
        changes=(moved(action, state, at, ruling=ruling.value, ruled_by=by, ruled_at=at, ruled_why=why),),
        effects=action_changed(incident, action),
    )


def _rule(scope: Scope, verb: str, number: int | None, action_number: int, ruling: Ruling, why: str) -> Answer:
    incident = scope.incident_or_standing(number, verb)
    action = scope.action(incident, action_number)
    return scope.record(incident, decide(incident, action, ruling, scope.clean(why), scope.actor.id, scope.at))


def undone(scope: Scope, command: Undone) -> Answer:
    return _rule(scope, "undone", command.incident, command.action, Ruling.UNDONE, command.why)


def waive(scope: Scope, command: Waive) -> Answer:
    return _rule(scope, "waive", command.incident, command.action, Ruling.WAIVED, command.why)


def ephemeral(scope: Scope, command: Ephemeral) -> Answer:
    return _rule(scope, "ephemeral", command.incident, command.action, Ruling.EPHEMERAL, "")


def strike(scope: Scope, command: Strike) -> Answer:
    return _rule(scope, "strike", command.incident, command.action, Ruling.STRUCK, command.why)
