"""The state of a local Slack workspace as plain data: who is there, where they talk, what was said.

Nothing here acts or answers; `acts` changes it and `shapes` writes it the way Slack does.
"""

import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

from bot.playground.changes import Changes

Json = dict[str, Any]
ChannelKind = Literal["public", "private", "im", "mpim"]


@dataclass(slots=True)
class User:
    id: str
    name: str
    real_name: str
    tz: str
    title: str = ""
    is_bot: bool = False
    is_admin: bool = False
    is_restricted: bool = False  # a guest
    is_ultra_restricted: bool = False  # a guest of one channel
    deleted: bool = False
    color: str = "4a154b"

    @property
    def email(self) -> str:
        return f"{self.name}@acme.example"


@dataclass(slots=True)
class File:
    id: str
    name: str
    title: str
    user: str
    created: int  # seconds since the epoch
    size: int  # bytes
    mimetype: str = "application/octet-stream"
    content: bytes = b""
    uploaded: bool = False
    shared: bool = False


@dataclass(slots=True)
class Message:
    channel: str
    ts: str
    user: str
    text: str
    blocks: list[Json] = field(default_factory=list)
    attachments: list[Json] = field(default_factory=list)
    subtype: str | None = None
    thread_ts: str | None = None
    bot_id: str | None = None
    username: str | None = None
    icons: Json = field(default_factory=dict)
    metadata: Json | None = None
    edited: Json | None = None  # {"user", "ts"}
    files: list[str] = field(default_factory=list)
    reactions: dict[str, list[str]] = field(default_factory=dict)  # emoji -> user ids, in order
    replies: list[str] = field(default_factory=list)  # ts of the thread's replies, oldest first
    broadcast: bool = False  # a reply that was also sent to the channel
    only_for: str | None = None  # an ephemeral message: the one user who sees it
    inviter: str | None = None
    tombstone: bool = False  # deleted, kept because its thread has replies

    @property
    def is_reply(self) -> bool:
        return self.thread_ts is not None and self.thread_ts != self.ts


@dataclass(slots=True)
class Pin:
    user: str
    created: int


@dataclass(slots=True)
class Bookmark:
    id: str
    title: str
    link: str
    emoji: str
    user: str
    created: int
    updated: int


@dataclass(slots=True)
class Note:
    """A topic or a purpose."""

    value: str = ""
    creator: str = ""
    last_set: int = 0


@dataclass(slots=True)
class Channel:
    id: str
    name: str
    kind: ChannelKind
    creator: str
    created: int
    members: dict[str, None] = field(default_factory=dict)  # an ordered set of user ids
    messages: dict[str, Message] = field(default_factory=dict)  # by ts, which only grows
    ephemerals: dict[str, Message] = field(default_factory=dict)
    topic: Note = field(default_factory=Note)
    purpose: Note = field(default_factory=Note)
    archived: bool = False
    is_general: bool = False
    previous_names: list[str] = field(default_factory=list)
    pins: dict[str, Pin] = field(default_factory=dict)  # by ts of the message
    bookmarks: dict[str, Bookmark] = field(default_factory=dict)
    last_read: dict[str, str] = field(default_factory=dict)  # user id -> ts

    @property
    def is_direct(self) -> bool:
        return self.kind in ("im", "mpim")


@dataclass(slots=True)
class Usergroup:
    id: str
    handle: str
    name: str
    users: list[str]
    created: int
    disabled: bool = False


@dataclass(slots=True)
class View:
    """A modal on a person's screen, or their Home tab."""

    id: str
    user: str
    content: Json  # as the app sent it, with ids filled in
    hash: str
    root_id: str
    previous_id: str | None = None
    state: Json = field(default_factory=dict)  # block_id -> action_id -> value, as Slack sends it
    errors: dict[str, str] = field(default_factory=dict)  # block_id -> what the app refused

    @property
    def external_id(self) -> str:
        return str(self.content.get("external_id") or "")


@dataclass(slots=True)
class World:
    """One workspace. `now` is the clock that people see; it may be moved, and message times still only grow."""

    now: Callable[[], float]
    changes: Changes
    on_event: Callable[[Json, Channel | None], None] = lambda event, channel: None
    base_url: str = ""  # where this Slack is reached, without a slash at the end
    team_id: str = "T0000ACME1"
    team_name: str = "Acme"
    team_domain: str = "acme"
    users: dict[str, User] = field(default_factory=dict)
    usergroups: dict[str, Usergroup] = field(default_factory=dict)
    channels: dict[str, Channel] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)  # every channel name ever used -> channel id
    directs: dict[frozenset[str], str] = field(default_factory=dict)  # members -> id of their conversation
    files: dict[str, File] = field(default_factory=dict)
    modals: dict[str, list[View]] = field(default_factory=dict)  # user id -> stack, the top one last
    homes: dict[str, View] = field(default_factory=dict)  # user id -> Home tab
    slackbot: str = "USLACKBOT"
    bot_user: str = "U0000000BOT"
    bot_id: str = "B0000000BOT"
    app_id: str = "A0000000APP"
    _ids: int = 0
    _last_ts: int = 0  # microseconds

    def new_id(self, prefix: str) -> str:
        self._ids += 1
        return f"{prefix}{self._ids:09d}"

    def new_ts(self) -> str:
        """A message time: unique in the workspace and later than every one before."""
        self._last_ts = max(self._last_ts + 1, int(self.now() * 1_000_000))
        return f"{self._last_ts // 1_000_000}.{self._last_ts % 1_000_000:06d}"

    def seconds(self) -> int:
        return int(self.now())

    @property
    def bot(self) -> User:
        return self.users[self.bot_user]

    def channel_named(self, name: str) -> Channel | None:
        """The channel that has this name now, archived or not."""
        channel = self.channels.get(self.names.get(name, ""))
        return channel if channel is not None and channel.name == name else None

    def views(self) -> Iterator[View]:
        for stack in self.modals.values():
            yield from stack
        yield from self.homes.values()

    def view(self, view_id: str) -> View | None:
        return next((view for view in self.views() if view.id == view_id), None)


def new_hash(world: World) -> str:
    return f"{world.seconds()}.{secrets.token_hex(4)}"


_PEOPLE = (
    User(
        "U0000MAYA1",
        "maya",
        "Maya Lindqvist",
        "Europe/Berlin",
        "Platform lead",
        is_admin=True,
        color="e8912d",
    ),
    User("U0000SAM01", "sam", "Sam Okafor", "America/New_York", "Site reliability", color="2f80c3"),
    User("U0000PRIYA", "priya", "Priya Raman", "Asia/Kolkata", "Payments", color="9b3b9d"),
    User("U0000ALEX1", "alex", "Alex Novak", "UTC", "Databases", color="3b8f5a"),
    User("U0000KENJI", "kenji", "Kenji Mori", "Asia/Tokyo", "Support", color="c0392b"),
    User("U0000GWEN1", "gwen", "Gwen Hale", "Europe/London", "Contractor", is_restricted=True, color="7f8c8d"),
)


def acme(now: Callable[[], float], changes: Changes, bot_name: str) -> World:
    """The default cast: six people in six time zones (one a guest), a bot, #general and #incidents."""
    world = World(now, changes)
    for person in _PEOPLE:
        world.users[person.id] = User(**{name: getattr(person, name) for name in User.__slots__})
    world.users[world.bot_user] = User(world.bot_user, bot_name, bot_name.capitalize(), "UTC", is_bot=True)
    world.users[world.slackbot] = User(world.slackbot, "slackbot", "Slackbot", "UTC")
    people = [person.id for person in _PEOPLE]
    for name, members in (("general", people), ("incidents", people[:5])):
        channel = Channel(world.new_id("C"), name, "public", people[0], world.seconds(), dict.fromkeys(members))
        channel.is_general = name == "general"
        world.channels[channel.id] = channel
        world.names[name] = channel.id
    sre = Usergroup(world.new_id("S"), "sre", "Site reliability", [people[0], people[1]], world.seconds())
    world.usergroups[sre.id] = sre
    return world
