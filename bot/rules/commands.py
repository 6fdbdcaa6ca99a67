"""What people can ask for, typed. `grammar` makes these from text, buttons and modals make them directly."""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.rules.clean import Clean
from bot.rules.model import SECOND, ActionKind, Section


@dataclass(frozen=True, slots=True)
class Open:
    """`here`: the channel becomes the room. `drill`: a practice. `private`: nobody outside knows of it."""

    title: str
    severity: str | None = None
    here: bool = False
    drill: bool = False
    private: bool = False


@dataclass(frozen=True, slots=True)
class Help:
    topic: str = ""


@dataclass(frozen=True, slots=True)
class Status:
    incident: int | None = None


@dataclass(frozen=True, slots=True)
class CatchUp:
    incident: int | None = None


@dataclass(frozen=True, slots=True)
class Post:
    """`/incident update <text>`: a status update for everybody."""

    text: str
    incident: int | None = None


@dataclass(frozen=True, slots=True)
class Retro:
    """`/incident retro`: what people wrote of it."""

    incident: int | None = None


@dataclass(frozen=True, slots=True)
class WriteRetro:
    """The form of the retrospective. `seen`: the ledger's last entry when it was opened."""

    texts: Mapping[Section, str]
    seen: int
    incident: int | None = None


@dataclass(frozen=True, slots=True)
class Severity:
    severity: str
    incident: int | None = None


@dataclass(frozen=True, slots=True)
class Lead:
    slack_id: str
    incident: int | None = None


@dataclass(frozen=True, slots=True)
class Rename:
    title: str
    incident: int | None = None


@dataclass(frozen=True, slots=True)
class Duplicate:
    """`/incident duplicate INC-41`: close this one, since that one (`of`) is about the same."""

    of: int
    incident: int | None = None


@dataclass(frozen=True, slots=True)
class Join:
    """*Join* on the announcement: be invited to the room."""

    incident: int


@dataclass(frozen=True, slots=True)
class Role:
    """`/incident role scribe [@user]`: take one of the policy's roles, or give it. `slack_id` None: to oneself."""

    role: str
    slack_id: str | None = None
    incident: int | None = None


@dataclass(frozen=True, slots=True)
class LinkTo:
    """`/incident link <sha, URL or branch> [#action]`."""

    ref: str
    action: int | None = None
    incident: int | None = None


@dataclass(frozen=True, slots=True)
class Resolve:
    text: str = ""
    incident: int | None = None


@dataclass(frozen=True, slots=True)
class Close:
    why: str = ""
    incident: int | None = None


@dataclass(frozen=True, slots=True)
class Reopen:
    incident: int | None = None


@dataclass(frozen=True, slots=True)
class Cancel:
    why: str
    incident: int | None = None


@dataclass(frozen=True, slots=True)
class Timeline:
    page: int = 1
    incident: int | None = None


@dataclass(frozen=True, slots=True)
class ListIncidents:
    page: int = 1


@dataclass(frozen=True, slots=True)
class Drift:
    page: int = 1


@dataclass(frozen=True, slots=True)
class Stats:
    weeks: int = 8


@dataclass(frozen=True, slots=True)
class Find:
    text: str


@dataclass(frozen=True, slots=True)
class Source:
    """A message in Slack that something is recorded from, in its own words (`verbatim`) or in others. `ts` names it in
    its channel, and says when it was posted."""

    channel: str
    ts: str
    url: str | None = None
    verbatim: bool = True

    @property
    def posted_at(self) -> int:
        """Microseconds since the epoch."""
        seconds, _, fraction = self.ts.partition(".")
        return int(seconds) * SECOND + int(fraction or 0)


@dataclass(frozen=True, slots=True)
class Sent:
    """A change as somebody sent it: a diff or, where `whole`, the live file; bounded, and with `found` (what kinds of
    secrets, for people) taken out. `veil` as in `RecordedChange`; `paths` as the diff has them."""

    content: bytes
    whole: bool
    paths: tuple[Clean, ...] = ()
    veil: Mapping[str, str] | None = None
    found: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Log:
    """`/hotfix <what you did>`. `at` and `until` are as typed (`14:05`, `2h`, `2026-11-24T14:05`).

    From a message (`source`) it is logged once, and without `at` for the time at which that was posted.
    """

    text: str
    target: str | None = None
    path: str | None = None
    repo: str | None = None
    kind: ActionKind | None = None
    ephemeral: bool = False
    by: str | None = None  # Slack id of the one who did it
    at: str | None = None
    until: str | None = None
    incident: int | None = None
    source: Source | None = None
    change: Sent | None = None


@dataclass(frozen=True, slots=True)
class Pin:
    """Put a message on the timeline. `by` is its author's Slack id, if a person wrote it."""

    text: str
    source: Source
    by: str | None = None


@dataclass(frozen=True, slots=True)
class Unpin:
    """Take what ledger entry `seq` pinned off the timeline."""

    seq: int
    incident: int | None = None


@dataclass(frozen=True, slots=True)
class Offers:
    """`/incident offers on|off`: whether Hotwash asks the person about messages that they write."""

    on: bool


@dataclass(frozen=True, slots=True)
class Undone:
    action: int
    incident: int | None = None
    why: str = ""


@dataclass(frozen=True, slots=True)
class Waive:
    action: int
    why: str
    incident: int | None = None


@dataclass(frozen=True, slots=True)
class Ephemeral:
    action: int
    incident: int | None = None


@dataclass(frozen=True, slots=True)
class Strike:
    action: int
    why: str
    incident: int | None = None


@dataclass(frozen=True, slots=True)
class Edit:
    """Only what is given changes; the old text stays in the ledger."""

    action: int
    text: str | None = None
    target: str | None = None
    path: str | None = None
    repo: str | None = None
    kind: ActionKind | None = None
    at: str | None = None
    until: str | None = None
    incident: int | None = None


@dataclass(frozen=True, slots=True)
class Owner:
    """Exactly one of the two is given: a person (Slack id) or a user group (Slack id)."""

    action: int
    slack_id: str | None = None
    group: str | None = None
    incident: int | None = None


@dataclass(frozen=True, slots=True)
class Confirm:
    action: int
    incident: int | None = None


@dataclass(frozen=True, slots=True)
class Patch:
    """What upstream misses of an action's recorded changes, as a file in its thread."""

    action: int
    incident: int | None = None


@dataclass(frozen=True, slots=True)
class Push:
    """The same as a branch of the repository."""

    action: int
    incident: int | None = None


@dataclass(frozen=True, slots=True)
class Snooze:
    """Quiet about one action, or about all that the person owns. `hours` None: as the policy says."""

    action: int | None = None
    incident: int | None = None
    hours: int | None = None


@dataclass(frozen=True, slots=True)
class RecordChange:
    """What an action did to files, itself: to be compared with upstream from then on."""

    action: int
    sent: Sent
    repo: str | None = None
    incident: int | None = None


Command = (
    Pin | Unpin | Retro | WriteRetro | Offers | Role | CatchUp | Rename | Duplicate | Join |
    Open | Help | Status | Post | Severity | Lead | LinkTo | Resolve | Close | Reopen | Cancel | Timeline
    | ListIncidents | Drift | Stats | Find | Log | Undone | Waive | Ephemeral | Strike | Edit | Owner | Confirm | Snooze
    | RecordChange | Patch | Push
)  # fmt: skip
