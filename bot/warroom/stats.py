"""`/incident stats`: figures over the incidents that this person may see, by week. Drills are left out."""

from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy import func, select

from bot.ledger import load
from bot.ledger.proofs import standing
from bot.ledger.tables import actions, evidence, incidents
from bot.rules import stats
from bot.rules.checklist import How
from bot.rules.commands import Stats
from bot.rules.decision import Answer
from bot.rules.model import SECOND, ActionState, IncidentState, Strength
from bot.rules.stats import Change, Resolved, Week
from bot.rules.summary import plain_duration
from bot.rules.words import count
from bot.warroom.scope import Scope

_ENDS = (How.PROVEN, How.CONFIRMED, How.UNDONE, How.WAIVED)


def run(scope: Scope, command: Stats) -> Answer:
    return Answer(tell(by_week(scope, command.weeks)))


def by_week(scope: Scope, weeks: int) -> tuple[Week, ...]:
    """The last `weeks` weeks, as far as this person may see."""
    since = stats.first_week(scope.at, weeks)
    return stats.by_week(_resolved(scope, since), _changes(scope, since), scope.at, weeks)


def _resolved(scope: Scope, since: int) -> list[Resolved]:
    ended = [IncidentState.RESOLVED.value, IncidentState.CLOSED.value]
    rows = scope.conn.execute(
        select(incidents.c.opened_at, incidents.c.resolved_at).where(
            incidents.c.workspace_id == scope.workspace,
            load.visible_to(scope.actor),
            incidents.c.drill.is_(False),
            incidents.c.standing.is_(False),
            incidents.c.state.in_(ended),
            incidents.c.resolved_at >= since,
        )
    )
    return [Resolved(row.opened_at, row.resolved_at) for row in rows]


def _changes(scope: Scope, since: int) -> list[Change]:
    """Those made or landed since then; an action landed with the first of the facts by which it still is."""
    landed_at = (
        select(func.min(evidence.c.at))
        .where(
            evidence.c.action_id == actions.c.id,
            evidence.c.strength != Strength.CLAIM.value,
            evidence.c.lost_at.is_(None),
            actions.c.state == ActionState.LANDED.value,
        )
        .scalar_subquery()
    )
    drift = actions.c.drifted + func.coalesce(scope.at - actions.c.drifting_since, 0)
    rows = scope.conn.execute(
        select(actions.c.done_at, standing().label("standing"), drift.label("drift"), landed_at.label("landed_at"))
        .join(incidents, incidents.c.id == actions.c.incident_id)
        .where(
            incidents.c.workspace_id == scope.workspace,
            load.visible_to(scope.actor),
            incidents.c.drill.is_(False),
            actions.c.state.not_in([ActionState.STRUCK.value, ActionState.EPHEMERAL.value]),
            (actions.c.done_at >= since) | (landed_at >= since),
        )
    )
    return [Change(row.done_at, row.standing, row.drift, row.landed_at) for row in rows]


def tell(weeks: Sequence[Week]) -> str:
    """Bars for who would rather look, and every figure in words. What a figure counts stands beside it."""
    whole = stats.together(weeks)
    head = f"{count(len(weeks), 'week')} up to now, from {_day(whole.start)}. Weeks begin on Monday, UTC."
    if whole.empty:
        return f"{head}\nIn them no incident that you can see was resolved, and no change by hand was made or landed."
    resolving = [stats.median(week.to_resolve) for week in weeks]
    landing = [stats.median(week.to_git) for week in weeks]
    debts = [week.drift if week.made else None for week in weeks]
    lines = [
        head,
        f"*Time to resolve* {_bars(resolving)}\n{_spread(whole.to_resolve, 'incident', 'resolved')}",
        f"*Time to Git* {_bars(landing)}\n{_spread(whole.to_git, 'change', 'landed', ', from production to upstream')}",
        f"*Drift debt* {_bars(debts)}\n{_debt(whole)}",
        f"*How changes ended*\n{_ends(whole)}",
        "*By week* (bars are medians, for drift debt sums; a dot is a week with nothing to measure)",
        *(_week(week) for week in reversed(weeks)),
        "Drills, cancelled incidents, those that you can't see, and changes struck or ephemeral count nowhere.",
    ]
    return "\n".join(lines)


def _bars(values: Sequence[int | None]) -> str:
    return f"`{stats.sparkline(values)}`"


def _spread(durations: Sequence[int], noun: str, verb: str, span: str = "") -> str:
    median = stats.median(durations)
    if median is None:
        return f"no {noun} {verb}"
    slowest = plain_duration(max(durations))
    return f"median {plain_duration(median)}, slowest {slowest}: {count(len(durations), noun)} {verb}{span}"


def _debt(week: Week) -> str:
    if not week.made:
        return "no change made"
    return f"{plain_duration(week.drift)} of drift so far, summed over {count(week.made, 'change')} made"


def _ends(week: Week) -> str:
    if not week.made:
        return "no change made"
    ended = [
        f"{week.standings[how]} {how.value} ({stats.share(week.standings[how], week.made)} %)"
        for how in _ENDS
        if week.standings[how]
    ]
    left = week.made - sum(week.standings[how] for how in _ENDS)
    if left:
        ended.append(f"{left} not reconciled ({stats.share(left, week.made)} %)")
    return f"of {count(week.made, 'change')} made: {', '.join(ended)}"


def _week(week: Week) -> str:
    if week.empty:
        return f"{_day(week.start)}: nothing"
    told = []
    if week.to_resolve:
        told.append(f"resolve: {_spread(week.to_resolve, 'incident', 'resolved')}")
    if week.to_git:
        told.append(f"Git: {_spread(week.to_git, 'change', 'landed')}")
    if week.made:
        told += [_ends(week), f"drift {plain_duration(week.drift)}"]
    return f"{_day(week.start)}: {' · '.join(told)}"


def _day(at: int) -> str:
    return f"{datetime.fromtimestamp(at // SECOND, UTC):%d %b %Y}"
