"""From a time as people type it to a moment. Where it could mean two moments, or none, the person is asked."""

import re
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.rules.decision import Refusal
from bot.rules.model import DAY, HOUR, MINUTE, SECOND

Direction = Literal["past", "future"]

_EXAMPLES = "Type it like 14:05, 2:05pm, 90m, yesterday 9:00 or 2026-11-24T14:05; in quotes if it has spaces."
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DURATION = re.compile(
    r"(?P<ahead>in )?(?P<parts>(?:[0-9]{1,6}(?:\.[0-9]{1,3})? ?"
    r"(?:d|days?|h|hrs?|hours?|m|mins?|minutes?|s|secs?|seconds?)(?: |\Z)?)+)(?P<ago>ago)?"
)
_PART = re.compile(r"([0-9.]+) ?([dhms])")
_UNITS = {"d": DAY, "h": HOUR, "m": MINUTE, "s": SECOND}
_CLOCK = re.compile(
    r"(?:(?P<day>today|yesterday|tomorrow|[0-9]{4}-[0-9]{2}-[0-9]{2}"
    r"|(?:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?)(?:,? |t))?(?:at )?"
    r"(?P<hour>[0-9]{1,2})(?::(?P<minute>[0-9]{2})(?::(?P<second>[0-9]{2})(?:\.(?P<fraction>[0-9]{1,6}))?)?)?"
    r"(?: ?(?P<half>[ap])\.?(?:m\.?)?)? ?(?P<zone>z|utc|gmt|[+-][0-9]{2}:?[0-9]{2})?"
)
_NAMED_DAYS = {"today": 0, "yesterday": -1, "tomorrow": 1}
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def clock_time(typed: str, now: int, tz: str, direction: Direction) -> int:
    """The moment that somebody in time zone `tz` means by `typed`, at `now`: microseconds since the epoch, both.

    `90m` or `1h30m` counts from now, back for "past" and ahead for "future". A clock time alone is the nearest one in
    that direction; for "past" that is yesterday's only if it is less than 12 hours ago. The day may be given (a date,
    a weekday, `yesterday`), and the zone (`14:05Z`, `14:05+02:00`). Raises Refusal for what cannot be read, lies in
    the wrong direction or more than a year away, does not exist because clocks went forward over it, or exists twice
    because they went back: about `--at` for "past", `--until` for "future".
    """
    try:
        return _clock_time(typed, now, tz, direction)
    except Refusal as refusal:
        refusal.about = "at" if direction == "past" else "until"
        raise


def _clock_time(typed: str, now: int, tz: str, direction: Direction) -> int:
    words = " ".join(typed.lower().split())
    typed = typed[:40]
    if words == "now" and direction == "past":
        return now
    if duration := _DURATION.fullmatch(words):
        moment = _from_now(typed, duration, now, direction)
    elif (clock := _CLOCK.fullmatch(words)) and (clock["minute"] or clock["half"]):
        moment = _on_the_clock(typed, clock, now, tz, direction)
    else:
        raise Refusal(f"`{typed}` is no time that can be read. {_EXAMPLES}")
    if abs(moment - now) > 366 * DAY:
        raise _too_far(typed)
    return moment


def _from_now(typed: str, duration: re.Match[str], now: int, direction: Direction) -> int:
    length = sum(round(float(number) * _UNITS[unit]) for number, unit in _PART.findall(duration["parts"]))
    if duration["ago" if direction == "future" else "ahead"] or (direction == "future" and length == 0):
        raise _wrong_direction(typed, direction)
    return now - length if direction == "past" else now + length


def _on_the_clock(typed: str, clock: re.Match[str], now: int, tz: str, direction: Direction) -> int:
    zone = _zone(typed, clock["zone"], tz)
    at = _time_of_day(typed, clock)
    today = (_EPOCH + timedelta(microseconds=now)).astimezone(zone).date()
    for day in _days(typed, clock["day"], today, direction):
        local = datetime.combine(day, at)
        moments = _moments(typed, local, zone)
        meant = [moment for moment in moments if (moment <= now if direction == "past" else moment > now)]
        if len(meant) == 2:
            first, second = (f"{local.replace(tzinfo=zone, fold=fold):%Y-%m-%dT%H:%M%z}" for fold in (0, 1))
            raise Refusal(f"`{typed}` was there twice, since clocks went back. Type `{first}` or `{second}`.")
        if meant and clock["day"] is None and day < today and now - meant[0] > 12 * HOUR:
            raise Refusal(f"`{typed}` is still ahead today. If you mean the day before, type `yesterday {typed}`.")
        if meant:
            return meant[0]
    raise _wrong_direction(typed, direction)


def _zone(typed: str, given: str | None, tz: str) -> tzinfo:
    if given is None:
        try:
            return ZoneInfo(tz)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            what = f"Your time zone, {tz[:40]}, is not known here."
            raise Refusal(f"{what} Type `{typed}` with its offset, like 14:05+02:00.") from error
    if given[0] not in "+-":
        return UTC
    hours, minutes = int(given[1:3]), int(given[-2:])
    if hours > 14 or minutes > 59:
        raise Refusal(f"`{given}` is no offset from UTC. {_EXAMPLES}")
    offset = timedelta(hours=hours, minutes=minutes)
    return timezone(-offset if given[0] == "-" else offset)


def _time_of_day(typed: str, clock: re.Match[str]) -> time:
    hour = int(clock["hour"])
    if clock["half"] and not 1 <= hour <= 12:
        raise Refusal(f"`{typed}`: with am or pm the hour is 1 to 12. {_EXAMPLES}")
    if clock["half"]:
        hour = hour % 12 + (12 if clock["half"] == "p" else 0)
    try:
        return time(
            hour, int(clock["minute"] or 0), int(clock["second"] or 0), int((clock["fraction"] or "").ljust(6, "0"))
        )
    except ValueError as error:
        raise Refusal(f"`{typed}`: no clock shows that. {_EXAMPLES}") from error


def _days(typed: str, day: str | None, today: date, direction: Direction) -> list[date]:
    """The days that may be meant, the likeliest first."""
    step = timedelta(days=1 if direction == "future" else -1)
    if day is None:
        return [today, today + step]
    if day in _NAMED_DAYS:
        return [today + timedelta(days=_NAMED_DAYS[day])]
    if day[:3] in _WEEKDAYS:
        week = [today + step * n for n in range(8)]
        return [other for other in week if other.weekday() == _WEEKDAYS.index(day[:3])]
    try:
        named = date.fromisoformat(day)
    except ValueError as error:
        raise Refusal(f"`{typed}`: there is no such day. {_EXAMPLES}") from error
    if abs(named - today) > timedelta(days=400):
        raise _too_far(typed)
    return [named]


def _moments(typed: str, local: datetime, zone: tzinfo) -> list[int]:
    """When clocks in `zone` show `local`: once, or twice where they went back. Raises Refusal where they never do."""
    as_utc = {local.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1)}
    real = [moment for moment in as_utc if moment.astimezone(zone).replace(tzinfo=None) == local]
    if not real:
        raise Refusal(
            f"`{typed}`: on {local:%Y-%m-%d} clocks went forward over {local:%H:%M}, so there is no such time. "
            "Type what they showed after."
        )
    return sorted((moment - _EPOCH) // timedelta(microseconds=1) for moment in real)


def _wrong_direction(typed: str, direction: Direction) -> Refusal:
    if direction == "past":
        return Refusal(f"`{typed}` has not come yet: say when it was done. {_EXAMPLES}")
    return Refusal(f"`{typed}` has passed: say until when. {_EXAMPLES}")


def _too_far(typed: str) -> Refusal:
    return Refusal(f"`{typed}` is more than a year away. {_EXAMPLES}")
