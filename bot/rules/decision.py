"""What a verb's `decide` hands back: ledger entries, state changes, effects and an answer, all plain data."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Refusal(Exception):
    """A verb will not do what was asked. The text is for the person: what happened, what was kept, what to do. `about`
    names the option that is wrong, where it is one: a form shows the text there."""

    about: str | None = None


class CannotRun(Exception):
    """The program can't do what it was started for. The text is a sentence for who started it: what, and what to do."""


class EffectKind(StrEnum):
    """What the outside world should come to show. Delivery renders it from the state at that moment."""

    WORKSPACE = "workspace"  # learn the bot's own id and the announce channel, and join it
    PERSON = "person"  # learn name, time zone and kind of a person; key: person id
    ROOM = "room"  # the incident's channel
    INVITE = "invite"  # key: person id
    RESPONDERS = "responders"  # whom the policy names for the severity and the service
    RENAME = "rename"  # the channel's name follows the title
    ARCHIVE = "archive"
    TOPIC = "topic"
    BOOKMARK = "bookmark"  # key: empty (where incidents are announced), "bridge" or "repository"
    CARD = "card"
    CATCH_UP = "catch_up"  # what happened so far, to a person; key: person id, and an entry's seq where they asked
    PIN = "pin"
    ANNOUNCEMENT = "announcement"  # key: empty, or "service" for that in the channel of the service
    ACTION = "action"  # the echo of one action in the room; key: action number
    NOTE = "note"  # one ledger entry said in the room; key: entry seq
    CHECKLIST = "checklist"
    PATCH = "patch"  # what upstream misses of an action's changes, a file in its thread; key: id of the patch
    PULL = "pull_request"  # that of a branch that was pushed, on its host; key: id of the patch
    SUMMARY = "summary"
    ANCHOR = "anchor"  # the ledger's last hash, said where the database cannot reach; key: entry seq
    THREAD_NUDGE = "thread_nudge"  # one line in an action's own thread; key: entry seq
    NUDGE = "nudge"  # a person's one direct message for all their drift, anew; key: person id
    NUDGE_REFRESH = "nudge_refresh"  # the same message brought up to date where it stands; key: person id
    HOME = "home"  # a person's Home tab; key: person id
    LEAD_NUDGE = "lead_nudge"  # key: entry seq
    UPDATE_NUDGE = "update_nudge"  # a status update is overdue, said in the room to its lead; key: entry seq
    DIGEST = "digest"  # weekly, over all incidents; key: the lead's person id, or 0 for everybody, and the date
    DRIFT_NOTICE = "drift_notice"  # to the announce channel; key: entry seq
    ALARM = "alarm"  # a regression, to the announce channel; key: entry seq
    ALARM_OWNER = "alarm_owner"  # the same to the owner; key: entry seq
    REPORT = "report"  # the close-out report, committed to the repository that the policy names
    WEBHOOK = "webhook"  # what an endpoint of the policy is told next; key: its name
    DEPLOY_WARNING = "deploy_warning"  # a deploy undoes actions, in their room; key: entry seq
    DEPLOY_ALARM = "deploy_alarm"  # the same to the announce channel; key: entry seq
    DEPLOY_ALARM_OWNER = "deploy_alarm_owner"  # the same to an owner; key: entry seq, and the person id


@dataclass(frozen=True, slots=True)
class Effect:
    """Ask that `kind` of `incident_id` (and `key`) be shown. Asking twice before delivery is asking once."""

    kind: EffectKind
    incident_id: int | None = None
    key: str = ""

    @property
    def lane(self) -> str:
        """Effects of one lane keep their order; different lanes don't wait for each other."""
        return f"{self.kind.value}/{self.incident_id or 0}/{self.key}"


@dataclass(frozen=True, slots=True)
class Entry:
    """A ledger entry to append. Text in the payload is `Clean`; people are internal ids."""

    kind: str
    payload: Mapping[str, Any] = field(default_factory=dict)
    ref_seq: int | None = None  # the entry that this one is about: an amendment or a purge


@dataclass(frozen=True, slots=True)
class Insert:
    table: str
    row: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Update:
    table: str
    id: int
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Button:
    """A button on an answer: pressing it sends `verb` with `value` back."""

    verb: str
    label: str
    value: str
    style: str | None = None


@dataclass(frozen=True, slots=True)
class Menu:
    """A choice on an answer: picking one sends `verb` with `value` and the option back."""

    verb: str
    label: str
    value: str
    options: tuple[str, ...]
    chosen: str | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What the person who asked is told, to them alone. Plain text: the surface escapes it.

    `paste` are lines to copy, shown character for character.
    """

    text: str
    buttons: tuple[Button, ...] = ()
    menu: Menu | None = None
    paste: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Decision:
    answer: Answer
    entries: tuple[Entry, ...] = ()
    changes: tuple[Insert | Update, ...] = ()
    effects: tuple[Effect, ...] = ()
