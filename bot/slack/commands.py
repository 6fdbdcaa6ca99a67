"""The slash commands: `/incident` and `/hotfix`, one listener each (Bolt tries its listeners in order)."""

from typing import Any

import structlog
from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.rules.commands import Command
from bot.rules.decision import Refusal
from bot.rules.grammar import parse_hotfix, parse_incident
from bot.slack.blocks.answer import answer
from bot.slack.inbound import Inbound, not_recorded, told

log = structlog.get_logger()


def register(app: AsyncApp, inbound: Inbound) -> None:
    async def slash(ack: AsyncAck, body: dict[str, Any], parse: Any) -> None:
        typed = body.get("text") or ""
        try:
            command: Command = parse(typed)
            said = await inbound.do(inbound.request(body, "slash"), command)
        except Refusal as refusal:
            said = told(refusal)
        except Exception:
            log.exception("command failed", command=body.get("command"), user=body.get("user_id"))
            said = not_recorded(f"{body.get('command')} {typed}")
        message = answer(said)
        await ack(text=message.text, blocks=message.blocks, response_type="ephemeral")

    @app.command("/hotfix")
    async def hotfix(ack: AsyncAck, body: dict[str, Any]) -> None:
        await slash(ack, body, parse_hotfix)

    @app.command("/incident")
    async def incident(ack: AsyncAck, body: dict[str, Any]) -> None:
        await slash(ack, body, lambda typed: parse_incident(typed, inbound.severities))
