"""The one app that is installed in the workspace: its tokens, what it may do, what it hears, where it is reached."""

from dataclasses import dataclass, field
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

BOT_TOKEN = "xoxb-playground"  # noqa: S105 - public by design: it opens nothing but this local server
APP_TOKEN = "xapp-playground"  # noqa: S105
SIGNING_SECRET = "playground"  # noqa: S105
CLIENT_ID = "playground"
CLIENT_SECRET = "playground"  # noqa: S105

# Event subscription -> the scope it needs, or None. https://docs.slack.dev/reference/events
EVENT_SCOPES: dict[str, str | None] = {
    "message.channels": "channels:history",
    "message.groups": "groups:history",
    "message.im": "im:history",
    "message.mpim": "mpim:history",
    "app_mention": "app_mentions:read",
    "app_home_opened": None,
    "reaction_added": "reactions:read",
    "reaction_removed": "reactions:read",
    "member_joined_channel": "channels:read",
    "member_left_channel": "channels:read",
    "channel_created": "channels:read",
    "channel_archive": "channels:read",
    "channel_unarchive": "channels:read",
    "channel_rename": "channels:read",
    "channel_left": "channels:read",
    "group_archive": "groups:read",
    "group_unarchive": "groups:read",
    "group_rename": "groups:read",
    "group_left": "groups:read",
    "pin_added": "pins:read",
    "pin_removed": "pins:read",
    "user_change": "users:read",
    "team_join": "users:read",
}


class Command(BaseModel):
    """A slash command as the app registered it; the last two are for people's eyes."""

    model_config = ConfigDict(extra="ignore")  # a manifest says more of a command

    command: str = Field(pattern=r"^/\S+$")
    description: str = ""
    usage_hint: str = ""


class Shortcut(BaseModel):
    """A shortcut as the app registered it: in the menu of a message, or of the workspace."""

    model_config = ConfigDict(extra="ignore")

    name: str
    type: Literal["message", "global"]
    callback_id: str


@dataclass(slots=True)
class App:
    """The registration. `None` for scopes, events or commands means: all that there are."""

    name: str = "bot"
    scopes: frozenset[str] | None = None
    events: frozenset[str] | None = None
    commands: list[Command] | None = None
    shortcuts: list[Shortcut] = field(default_factory=list)
    should_escape: bool = True  # people, channels and links typed after a command arrive as ids
    request_url: str | None = None  # signed HTTP when set, else Socket Mode
    ack_seconds: float = 3.0
    retry_seconds: tuple[float, ...] = (0.0, 60.0, 300.0)  # waits before the retries of an event

    def has_command(self, name: str) -> bool:
        return self.commands is None or any(known.command == name for known in self.commands)

    def may(self, scope: str) -> bool:
        return self.scopes is None or scope in self.scopes

    def hears(self, subscription: str, *, private: bool) -> bool:
        """Whether an event is delivered: subscribed to, with its scope; of a private channel, with that of those."""
        scope = EVENT_SCOPES.get(subscription)
        if private and scope == "channels:read":
            scope = "groups:read"
        return (self.events is None or subscription in self.events) and (scope is None or self.may(scope))


class AppOrder(BaseModel):
    """Change the registration. What is not given stays; an explicit null for scopes, events or commands means all."""

    model_config = ConfigDict(extra="forbid")

    scopes: list[str] | None = None
    events: list[str] | None = None
    commands: list[Command | str] | None = None
    shortcuts: list[Shortcut] | None = None
    should_escape: bool | None = None
    request_url: str | None = None
    ack_seconds: float | None = Field(default=None, gt=0)
    retry_seconds: list[float] | None = None
    manifest: dict[str, Any] | None = None
