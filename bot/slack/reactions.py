"""Reactions: 🔧 on a message logs it for its author, 📌 puts it on the timeline. Taking one off strikes nothing by
itself: whoever put the record there is asked."""

from typing import Any

from slack_bolt.async_app import AsyncApp

from bot.rules.commands import Command, Pin
from bot.rules.decision import Refusal
from bot.slack.inbound import Inbound, told
from bot.slack.posted import read
from bot.warroom import taken_off, thread

LOG, PIN = "wrench", "pushpin"
_TAKEN_OFF = {LOG: taken_off.log, PIN: taken_off.pin}


def register(app: AsyncApp, inbound: Inbound) -> None:
    @app.event("reaction_added")
    async def added(body: dict[str, Any], event: dict[str, Any]) -> None:
        channel, ours = event["item"].get("channel"), body["authorizations"][0]["user_id"]
        if event["reaction"] not in (LOG, PIN) or event["item"]["type"] != "message" or event.get("item_user") == ours:
            return
        message = await read(inbound, channel, event["item"]["ts"])
        if message is None:
            return
        request = inbound.event(body, "reaction", f"event:{body['event_id']}", channel)
        command: Command
        try:
            if event["reaction"] == LOG:
                command = await message.as_log(inbound, request.team)
            else:
                command = Pin(await message.plain(inbound, request.team), message.source, message.author)
        except Refusal as refusal:
            inbound.whisper(channel, request.slack_id, told(refusal), message.thread)
            return
        await inbound.hear(request, command, message.thread)

    @app.event("reaction_removed")
    async def removed(body: dict[str, Any], event: dict[str, Any]) -> None:
        ask, item = _TAKEN_OFF.get(event["reaction"]), event["item"]
        if ask is None or item["type"] != "message":
            return
        channel, ts, person = item["channel"], item["ts"], event["user"]
        if not await inbound.rooms.db.read(lambda conn: thread.is_recorded(conn, body["team_id"], channel, ts)):
            return
        key = f"event:{body['event_id']}"
        said = await inbound.once(body, key, "reaction", lambda scope: ask(scope, channel, ts, person))
        if said is not None:
            message = await read(inbound, channel, ts)
            inbound.whisper(channel, person, said, message.thread if message else None)
