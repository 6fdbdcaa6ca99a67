"""A message that somebody posted, as far as the surfaces that act on messages need it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from slack_sdk.errors import SlackApiError

from bot.rules import words
from bot.rules.commands import Log, Source
from bot.rules.decision import Refusal
from bot.rules.message import mentioned, plain
from bot.slack.inbound import Inbound

_GONE = {"message_not_found", "channel_not_found", "not_in_channel", "is_archived", "bad_timestamp"}


@dataclass(frozen=True, slots=True)
class Posted:
    """`text` is as Slack sends it; `author` is a Slack id, None where an app wrote it; `thread` that of a reply."""

    source: Source
    text: str
    author: str | None
    thread: str | None

    async def plain(self, inbound: Inbound, team: str) -> str:
        """The text as people saw it. Raises Refusal where there is none."""
        said = plain(self.text, await inbound.names(team, mentioned(self.text)))
        if not said.strip():
            raise Refusal(words.no_text("/hotfix <what you did>"))
        return said

    async def as_log(self, inbound: Inbound, team: str) -> Log:
        """The message as an action of its author's. Raises Refusal."""
        return Log(await self.plain(inbound, team), by=self.author, source=self.source)


def posted(message: Mapping[str, Any], channel: str) -> Posted:
    author = None if message.get("bot_id") else message.get("user")
    url = message.get("permalink")
    return Posted(Source(channel, message["ts"], url), message.get("text") or "", author, thread_of(message))


def thread_of(message: Mapping[str, Any]) -> str | None:
    """The thread that a message is a reply in; None for one that only began a thread."""
    thread: str | None = message.get("thread_ts")
    return None if thread == message["ts"] else thread


async def read(inbound: Inbound, channel: str, ts: str) -> Posted | None:
    """Ask Slack for a message, a reply in a thread included; None if it is gone, or not for us to see."""
    try:
        answer = await inbound.client.reactions_get(channel=channel, timestamp=ts)
    except SlackApiError as error:
        if error.response["error"] in _GONE:
            return None
        raise
    return posted(answer["message"], channel)
