"""Working hours on real calendars: clock changes, half-hour zones, weekends, leap days."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.rules.model import HOUR
from bot.rules.policy import Nudges
from bot.rules.worktime import in_working_hours, local_date, next_morning, next_working_time
from tests.rules.builders import at, wall

DEFAULT = Nudges()
ALL_WEEK = Nudges(working_days=frozenset(range(7)))
SUNDAY_TO_THURSDAY = Nudges(working_days=frozenset({6, 0, 1, 2, 3}))
ONE_DAY_A_WEEK = Nudges(working_days=frozenset({2}))
EARLY = Nudges(workday_start=time(6), workday_end=time(14), morning=time(6, 30))

ZONES = (
    "UTC",
    "Europe/Berlin",
    "Asia/Kolkata",
    "America/New_York",
    "Pacific/Auckland",
    "Australia/Lord_Howe",  # its clocks change by half an hour
    "Pacific/Chatham",  # 12:45 ahead
    "America/St_Johns",
    "Africa/Casablanca",  # changes twice around Ramadan
)

instants = st.integers(at("2024-01-01 00:00"), at("2034-01-01 00:00"))
zones = st.sampled_from(ZONES)


@pytest.mark.parametrize(
    ("tz", "policy", "wanted", "expected"),
    [
        # Within working hours: the moment itself, to the first and last minute.
        ("UTC", DEFAULT, "2026-11-24 09:00", "Tue 2026-11-24 09:00"),
        ("UTC", DEFAULT, "2026-11-24 17:59", "Tue 2026-11-24 17:59"),
        # Around them.
        ("UTC", DEFAULT, "2026-11-24 18:00", "Wed 2026-11-25 10:00"),
        ("UTC", DEFAULT, "2026-11-24 08:59", "Tue 2026-11-24 10:00"),
        ("UTC", DEFAULT, "2026-11-24 00:00", "Tue 2026-11-24 10:00"),
        # Weekends, and a week that is another one.
        ("Asia/Kolkata", DEFAULT, "2026-11-27 18:00", "Mon 2026-11-30 10:00"),
        ("Asia/Kolkata", DEFAULT, "2026-11-28 12:00", "Mon 2026-11-30 10:00"),
        ("Asia/Kolkata", DEFAULT, "2026-11-30 03:00", "Mon 2026-11-30 10:00"),
        ("Asia/Dubai", SUNDAY_TO_THURSDAY, "2026-11-26 19:00", "Sun 2026-11-29 10:00"),
        ("Asia/Dubai", SUNDAY_TO_THURSDAY, "2026-11-29 12:00", "Sun 2026-11-29 12:00"),
        # Clocks go forward in the night of a Sunday, Berlin, and back.
        ("Europe/Berlin", DEFAULT, "2026-03-27 18:00", "Mon 2026-03-30 10:00"),
        ("Europe/Berlin", DEFAULT, "2026-10-23 18:00", "Mon 2026-10-26 10:00"),
        ("Europe/Berlin", ALL_WEEK, "2026-03-29 01:30", "Sun 2026-03-29 10:00"),
        ("Europe/Berlin", ALL_WEEK, "2026-10-25 02:30", "Sun 2026-10-25 10:00"),
        ("America/New_York", ALL_WEEK, "2026-03-08 01:59", "Sun 2026-03-08 10:00"),
        ("America/New_York", ALL_WEEK, "2026-11-01 00:30", "Sun 2026-11-01 10:00"),
        ("Pacific/Auckland", ALL_WEEK, "2026-04-05 02:30", "Sun 2026-04-05 10:00"),
        ("Pacific/Auckland", ALL_WEEK, "2026-09-27 01:30", "Sun 2026-09-27 10:00"),
        # Leap days: a Tuesday, a Thursday; and the end of a year.
        ("Pacific/Auckland", DEFAULT, "2028-02-28 20:00", "Tue 2028-02-29 10:00"),
        ("America/New_York", DEFAULT, "2024-02-29 18:30", "Fri 2024-03-01 10:00"),
        ("Europe/Berlin", DEFAULT, "2026-12-31 23:59", "Fri 2027-01-01 10:00"),
        # Another team's hours and days.
        ("Europe/Berlin", ONE_DAY_A_WEEK, "2026-11-25 18:00", "Wed 2026-12-02 10:00"),
        ("Europe/Berlin", EARLY, "2026-11-24 14:00", "Wed 2026-11-25 06:30"),
        ("Europe/Berlin", EARLY, "2026-11-24 13:59", "Tue 2026-11-24 13:59"),
    ],
)
def test_next_working_time(tz: str, policy: Nudges, wanted: str, expected: str) -> None:
    assert wall(next_working_time(at(wanted, tz), tz, policy), tz) == expected


@pytest.mark.parametrize(
    ("tz", "friday", "hours"),
    [
        ("Europe/Berlin", "2026-03-27 18:00", 63),
        ("Europe/Berlin", "2026-10-23 18:00", 65),
        ("America/New_York", "2026-03-06 18:00", 63),
        ("Pacific/Auckland", "2026-04-03 18:00", 65),
        ("Asia/Kolkata", "2026-03-27 18:00", 64),
    ],
)
def test_a_weekend_is_as_long_as_its_clock_change_makes_it(tz: str, friday: str, hours: int) -> None:
    closing_time = at(friday, tz)
    assert next_working_time(closing_time, tz, DEFAULT) - closing_time == hours * HOUR


def test_the_same_instant_is_another_date_elsewhere() -> None:
    instant = at("2026-11-24 23:30")
    assert local_date(instant, "America/New_York") == date(2026, 11, 24)
    assert local_date(instant, "Asia/Kolkata") == date(2026, 11, 25)
    assert local_date(at("2028-02-29 12:00"), "Pacific/Auckland") == date(2028, 3, 1)


@pytest.mark.parametrize("tz", ["Mars/Olympus", "", "Europe", "../../etc/passwd", "/etc/localtime", "\0", "ü" * 300])
def test_an_unknown_zone_is_read_as_utc(tz: str) -> None:
    instant = at("2026-11-24 20:00")
    assert next_working_time(instant, tz, DEFAULT) == at("2026-11-25 10:00")
    assert local_date(instant, tz) == date(2026, 11, 24)


def test_a_morning_that_the_clock_skips_comes_later_by_the_skipped_hour() -> None:
    night_shift = Nudges(
        workday_start=time(1), workday_end=time(9), morning=time(2, 30), working_days=frozenset(range(7))
    )
    assert wall(next_morning(date(2026, 3, 29), "Europe/Berlin", night_shift), "Europe/Berlin") == (
        "Sun 2026-03-29 03:30"
    )


def test_a_morning_that_comes_twice_is_the_first() -> None:
    night_shift = Nudges(
        workday_start=time(1), workday_end=time(9), morning=time(2, 30), working_days=frozenset(range(7))
    )
    first = datetime(2026, 10, 25, 2, 30, tzinfo=ZoneInfo("Europe/Berlin"), fold=0)
    assert next_morning(date(2026, 10, 25), "Europe/Berlin", night_shift) == first.timestamp() * 1_000_000


@given(instants, zones, st.sampled_from([DEFAULT, ALL_WEEK, SUNDAY_TO_THURSDAY, ONE_DAY_A_WEEK, EARLY]))
def test_it_is_the_first_moment_that_may_be(instant: int, tz: str, policy: Nudges) -> None:
    """Against a search: now if that is in working hours, else the first morning of a working day on the calendar."""
    found = next_working_time(instant, tz, policy)
    assert in_working_hours(found, tz, policy)
    here = datetime.fromtimestamp(instant // 1_000_000, ZoneInfo(tz))
    if here.weekday() in policy.working_days and policy.workday_start <= here.time() < policy.workday_end:
        assert found == instant
        return
    mornings = (
        datetime.combine(here.date() + timedelta(days=days), policy.morning, ZoneInfo(tz))
        for days in range(9)
        if (here.date() + timedelta(days=days)).weekday() in policy.working_days
    )
    assert found == min(us for morning in mornings if (us := round(morning.timestamp() * 1_000_000)) >= instant)


@given(instants, zones)
def test_asking_again_changes_nothing(instant: int, tz: str) -> None:
    once = next_working_time(instant, tz, DEFAULT)
    assert next_working_time(once, tz, DEFAULT) == once
