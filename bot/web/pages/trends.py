"""Figures over time, for one person: week by week, and what comes up again and again."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from bot.ledger import load
from bot.ledger.tables import actions, entries, incidents
from bot.rules.checklist import How
from bot.rules.model import ActionState, IncidentState, Ruling
from bot.rules.stats import Week, first_week, median, share, together
from bot.rules.summary import plain_duration, utc
from bot.warroom import stats
from bot.warroom.handle import WarRooms
from bot.warroom.scope import Scope
from bot.web.signin import Viewer

MOST = 10  # rows of what comes up again
TALLEST = 60  # of a bar, in the units of the drawing


@dataclass(frozen=True, slots=True)
class Bar:
    """`height` is 0 to TALLEST; None where there was nothing to measure, and so nothing to draw."""

    week: str
    height: int | None
    shown: str


@dataclass(frozen=True, slots=True)
class Plot:
    title: str
    says: str  # all the weeks together
    bars: Sequence[Bar]

    @property
    def drawn(self) -> bool:
        return any(bar.height is not None for bar in self.bars)


@dataclass(frozen=True, slots=True)
class Trends:
    """`again`: files and targets that were changed by hand more than once. `warned`: warnings of deployments that would
    have undone a change, or did."""

    plots: Sequence[Plot]
    again: Sequence[tuple[str, int]]
    waived: Sequence[tuple[str, int]]
    services: Sequence[tuple[str, str, int]]
    warned: int


def trends(conn: Connection, rooms: WarRooms, viewer: Viewer, now: int, weeks: int) -> Trends:
    # What a command of this person would read, and nothing to write.
    scope = Scope(conn, rooms.policy, rooms.redactor, "", viewer.workspace, viewer.person, now, "page")
    by_week = stats.by_week(scope, weeks)
    since = first_week(now, weeks)
    seen = (incidents.c.workspace_id == viewer.workspace, load.visible_to(viewer.person), incidents.c.drill.is_(False))
    made = load.actions_where(
        conn,
        actions.c.incident_id.in_(select(incidents.c.id).where(*seen)),
        actions.c.done_at >= since,
        actions.c.state.not_in([ActionState.STRUCK.value, ActionState.EPHEMERAL.value]),
    )
    opened = load.incidents_where(
        conn,
        viewer.workspace,
        viewer.person,
        incidents.c.drill.is_(False),
        incidents.c.standing.is_(False),
        incidents.c.state != IncidentState.CANCELLED.value,
        incidents.c.opened_at >= since,
        most=100_000,
    )
    warned = select(func.count()).select_from(entries).join(incidents, incidents.c.id == entries.c.incident_id)
    kinds = Counter((one.service or "none named", one.severity) for one in opened)
    return Trends(
        plots(by_week),
        _often((one.path or one.target for one in made), at_least=2),
        _often(one.ruled_why or "no reason given" for one in made if one.ruling is Ruling.WAIVED),
        [(service, severity, many) for (service, severity), many in sorted(kinds.items())],
        conn.scalar(warned.where(*seen, entries.c.kind == "deployment.warned", entries.c.at >= since)) or 0,
    )


def plots(weeks: Sequence[Week]) -> list[Plot]:
    whole = together(weeks)
    return [
        _plot("Time to resolve, median", weeks, median(whole.to_resolve), [median(one.to_resolve) for one in weeks]),
        _plot(
            "Time from production to Git, median", weeks, median(whole.to_git), [median(one.to_git) for one in weeks]
        ),
        _plot(
            "Drift debt of the changes made in a week",
            weeks,
            whole.drift if whole.made else None,
            [one.drift if one.made else None for one in weeks],
        ),
        _shares("Proven, of the changes made in a week", weeks, whole),
    ]


def _plot(title: str, weeks: Sequence[Week], whole: int | None, values: Sequence[int | None]) -> Plot:
    """Of durations."""
    highest = max((value for value in values if value is not None), default=0) or 1
    bars = [
        Bar(_day(week), None if value is None else TALLEST * value // highest, _duration(value))
        for week, value in zip(weeks, values, strict=True)
    ]
    return Plot(title, _duration(whole), bars)


def _shares(title: str, weeks: Sequence[Week], whole: Week) -> Plot:
    bars = []
    for week in weeks:
        proven = _proven(week)
        shown = "nothing" if proven is None else f"{proven} %"
        bars.append(Bar(_day(week), None if proven is None else TALLEST * proven // 100, shown))
    proven = _proven(whole)
    return Plot(title, "nothing" if proven is None else f"{proven} %", bars)


def _proven(week: Week) -> int | None:
    """In whole per cent."""
    return share(week.standings[How.PROVEN], week.made) if week.made else None


def _often(named: Iterable[str | None], at_least: int = 1) -> list[tuple[str, int]]:
    """The most frequent first, then by name."""
    many = Counter(name for name in named if name)
    ranked = sorted(
        ((name, times) for name, times in many.items() if times >= at_least), key=lambda one: (-one[1], one[0])
    )
    return ranked[:MOST]


def _duration(us: int | None) -> str:
    return "nothing" if us is None else plain_duration(us)


def _day(week: Week) -> str:
    return f"{utc(week.start):%d %b}"
