"""The state of an action, from what people ruled and what Git shows."""

from collections.abc import Iterable
from typing import Any

from bot.rules.decision import Update
from bot.rules.model import Action, ActionState, Evidence, EvidenceKind, Link, Ruling, Strength


def action_state(ruling: Ruling | None, links: Iterable[Link], evidence: Iterable[Evidence]) -> ActionState:
    """Derive the state. A person's ruling stands above Git; proof and a confirmed claim land an action; a claim or a
    link only moves it closer.

    A fact that held and was lost makes the action *regressed* if it had landed by it, unless something newer than the
    loss carries the action again. A confirmation is only as good as the commit it was given for: callers mark it lost
    together with that commit's claim.
    """
    if ruling is not None:
        return ActionState(ruling.value)
    facts = list(evidence)
    holding = [fact for fact in facts if fact.holds]
    if any(fact.strength is not Strength.CLAIM for fact in holding):
        return ActionState.LANDED
    if holding:
        return ActionState.CLAIMED
    lost = [fact.lost_at for fact in facts if fact.lost_at is not None]
    last_loss = max(lost, default=-1)
    if any(link.at > last_loss and link.dropped_at is None for link in links):
        return ActionState.IN_REVIEW
    landed_once = any(fact.kind in (EvidenceKind.CONFIRMED, EvidenceKind.PROVEN) for fact in facts)
    return ActionState.REGRESSED if landed_once else ActionState.DRIFTING


def moved(action: Action, state: ActionState, at: int, **also: Any) -> Update:
    """The change of an action's row that brings it into `state`, with its stretches of drift accounted for.

    Drift runs from the change in production until the action is reconciled; a commit in review does not stop it,
    since what runs in production is still not what upstream has.
    """
    values: dict[str, Any] = {"state": state.value, **also}
    if state.reconciled and action.drifting_since is not None:
        values |= {"drifting_since": None, "drifted": action.drifted + max(0, at - action.drifting_since)}
    elif not state.reconciled and action.drifting_since is None:
        values["drifting_since"] = at
    return Update("actions", action.id, values)
