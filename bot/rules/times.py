"""From a time as people type it to microseconds. Where a typed time could mean two things, or none, the person is asked."""

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from bot.rules.decision import Refusal
from bot.rules.model import DAY, HOUR, MINUTE, SECOND

Direction = Literal["past", "future"]

_EXAMPLES = "Type 14:05, 2:05pm, 90m, yesterday 9:00 or 2026-11-24T14:05."
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DURATION = re.compile(
    r"(?P<ahead>in\s+)?(?P<parts>(?:[0-9]{1,6}(?:\.[0-9]{1,3})?\s*"
    r"(?:d|days?|h|hrs?|hours?|m|mins?|minutes?|s|secs?|seconds?)\s*)+)(?P<ago>\bago)?"
)
_PART = re.compile(r"([0-9.]+)\s*([dhms])")
_UNITS = {"d": DAY, "h": HOUR, "m": MINUTE, "s": SECOND}
_CLOCK = re.compile(
    r"(?:(?P<day>today|yesterday|tomorrow|(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*|\d{4}-\d\d-\d\d)(?:\s*,\s*|\s+|t))?(?:at\s+)?"
    r"(?P<hour>\d{1,2})(?::(?P<minute>\d\d)(?::(?P<second>\d\d)(?:\.\d{1,6})?)?)?\s*(?P<half>[ap])?(?:\.?m\.?)?"
    r"\s*(?P<zone>z|utc|gmt|[+-]\d\d:?\d\d)?"
)
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def clock_time(typed: str, now: int, tz: str, direction: Direction) -> int:
    """The moment that somebody in time zone `tz` means by `typed`, at `now`; both in microseconds.

    `90m`, `1h30m` count from now: back for "past", ahead for "future". A clock time alone is the nearest one in that
    direction. A date, a day's name or a zone (`14:05Z`, `+02:00`) may be given. Raises Refusal for what is no time, lies in
    the wrong direction or more than a year away, does not exist on the day when clocks go forward, or exists
    twice on the day when they go back.
    """
    words = " ".join(typed.lower().split())
    if words == "now" and direction == "past":
        return now
    if duration := _DURATION.fullmatch(words):
        moment = _from_now(typed, duration, now, direction)
    elif clock := _CLOCK.fullmatch(words):
        moment = _on_the_clock(typed, clock, now, _zone(tz), direction)
    else:
        raise Refusal(f"`{typed}` is no time that can be read. {_EXAMPLES}")
    if abs(moment - now) > 366 * DAY:
        raise Refusal(f"`{typed}` is more than a year away. {_EXAMPLES}")
    return moment
