"""People who join a channel that is an incident's room."""

from typing import Any

from slack_bolt.async_app import AsyncApp

from bot.slack.inbound import Inbound
from bot.warroom import came, thread


def register(app: AsyncApp, inbound: Inbound) -> None:
    @app.event("member_joined_channel")
    async def joined(body: dict[str, Any], event: dict[str, Any]) -> None:
        channel, person, team = event["channel"], event["user"], body["team_id"]
        if person == body["authorizations"][0]["user_id"]:
            return
        if await inbound.rooms.db.read(lambda conn: thread.is_room(conn, team, channel)):
            key = f"event:{body['event_id']}"
            await inbound.once(body, key, "event", lambda scope: came.came(scope, channel, person))
