"""Times as people type them, in their own time zone."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bot.rules.decision import Refusal
from bot.rules.model import HOUR, MINUTE
from bot.rules.times import Direction, clock_time


def us(iso: str) -> int:
    return round(datetime.fromisoformat(iso).timestamp() * 1_000_000)


TUESDAY = us("2026-11-24T14:30+01:00")


@pytest.mark.parametrize(
    ("typed", "past", "future"),
    [
        ("14:05", "2026-11-24T14:05+01:00", "2026-11-25T14:05+01:00"),
        ("2:05pm", "2026-11-24T14:05+01:00", "2026-11-25T14:05+01:00"),
        ("2:05 P.M.", "2026-11-24T14:05+01:00", "2026-11-25T14:05+01:00"),
        ("2pm", "2026-11-24T14:00+01:00", "2026-11-25T14:00+01:00"),
        ("12am", "2026-11-24T00:00+01:00", "2026-11-25T00:00+01:00"),
        ("12:30pm", "2026-11-24T12:30+01:00", "2026-11-25T12:30+01:00"),
        ("14:05:09.5", "2026-11-24T14:05:09.500000+01:00", "2026-11-25T14:05:09.500000+01:00"),
        ("90m", "2026-11-24T13:00+01:00", "2026-11-24T16:00+01:00"),
        ("1h30m", "2026-11-24T13:00+01:00", "2026-11-24T16:00+01:00"),
        ("1.5 hours", "2026-11-24T13:00+01:00", "2026-11-24T16:00+01:00"),
        ("2d", "2026-11-22T14:30+01:00", "2026-11-26T14:30+01:00"),
        ("09:00+05:30", "2026-11-24T04:30+01:00", "2026-11-25T04:30+01:00"),
        ("13:05Z", "2026-11-24T14:05+01:00", "2026-11-25T14:05+01:00"),
        ("fri 18:00", "2026-11-20T18:00+01:00", "2026-11-27T18:00+01:00"),
        ("Tuesday at 14:00", "2026-11-24T14:00+01:00", "2026-12-01T14:00+01:00"),
    ],
)
def test_a_time_without_a_date_is_the_nearest_one_in_its_direction(typed: str, past: str, future: str) -> None:
    assert clock_time(typed, TUESDAY, "Europe/Berlin", "past") == us(past)
    assert clock_time(typed, TUESDAY, "Europe/Berlin", "future") == us(future)


@pytest.mark.parametrize(
    ("typed", "direction", "moment"),
    [
        ("now", "past", "2026-11-24T14:30+01:00"),
        ("2h ago", "past", "2026-11-24T12:30+01:00"),
        ("in 2h", "future", "2026-11-24T16:30+01:00"),
        ("today 9:00", "past", "2026-11-24T09:00+01:00"),
        ("yesterday 9:00", "past", "2026-11-23T09:00+01:00"),
        ("tomorrow, 9:00", "future", "2026-11-25T09:00+01:00"),
        ("2026-11-24T14:05", "past", "2026-11-24T14:05+01:00"),
        ("2026-11-24 14:05:30", "past", "2026-11-24T14:05:30+01:00"),
        ("2026-11-24T13:05:00Z", "past", "2026-11-24T14:05+01:00"),
        ("2026-11-24T08:05-05:00", "past", "2026-11-24T14:05+01:00"),
        ("2026-12-24 18:00", "future", "2026-12-24T18:00+01:00"),
    ],
)
def test_a_time_that_says_its_day(typed: str, direction: Direction, moment: str) -> None:
    assert clock_time(typed, TUESDAY, "Europe/Berlin", direction) == us(moment)


def test_just_after_midnight_a_late_hour_was_yesterday() -> None:
    half_past_midnight = us("2026-11-24T00:30+01:00")
    assert clock_time("23:50", half_past_midnight, "Europe/Berlin", "past") == us("2026-11-23T23:50+01:00")


@pytest.mark.parametrize(
    ("typed", "direction", "says"),
    [
        ("", "past", "no time that can be read"),
        ("soon", "future", "no time that can be read"),
        ("14", "past", "no time that can be read"),
        ("yesterday", "past", "no time that can be read"),
        ("24.11. 14:05", "past", "no time that can be read"),
        ("now", "future", "no time that can be read"),
        ("25:00", "past", "no clock shows that"),
        ("14:60", "past", "no clock shows that"),
        ("13pm", "past", "the hour is 1 to 12"),
        ("0am", "past", "the hour is 1 to 12"),
        ("2026-02-30 10:00", "past", "there is no such day"),
        ("14:05+15:00", "past", "no offset from UTC"),
        ("15:00", "past", "still ahead today. If you mean the day before, type `yesterday 15:00`"),
        ("tomorrow 9:00", "past", "has not come yet"),
        ("in 2h", "past", "has not come yet"),
        ("yesterday 9:00", "future", "has passed"),
        ("2h ago", "future", "has passed"),
        ("0m", "future", "has passed"),
        ("2020-01-01 10:00", "past", "more than a year away"),
        ("9999-12-31 23:59", "future", "more than a year away"),
        ("0001-01-01 00:00", "past", "more than a year away"),
        ("400d", "future", "more than a year away"),
    ],
)
def test_what_is_no_time_is_refused_with_a_sentence(typed: str, direction: Direction, says: str) -> None:
    with pytest.raises(Refusal) as refusal:
        clock_time(typed, TUESDAY, "Europe/Berlin", direction)
    assert says in str(refusal.value)


def test_an_hour_that_clocks_skipped_is_refused() -> None:
    with pytest.raises(Refusal, match="clocks went forward over 02:30"):
        clock_time("02:30", us("2026-03-29T10:00+02:00"), "Europe/Berlin", "past")


def test_an_hour_that_came_twice_is_asked_for_and_what_to_type_works() -> None:
    after_both = us("2026-10-25T10:00+01:00")
    with pytest.raises(Refusal, match="was there twice") as refusal:
        clock_time("02:30", after_both, "Europe/Berlin", "past")
    first, second = str(refusal.value).split("`")[3::2]
    assert clock_time(first, after_both, "Europe/Berlin", "past") == us("2026-10-25T02:30+02:00")
    assert clock_time(second, after_both, "Europe/Berlin", "past") == us("2026-10-25T02:30+01:00")


def test_of_an_hour_that_comes_twice_the_one_that_has_not_come_is_not_meant() -> None:
    between_both = us("2026-10-25T02:45+02:00")
    assert clock_time("02:30", between_both, "Europe/Berlin", "past") == us("2026-10-25T02:30+02:00")
    assert clock_time("02:30", between_both, "Europe/Berlin", "future") == us("2026-10-25T02:30+01:00")


def test_a_day_of_clock_change_is_not_24_hours_long() -> None:
    sunday_noon = us("2026-03-29T12:00+02:00")
    noon_before = clock_time("yesterday 12:00", sunday_noon, "Europe/Berlin", "past")
    assert sunday_noon - noon_before == 23 * HOUR


def test_a_zone_that_is_not_known_asks_for_an_offset() -> None:
    with pytest.raises(Refusal, match="Your time zone, Mars/Olympus, is not known here"):
        clock_time("14:05", TUESDAY, "Mars/Olympus", "past")
    assert clock_time("13:05Z", TUESDAY, "Mars/Olympus", "past") == us("2026-11-24T14:05+01:00")


zones = st.sampled_from(
    ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "UTC", "Asia/Kathmandu"]
)
nows = st.integers(us("2024-01-01T00:00Z"), us("2028-01-01T00:00Z"))


@given(zones, nows, st.integers(0, 11 * 60))
def test_a_clock_time_comes_back_from_how_it_is_shown(tz: str, now: int, minutes_ago: int) -> None:
    """What the clock on the wall showed, typed later, is that moment again, unless it came twice."""
    then = (now - minutes_ago * MINUTE) // MINUTE * MINUTE
    shown = datetime.fromtimestamp(then / 1_000_000, ZoneInfo(tz))
    twin = shown.replace(fold=1 - shown.fold)
    assume(twin.utcoffset() == shown.utcoffset())
    assert clock_time(f"{shown:%H:%M}", now, tz, "past") == then
    assert clock_time(f"{shown:%Y-%m-%d %I:%M%p}", now, tz, "past") == then


@given(
    st.one_of(
        st.text(max_size=40),
        st.from_regex(r"(today |fri |2026-\d\d-\d\d[ T])?\d{1,2}:\d\d( ?[ap]m)?(Z|[+-]\d\d:\d\d)?", fullmatch=True),
    ),
    nows,
    zones,
    st.sampled_from(["past", "future"]),
)
def test_any_text_is_a_time_in_its_direction_or_refused(typed: str, now: int, tz: str, direction: Direction) -> None:
    try:
        moment = clock_time(typed, now, tz, direction)
    except Refusal as refusal:
        assert str(refusal)
    else:
        assert moment <= now if direction == "past" else moment > now
        assert abs(moment - now) <= timedelta(days=366) // timedelta(microseconds=1)
