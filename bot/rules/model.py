"""The nouns of an incident, as plain data. Times are integer microseconds since the epoch, UTC.

People are named by an internal id everywhere; only `Person` knows the Slack id and the name, which can be erased.
"""

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


class LinkKind(StrEnum):
    COMMIT = "commit"
    BRANCH = "branch"
    PULL_REQUEST = "pull_request"


@dataclass(frozen=True, slots=True)
class Link:
    """Something in Git that a person said carries an action."""

    id: int
    action_id: int
    kind: LinkKind
    repo: str | None
    ref: str  # full sha once resolved, branch name, or pull request number
    by: int
    at: int
    url: Clean | None = None
    sha: str | None = None  # what the ref resolves to, when known


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

    def person(self, person_id: int) -> Person:
        return self.people[person_id]
