"""The facts of a close-out."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.rules.model import (
    DAY,
    HOUR,
    MINUTE,
    SECOND,
    Action,
    ActionKind,
    ActionState,
    IncidentState,
    LinkKind,
    Person,
    PersonKind,
    Ruling,
    Strength,
    WarRoom,
)
from bot.rules.summary import Commit, plain_duration, summary
from tests.rules.builders import ADA, BEN, CHITRA, NOON, PEOPLE, action, fact, incident, line, link, ruled

NOW = NOON + 5 * HOUR


def room(*actions: Action, of: Any = None, **given: Any) -> WarRoom:
    return WarRoom(of or incident(), actions, people=given.pop("people", PEOPLE), **given)


@pytest.mark.parametrize(
    ("what", "duration", "time_to_resolve"),
    [
        ({}, 5 * HOUR, None),
        ({"state": IncidentState.RESOLVED, "resolved_at": NOON + HOUR}, 5 * HOUR, HOUR),
        (
            {"state": IncidentState.CLOSED, "resolved_at": NOON + HOUR, "closed_at": NOON + 2 * HOUR},
            2 * HOUR,
            HOUR,
        ),
        ({"state": IncidentState.CANCELLED, "resolved_at": NOON + HOUR}, HOUR, None),
        # Reopened after a close: that close is not its end.
        ({"closed_at": NOON + HOUR}, 5 * HOUR, None),
        (
            {"state": IncidentState.RESOLVED, "resolved_at": NOON + 3 * HOUR, "closed_at": NOON + HOUR},
            5 * HOUR,
            3 * HOUR,
        ),
    ],
)
def test_how_long_it_took(what: dict[str, Any], duration: int, time_to_resolve: int | None) -> None:
    found = summary(room(of=incident(**what)), (), NOW)
    assert (found.duration, found.time_to_resolve) == (duration, time_to_resolve)


def test_people_are_who_acted_in_that_order_then_owners_without_bots_and_the_program_itself() -> None:
    robot = Person(4, "B04", "deploybot", kind=PersonKind.BOT)
    people = {**PEOPLE, 4: robot}
    struck = ruled(2, Ruling.STRUCK, owner_id=ADA.id)
    war_room = room(action(owner_id=CHITRA.id), struck, people=people)
    lines = (
        line(1, "incident.opened", BEN),
        line(2, "action.logged", robot),
        line(3, "nudge.sent", None),
        line(4, "action.logged", BEN),
    )
    assert summary(war_room, lines, NOW).people == (BEN, CHITRA)


def test_actions_are_counted_by_kind_and_state_and_struck_ones_nowhere() -> None:
    found = summary(
        room(
            action(1, kind=ActionKind.DATABASE),
            action(2, kind=ActionKind.CONFIG),
            ruled(3, Ruling.UNDONE, kind=ActionKind.DATABASE),
            ruled(4, Ruling.STRUCK, kind=ActionKind.CODE, drifted=99 * DAY),
        ),
        (),
        NOW,
    )
    assert found.by_kind == {ActionKind.CONFIG: 1, ActionKind.DATABASE: 2}
    assert found.by_state == {ActionState.DRIFTING: 2, ActionState.UNDONE: 1}
    assert found.drift_debt == 5 * HOUR + 5 * HOUR + HOUR


def test_the_oldest_drift_is_among_what_is_left_even_beside_a_younger_regression() -> None:
    found = summary(
        room(
            action(1, logged_at=NOON + HOUR),
            action(2, state=ActionState.IN_REVIEW, logged_at=NOON),
            action(3, state=ActionState.REGRESSED, drifting_since=NOW - MINUTE),
            action(4, state=ActionState.LANDED, drifting_since=None, drifted=9 * DAY),
            links=(link(1, action(2)),),
            evidence=(fact(1, action(4), Strength.WORD),),
        ),
        (),
        NOW,
    )
    assert found.oldest_drift is not None
    assert (found.oldest_drift.action.number, found.oldest_drift.drift) == (2, 5 * HOUR)
    assert [item.action.number for item in found.left] == [3, 1, 2]


def test_when_all_is_reconciled_nothing_is_left_and_the_debt_remains() -> None:
    found = summary(room(ruled(1, Ruling.WAIVED), head_seq=12, head_hash="ab" * 32), (), NOW)
    assert found.oldest_drift is None and found.left == ()
    assert found.drift_debt == HOUR
    assert (found.head_seq, found.head_hash) == (12, "ab" * 32)


def test_an_incident_without_actions() -> None:
    found = summary(room(), (), NOW)
    assert found.by_kind == {} and found.by_state == {} and found.commits == () and found.people == ()
    assert found.drift_debt == 0 and found.oldest_drift is None


def test_commits_are_named_once_with_their_actions_in_the_order_in_which_they_came_up() -> None:
    one, two, struck = action(1), action(2), ruled(3, Ruling.STRUCK)
    sha, other = "a" * 40, "b" * 40
    war_room = room(
        two,
        one,
        struck,
        links=(
            link(1, two, ref=sha, repo=None, at=NOON + 3),
            link(2, one, kind=LinkKind.BRANCH, ref="fix"),  # not known to be any commit yet
            link(3, struck, ref="c" * 40),
        ),
        evidence=(
            fact(1, one, Strength.CLAIM, commit=sha, repo="shop", at=NOON + 9),
            fact(2, one, Strength.WORD, commit=sha, repo="fork", at=NOON + 10),
            fact(3, one, Strength.CLAIM, commit=other, at=NOON + 1, lost_at=NOON + 2),
        ),
    )
    assert summary(war_room, (), NOW).commits == (Commit(other, "shop", (1,)), Commit(sha, "shop", (1, 2)))


@given(st.lists(st.tuples(st.sampled_from(list(ActionState)), st.integers(0, 9 * DAY), st.booleans())))
def test_the_sums_agree_with_each_other(drawn: list[tuple[ActionState, int, bool]]) -> None:
    rulings = {Ruling.UNDONE, Ruling.WAIVED, Ruling.EPHEMERAL, Ruling.STRUCK}
    by_state = {ActionState(ruling.value): ruling for ruling in rulings}
    actions = [
        action(
            number,
            state=state,
            drifted=drifted,
            drifting_since=NOON if running else None,
            ruling=by_state.get(state),
        )
        for number, (state, drifted, running) in enumerate(drawn, 1)
    ]
    links = tuple(link(one.number, one) for one in actions)
    landed = tuple(fact(one.number, one, Strength.PROOF) for one in actions if one.state is ActionState.LANDED)
    found = summary(room(*actions, links=links, evidence=landed), (), NOW)
    kept = [one for one in actions if one.state is not ActionState.STRUCK]
    assert sum(found.by_kind.values()) == sum(found.by_state.values()) == len(kept)
    assert len(found.left) == sum(not one.state.reconciled for one in kept)
    assert found.drift_debt == sum(one.drifted + (5 * HOUR if one.drifting_since else 0) for one in kept)
    longest = max((item.drift for item in found.left), default=None)
    assert (found.oldest_drift and found.oldest_drift.drift) == longest


@pytest.mark.parametrize(
    ("us", "said"),
    [
        (2 * HOUR + 14 * MINUTE, "2 h 14 min"),
        (2 * HOUR + 14 * MINUTE + 59 * SECOND, "2 h 14 min"),
        (0, "0 s"),
        (-HOUR, "0 s"),
        (999_999, "0 s"),
        (40 * SECOND, "40 s"),
        (MINUTE - 1, "59 s"),
        (MINUTE, "1 min"),
        (HOUR - 1, "59 min"),
        (HOUR, "1 h"),
        (DAY - 1, "23 h 59 min"),
        (DAY, "1 d"),
        (DAY + 59 * MINUTE, "1 d"),
        (3 * DAY + 5 * HOUR, "3 d 5 h"),
        (400 * DAY, "400 d"),
    ],
)
def test_a_duration_in_words(us: int, said: str) -> None:
    assert plain_duration(us) == said
