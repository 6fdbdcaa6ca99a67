"""The bodies of `/_play/` orders. `docs/playground.md` describes each."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field


class Order(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Nothing(Order):
    """An order that needs no more than its name."""


class InChannel(Order):
    channel: str


class OnMessage(InChannel):
    ts: str


class Say(InChannel):
    text: str = ""
    thread_ts: str | None = None
    broadcast: bool = False
    files: list[str] = []


class Edit(OnMessage):
    text: str


class Command(InChannel):
    text: str


class Press(Order):
    """On a message (`channel` and `ts`), or in what `view` names; the element by its ids or its label.

    `value` is what is picked or typed: an option's value or label, a person, a channel, a date, text; a list of those
    for elements that take several.
    """

    channel: str | None = None
    ts: str | None = None
    view: Literal["modal", "home"] | None = None
    action_id: str | None = None
    block_id: str | None = None
    label: str | None = None
    value: Any = None


class Submit(Order):
    values: dict[str, Any] = {}


class Close(Order):
    all: bool = False


class Shortcut(Order):
    """A message shortcut with `channel` and `ts`, a global one without."""

    callback_id: str
    channel: str | None = None
    ts: str | None = None


class React(OnMessage):
    name: str


class WithUser(InChannel):
    user: str


class Create(Order):
    name: str
    private: bool = False


class Rename(InChannel):
    name: str


class Topic(InChannel):
    topic: str


class Upload(Order):
    name: str
    content: str  # base64
    mimetype: str = Field(default="application/octet-stream", pattern=r"^[\w.+-]+/[\w.+-]+$")


class Profile(Order):
    """Someone's profile by handle: what is given changes; an unknown handle is a new person, who joins #general."""

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9._-]*$")
    real_name: str | None = None
    tz: str | None = None
    title: str | None = None
    is_admin: bool | None = None
    is_restricted: bool | None = None
    is_ultra_restricted: bool | None = None
    deleted: bool | None = None


class Limits(Order):
    on: bool


class Connections(Order):
    """`drop` cuts the websockets without a word; any other is the reason of a `disconnect` that is sent first."""

    do: Literal["drop", "warning", "refresh_requested", "link_disabled"]
