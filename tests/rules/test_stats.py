"""The figures of `/incident stats`, from plain numbers."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as some

from bot.rules.model import DAY, HOUR, MINUTE
from bot.rules.stats import WEEK, Change, Resolved, by_week, first_week, median, sparkline, together, week_start
from bot.warroom.stats import tell
from tests.rules.builders import NOON, at

MONDAY = at("2026-11-23 00:00")


@pytest.mark.parametrize(
    ("moment", "monday"),
    [
        ("2026-11-23 00:00", "2026-11-23 00:00"),
        ("2026-11-22 23:59", "2026-11-16 00:00"),
        ("2026-11-29 23:59", "2026-11-23 00:00"),
        ("2027-01-01 12:00", "2026-12-28 00:00"),
    ],
)
def test_weeks_begin_on_monday(moment: str, monday: str) -> None:
    assert week_start(at(moment)) == at(monday)


def test_what_counts_in_which_week() -> None:
    resolved = [
        Resolved(MONDAY - 2 * HOUR, MONDAY - HOUR),  # last week
        Resolved(MONDAY - HOUR, MONDAY + HOUR),  # opened last week, resolved this week
        Resolved(MONDAY - 3 * WEEK, MONDAY - 2 * WEEK),  # before
    ]
    changes = [
        Change(MONDAY - DAY, "proven", 3 * DAY, MONDAY + 2 * DAY),  # made last week, landed this week
        Change(MONDAY + HOUR, "drifting", 5 * HOUR, None),
        Change(MONDAY - 5 * WEEK, "confirmed", HOUR, MONDAY - DAY),  # made before, landed last week
    ]
    last, this = by_week(resolved, changes, NOON, 2)
    assert (last.start, this.start) == (MONDAY - WEEK, MONDAY)
    assert (last.to_resolve, this.to_resolve) == ((HOUR,), (2 * HOUR,))
    assert (last.to_git, this.to_git) == ((5 * WEEK - DAY,), (3 * DAY,))
    assert (last.standings, this.standings) == (Counter(proven=1), Counter(drifting=1))
    assert (last.drift, this.drift) == (3 * DAY, 5 * HOUR)
    whole = together([last, this])
    assert (len(whole.to_resolve), len(whole.to_git), whole.made, whole.drift) == (2, 2, 2, 3 * DAY + 5 * HOUR)


@given(
    moments=some.lists(some.integers(NOON - 20 * WEEK, NOON)),
    weeks=some.integers(1, 52),
)
def test_nothing_within_the_weeks_is_left_out_or_counted_twice(moments: list[int], weeks: int) -> None:
    changes = [Change(moment, "waived", MINUTE, moment) for moment in moments]
    resolved = [Resolved(moment - HOUR, moment) for moment in moments]
    whole = together(by_week(resolved, changes, NOON, weeks))
    within = sum(moment >= first_week(NOON, weeks) for moment in moments)
    assert (len(whole.to_resolve), len(whole.to_git), whole.made) == (within, within, within)
    assert whole.drift == within * MINUTE


def test_no_figure_is_made_up_where_nothing_happened() -> None:
    assert median([]) is None
    assert median([3, 1, 2, 4]) == 2
    told = tell(by_week([], [], NOON, 8))
    assert "no incident that you can see was resolved" in told
    assert "median" not in told and "%" not in told
    told = tell(by_week([Resolved(NOON - HOUR, NOON)], [], NOON, 2))
    assert "median 1 h, slowest 1 h: 1 incident resolved" in told
    assert "no change landed" in told and "no change made" in told and "%" not in told


def test_bars_start_at_zero_and_gaps_show() -> None:
    assert sparkline([0, 1, None, 8]) == "▁▂·█"
    assert sparkline([None, None]) == "··"
    assert sparkline([0, 0]) == "▁▁"


def test_what_is_told_names_what_it_counts() -> None:
    changes = [
        Change(NOON - HOUR, standing, DAY, None) for standing in ("waived", "undone", "drifting", "in review")
    ] + [
        Change(NOON - HOUR, "proven", HOUR, NOON),
        Change(NOON - HOUR, "confirmed", 3 * HOUR, NOON - 30 * MINUTE),
    ]
    told = tell(by_week([], changes, NOON, 8))
    assert "of 6 changes made: 1 proven (17 %), 1 confirmed (17 %), 1 undone (17 %), 1 waived (17 %)" in told
    assert "2 not reconciled (33 %)" in told
    assert "median 30 min, slowest 1 h: 2 changes landed, from production to upstream" in told
    assert "4 d 4 h of drift so far, summed over 6 changes made" in told
    assert "16 Nov 2026: nothing" in told
