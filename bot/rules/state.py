"""The state of an action, from what people ruled and what Git shows."""

from collections.abc import Iterable
from typing import Any

from bot.rules.decision import Update
from bot.rules.model import Action, ActionState, Evidence, EvidenceKind, Link, Ruling, Strength, Verdict
from bot.rules.proofs import NOT_THERE


def action_state(
    ruling: Ruling | None, links: Iterable[Link], evidence: Iterable[Evidence], verdict: Verdict | None = None
) -> ActionState:
    """Derive the state. A person's ruling stands above Git; proof and a confirmed claim land an action; a claim or a
    link only moves it closer. `verdict` is the one on its recorded changes, None if there are none.

    What the content shows stands above what anybody says: where a recorded change is not there, no trailer, link or
    confirmation counts. Where it stands but for white space, a person may confirm that; where nobody can tell, claims
    count as they do for what was recorded in words.

    A fact that held and was lost makes the action *regressed* if it had landed by it, unless something newer than the
    loss carries the action again. A confirmation is only as good as the commit it was given for: callers mark it lost
    together with that commit's claim.
    """
    if ruling is not None:
        return ActionState(ruling.value)
    facts = list(evidence)
    holding = [fact for fact in facts if fact.holds]
    strengths = {fact.strength for fact in holding}
    if Strength.PROOF in strengths and verdict in (None, Verdict.LANDED):
        return ActionState.LANDED
    if verdict not in NOT_THERE:
        if Strength.WORD in strengths:
            return ActionState.LANDED
        if Strength.CLAIM in strengths or verdict is Verdict.WHITESPACE:
            return ActionState.CLAIMED
    # What was linked before the last commit arrived upstream, or was lost there, is not on its way any more.
    lost = [fact for fact in facts if not fact.holds]
    over = [fact.lost_at or 0 for fact in lost] + [fact.at for fact in holding if fact.kind is EvidenceKind.LINKED]
    if any(link.at > max(over, default=-1) and link.dropped_at is None for link in links):
        return ActionState.IN_REVIEW
    landed_by = {EvidenceKind.CONFIRMED, EvidenceKind.PROVEN}
    if verdict is Verdict.UNKNOWN:  # what cannot be compared any more is not known to be gone
        landed_by.discard(EvidenceKind.PROVEN)
    return ActionState.REGRESSED if any(fact.kind in landed_by for fact in lost) else ActionState.DRIFTING


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
