"""The state of an action, from rulings, links, evidence and the verdict on its recorded change."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.rules.model import ActionState, Evidence, EvidenceKind, Link, Ruling, Strength, Verdict
from bot.rules.proofs import NOT_THERE
from bot.rules.state import action_state
from tests.rules.builders import NOON, action, fact, link

ONE = action()
CLAIM, WORD, PROOF = (fact(n, ONE, strength) for n, strength in enumerate(Strength, 1))
LATE = NOON + 1000
REACHED = replace(CLAIM, kind=EvidenceKind.LINKED, at=LATE)
UNCONFIRMED = replace(WORD, lost_at=LATE)
LOST = replace(PROOF, lost_at=LATE)
LINK, LATER_LINK = link(1, ONE, at=NOON), link(2, ONE, at=LATE + 1)

D, R, C, L, X = (
    ActionState.DRIFTING,
    ActionState.IN_REVIEW,
    ActionState.CLAIMED,
    ActionState.LANDED,
    ActionState.REGRESSED,
)
UNSEEN, LANDED, PARTLY, SPACED, MISSING, DIVERGED, UNKNOWN = None, *Verdict


@pytest.mark.parametrize(
    ("evidence", "links", "states"),
    [
        # what each verdict makes of it: no change recorded, cannot tell, but for white space, not there, landed
        ((), (), (D, D, C, D, D)),
        ((), (LINK,), (R, R, C, R, R)),
        ((CLAIM,), (), (C, C, C, D, C)),
        ((CLAIM,), (LINK,), (C, C, C, R, C)),
        ((REACHED,), (LINK,), (C, C, C, D, C)),  # it is upstream, and carries nothing of it
        ((REACHED,), (LINK, LATER_LINK), (C, C, C, R, C)),
        ((CLAIM, WORD), (), (L, L, L, D, L)),
        ((CLAIM, UNCONFIRMED), (), (C, C, C, X, C)),
        ((PROOF,), (), (L, D, C, D, L)),
        ((PROOF, WORD), (), (L, L, L, D, L)),
        ((LOST,), (), (X, D, C, X, X)),
        ((LOST,), (LINK,), (X, D, C, X, X)),
        ((UNCONFIRMED,), (), (X, X, C, X, X)),
        ((LOST,), (LATER_LINK,), (R, R, C, R, R)),
        ((CLAIM, LOST), (), (C, C, C, X, C)),
    ],
)
def test_what_the_content_shows_stands_above_what_is_said(
    evidence: tuple[Evidence, ...], links: tuple[Link, ...], states: tuple[ActionState, ...]
) -> None:
    unseen, unknown, spaced, not_there, landed = states
    expected = {UNSEEN: unseen, UNKNOWN: unknown, SPACED: spaced, LANDED: landed}
    expected |= {verdict: not_there for verdict in (MISSING, PARTLY, DIVERGED)}
    assert {verdict: action_state(None, links, evidence, verdict) for verdict in expected} == expected
    for ruling in Ruling:
        assert action_state(ruling, links, evidence, MISSING) is ActionState(ruling.value)


_facts = st.builds(
    lambda id, strength, lost_at: fact(id, ONE, strength, lost_at=lost_at),
    st.integers(1, 9),
    st.sampled_from(list(Strength)),
    st.none() | st.integers(NOON, LATE),
)


@given(
    st.lists(_facts, max_size=5),
    st.lists(st.builds(lambda at: link(1, ONE, at=at), st.integers(NOON, LATE)), max_size=2),
    st.sampled_from(list(Verdict)),
)
def test_nothing_that_anybody_says_lands_a_change_that_is_not_there(
    evidence: list[Evidence], links: list[Link], verdict: Verdict
) -> None:
    state = action_state(None, links, evidence, verdict)
    holding = {one.strength for one in evidence if one.holds}
    if verdict in NOT_THERE:
        assert state not in (ActionState.LANDED, ActionState.CLAIMED)
    if state is ActionState.LANDED:
        assert Strength.WORD in holding or (Strength.PROOF in holding and verdict is Verdict.LANDED)
