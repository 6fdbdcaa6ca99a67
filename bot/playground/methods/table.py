"""How a Web API method is declared, and how its arguments are read and refused.

A method is a function whose keyword-only parameters are its arguments: the annotation says how to read one, a
default makes it optional. Values arrive as text (form, query) or as JSON values, and both are read alike.
"""

import contextlib
import inspect
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from types import NoneType
from typing import Annotated, Any, Literal, get_args, get_type_hints

from bot.playground.errors import SlackError, invalid_arguments
from bot.playground.rate_limits import Tier
from bot.playground.slack import Slack
from bot.playground.world import Channel, Json, Message, User

Auth = Literal["bot", "app", "none"]  # the kind of token that a method takes
Array = Annotated[list[Any], "array"]  # a JSON array, or its text
Blocks = Annotated[list[Any], "blocks"]  # the same, refused with `invalid_blocks_format`
Attachments = Annotated[list[Any], "attachments"]  # the same, refused with `invalid_attachments`
Object = Annotated[dict[str, Any], "object"]  # a JSON object, or its text
Names = Annotated[list[str], "names"]  # "a,b,c", a JSON array, or its text
Limit = Annotated[int, "limit"]  # 1 to 1000

_TS = re.compile(r"\d{10}\.\d{6}")


@dataclass(frozen=True, slots=True)
class Argument:
    read: Callable[[Any], Any]  # raises ValueError with Slack's sentence
    required: bool


Arguments = dict[str, Argument]


def arguments_of(run: Callable[..., Any]) -> Arguments:
    """The arguments that a function declares with its keyword-only parameters."""
    hints = get_type_hints(run, include_extras=True)
    return {
        parameter.name: Argument(_reader(hints[parameter.name]), parameter.default is parameter.empty)
        for parameter in inspect.signature(run).parameters.values()
        if parameter.kind is parameter.KEYWORD_ONLY
    }


def read_arguments(arguments: Arguments, given: Json) -> Json:
    """Those of `given` that are declared, read; others are ignored.

    Raises SlackError: `invalid_arguments` with every sentence, or the code that the kind of argument has of its own.
    """
    read: Json = {}
    wrong: list[str] = []
    for name, argument in arguments.items():
        value = given.get(name)
        if value is None or value == "":
            if argument.required:
                wrong.append(f"[ERROR] missing required field: {name}")
            continue
        try:
            read[name] = argument.read(value)
        except ValueError as refused:
            wrong.append(f"[ERROR] {refused} [json-pointer:/{name}]")
    if wrong:
        raise invalid_arguments(*wrong)
    return read


@dataclass(frozen=True, slots=True)
class Method:
    """`scopes`: any one of them is enough; a method that works on several kinds of channels names one per kind."""

    name: str
    tier: Tier
    scopes: tuple[str, ...]
    arguments: Arguments
    run: Callable[..., Json | None]
    auth: Auth = "bot"


METHODS: dict[str, Method] = {}


def method(
    name: str,
    tier: Tier,
    *scopes: str,
    auth: Auth = "bot",
) -> Callable[[Callable[..., Json | None]], Callable[..., Json | None]]:
    """Declare a Web API method. The function gets a `Call` and the arguments; its answer is added to `ok: true`."""

    def declare(run: Callable[..., Json | None]) -> Callable[..., Json | None]:
        METHODS[name] = Method(name, tier, scopes, arguments_of(run), run, auth)
        return run

    return declare


@dataclass(slots=True)
class Call:
    """One call that passed the doors: the local Slack, and who calls."""

    slack: Slack
    caller: User

    def channel(self, channel_id: str) -> Channel:
        """A conversation that the app can see. Raises `channel_not_found`, for other people's private ones too."""
        channel = self.slack.world.channels.get(channel_id)
        if channel is None or (channel.kind != "public" and self.caller.id not in channel.members):
            raise SlackError("channel_not_found")
        return channel

    def own_channel(self, channel_id: str) -> Channel:
        """A conversation that the app is in and that is open. Raises `is_archived`, `not_in_channel` too."""
        channel = self.slack.world.channels.get(channel_id)
        if channel is not None and channel.archived:
            raise SlackError("is_archived")
        channel = self.channel(channel_id)
        if self.caller.id not in channel.members:
            raise SlackError("not_in_channel")
        return channel

    def message(self, channel: Channel, ts: str) -> Message:
        """Raises `message_not_found`: deleted and ephemeral messages are not to be found."""
        message = channel.messages.get(ts)
        if message is None or message.tombstone:
            raise SlackError("message_not_found")
        return message

    def item(self, channel: Channel, timestamp: str) -> Message:
        """A message to pin or react to. Raises `no_item_specified`, `bad_timestamp`, `message_not_found`."""
        if not timestamp:
            raise SlackError("no_item_specified")
        if not _TS.fullmatch(timestamp):
            raise SlackError("bad_timestamp")
        return self.message(channel, timestamp)

    def user(self, user_id: str, code: str = "user_not_found") -> User:
        user = self.slack.world.users.get(user_id)
        if user is None:
            raise SlackError(code)
        return user

    def need(self, *scopes: str) -> None:
        """Raise `missing_scope` unless the app has one of `scopes`."""
        app = self.slack.app
        if app.scopes is not None and not any(app.may(scope) for scope in scopes):
            provided = ",".join(sorted(app.scopes))
            raise SlackError("missing_scope", needed=",".join(scopes), provided=provided)


def _reader(hint: Any) -> Callable[[Any], Any]:
    """The reader for `hint`, or for what stands beside None in it."""
    given = next(option for option in get_args(hint) if option is not NoneType) if NoneType in get_args(hint) else hint
    return _READERS[given]


def _text(value: Any) -> str:
    if isinstance(value, (dict, list)):
        raise ValueError("must provide a string")
    return "true" if value is True else "false" if value is False else str(value)


def _flag(value: Any) -> bool:
    if str(value).lower() in ("true", "1"):
        return True
    if str(value).lower() in ("false", "0"):
        return False
    raise ValueError("must be a boolean")


def _number(value: Any) -> int:
    try:
        return int(str(value))
    except ValueError:
        raise ValueError("must be an integer") from None


def _limit(value: Any) -> int:
    number = _number(value)
    if not 1 <= number <= 1000:
        raise ValueError("must be between 1 and 1000")
    return number


def _parsed(value: Any, kind: type, sentence: str) -> Any:
    if isinstance(value, str):
        with contextlib.suppress(ValueError):
            value = json.loads(value)
    if not isinstance(value, kind):
        raise ValueError(sentence)
    return value


def _array_or(code: str) -> Callable[[Any], list[Any]]:
    def read(value: Any) -> list[Any]:
        try:
            return list(_parsed(value, list, code))
        except ValueError:
            raise SlackError(code) from None

    return read


def _names(value: Any) -> list[str]:
    if isinstance(value, str) and not value.startswith("["):
        return [name.strip() for name in value.split(",") if name.strip()]
    names = _parsed(value, list, "must be a list of ids")
    if not all(isinstance(name, str) for name in names):
        raise ValueError("must be a list of ids")
    return list(names)


_READERS: dict[Any, Callable[[Any], Any]] = {
    str: _text,
    bool: _flag,
    int: _number,
    Limit: _limit,
    Array: lambda value: _parsed(value, list, "must be an array"),
    Blocks: _array_or("invalid_blocks_format"),
    Attachments: _array_or("invalid_attachments"),
    Object: lambda value: _parsed(value, dict, "must be an object"),
    Names: _names,
}


def page(items: list[Any], limit: int, cursor: str) -> tuple[list[Any], Json]:
    """One page of `items`, and the answer's `response_metadata`. Raises `invalid_cursor`."""
    start = 0
    if cursor:
        try:
            start = int(bytes.fromhex(cursor).decode().removeprefix("from:"))
        except ValueError:
            raise SlackError("invalid_cursor") from None
    end = start + limit
    following = f"from:{end}".encode().hex() if end < len(items) else ""
    return items[start:end], {"response_metadata": {"next_cursor": following}}
