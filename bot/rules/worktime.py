"""A person's working hours: when a reminder may reach them.

Instants are integer microseconds since the epoch, UTC. Hours of the day and working days are the person's
own, in their IANA time zone as Slack gives it. The rules expect `workday_start <= morning < workday_end`
and at least one working day.
"""

from datetime import UTC, date, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

from bot.rules.policy import Nudges

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def zone(tz: str) -> tzinfo:
    """The time zone of that IANA name; UTC for a name that this machine does not know."""
    try:
        return ZoneInfo(tz)
    except (KeyError, ValueError, OSError):  # unknown; malformed; the name of a folder of zones
        return UTC


def local_time(at_us: int, tz: str) -> datetime:
    """That instant on that person's clock."""
    return (_EPOCH + at_us * _MICROSECOND).astimezone(zone(tz))


def local_date(at_us: int, tz: str) -> date:
    """The date on that person's calendar at that instant."""
    return local_time(at_us, tz).date()


def in_working_hours(at_us: int, tz: str, policy: Nudges) -> bool:
    """Whether it is a working day there, from `workday_start` until just before `workday_end` (9 to 18)."""
    local = local_time(at_us, tz)
    return local.weekday() in policy.working_days and policy.workday_start <= local.time() < policy.workday_end


def next_morning(first: date, tz: str, policy: Nudges) -> int:
    """The instant of `morning` (10:00) on the first working day there that is not before the date `first`.

    Where a clock change skips that time of day, it comes as much later as the clock was put forward.
    """
    week = (first + timedelta(days=days) for days in range(7))
    day = next(day for day in week if day.weekday() in policy.working_days)
    return (datetime.combine(day, policy.morning, zone(tz)) - _EPOCH) // _MICROSECOND


def next_working_time(at_us: int, tz: str, policy: Nudges) -> int:
    """`at_us` itself if it is in working hours; else `morning`, of the same day if that is a working day
    whose work has not begun, or of the next working day."""
    if in_working_hours(at_us, tz, policy):
        return at_us
    local = local_time(at_us, tz)
    work_is_over = local.time() >= policy.workday_start
    return next_morning(local.date() + timedelta(days=work_is_over), tz, policy)
