"""Mentions: `@Hotwash …` takes all that the slash commands take, also in threads, where Slack has no slash commands.

Slack sends a mention twice, as `app_mention` and as `message`, with different event ids: here it is done, once for its
channel and time; `messages` leaves it alone.
"""

from dataclasses import replace
from typing import Any

import structlog
from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackClientError

from bot.rules.commands import Command, Log, Source
from bot.rules.decision import Refusal
from bot.rules.grammar import parse_mention
from bot.rules.message import labelled, mentioned, said_to
from bot.slack.inbound import Inbound, told

log = structlog.get_logger()


async def command_in(
    inbound: Inbound, body: dict[str, Any], text: str, channel: str, ts: str, thread_ts: str | None
) -> Command | None:
    """The command in a message that mentions us; None if it does not. Raises Mistyped."""
    team, said = body["team_id"], said_to(text, body["authorizations"][0]["user_id"])
    if said is None:
        return None
    about = await inbound.about(team, channel, ts, thread_ts) if thread_ts else None
    said = labelled(said, await inbound.names(team, mentioned(said)))
    return parse_mention(said, inbound.severities, about)


def register(app: AsyncApp, inbound: Inbound) -> None:
    @app.event("app_mention")
    async def mentioned_us(body: dict[str, Any], event: dict[str, Any]) -> None:
        if event.get("bot_id") or "user" not in event:
            return
        channel, ts, thread_ts = event["channel"], event["ts"], event.get("thread_ts")
        request = inbound.event(body, "mention", f"message:{channel}:{ts}", channel)
        try:
            command = await command_in(inbound, body, event["text"], channel, ts, thread_ts)
        except Refusal as refusal:
            inbound.whisper(channel, request.slack_id, told(refusal), thread_ts)
            return
        if command is None:
            return
        if isinstance(command, Log):
            command = replace(command, source=Source(channel, ts, await _permalink(inbound, channel, ts)))
        await inbound.hear(request, command, thread_ts)


async def _permalink(inbound: Inbound, channel: str, ts: str) -> str | None:
    """The address of a message; None if Slack does not tell: that is no reason not to log."""
    try:
        return str((await inbound.client.chat_getPermalink(channel=channel, message_ts=ts))["permalink"])
    except (SlackClientError, TimeoutError, OSError) as error:
        log.warning("no address of a message", channel=channel, ts=ts, error=repr(error))
        return None
