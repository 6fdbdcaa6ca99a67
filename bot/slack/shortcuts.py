"""The message shortcut *Log as manual action*: the log form, filled in from the message."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import structlog
from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncRespond
from slack_sdk.errors import SlackApiError, SlackClientError

from bot.rules import words
from bot.rules.commands import Command, Log, Source
from bot.rules.decision import Answer, Refusal
from bot.rules.message import mentioned, plain
from bot.slack.blocks import modals as forms
from bot.slack.blocks.answer import answer
from bot.slack.inbound import Inbound
from bot.slack.modals import command_of, values_of
from bot.slack.posted import posted, read

log = structlog.get_logger()

CALLBACK = "hotwash.log_message"


def register(app: AsyncApp, inbound: Inbound) -> None:
    @app.message_shortcut(CALLBACK)
    async def chosen(ack: AsyncAck, body: dict[str, Any], respond: AsyncRespond) -> None:
        await ack()
        inbound.later(_open(inbound, body, respond))

    @app.view(CALLBACK)
    async def submitted(ack: AsyncAck, body: dict[str, Any], view: dict[str, Any]) -> None:
        channel, ts = view["private_metadata"].split(" ")
        values = values_of(view)
        request = replace(inbound.request(body, "shortcut"), channel=channel)
        try:
            said = await inbound.do(request, await _command(inbound, request.team, channel, ts, values))
        except Refusal as refusal:
            await ack(
                response_action="errors", errors={refusal.about if refusal.about in values else "text": str(refusal)}
            )
        except Exception:
            log.exception("form failed", verb="log_message", user=request.slack_id)
            sorry = "Not recorded: the record could not be written just now. What you typed is still here; send again."
            await ack(response_action="errors", errors={"text": sorry})
        else:
            await ack()
            inbound.whisper(channel, request.slack_id, said, None)


async def _command(inbound: Inbound, team: str, channel: str, ts: str, values: Mapping[str, str | None]) -> Command:
    """What was filled in, with the message's address where Slack tells it: not where we are not, and that is no reason
    not to log. A text that was left empty is the message's own. Raises Refusal where there is none."""
    try:
        message = await read(inbound, channel, ts)
    except (SlackClientError, TimeoutError, OSError) as error:
        log.warning("message not read", channel=channel, ts=ts, error=repr(error))
        message = None
    source, seen = Source(channel, ts), ""
    if message is not None:
        source, seen = message.source, plain(message.text, await inbound.names(team, mentioned(message.text)))
    text = values["text"] or seen
    if not text:
        raise Refusal(words.message_gone())
    command = command_of("log", "", {**values, "text": text})
    assert isinstance(command, Log)
    return replace(command, by=values["owner"], source=replace(source, verbatim=text == seen))


async def _open(inbound: Inbound, body: dict[str, Any], respond: AsyncRespond) -> None:
    """Show the form, at most once. Where it can't be shown, the person is told what to do instead."""
    channel, team, user = body["channel"]["id"], body["team"]["id"], body["user"]["id"]
    message = posted(body["message"], channel)
    text = plain(message.text, await inbound.names(team, mentioned(message.text)))
    view = forms.log_message(text, message.author or user, message.source)
    try:
        await inbound.client.views_open(trigger_id=body["trigger_id"], view=view)
    except (SlackClientError, TimeoutError, OSError) as error:
        why = error.response["error"] if isinstance(error, SlackApiError) else repr(error)
        log.warning("form not shown", verb="log_message", error=why)
        said = answer(
            Answer(
                "Slack did not open the form. Nothing was logged. React to the message with 🔧 to log it as it is, "
                "or type this:",
                paste=(f"/hotfix {text}",),
            )
        )
        await respond(text=said.text, blocks=said.blocks, response_type="ephemeral", replace_original=False)
