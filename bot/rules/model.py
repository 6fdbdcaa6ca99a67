"""The nouns of an incident, as plain data. Times are integer microseconds since the epoch, UTC.

People are named by an internal id everywhere; only `Person` knows the Slack id and the name, which can be erased.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from bot.rules.clean import Clean

SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR


class IncidentState(StrEnum):
    OPEN = "open"
    RESOLVED = "resolved"
    CLOSED = "closed"
    CANCELLED = "cancelled"


class ActionKind(StrEnum):
    FILE = "file"
    CONFIG = "config"
    DATABASE = "database"
    CLUSTER = "cluster"
    FLAG = "flag"
    CODE = "code"
    OTHER = "other"


class ActionState(StrEnum):
    DRIFTING = "drifting"
    IN_REVIEW = "in review"
    CLAIMED = "claimed"
    REGRESSED = "regressed"
    LANDED = "landed"
    UNDONE = "undone"
    WAIVED = "waived"
    EPHEMERAL = "ephemeral"
    STRUCK = "struck"

    @property
    def reconciled(self) -> bool:
        """Nothing is left to do for this action. Struck ones are counted nowhere, so they don't hold anything up."""
        return self in _RECONCILED


_RECONCILED = {
    ActionState.LANDED,
    ActionState.UNDONE,
    ActionState.WAIVED,
    ActionState.EPHEMERAL,
    ActionState.STRUCK,
}


class PersonKind(StrEnum):
    """What Slack says somebody is; `unknown` until Slack was asked."""

    UNKNOWN = "unknown"
    MEMBER = "member"
    GUEST = "guest"
    STRANGER = "stranger"  # of another organisation, in a shared channel
    BOT = "bot"
    GONE = "gone"  # deactivated


@dataclass(frozen=True, slots=True)
class Person:
    id: int
    slack_id: str
    name: str
    tz: str = "UTC"
    kind: PersonKind = PersonKind.UNKNOWN


@dataclass(frozen=True, slots=True)
class Incident:
    id: int
    workspace_id: int
    number: int
    title: Clean
    severity: str
    state: IncidentState
    opened_by: int
    opened_at: int
    lead_id: int | None = None
    resolved_at: int | None = None
    closed_at: int | None = None
    channel_id: str | None = None
    channel_name: str | None = None
    private: bool = False
    standing: bool = False
    reconciled_at: int | None = None
    last_action: int = 0  # the highest action number given out
    last_seq: int = 0  # the ledger's last entry, and its hash
    head_hash: str = ""
    drill: bool = False  # a practice: counted nowhere
    borrowed: bool = False  # its room is a channel that was there before: never renamed, never archived
    service: str | None = None  # by its name in the policy
    duplicate_of: int | None = None  # the number of the incident that goes on
    archived_at: int | None = None  # its room

    @property
    def room(self) -> str | None:
        """The channel in which something can be said."""
        return None if self.archived_at is not None else self.channel_id

    @property
    def settled(self) -> bool:
        """Service is back, or was never gone: what drifts now is followed up, not firefought."""
        return self.standing or self.state is not IncidentState.OPEN

    @property
    def name(self) -> str:
        return f"INC-{self.number}"


class Ruling(StrEnum):
    """What a named person decided about an action, which stands above any evidence from Git."""

    UNDONE = "undone"
    WAIVED = "waived"
    EPHEMERAL = "ephemeral"
    STRUCK = "struck"


@dataclass(frozen=True, slots=True)
class Action:
    id: int
    incident_id: int
    number: int
    kind: ActionKind
    text: Clean
    state: ActionState
    logged_by: int
    logged_at: int
    done_at: int
    owner_id: int
    owner_group: str | None = None  # Slack user group id; the owner still answers for it
    target: Clean | None = None
    repo: Clean | None = None
    path: Clean | None = None
    until: int | None = None  # temporary: when it is meant to be undone
    ruling: Ruling | None = None
    ruled_by: int | None = None
    ruled_at: int | None = None
    ruled_why: Clean | None = None
    nudged: int = 0  # direct messages that named it
    snoozed_until: int | None = None
    drifting_since: int | None = None  # start of the present stretch of drift
    drifted: int = 0  # microseconds of drift in earlier stretches
    source_url: Clean | None = None  # the address of the Slack message that it was logged from
    source_gone: bool = False  # that message was deleted since


class LinkKind(StrEnum):
    COMMIT = "commit"
    BRANCH = "branch"
    PULL_REQUEST = "pull_request"


@dataclass(frozen=True, slots=True)
class Link:
    """Something in Git that a person, or a pull request's own text, said carries an action."""

    id: int
    action_id: int
    kind: LinkKind
    repo: str | None
    ref: str  # full sha once resolved, branch name, or pull request number
    by: int | None  # None: Hotwash itself, since a pull request says so
    at: int
    url: Clean | None = None
    sha: str | None = None  # what the ref resolves to, when known
    dropped_at: int | None = None  # its pull request was closed without being merged: it carries nothing


class PullState(StrEnum):
    DRAFT = "draft"
    OPEN = "open"
    MERGED = "merged"
    CLOSED = "closed"  # without being merged


class ReviewState(StrEnum):
    WAITING = "waiting for review"
    APPROVED = "approved"
    CHANGES = "changes requested"
    DISMISSED = "dismissed"


@dataclass(frozen=True, slots=True)
class Review:
    """What one reviewer last said of a pull request, and when (by its host's clock)."""

    said: ReviewState
    at: int


@dataclass(frozen=True, slots=True)
class Pull:
    """A pull or merge request, as its host last told of it."""

    repo: str
    number: int
    title: Clean
    url: Clean
    state: PullState
    head_ref: Clean
    head_sha: str
    changed_at: int
    merge_commit: str | None = None
    reviews: dict[str, Review] = field(default_factory=dict)  # by reviewer

    @property
    def review(self) -> ReviewState:
        """One reviewer who asks for changes outweighs all who approved."""
        said = {review.said for review in self.reviews.values()}
        return next((one for one in (ReviewState.CHANGES, ReviewState.APPROVED) if one in said), ReviewState.WAITING)


class Role(StrEnum):
    """What a token of the REST surface may do."""

    DEPLOY = "deploy"  # tell of deployments, and be told what they undo


class DeploymentState(StrEnum):
    PENDING = "pending"  # asked for, or on its way
    LIVE = "live"
    FAILED = "failed"
    INACTIVE = "inactive"  # something else runs there since


@dataclass(frozen=True, slots=True)
class Deployed:
    """Whether what runs in a production environment has the commit by which an action landed, and since when."""

    action_id: int
    environment: str
    commit: str
    since: int | None


class EvidenceKind(StrEnum):
    TRAILER = "trailer"  # an upstream commit says `Reconciles: INC-42#7`
    LINKED = "linked"  # a linked commit, branch or pull request reached upstream
    CONFIRMED = "confirmed"  # a named person looked at a claim and stands for it
    PROVEN = "proven"  # the change itself was found in upstream


class Strength(StrEnum):
    CLAIM = "claim"
    WORD = "word"  # a named person's
    PROOF = "proof"


@dataclass(frozen=True, slots=True)
class Evidence:
    """One fact that bears on an action. It holds until `lost_at`; a lost fact is kept, it explains a regression."""

    id: int
    action_id: int
    kind: EvidenceKind
    strength: Strength
    at: int
    repo: str | None = None
    commit: str | None = None
    by: int | None = None
    lost_at: int | None = None
    lost_by: str | None = None  # the commit that undid it, or None for a rewritten branch

    @property
    def holds(self) -> bool:
        return self.lost_at is None


class Verdict(StrEnum):
    """What became of a recorded change upstream, as far as its content tells."""

    LANDED = "landed"
    PARTLY = "partly"
    WHITESPACE = "whitespace"  # landed but for white space
    MISSING = "missing"
    DIVERGED = "diverged"  # something else stands there
    UNKNOWN = "unknown"  # it cannot be looked at, or was not yet


class PartState(StrEnum):
    """What became of one part of a change: a hunk, its mode, or the file as a whole."""

    LANDED = "landed"
    NEIGHBOURS = "landed, neighbours changed"
    WHITESPACE = "landed but for whitespace"
    MISSING = "missing"
    DIVERGED = "diverged"  # something else stands there

    @property
    def in_place(self) -> bool:
        return self in (PartState.LANDED, PartState.NEIGHBOURS)


@dataclass(frozen=True, slots=True)
class PartProof:
    """One part of a recorded change at the upstream tip. `lines` are the first and last line of the base that it
    replaces, counted from 1 (an insertion comes before the first, and its last is one less); None for what concerns
    the whole file. `stands` is what the tip has there instead, where something else stands there, cut short."""

    lines: tuple[int, int] | None
    state: PartState
    commit: str | None = None  # that brought it
    undone_by: str | None = None  # that took it away again
    stands: Clean | None = None


@dataclass(frozen=True, slots=True)
class FileProof:
    path: Clean
    upstream_path: Clean  # where the file is at the tip; empty if it is nowhere
    verdict: Verdict
    why: Clean
    parts: tuple[PartProof, ...] = ()


@dataclass(frozen=True, slots=True)
class Proof:
    """What the last look for an action's recorded changes in one repository found."""

    action_id: int
    repo: str
    verdict: Verdict
    why: Clean
    tip: str = ""  # empty until the changes, as they are recorded now, were looked for
    rung: int | None = None
    files: tuple[FileProof, ...] = ()
    commit: str | None = None  # the newest of the commits that brought parts of it
    undone_by: str | None = None  # the newest of those that took parts away
    at: int = 0

    @property
    def looked(self) -> bool:
        return self.tip != ""


@dataclass(frozen=True, slots=True)
class RecordedChange:
    """What an action did to one file. Modes are git's, None where there is no file: no base for a new one, no live one
    where it was deleted. A content is None where it was not read (a submodule, a very large file).

    `veil` maps the keyed hash of each line that held a secret to the line that stands for it in both contents. It is
    None where lines were taken out without a key: then nothing can be compared, and the verdict is *cannot tell*.
    """

    id: int
    action_id: int
    incident_id: int
    repo: str
    path: Clean
    base_commit: str
    base_mode: str | None
    base_content: bytes | None
    live_mode: str | None
    live_content: bytes | None
    veil: Mapping[str, str] | None
    upstream_path: Clean  # where the last proof found the file
    by: int
    at: int

    @property
    def redacted(self) -> bool:
        """Whether lines are missing from it: then it makes no patch that could be applied."""
        return self.veil is None or bool(self.veil)

    @property
    def comparable(self) -> bool:
        return self.veil is not None


@dataclass(frozen=True, slots=True)
class Line:
    """One ledger entry as people read it."""

    seq: int
    at: int
    kind: str
    actor_id: int | None
    via: str
    payload: dict[str, object] | None  # None once purged
    hash: str


class Section(StrEnum):
    """What people write of an incident when it is over."""

    FACTORS = "factors"
    LESSONS = "lessons"
    FOLLOW_UPS = "follow_ups"

    @property
    def heading(self) -> str:
        return {"factors": "Contributing factors", "lessons": "Lessons", "follow_ups": "Follow-ups"}[self.value]


@dataclass(frozen=True, slots=True)
class Written:
    """A section of the retrospective as it reads now, and who wrote it last."""

    section: Section
    text: Clean
    by: int
    at: int
    seq: int  # of the entry that says so


@dataclass(frozen=True, slots=True)
class WarRoom:
    """Everything that a card, checklist, summary or export of one incident is made from."""

    incident: Incident
    actions: tuple[Action, ...] = ()
    links: tuple[Link, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    people: dict[int, Person] = field(default_factory=dict)
    head_hash: str = ""
    head_seq: int = 0
    pulls: tuple[Pull, ...] = ()  # those that are linked
    deployed: tuple[Deployed, ...] = ()
    proofs: tuple[Proof, ...] = ()  # of the actions that have recorded changes
    roles: Mapping[str, int] = field(default_factory=dict)  # role → person id, without the lead
    retro: tuple[Written, ...] = ()  # what people wrote, in the order of the sections; empty ones are left out

    def person(self, person_id: int) -> Person:
        return self.people[person_id]
