"""The figures of `/incident stats`: how long incidents took, how long changes took into Git, and how changes ended.

Weeks are ISO weeks: they begin on Monday, 00:00 UTC. Durations and moments are microseconds. Where nothing happened
there is no figure: a median of nothing is None, and a sparkline has a gap.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median_low

from bot.rules.model import DAY

WEEK = 7 * DAY
_FIRST_MONDAY = 4 * DAY  # 1970-01-05; the epoch began on a Thursday
_BARS = "▁▂▃▄▅▆▇█"
_GAP = "·"


@dataclass(frozen=True, slots=True)
class Resolved:
    """An incident whose service is back."""

    opened_at: int
    resolved_at: int


@dataclass(frozen=True, slots=True)
class Change:
    """An action that has something to reconcile: neither struck nor ephemeral. `standing` is one of `STANDINGS`,
    `drift` how long it has been drifting so far, `landed_at` when it landed for good, None unless it has."""

    done_at: int
    standing: str
    drift: int
    landed_at: int | None


@dataclass(frozen=True, slots=True)
class Week:
    """What happened in one week, or in several together.

    `to_resolve` are of the incidents resolved in it, `to_git` (from the change in production to its landing) of the
    changes that landed in it. `standings` and `drift` are of the changes made in it, as they stand by now.
    """

    start: int
    to_resolve: tuple[int, ...]
    to_git: tuple[int, ...]
    standings: Counter[str]
    drift: int

    @property
    def made(self) -> int:
        return self.standings.total()

    @property
    def empty(self) -> bool:
        return not (self.to_resolve or self.to_git or self.made)


def week_start(at: int) -> int:
    return at - (at - _FIRST_MONDAY) % WEEK


def first_week(now: int, weeks: int) -> int:
    """When the first of the last `weeks` weeks began, the present one counted."""
    return week_start(now) - (weeks - 1) * WEEK


def by_week(resolved: Iterable[Resolved], changes: Iterable[Change], now: int, weeks: int) -> tuple[Week, ...]:
    """The last `weeks` weeks, oldest first, the present one last."""
    incidents, actions = list(resolved), list(changes)
    return tuple(
        _between(start, start + WEEK, incidents, actions)
        for start in range(first_week(now, weeks), week_start(now) + 1, WEEK)
    )


def together(weeks: Sequence[Week]) -> Week:
    """Several weeks as if they were one."""
    return Week(
        weeks[0].start,
        tuple(one for week in weeks for one in week.to_resolve),
        tuple(one for week in weeks for one in week.to_git),
        sum((week.standings for week in weeks), Counter()),
        sum(week.drift for week in weeks),
    )


def _between(start: int, end: int, incidents: Sequence[Resolved], actions: Sequence[Change]) -> Week:
    made = [one for one in actions if start <= one.done_at < end]
    landed = [(one, at) for one in actions if (at := one.landed_at) is not None and start <= at < end]
    return Week(
        start,
        tuple(one.resolved_at - one.opened_at for one in incidents if start <= one.resolved_at < end),
        tuple(at - one.done_at for one, at in landed),
        Counter(one.standing for one in made),
        sum(one.drift for one in made),
    )


def median(durations: Sequence[int]) -> int | None:
    """One that occurred; of two in the middle the shorter."""
    return median_low(durations) if durations else None


def sparkline(values: Sequence[int | None]) -> str:
    """One bar a value, from zero to the highest; a dot where there is no value."""
    highest = max((value for value in values if value is not None), default=0) or 1
    return "".join(
        _GAP if value is None else _BARS[min(len(_BARS) - 1, value * len(_BARS) // highest)] for value in values
    )


def share(part: int, of: int) -> int:
    """In whole per cent. `of` is not zero."""
    return round(100 * part / of)
