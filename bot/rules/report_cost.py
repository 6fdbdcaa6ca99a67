"""What an incident took and what it cost, each figure with how it was made. Without its input there is no figure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from bot.rules.model import MINUTE, Incident, IncidentState, Line
from bot.rules.policy import Reporting
from bot.rules.summary import Summary, plain_duration

_ENDS = frozenset({"incident.resolved", "incident.closed", "incident.cancelled", "incident.duplicate"})
_CITED = "Gloria Mark, Gallup Business Journal, June 2006"


class Unit(StrEnum):
    DURATION = "microseconds"
    MONEY = "money"


@dataclass(frozen=True, slots=True)
class Figure:
    """`value` is None where its input is missing; `how` then says which, else how the figure was made. Money is in
    whole units of `currency`."""

    key: str
    name: str
    value: int | None
    how: str
    unit: Unit = Unit.DURATION
    currency: str | None = None

    @property
    def shown(self) -> str:
        if self.value is None:
            return "not known"
        return f"{self.value:,} {self.currency}" if self.unit is Unit.MONEY else plain_duration(self.value)


def open_stretches(incident: Incident, lines: Iterable[Line], now: int) -> list[tuple[int, int]]:
    """When the incident was open, as (from, to): one stretch, and one more for each time that it was reopened."""
    stretches: list[tuple[int, int]] = []
    since: int | None = incident.opened_at
    for line in lines:
        if since is not None and line.kind in _ENDS:
            stretches.append((since, max(since, line.at)))
            since = None
        elif since is None and line.kind == "incident.reopened":
            since = line.at
    if since is None:
        return stretches
    end = now if incident.state is IncidentState.OPEN else incident.resolved_at or incident.closed_at or now
    return [*stretches, (since, max(since, end))]


def took(facts: Summary, lines: Sequence[Line], first_action: int | None) -> tuple[Figure, ...]:
    """How long it took until somebody acted, service was back, and all was in Git. `first_action`: when the first
    change was made by hand."""
    incident = facts.incident
    opened = incident.opened_at

    def until(key: str, name: str, at: int | None, how: str, missing: str) -> Figure:
        return Figure(key, name, None if at is None else max(0, at - opened), missing if at is None else how)

    answered = (line.at for line in lines[1:] if line.actor_id is not None)
    resolved = None if facts.time_to_resolve is None else opened + facts.time_to_resolve
    return (
        until(
            "acknowledge",
            "Time to acknowledge",
            next(answered, None),
            "from opening to the first thing that anybody recorded after it",
            "nobody recorded anything after the opening",
        ),
        until(
            "first_action",
            "Time to first action",
            first_action,
            "from opening to the first change in production",
            "nothing was changed by hand",
        ),
        until("resolve", "Time to resolve", resolved, "from opening to resolve", _unresolved(incident)),
        until(
            "reconcile",
            "Time to everything reconciled",
            incident.reconciled_at,
            "from opening until no action was left to reconcile",
            "not everything is reconciled" if facts.left else "it is not over, or nothing was to be reconciled",
        ),
    )


def _unresolved(incident: Incident) -> str:
    return "it was cancelled" if incident.state is IncidentState.CANCELLED else "it is not resolved"


def cost(
    facts: Summary, lines: Sequence[Line], stretches: Sequence[tuple[int, int]], rules: Reporting
) -> tuple[Figure, ...]:
    """`stretches` are those in which the incident was open."""
    incident = facts.incident
    down = _down(incident, stretches)
    times = " and again after each reopening" if len(stretches) > 1 else ""
    return (
        Figure("down", "Down", down, _no_downtime(incident) if down is None else f"from opening to resolve{times}"),
        _revenue(down, rules),
        _in_the_room(lines, stretches),
        _interruptions(facts, rules),
        Figure("drift", "Drift", facts.drift_debt, "the time that each action spent drifting, summed"),
        _close_to_reconciled(incident),
    )


def _down(incident: Incident, stretches: Sequence[tuple[int, int]]) -> int | None:
    """Nobody said that anything was down in what was a false alarm, or is no incident."""
    if incident.standing or incident.drill or incident.state is IncidentState.CANCELLED:
        return None
    return sum(end - start for start, end in stretches)


def _no_downtime(incident: Incident) -> str:
    if incident.standing:
        return "it stands for changes outside incidents"
    return "it was a drill" if incident.drill else "it was cancelled"


def _revenue(down: int | None, rules: Reporting) -> Figure:
    rate, name = rules.revenue_per_minute, "Revenue"
    if rate is None:
        return Figure("revenue", name, None, "the policy names no revenue_per_minute", Unit.MONEY)
    if down is None:
        return Figure("revenue", name, None, "nothing is known to have been down", Unit.MONEY, rules.currency)
    how = f"{down // MINUTE} min down × {rate:g} {rules.currency} a minute, as the policy says"
    return Figure("revenue", name, round(down // MINUTE * rate), how, Unit.MONEY, rules.currency)


def _in_the_room(lines: Sequence[Line], stretches: Sequence[tuple[int, int]]) -> Figure:
    came, went = _comings(lines)
    spent = {
        person: sum(max(0, min(end, went.get(person, end)) - max(start, at)) for start, end in stretches)
        for person, at in came.items()
    }
    there = sum(1 for time in spent.values() if time)
    how = f"{there} {'person' if there == 1 else 'people'}, each from their first entry, while it was open"
    return Figure("people", "People's time", sum(spent.values()), how)


def _comings(lines: Sequence[Line]) -> tuple[Mapping[int, int], Mapping[int, int]]:
    """When each person was first seen in the room, and when they left it for good."""
    came: dict[int, int] = {}
    went: dict[int, int] = {}
    for line in lines:
        moved = (line.payload or {}).get("to") if line.kind in ("member.joined", "member.left") else None
        if isinstance(moved, int) and line.kind == "member.left":
            went[moved] = line.at
            continue
        person = moved if isinstance(moved, int) else line.actor_id
        if person is not None:
            came.setdefault(person, line.at)
            went.pop(person, None)
    return came, went


def _interruptions(facts: Summary, rules: Reporting) -> Figure:
    pulled = sum(1 for person in facts.people if person.id != facts.incident.opened_by)
    minutes = rules.refocus_minutes
    source = f" ({_CITED})" if minutes == Reporting().refocus_minutes else ", as the policy says"
    how = f"{pulled} pulled in besides who opened it × {minutes} min to refocus{source}"
    return Figure("interruptions", "Interruptions", pulled * minutes * MINUTE, how)


def _close_to_reconciled(incident: Incident) -> Figure:
    key, name = "close_to_reconciled", "From close to reconciled"
    if incident.closed_at is None or incident.state is not IncidentState.CLOSED:
        return Figure(key, name, None, "it is not closed")
    if incident.reconciled_at is None:
        return Figure(key, name, None, "not everything is reconciled")
    how = "from close until no action was left to reconcile"
    return Figure(key, name, max(0, incident.reconciled_at - incident.closed_at), how)
