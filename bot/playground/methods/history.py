"""conversations.history and conversations.replies: what was said."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice, takewhile
from typing import Self

from bot.playground import shapes
from bot.playground.errors import SlackError
from bot.playground.methods.conversations import need_for
from bot.playground.methods.table import Call, Limit, method
from bot.playground.world import Channel, Json, Message


@method("conversations.history", 3, "channels:history", "groups:history", "im:history", "mpim:history")
def history(
    call: Call,
    *,
    channel: str,
    latest: str = "",
    oldest: str = "",
    inclusive: bool = False,
    limit: Limit = 100,
    cursor: str = "",
    include_all_metadata: bool = False,
) -> Json:
    """Top-level messages, newest first; replies only where they were sent to the channel too."""
    where = _readable(call, channel)
    span = _Span.of(latest, oldest, inclusive)
    newest = _cursor_ts(cursor) if cursor else LAST_TS
    found = (
        message
        for message in takewhile(lambda m: m.ts >= span.oldest, reversed(where.messages.values()))
        if message.ts <= newest and span.holds(message.ts) and (message.broadcast or not message.is_reply)
    )
    return {**_answer(call, found, limit, include_all_metadata), "pin_count": len(where.pins)}


@method("conversations.replies", 3, "channels:history", "groups:history", "im:history", "mpim:history")
def replies(
    call: Call,
    *,
    channel: str,
    ts: str,
    latest: str = "",
    oldest: str = "",
    inclusive: bool = False,
    limit: Limit = 100,
    cursor: str = "",
    include_all_metadata: bool = False,
) -> Json:
    """A thread: its parent first, then the replies, oldest first. The ts of a reply finds its thread as well."""
    where = _readable(call, channel)
    asked = where.messages.get(ts)
    parent = where.messages.get(asked.thread_ts or asked.ts) if asked else None
    if parent is None:
        raise SlackError("thread_not_found")
    span = _Span.of(latest, oldest, inclusive)
    first = _cursor_ts(cursor) if cursor else FIRST_TS
    thread = [parent.ts, *(reply for reply in parent.replies if span.holds(reply))]
    found = (where.messages[reply] for reply in thread if reply >= first)
    return _answer(call, found, limit, include_all_metadata)


def _readable(call: Call, channel: str) -> Channel:
    where = call.channel(channel)
    need_for(call, where, "history")
    if call.caller.id not in where.members:
        raise SlackError("not_in_channel")
    return where


FIRST_TS, LAST_TS = "0000000000.000000", "9999999999.999999"


@dataclass(frozen=True, slots=True)
class _Span:
    """From `oldest` to `latest`, both as full message times, so that text compares as time does."""

    oldest: str
    latest: str
    inclusive: bool

    @classmethod
    def of(cls, latest: str, oldest: str, inclusive: bool) -> Self:
        return cls(_full_ts(oldest, "oldest", FIRST_TS), _full_ts(latest, "latest", LAST_TS), inclusive)

    def holds(self, ts: str) -> bool:
        return self.oldest < ts < self.latest or (self.inclusive and ts in (self.oldest, self.latest))


def _full_ts(ts: str, name: str, default: str) -> str:
    if not ts:
        return default
    try:
        micros = round(Decimal(ts) * 1_000_000)
    except ArithmeticError:
        raise SlackError(f"invalid_ts_{name}") from None
    return f"{micros // 1_000_000:010d}.{micros % 1_000_000:06d}"


def _cursor_ts(cursor: str) -> str:
    try:
        kind, _, ts = bytes.fromhex(cursor).decode().partition(":")
    except ValueError:
        raise SlackError("invalid_cursor") from None
    if kind != "next_ts":
        raise SlackError("invalid_cursor")
    return ts


def _answer(call: Call, found: Iterator[Message], limit: int, metadata: bool) -> Json:
    some = list(islice(found, limit))
    following = next(found, None)
    answer: Json = {
        "messages": [shapes.message_json(call.slack.world, message, metadata=metadata) for message in some],
        "has_more": following is not None,
    }
    if following is not None:
        answer["response_metadata"] = {"next_cursor": f"next_ts:{following.ts}".encode().hex()}
    return answer
