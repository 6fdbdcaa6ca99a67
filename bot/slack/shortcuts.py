"""The message shortcut *Log as manual action*: the log form, filled in from the message."""

from dataclasses import replace
from typing import Any

import structlog
from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncRespond
from slack_sdk.errors import SlackApiError, SlackClientError

from bot.rules.commands import Log, Source
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
        command = command_of("log", "", values)
        assert isinstance(command, Log)
        source = await _source(inbound, body["team"]["id"], channel, ts, values["text"] or "")
        request = replace(inbound.request(body, "shortcut"), channel=channel)
        try:
            said = await inbound.do(request, replace(command, by=values["owner"], source=source))
        except Refusal as refusal:
            await ack(response_action="errors", errors={"text": str(refusal)})
        except Exception:
            log.exception("form failed", verb="log_message", user=request.slack_id)
            sorry = "Not recorded: the record could not be written just now. What you typed is still here; send again."
            await ack(response_action="errors", errors={"text": sorry})
        else:
            await ack()
            inbound.whisper(channel, request.slack_id, said, None)


async def _source(inbound: Inbound, team: str, channel: str, ts: str, logged: str) -> Source:
    """The message, with its address where Slack tells it: not where we are not, and that is no reason not to log."""
    try:
        message = await read(inbound, channel, ts)
    except (SlackClientError, TimeoutError, OSError) as error:
        log.warning("message not read", channel=channel, ts=ts, error=repr(error))
        message = None
    if message is None:
        return Source(channel, ts, verbatim=False)
    seen = plain(message.text, await inbound.names(team, mentioned(message.text)))
    return replace(message.source, verbatim=seen == logged)


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
