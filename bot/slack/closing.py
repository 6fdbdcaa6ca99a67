"""Closing an incident while things drift: a form that lists what is left, with the buttons that would settle it.

`modals` takes what is sent back of it, `buttons` what is pressed in it."""

import asyncio
from collections.abc import Sequence

from bot.rules.decision import Answer
from bot.slack.blocks import modals as forms
from bot.slack.blocks.answer import answer
from bot.slack.blocks.parts import Block
from bot.slack.inbound import Inbound
from bot.warroom.look import before_closing
from bot.warroom.scope import Request

CALLBACK = "hotwash.close"
LOOK = (
    1.0  # seconds that looking what is left may take: closing and answering have to fit into the three that Slack waits
)


async def form(inbound: Inbound, request: Request, number: int | None) -> Block | None:
    """None where nothing is left to reconcile, or where the person can't close it: then `close` itself answers. Raises
    what the database raises, or TimeoutError."""
    async with asyncio.timeout(LOOK):
        await inbound.introduce(request.team, request.slack_id, request.at)
        policy = inbound.rooms.policy
        listed = await inbound.rooms.db.read(lambda conn: before_closing(conn, request, number, policy))
    return forms.close(listed, policy) if listed is not None and listed.left else None


async def renew(inbound: Inbound, request: Request, view_id: str, number: int, said: Answer | None) -> None:
    """Show in the form what is left now, and what came of the button. What was typed into it stays."""
    policy = inbound.rooms.policy
    listed = await inbound.rooms.db.read(lambda conn: before_closing(conn, request, number, policy))
    if listed is not None:
        told: Sequence[Block] = answer(said).blocks[:1] if said else ()
        await inbound.client.views_update(view_id=view_id, view=forms.close(listed, policy, told))
