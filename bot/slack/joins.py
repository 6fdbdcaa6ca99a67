"""People who join a channel that is an incident's room, and who leave it; and Hotwash itself."""

from collections.abc import Callable
from typing import Any

from slack_bolt.async_app import AsyncApp

from bot.slack.inbound import Inbound
from bot.warroom import came, thread
from bot.warroom.scope import Scope


def register(app: AsyncApp, inbound: Inbound) -> None:
    @app.event("member_joined_channel")
    async def joined(body: dict[str, Any], event: dict[str, Any]) -> None:
        channel, person = event["channel"], event["user"]
        if person == body["authorizations"][0]["user_id"]:
            await _in_room(inbound, body, lambda scope: came.brought(scope, channel))
        else:
            await _in_room(inbound, body, lambda scope: came.came(scope, channel, person))

    @app.event("member_left_channel")
    async def gone(body: dict[str, Any], event: dict[str, Any]) -> None:
        await _in_room(inbound, body, lambda scope: came.left(scope, event["channel"], event["user"]))


async def _in_room(inbound: Inbound, body: dict[str, Any], work: Callable[[Scope], None]) -> None:
    team, channel = body["team_id"], body["event"]["channel"]
    if await inbound.rooms.db.read(lambda conn: thread.is_room(conn, team, channel)):
        await inbound.once(body, f"event:{body['event_id']}", "event", work)
