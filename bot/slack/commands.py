"""The slash commands: `/incident` and `/hotfix`, one listener each (Bolt tries its listeners in order)."""

from typing import Any

import structlog
from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncRespond

from bot.rules.commands import Close, Command
from bot.rules.decision import Refusal
from bot.rules.grammar import Untitled, parse_hotfix, parse_incident
from bot.slack import closing, modals, opening
from bot.slack.blocks.answer import answer
from bot.slack.inbound import Inbound, not_recorded, told

log = structlog.get_logger()


def register(app: AsyncApp, inbound: Inbound) -> None:
    async def slash(ack: AsyncAck, body: dict[str, Any], respond: AsyncRespond, parse: Any) -> None:
        typed = body.get("text") or ""
        try:
            command: Command = parse(typed)
            request = inbound.request(body, "slash")
            if isinstance(command, Close) and not command.why:
                view = await closing.form(inbound, request, command.incident)
                if view is not None:
                    await ack()
                    instead = f"/incident close INC-{view['private_metadata']} <why>"
                    inbound.later(modals.show(inbound, body["trigger_id"], request, "close", view, instead, respond))
                    return
            said = await inbound.do(request, command)
        except Untitled as untitled:
            await ack()
            inbound.later(opening.show_form(inbound, body, untitled.so_far, body["channel_id"], respond))
            return
        except Refusal as refusal:
            said = told(refusal)
        except Exception:
            log.exception("command failed", command=body.get("command"), user=body.get("user_id"))
            said = not_recorded(f"{body.get('command')} {typed}")
        message = answer(said)
        await ack(text=message.text, blocks=message.blocks, response_type="ephemeral")

    @app.command("/hotfix")
    async def hotfix(ack: AsyncAck, body: dict[str, Any], respond: AsyncRespond) -> None:
        await slash(ack, body, respond, parse_hotfix)

    @app.command("/incident")
    async def incident(ack: AsyncAck, body: dict[str, Any], respond: AsyncRespond) -> None:
        await slash(ack, body, respond, lambda typed: parse_incident(typed, inbound.severities))
