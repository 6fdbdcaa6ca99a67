"""Opening an incident from a form: the global shortcut, and `/incident open` without a title."""

from dataclasses import replace
from typing import Any

import structlog
from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncRespond

from bot.rules.commands import Open
from bot.rules.decision import Refusal
from bot.slack import modals
from bot.slack.blocks import modals as forms
from bot.slack.blocks.answer import answer
from bot.slack.inbound import Inbound

log = structlog.get_logger()

CALLBACK = "hotwash.open"


def register(app: AsyncApp, inbound: Inbound) -> None:
    @app.global_shortcut(CALLBACK)
    async def chosen(ack: AsyncAck, body: dict[str, Any], respond: AsyncRespond) -> None:
        await ack()
        inbound.later(show_form(inbound, body, Open(""), "", respond))

    @app.view(CALLBACK)
    async def submitted(ack: AsyncAck, body: dict[str, Any], view: dict[str, Any], respond: AsyncRespond) -> None:
        values = modals.values_of(view)
        channel = view["private_metadata"] or None
        request = replace(inbound.request(body, "modal"), channel=channel)
        try:
            said = await inbound.do(request, _command(values))
        except Refusal as refusal:
            await ack(response_action="errors", errors={"ways" if values["ways"] else "title": str(refusal)})
        except Exception:
            log.exception("form failed", verb="open", user=request.slack_id)
            await ack(response_action="errors", errors={"title": modals.SORRY})
        else:
            await ack()
            inbound.later(inbound.tell(respond, request.slack_id, answer(said)))


async def show_form(inbound: Inbound, body: dict[str, Any], so_far: Open, channel: str, respond: AsyncRespond) -> None:
    """`channel` is where it was asked for, if it could be the room; `so_far` fills the form in."""
    request = inbound.request(body, "modal")
    view = forms.open_incident(so_far, inbound.rooms.policy, channel if channel.startswith(("C", "G")) else "")
    typed = f"/incident {body.get('text') or 'open'} <title>"
    await modals.show(inbound, body["trigger_id"], request, "open", view, typed, respond)


def _command(values: dict[str, str | None]) -> Open:
    """A service stands before the title, as it does where somebody types it."""
    title = " ".join((values["title"] or "").split())
    if service := values.get("service"):
        title = f"{service}: {title}"
    ways = (values["ways"] or "").split()
    return Open(title, values["severity"], "here" in ways, "drill" in ways, "private" in ways)
