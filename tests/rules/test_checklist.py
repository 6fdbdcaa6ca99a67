"""What the checklist shows for every state, in which group and order, on which grounds."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.rules.checklist import (
    STANDINGS,
    Basis,
    How,
    Verb,
    basis,
    buttons,
    checklist,
    commit_of,
    counts,
    drift_so_far,
)
from bot.rules.clean import Clean
from bot.rules.model import (
    HOUR,
    MINUTE,
    Action,
    ActionState,
    EvidenceKind,
    LinkKind,
    Ruling,
    Strength,
    Verdict,
    WarRoom,
)
from bot.rules.state import action_state
from tests.rules.builders import ADA, BEN, CHITRA, NOON, PEOPLE, action, fact, incident, link, proof, ruled

LATER = NOON + 3 * HOUR


def room(*actions: Action, **given: Any) -> WarRoom:
    return WarRoom(incident(), actions, people=PEOPLE, **given)


def numbers(items: Any) -> list[int]:
    return [item.action.number for item in items]


def test_each_action_is_in_the_group_of_its_state_regressed_first_then_the_oldest_drift() -> None:
    one = action()
    listed = checklist(
        room(
            action(1, logged_at=NOON + HOUR),
            action(2, logged_at=NOON),
            action(3, state=ActionState.REGRESSED, logged_at=NOON, drifting_since=NOON + 2 * HOUR),
            action(4, state=ActionState.CLAIMED, logged_at=NOON + HOUR),
            action(5, state=ActionState.IN_REVIEW, logged_at=NOON),
            action(6, state=ActionState.LANDED, drifting_since=None, drifted=9 * HOUR),
            ruled(7, Ruling.WAIVED),
            ruled(8, Ruling.STRUCK),
            ruled(9, Ruling.EPHEMERAL),
            ruled(10, Ruling.UNDONE),
            links=(link(1, replace(one, id=105)),),
        ),
        LATER,
    )
    assert numbers(listed.drifting) == [3, 2, 1]
    assert numbers(listed.in_review) == [5, 4]
    assert numbers(listed.reconciled) == [6, 7, 9, 10]
    assert numbers(listed.left) == [3, 2, 1, 5, 4]


def test_a_line_says_whose_it_is_how_old_and_what_would_settle_it() -> None:
    (item,) = checklist(room(action(owner_id=CHITRA.id, drifted=10 * MINUTE)), LATER).drifting
    assert item.owner == CHITRA
    assert item.drift == 3 * HOUR + 10 * MINUTE
    assert item.basis == Basis(How.NOTHING)
    assert item.buttons == (Verb.LINK, Verb.UNDONE, Verb.WAIVE)
    assert not item.overdue


@pytest.mark.parametrize(
    ("given", "first"),
    [
        ({}, Verb.LINK),
        ({"state": ActionState.REGRESSED}, Verb.LINK),
        ({"state": ActionState.IN_REVIEW}, Verb.LINK),
        ({"state": ActionState.CLAIMED}, Verb.CONFIRM),
        ({"state": ActionState.CLAIMED, "until": LATER}, Verb.CONFIRM),
        ({"until": LATER}, Verb.UNDONE),
    ],
)
def test_the_likeliest_button_comes_first_and_only_a_claim_can_be_confirmed(given: Any, first: Verb) -> None:
    offered = buttons(action(**given))
    assert offered[0] is first
    assert {Verb.LINK, Verb.UNDONE, Verb.WAIVE} <= set(offered)
    assert (Verb.CONFIRM in offered) == (given.get("state") is ActionState.CLAIMED)


@pytest.mark.parametrize("state", [state for state in ActionState if state.reconciled])
def test_what_is_reconciled_has_no_buttons(state: ActionState) -> None:
    assert buttons(action(state=state)) == ()


def test_a_temporary_action_is_overdue_from_its_time_on_until_it_is_reconciled() -> None:
    temporary = action(until=LATER)
    assert not checklist(room(temporary), LATER - 1).drifting[0].overdue
    assert checklist(room(temporary), LATER).drifting[0].overdue
    assert not checklist(room(ruled(1, Ruling.UNDONE, until=LATER)), LATER).reconciled[0].overdue


def test_drift_adds_up_over_stretches_and_stops_when_reconciled() -> None:
    assert drift_so_far(action(drifted=HOUR, drifting_since=None), LATER) == HOUR
    assert drift_so_far(action(drifted=HOUR, drifting_since=NOON), LATER) == 4 * HOUR
    assert drift_so_far(action(drifting_since=LATER), NOON) == 0  # said to have been done later than now


@pytest.mark.parametrize(
    ("ruling", "how"),
    [(Ruling.UNDONE, How.UNDONE), (Ruling.WAIVED, How.WAIVED), (Ruling.EPHEMERAL, How.EPHEMERAL)],
)
def test_a_ruling_stands_above_git_with_who_when_and_why(ruling: Ruling, how: How) -> None:
    one = ruled(1, ruling, ruled_why=Clean("gone with the next release"))
    proven = fact(1, one, Strength.PROOF)
    assert basis(one, room(one, evidence=(proven,))) == Basis(
        how, by=BEN, at=one.ruled_at, why=Clean("gone with the next release")
    )


def test_proof_stands_above_a_word_and_a_word_above_a_claim() -> None:
    one = action(state=ActionState.LANDED)
    claim, word, proof = (
        fact(1, one, Strength.CLAIM),
        fact(2, one, Strength.WORD, by=CHITRA.id),
        fact(3, one, Strength.PROOF),
    )
    proven = Basis(How.PROVEN, at=proof.at, commit=proof.commit, repo="shop")
    confirmed = Basis(How.CONFIRMED, by=CHITRA, at=word.at, commit=word.commit, repo="shop")
    claimed = Basis(How.CLAIMED, at=claim.at, commit=claim.commit, repo="shop")
    assert basis(one, room(one, evidence=(claim, word, proof))) == proven
    assert basis(one, room(one, evidence=(claim, word))) == confirmed
    assert basis(one, room(one, evidence=(claim, word, replace(proof, lost_at=LATER)))) == confirmed
    assert basis(one, room(one, evidence=(claim,))) == claimed


def test_the_newest_of_several_claims_is_shown_as_it_is_the_one_that_confirm_confirms() -> None:
    one = action(state=ActionState.CLAIMED)
    claims = (fact(1, one, Strength.CLAIM), fact(2, one, Strength.CLAIM), fact(3, one, Strength.CLAIM, lost_at=LATER))
    assert basis(one, room(one, evidence=claims)).commit == claims[1].commit


def test_in_review_shows_the_newest_link() -> None:
    one = action(state=ActionState.IN_REVIEW)
    links = (link(2, one, kind=LinkKind.BRANCH, ref="fix-pool", sha=None), link(1, one))
    found = basis(one, room(one, links=links))
    assert found == Basis(How.LINKED, by=CHITRA, at=links[0].at, repo="shop", link=links[0])


@pytest.mark.parametrize("lost_by", ["f" * 40, None])
def test_a_regression_shows_what_was_lost_and_to_what(lost_by: str | None) -> None:
    one = action(state=ActionState.REGRESSED)
    claim = fact(1, one, Strength.CLAIM, lost_at=LATER, lost_by=lost_by)
    word = fact(2, one, Strength.WORD, by=BEN.id, commit=claim.commit, lost_at=LATER, lost_by=lost_by)
    newer_claim = fact(3, one, Strength.CLAIM, lost_at=LATER + 1)
    found = basis(one, room(one, evidence=(claim, word, newer_claim)))
    assert found == Basis(How.LOST, by=BEN, at=LATER, commit=claim.commit, repo="shop", lost_by=lost_by)


def test_only_the_action_s_own_facts_and_links_count() -> None:
    one, other = action(1), action(2)
    war_room = room(one, other, evidence=(fact(1, other, Strength.PROOF),), links=(link(1, other),))
    assert basis(one, war_room) == Basis(How.NOTHING)
    in_review = replace(one, state=ActionState.IN_REVIEW)
    links = (link(1, one), link(2, other))
    assert basis(in_review, room(in_review, other, links=links)).link == links[0]


def test_a_link_stands_for_its_commit_as_far_as_that_is_known() -> None:
    one = action()
    assert commit_of(link(1, one, ref="a79f427")) == "a79f427"
    assert commit_of(link(1, one, ref="a79f427", sha="a79f427" + "0" * 33)) == "a79f427" + "0" * 33
    assert commit_of(link(1, one, kind=LinkKind.BRANCH, ref="fix")) is None
    assert commit_of(link(1, one, kind=LinkKind.PULL_REQUEST, ref="12", sha="b" * 40)) == "b" * 40


HOW_OF_STATE = {
    ActionState.DRIFTING: {How.NOTHING, How.LOST, How.NOT_THERE},
    ActionState.IN_REVIEW: {How.LINKED},
    ActionState.CLAIMED: {How.CLAIMED, How.WHITESPACE},
    ActionState.REGRESSED: {How.LOST},
    ActionState.LANDED: {How.PROVEN, How.CONFIRMED},
    ActionState.UNDONE: {How.UNDONE},
    ActionState.WAIVED: {How.WAIVED},
    ActionState.EPHEMERAL: {How.EPHEMERAL},
}


@st.composite
def war_rooms(draw: st.DrawFn) -> WarRoom:
    """Actions whose state follows from rulings, links, evidence and proofs, by the rule that the ledger uses."""
    actions, links, evidence, proofs = [], [], [], []
    for number in range(1, draw(st.integers(0, 8)) + 1):
        one = action(number, logged_at=NOON + draw(st.integers(0, HOUR)), owner_id=draw(st.sampled_from([1, 2, 3])))
        for _ in range(draw(st.integers(0, 3))):
            lost_at = draw(st.none() | st.integers(NOON, LATER))
            strength = draw(st.sampled_from(list(Strength)))
            evidence.append(
                fact(len(evidence) + 1, one, strength, lost_at=lost_at, by=draw(st.sampled_from([None, 2])))
            )
        links += [
            link(len(links) + 1 + n, one, at=draw(st.integers(NOON, LATER))) for n in range(draw(st.integers(0, 2)))
        ]
        ruling = draw(st.none() | st.sampled_from(list(Ruling)))
        mine = [each for each in evidence if each.action_id == one.id]
        verdict = draw(st.none() | st.sampled_from(list(Verdict)))
        proofs += [] if verdict is None else [proof(one, verdict)]
        state = action_state(ruling, [each for each in links if each.action_id == one.id], mine, verdict)
        since = None if state.reconciled else one.logged_at
        actions.append(
            replace(one, state=state, ruling=ruling, drifting_since=since, drifted=draw(st.integers(0, HOUR)))
        )
    return room(*draw(st.permutations(actions)), links=tuple(links), evidence=tuple(evidence), proofs=tuple(proofs))


@given(war_rooms())
def test_every_action_that_is_not_struck_stands_in_one_group_on_grounds_that_fit_its_state(war_room: WarRoom) -> None:
    listed = checklist(war_room, LATER)
    items = (*listed.drifting, *listed.in_review, *listed.reconciled)
    kept = [one.number for one in war_room.actions if one.state is not ActionState.STRUCK]
    assert sorted(numbers(items)) == sorted(kept)
    for item in items:
        assert item.basis.how in HOW_OF_STATE[item.action.state]
        assert bool(item.buttons) == (item in listed.left)
    assert all(item.action.state.reconciled for item in listed.reconciled)
    for group in (listed.drifting, listed.in_review):
        keys = [(item.action.state is not ActionState.REGRESSED, -item.drift, item.action.number) for item in group]
        assert keys == sorted(keys)


@given(war_rooms())
def test_counts_add_up_to_the_actions_that_are_not_struck(war_room: WarRoom) -> None:
    counted = counts(war_room)
    assert sum(counted.values()) == sum(one.state is not ActionState.STRUCK for one in war_room.actions)
    landed = sum(one.state is ActionState.LANDED for one in war_room.actions)
    assert counted.get(How.PROVEN, 0) + counted.get(How.CONFIRMED, 0) == landed
    for state in ActionState:
        told = state not in (ActionState.LANDED, ActionState.STRUCK)
        assert counted.get(state, 0) == told * sum(one.state is state for one in war_room.actions)
    assert 0 not in counted.values()
    assert list(counted) == [name for name in STANDINGS if name in counted]


def test_facts_that_land_an_action_are_told_apart_by_what_they_are() -> None:
    """A trailer that was confirmed is a word, not a proof, whatever its kind says."""
    one = action(state=ActionState.LANDED)
    trailer = fact(1, one, Strength.WORD, kind=EvidenceKind.TRAILER, by=ADA.id)
    assert basis(one, room(one, evidence=(trailer,))).how is How.CONFIRMED
