"""The close-out report: everything that is told of an incident, computed once. Every form shows these facts, in this
order: what happened, figures, people, what changed just before, cost, the actions, what came back, the timeline."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from bot.rules.checklist import Checklist, Item, checklist, commit_of
from bot.rules.model import (
    MINUTE,
    Action,
    ActionState,
    IncidentState,
    Line,
    Person,
    PersonKind,
    Proof,
    RecordedChange,
    Ruling,
    Verdict,
    WarRoom,
)
from bot.rules.policy import Reporting
from bot.rules.proofs import commits_of
from bot.rules.report_cost import Figure, cost, open_stretches, took
from bot.rules.report_diff import FileDiff, file_diff
from bot.rules.summary import Summary, plain_duration, summary, utc_minute

CommitPage = Callable[[str | None, str], str | None]
"""The address of a commit, by its repository's name in the policy and its sha; None where it has no page."""


@dataclass(frozen=True, slots=True)
class WentLive:
    """A deployment that went live in a production environment at `at`; `before` is the commit that ran there until
    then, None if that is not known."""

    repo: str
    environment: str
    sha: str
    at: int
    before: str | None


@dataclass(frozen=True, slots=True)
class SeverityChange:
    severity: str
    at: int
    by: Person | None


@dataclass(frozen=True, slots=True)
class Led:
    person: Person
    since: int


@dataclass(frozen=True, slots=True)
class Acted:
    """`logged`: actions that they logged; `owns`: actions that they answer for; struck ones count in neither."""

    person: Person
    logged: int
    owns: int


@dataclass(frozen=True, slots=True)
class Carrier:
    """A commit that carries an action, or is said to. `author` and `subject` are known where the ledger tells of them;
    `lost`: upstream has lost it since."""

    sha: str
    repo: str | None
    page: str | None
    author: str | None
    subject: str | None
    lost: bool


@dataclass(frozen=True, slots=True)
class Done:
    """One action: its line on the checklist, what it did to files, and the commits that carry it."""

    item: Item
    diffs: tuple[FileDiff, ...]
    commits: tuple[Carrier, ...]


@dataclass(frozen=True, slots=True)
class CameBack:
    """A change that had landed and that upstream lost. `by` is the commit that took it out, None where the branch was
    rewritten; `again` when it was in place once more, None if it is not."""

    action: Action
    at: int
    commit: str | None
    by: str | None
    again: int | None


@dataclass(frozen=True, slots=True)
class Report:
    """Times are microseconds since the epoch. `done` has the actions that count: what is left in the order of urgency,
    then what is reconciled, by number. Struck ones stand in `room` only."""

    room: WarRoom
    lines: tuple[Line, ...]
    now: int
    story: tuple[str, ...]
    summary: Summary
    checklist: Checklist
    took: tuple[Figure, ...]
    severities: tuple[SeverityChange, ...]
    led: tuple[Led, ...]
    acted: tuple[Acted, ...]
    look_back: int
    before: tuple[WentLive, ...]
    cost: tuple[Figure, ...]
    done: tuple[Done, ...]
    came_back: tuple[CameBack, ...]
    page: CommitPage

    @property
    def waived(self) -> tuple[Item, ...]:
        return tuple(one.item for one in self.done if one.item.action.ruling is Ruling.WAIVED)


def no_page(repo: str | None, sha: str) -> str | None:
    return None


def close_out(
    room: WarRoom,
    lines: Sequence[Line],
    now: int,
    *,
    rules: Reporting,
    changes: Iterable[RecordedChange] = (),
    before: Iterable[WentLive] = (),
    page: CommitPage = no_page,
) -> Report:
    """The report at `now`. `room.people` holds everybody that `lines` name; `changes` are those that the actions hold
    now; `before` is what went live within the policy's time before the first sign (`first_sign`)."""
    facts, listed = summary(room, lines, now), checklist(room, now)
    items = (*listed.left, *listed.reconciled)
    diffs = _diffs(changes, room.proofs)
    carriers = _carriers(room, lines, page)
    first_action = min((item.action.done_at for item in items), default=None)
    stretches = open_stretches(room.incident, lines, now)
    severities = _severities(room, lines)
    return Report(
        room=room,
        lines=tuple(lines),
        now=now,
        story=_story(facts, severities, room, first_action),
        summary=facts,
        checklist=listed,
        took=took(facts, lines, first_action),
        severities=severities,
        led=_led(room, lines),
        acted=_acted(facts, items),
        look_back=rules.look_back_minutes * MINUTE,
        before=tuple(sorted(before, key=lambda one: one.at)),
        cost=cost(facts, lines, stretches, rules),
        done=tuple(
            Done(item, tuple(diffs.get(item.action.id, ())), tuple(carriers.get(item.action.id, {}).values()))
            for item in items
        ),
        came_back=_came_back(room, lines),
        page=page,
    )


def first_sign(room: WarRoom) -> int:
    """When it is first known to have gone wrong: nothing tells of an earlier moment than the opening."""
    return room.incident.opened_at


def _story(
    facts: Summary, severities: Sequence[SeverityChange], room: WarRoom, first_action: int | None
) -> tuple[str, ...]:
    """Five sentences, each of recorded facts alone."""
    incident = facts.incident
    opener = _name(room.person(incident.opened_by))
    became = f", {severities[-1].severity} in the end" if len(severities) > 1 else ""
    began = severities[0].severity if severities else incident.severity
    lead = "Nobody led it" if incident.lead_id is None else f"{_name(room.person(incident.lead_id))} led it"
    people = f"{len(facts.people)} {'person' if len(facts.people) == 1 else 'people'} acted in it"
    opened = utc_minute(incident.opened_at)
    return (
        f"{incident.name}, “{incident.title}”, was opened by {opener} at {opened} as {began}{became}.",
        f"{lead}, and {people}.",
        _changed(facts, first_action),
        _ended(facts),
        _stands(facts),
    )


def _changed(facts: Summary, first_action: int | None) -> str:
    many = sum(facts.by_kind.values())
    if first_action is None:
        return "Nothing was changed by hand."
    kinds = ", ".join(f"{number} {kind.value}" for kind, number in facts.by_kind.items())
    after = first_action - facts.incident.opened_at
    when = f"{plain_duration(after)} after it was opened" if after >= 0 else "before it was opened"
    changes = "1 change was" if many == 1 else f"{many} changes were"
    return f"{changes} made by hand ({kinds}), the first {when}."


def _ended(facts: Summary) -> str:
    incident = facts.incident
    if incident.standing:
        return "It stands for changes outside incidents, and has no end."
    match incident.state:
        case IncidentState.OPEN:
            return f"It is open, {plain_duration(facts.duration)} after it was opened."
        case IncidentState.CANCELLED:
            return f"It was cancelled after {plain_duration(facts.duration)}."
    back = plain_duration(facts.time_to_resolve or 0)
    if incident.state is IncidentState.RESOLVED:
        return f"Service was back after {back}; it is not closed."
    if incident.duplicate_of is not None:
        return f"It was closed as a duplicate of INC-{incident.duplicate_of}."
    return f"Service was back after {back}; it was closed after {plain_duration(facts.duration)}."


def _stands(facts: Summary) -> str:
    if not facts.by_state:
        return "There is nothing to reconcile."
    stand = ", ".join(f"{number} {name}" for name, number in facts.by_state.items())
    if facts.oldest_drift is None:
        return f"All is reconciled: {stand}."
    oldest = facts.oldest_drift
    left = "1 is" if len(facts.left) == 1 else f"{len(facts.left)} are"
    drift = f"#{oldest.action.number} for {plain_duration(oldest.drift)}"
    return f"Of these changes {left} left to reconcile, longest {drift}: {stand}."


def _severities(room: WarRoom, lines: Sequence[Line]) -> tuple[SeverityChange, ...]:
    told = []
    for line in lines:
        said = line.payload or {}
        named = {"incident.opened": "severity", "incident.severity": "after"}.get(line.kind)
        if named is not None and named in said:
            told.append(SeverityChange(str(said[named]), line.at, _person(room, line.actor_id)))
    return tuple(told)


def _led(room: WarRoom, lines: Sequence[Line]) -> tuple[Led, ...]:
    """Everybody who led, from when. Who opens an incident leads it, until somebody else does."""
    incident = room.incident
    changes = [(line.at, line.payload) for line in lines if line.kind == "incident.lead" and line.payload]
    first = changes[0][1]["before"] if changes else incident.lead_id
    leads = [(incident.opened_at, first), *((at, said["after"]) for at, said in changes)]
    return tuple(Led(room.person(who), at) for at, who in leads if isinstance(who, int) and who in room.people)


def _acted(facts: Summary, items: Sequence[Item]) -> tuple[Acted, ...]:
    return tuple(
        Acted(
            person,
            sum(item.action.logged_by == person.id for item in items),
            sum(item.action.owner_id == person.id for item in items),
        )
        for person in facts.people
    )


def _diffs(changes: Iterable[RecordedChange], proofs: Iterable[Proof]) -> dict[int, list[FileDiff]]:
    found = {(proof.action_id, proof.repo, file.path): file for proof in proofs if proof.looked for file in proof.files}
    diffs: dict[int, list[FileDiff]] = {}
    for change in changes:
        proof = found.get((change.action_id, change.repo, change.path))
        diffs.setdefault(change.action_id, []).append(file_diff(change, proof))
    return diffs


def _carriers(room: WarRoom, lines: Iterable[Line], page: CommitPage) -> dict[int, dict[str, Carrier]]:
    """By action id and sha, in the order in which they were named."""
    told = {str(said.get("commit")): said for line in lines if (said := line.payload) and "author" in said}
    named = [(fact.at, fact.action_id, fact.commit, fact.repo, not fact.holds) for fact in room.evidence]
    named += [(link.at, link.action_id, commit_of(link), link.repo, False) for link in room.links]
    named += [
        (proof.at, proof.action_id, sha, proof.repo, False) for proof in room.proofs for sha in commits_of([proof])
    ]
    carriers: dict[int, dict[str, Carrier]] = {}
    for _, action_id, sha, repo, lost in sorted(named, key=lambda each: each[0]):
        if sha is None:
            continue
        said = told.get(sha, {})
        author, subject = (str(said[key]) if said.get(key) else None for key in ("author", "subject"))
        known = carriers.setdefault(action_id, {})
        before = known.get(sha)
        repo = repo or (before.repo if before else None)
        holds = before is not None and not before.lost
        known[sha] = Carrier(sha, repo, page(repo, sha), author, subject, lost and not holds)
    return carriers


def _came_back(room: WarRoom, lines: Sequence[Line]) -> tuple[CameBack, ...]:
    by_number = {action.number: action for action in room.actions if action.state is not ActionState.STRUCK}
    found: list[CameBack] = []
    for at, line in enumerate(lines):
        said = line.payload or {}
        action = by_number.get(said.get("action"))  # type: ignore[call-overload]  # a payload's values are JSON
        if line.kind == "evidence.lost" and said.get("landed") and action is not None:
            again = next((later.at for later in lines[at + 1 :] if _in_place_again(later, action)), None)
            commit, by = (str(said[key]) if said.get(key) else None for key in ("commit", "by"))
            found.append(CameBack(action, line.at, commit, by, again))
    return tuple(found)


def _in_place_again(line: Line, action: Action) -> bool:
    said = line.payload or {}
    if said.get("action") != action.number:
        return False
    if line.kind == "proof.found":
        return said.get("verdict") == Verdict.LANDED
    return line.kind in ("evidence.restored", "evidence.confirmed")


def _person(room: WarRoom, person_id: int | None) -> Person | None:
    return None if person_id is None else room.people.get(person_id)


def _name(person: Person) -> str:
    return person.name or ("somebody" if person.kind is not PersonKind.BOT else "Hotwash")
