"""The Home tab: its opening, and turning its pages. What it shows goes out through the outbox."""

import re
from functools import partial
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.slack.inbound import Inbound
from bot.warroom import home


def register(app: AsyncApp, inbound: Inbound) -> None:
    @app.event("app_home_opened")
    async def opened(body: dict[str, Any], event: dict[str, Any]) -> None:
        if event["tab"] == "home":  # the tab with the messages is told of as well
            who = inbound.event(body, "home", body["event_id"], event["channel"])
            await inbound.introduce(who.team, who.slack_id, who.at)
            await inbound.record(partial(home.opened, team=who.team, slack_id=who.slack_id, at=who.at))

    @app.action(re.compile(r"hotwash\.home:\w+"))
    async def turned(ack: AsyncAck, body: dict[str, Any]) -> None:
        who, page = inbound.request(body, "home"), int(body["actions"][0]["value"])
        await inbound.record(partial(home.turned, team=who.team, slack_id=who.slack_id, page=page))
        await ack()
