"""The answers to what somebody was asked about their own message: *Log it*, *Yes, #7*, *Not for me*. The answer takes
the place of the question."""

import re
from typing import Any

import structlog
from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncRespond

from bot.ledger import load
from bot.rules import words
from bot.rules.commands import Command, LinkTo, Offers
from bot.rules.decision import Answer, Refusal
from bot.slack.blocks.answer import answer
from bot.slack.inbound import Inbound, told
from bot.slack.posted import read
from bot.warroom import offer

log = structlog.get_logger()

_CHOSEN = re.compile(r"(?P<offer>\d+)(?: #(?P<action>\d+)\b.*)?", re.DOTALL)


def register(app: AsyncApp, inbound: Inbound) -> None:
    @app.action(re.compile(r"hotwash\.(?:logit|reconciles|offers)(?::\d+)?"))
    async def pressed(ack: AsyncAck, body: dict[str, Any], respond: AsyncRespond) -> None:
        action = body["actions"][0]
        verb = action["action_id"].removeprefix("hotwash.").partition(":")[0]
        value = action.get("value") or action["selected_option"]["value"]
        request = inbound.request(body, "button")
        try:
            said = await inbound.do(request, await _command(inbound, request.team, verb, value))
        except Refusal as refusal:
            said = told(refusal)
        except Exception:
            log.exception("offer failed", verb=verb, value=value, user=request.slack_id)
            said = Answer("Not recorded: the record could not be written just now. Type it with `/hotfix` instead.")
        await ack()
        inbound.later(_replace(respond, said))


async def _command(inbound: Inbound, team: str, verb: str, value: str) -> Command:
    """Raises Refusal for a message that is gone."""
    if verb == "offers":
        return Offers(on=False)
    chosen = _CHOSEN.fullmatch(value)
    if chosen is None:
        raise ValueError(f"an offer names itself in a way that nobody reads: {value!r}")
    number = int(chosen["offer"])
    workspace = await inbound.rooms.db.read(lambda conn: load.workspace_id(conn, team))
    assert workspace is not None, team
    if verb == "reconciles":
        link, incident = await inbound.rooms.db.read(lambda conn: offer.link_of(conn, workspace, number))
        return LinkTo(link, int(chosen["action"]), incident)
    channel, ts = await inbound.rooms.db.read(lambda conn: offer.message_of(conn, workspace, number))
    message = await read(inbound, channel, ts)
    if message is None:
        raise Refusal(words.message_gone())
    return await message.as_log(inbound, team)


async def _replace(respond: AsyncRespond, said: Answer) -> None:
    message = answer(said)
    await respond(text=message.text, blocks=message.blocks, response_type="ephemeral", replace_original=True)
