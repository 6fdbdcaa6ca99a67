"""The summary of an incident: the facts that the close-out, an export and a report all show, in one order."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from bot.rules.checklist import Item, checklist, commit_of, counts
from bot.rules.model import (
    DAY,
    HOUR,
    MINUTE,
    SECOND,
    ActionKind,
    ActionState,
    Incident,
    IncidentState,
    Line,
    Person,
    PersonKind,
    WarRoom,
)


@dataclass(frozen=True, slots=True)
class Commit:
    """A commit that somebody or something named as carrying an action; `actions` are the actions' numbers."""

    sha: str
    repo: str | None
    actions: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Summary:
    """Durations are microseconds. Struck actions count in nothing here."""

    incident: Incident
    duration: int  # from open to close or cancel; to the present before that
    time_to_resolve: int | None
    people: tuple[Person, ...]  # who acted, in the order in which they first did
    by_kind: dict[ActionKind, int]
    by_state: dict[str, int]  # what landed is told apart in *proven* and *confirmed*
    commits: tuple[Commit, ...]  # in the order in which they were named
    oldest_drift: Item | None  # the longest drift among what is left
    drift_debt: int  # time that actions spent drifting, summed
    left: tuple[Item, ...]
    head_seq: int
    head_hash: str


def summary(war_room: WarRoom, lines: Iterable[Line], now: int) -> Summary:
    """The summary at `now`. `war_room.people` holds everybody that `lines` name as actor."""
    incident = war_room.incident
    listed = checklist(war_room, now)
    items = (*listed.left, *listed.reconciled)
    kinds = Counter(item.action.kind for item in items)
    return Summary(
        incident=incident,
        duration=_ended_at(incident, now) - incident.opened_at,
        time_to_resolve=_time_to_resolve(incident),
        people=_people(war_room, lines),
        by_kind={kind: kinds[kind] for kind in ActionKind if kinds[kind]},
        by_state=counts(war_room),
        commits=_commits(war_room),
        oldest_drift=max(listed.left, key=lambda item: item.drift, default=None),
        drift_debt=sum(item.drift for item in items),
        left=listed.left,
        head_seq=war_room.head_seq,
        head_hash=war_room.head_hash,
    )


def plain_duration(us: int) -> str:
    """A duration for people, rounded down to its two largest units: `2 h 14 min`, `3 d`, `40 s`."""
    for unit, name, smaller, smaller_name in ((DAY, "d", HOUR, "h"), (HOUR, "h", MINUTE, "min")):
        if us >= unit:
            rest = us % unit // smaller
            return f"{us // unit} {name}" + (f" {rest} {smaller_name}" if rest else "")
    return f"{us // MINUTE} min" if us >= MINUTE else f"{max(us, 0) // SECOND} s"


def utc(us: int) -> datetime:
    """A moment to the microsecond, without the rounding that a float brings."""
    return datetime.fromtimestamp(us // SECOND, UTC).replace(microsecond=us % SECOND)


def utc_minute(us: int) -> str:
    return f"{utc(us):%Y-%m-%d %H:%M} UTC"


def utc_second(us: int) -> str:
    return f"{utc(us):%Y-%m-%d %H:%M:%S} UTC"


def _ended_at(incident: Incident, now: int) -> int:
    """A reopened incident keeps the time of its last close, which is not its end."""
    ends = {IncidentState.CLOSED: incident.closed_at, IncidentState.CANCELLED: incident.resolved_at}
    return ends.get(incident.state) or now


def _time_to_resolve(incident: Incident) -> int | None:
    """None while it is open, also again; a cancelled incident had nothing to resolve."""
    if incident.state in (IncidentState.OPEN, IncidentState.CANCELLED) or incident.resolved_at is None:
        return None
    return incident.resolved_at - incident.opened_at


def _people(war_room: WarRoom, lines: Iterable[Line]) -> tuple[Person, ...]:
    """Whoever wrote in the ledger, then who owns an action without having written."""
    actors = [line.actor_id for line in lines if line.actor_id is not None]
    owners = [action.owner_id for action in war_room.actions if action.state is not ActionState.STRUCK]
    everybody = [war_room.person(person_id) for person_id in dict.fromkeys(actors + owners)]
    return tuple(person for person in everybody if person.kind is not PersonKind.BOT)


def _commits(war_room: WarRoom) -> tuple[Commit, ...]:
    numbers = {a.id: a.number for a in war_room.actions if a.state is not ActionState.STRUCK}
    named = [(fact.at, fact.commit, fact.repo, fact.action_id) for fact in war_room.evidence]
    named += [(link.at, commit_of(link), link.repo, link.action_id) for link in war_room.links]
    carried: dict[str, set[int]] = {}
    repos: dict[str, str] = {}
    for _, sha, repo, action_id in sorted(named, key=lambda each: each[0]):
        if sha is not None and action_id in numbers:
            carried.setdefault(sha, set()).add(numbers[action_id])
            if repo is not None:
                repos.setdefault(sha, repo)
    return tuple(Commit(sha, repos.get(sha), tuple(sorted(those))) for sha, those in carried.items())
