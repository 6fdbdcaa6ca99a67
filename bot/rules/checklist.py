"""The checklist of an incident: every action that counts, where it stands, and what would settle it."""

from collections import Counter
from dataclasses import dataclass, replace
from enum import StrEnum

from bot.rules.clean import Clean
from bot.rules.model import (
    Action,
    ActionState,
    Deployed,
    Evidence,
    Incident,
    Link,
    LinkKind,
    Person,
    Proof,
    Pull,
    Strength,
    Verdict,
    WarRoom,
)
from bot.rules.proofs import NOT_THERE, missing, verdict_of


class How(StrEnum):
    """What the state of an action rests on. The ways to be reconciled are never shown alike."""

    NOTHING = "nothing"  # no commit carries it, as far as anyone said
    LOST = "lost"  # upstream carried it, or was said to, and no longer does
    LINKED = "linked"  # a commit, branch or pull request that has not reached upstream
    CLAIMED = "claimed"  # a commit in upstream is said to carry it
    NOT_THERE = "not there"  # what was recorded of it is not upstream, or not all of it, whatever anybody says
    WHITESPACE = "whitespace"  # it stands upstream but for white space
    PROVEN = "proven"
    CONFIRMED = "confirmed"
    UNDONE = "undone"
    WAIVED = "waived"
    EPHEMERAL = "ephemeral"


class Verb(StrEnum):
    """What a button on a line of the checklist asks for."""

    CONFIRM = "confirm"
    LINK = "link"
    UNDONE = "undone"
    WAIVE = "waive"
    PATCH = "patch"


@dataclass(frozen=True, slots=True)
class Basis:
    """The pieces of a phrase such as "confirmed by Ada · a79f427". What is not known or does not apply is
    None."""

    how: How
    by: Person | None = None
    at: int | None = None
    commit: str | None = None
    repo: str | None = None
    link: Link | None = None
    why: Clean | None = None
    lost_by: str | None = None  # the commit that took it out of upstream; None if the branch was rewritten
    proofs: tuple[Proof, ...] = ()  # what was found of the recorded changes, one for each repository
    pull: Pull | None = None  # what is known of the pull request that is linked


@dataclass(frozen=True, slots=True)
class Item:
    """One line of the checklist. `drift` is how long the action has been drifting so far, in microseconds."""

    action: Action
    owner: Person
    drift: int
    basis: Basis
    overdue: bool  # temporary, and the time to undo it has come
    buttons: tuple[Verb, ...]
    deployed: tuple[Deployed, ...] = ()  # of each production environment in which something runs


@dataclass(frozen=True, slots=True)
class Checklist:
    """The actions of one incident in three groups; struck ones are in none."""

    incident: Incident
    drifting: tuple[Item, ...]  # drifting and regressed
    in_review: tuple[Item, ...]  # in review and claimed
    reconciled: tuple[Item, ...]

    @property
    def left(self) -> tuple[Item, ...]:
        """What is still to be reconciled."""
        return self.drifting + self.in_review


def drift_so_far(action: Action, now: int) -> int:
    """Microseconds that the action has spent drifting up to `now`, over all stretches."""
    running = 0 if action.drifting_since is None else max(0, now - action.drifting_since)
    return action.drifted + running


def urgency(action: Action, now: int) -> tuple[bool, int, int]:
    """Sort key: regressed actions first, then the oldest drift, then by number."""
    return action.state is not ActionState.REGRESSED, -drift_so_far(action, now), action.number


def counts(war_room: WarRoom) -> dict[str, int]:
    """How many actions stand where, in the order of the states. What landed is counted as *proven* and as *confirmed*;
    struck actions and empty states are left out."""
    counted = (action for action in war_room.actions if action.state is not ActionState.STRUCK)
    tally = Counter(named(action, basis(action, war_room).how) for action in counted)
    return {name: tally[name] for name in STANDINGS if tally[name]}


def named(action: Action, how: How) -> str:
    """How an action is counted and named: by its state, but never just as *landed*."""
    return how.value if action.state is ActionState.LANDED else action.state.value


STANDINGS: tuple[str, ...] = tuple(
    name
    for state in ActionState
    if state is not ActionState.STRUCK
    for name in ((How.PROVEN, How.CONFIRMED) if state is ActionState.LANDED else (state,))
)


def checklist(war_room: WarRoom, now: int) -> Checklist:
    """The checklist at `now`: what is left in the order of `urgency`, what is reconciled by number."""
    items = [
        Item(
            action=action,
            owner=war_room.person(action.owner_id),
            drift=drift_so_far(action, now),
            basis=basis(action, war_room),
            overdue=action.until is not None and action.until <= now and not action.state.reconciled,
            buttons=buttons(
                action, lacking=any(one.action_id == action.id and missing(one) for one in war_room.proofs)
            ),
            deployed=tuple(one for one in war_room.deployed if one.action_id == action.id),
        )
        for action in sorted(war_room.actions, key=lambda action: action.number)
        if action.state is not ActionState.STRUCK
    ]
    left = sorted((item for item in items if not item.action.state.reconciled), key=lambda i: urgency(i.action, now))
    in_review = (ActionState.IN_REVIEW, ActionState.CLAIMED)
    return Checklist(
        incident=war_room.incident,
        drifting=tuple(item for item in left if item.action.state not in in_review),
        in_review=tuple(item for item in left if item.action.state in in_review),
        reconciled=tuple(item for item in items if item.action.state.reconciled),
    )


def buttons(action: Action, *, lacking: bool = False) -> tuple[Verb, ...]:
    """The verbs that would settle the action, the likeliest first, and the patch where upstream is `lacking` parts of
    it; none for a reconciled one.

    Snooze is not among them: it settles nothing, and belongs to a reminder, not to an action.
    """
    if action.state.reconciled:
        return ()
    patch = (Verb.PATCH,) if lacking else ()
    if action.state is ActionState.CLAIMED:
        return Verb.CONFIRM, Verb.LINK, Verb.UNDONE, Verb.WAIVE, *patch
    if action.until is not None:
        return Verb.UNDONE, Verb.LINK, Verb.WAIVE, *patch
    return Verb.LINK, Verb.UNDONE, Verb.WAIVE, *patch


def basis(action: Action, war_room: WarRoom) -> Basis:
    """What the state rests on: a ruling, else proof, else what is not there of the recorded changes, else the newest of
    the strongest facts that hold, else the newest link, else the last loss. The order is that of `action_state`, so the
    two never disagree."""
    if action.ruling is not None:
        ruled_by = _person(action.ruled_by, war_room)
        return Basis(How(action.ruling.value), by=ruled_by, at=action.ruled_at, why=action.ruled_why)
    proofs = tuple(proof for proof in war_room.proofs if proof.action_id == action.id)
    return replace(_basis(action, verdict_of(proofs), war_room), proofs=proofs)


def _basis(action: Action, verdict: Verdict | None, war_room: WarRoom) -> Basis:
    facts = sorted((f for f in war_room.evidence if f.action_id == action.id), key=lambda fact: -fact.id)
    newest: dict[Strength, Evidence] = {}
    for fact in facts:
        if fact.holds:
            newest.setdefault(fact.strength, fact)
    claim = newest.get(Strength.CLAIM)
    if Strength.PROOF in newest and verdict in (None, Verdict.LANDED):
        return _from_fact(How.PROVEN, newest[Strength.PROOF], war_room)
    if verdict not in NOT_THERE:
        if Strength.WORD in newest:
            return _from_fact(How.CONFIRMED, newest[Strength.WORD], war_room)
        if verdict is Verdict.WHITESPACE:
            return _from_fact(How.WHITESPACE, claim, war_room) if claim else Basis(How.WHITESPACE)
        if claim:
            return _from_fact(How.CLAIMED, claim, war_room)
    if action.state is ActionState.IN_REVIEW:
        standing = (one for one in war_room.links if one.action_id == action.id and one.dropped_at is None)
        link = max(standing, key=lambda link: link.at)
        by = _person(link.by, war_room)
        pull = pull_of(link, war_room)
        return Basis(How.LINKED, by=by, at=link.at, commit=commit_of(link), repo=link.repo, link=link, pull=pull)
    lost = [fact for fact in facts if not fact.holds]
    if verdict is Verdict.UNKNOWN:
        lost = [fact for fact in lost if fact.strength is not Strength.PROOF]
    if lost and (action.state is ActionState.REGRESSED or verdict not in NOT_THERE):
        last = max(lost, key=lambda fact: (fact.strength is not Strength.CLAIM, fact.lost_at or 0))
        return _from_fact(How.LOST, last, war_room)
    if verdict in NOT_THERE:
        return _from_fact(How.NOT_THERE, claim, war_room) if claim else Basis(How.NOT_THERE)
    return Basis(How.NOTHING, pull=_given_up(action, war_room))


def pull_of(link: Link, war_room: WarRoom) -> Pull | None:
    """The pull request that a link names, as far as its host told of it."""
    if link.kind is not LinkKind.PULL_REQUEST:
        return None
    return next((one for one in war_room.pulls if (one.repo, str(one.number)) == (link.repo, link.ref)), None)


def _given_up(action: Action, war_room: WarRoom) -> Pull | None:
    """The newest of the pull requests that were to carry the action and were closed without being merged."""
    dropped = [one for one in war_room.links if one.action_id == action.id and one.dropped_at is not None]
    return pull_of(max(dropped, key=lambda link: link.at), war_room) if dropped else None


def commit_of(link: Link) -> str | None:
    """The commit that a link stands for, as far as it is known: a branch or pull request may have none."""
    return link.ref if link.sha is None and link.kind is LinkKind.COMMIT else link.sha


def _from_fact(how: How, fact: Evidence, war_room: WarRoom) -> Basis:
    by, at = _person(fact.by, war_room), fact.at if fact.holds else fact.lost_at
    return Basis(how, by=by, at=at, commit=fact.commit, repo=fact.repo, lost_by=fact.lost_by)


def _person(person_id: int | None, war_room: WarRoom) -> Person | None:
    return None if person_id is None else war_room.person(person_id)
