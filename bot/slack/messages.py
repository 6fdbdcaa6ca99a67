"""What people write where we are: asked about when it reads like a manual change or links to a commit, and followed
when it is edited or deleted after something was recorded from it. Nothing that is read is kept."""

from typing import Any

from slack_bolt.async_app import AsyncApp

from bot.rules.commands import Log
from bot.rules.decision import Answer, Refusal
from bot.rules.message import links, mentioned, plain, said_to
from bot.rules.spot import looks_manual
from bot.slack.inbound import Inbound
from bot.slack.mentions import command_in
from bot.slack.posted import thread_of
from bot.warroom import amend, offer, thread
from bot.warroom.scope import Scope

_WRITTEN = {None, "thread_broadcast", "file_share"}


def register(app: AsyncApp, inbound: Inbound) -> None:
    @app.event("message")
    async def message(body: dict[str, Any], event: dict[str, Any]) -> None:
        match event.get("subtype"):
            case "message_changed":
                deleted = event["message"].get("subtype") == "tombstone"  # it had a thread, which stays
                await (_deleted if deleted else _changed)(inbound, body, event, event["message"]["ts"])
            case "message_deleted":
                await _deleted(inbound, body, event, event["deleted_ts"])
            case subtype if subtype in _WRITTEN and "bot_id" not in event and "user" in event:
                await _written(inbound, body, event)


async def _written(inbound: Inbound, body: dict[str, Any], event: dict[str, Any]) -> None:
    """Ask its author about a message, if there is something to ask."""
    text, channel, ts, author, team = event["text"], event["channel"], event["ts"], event["user"], body["team_id"]
    if said_to(text, body["authorizations"][0]["user_id"]) is not None:
        return
    manual = looks_manual(text)
    pasted = None if manual else offer.pasted(links(text), inbound.rooms.policy.repositories)
    if not manual and pasted is None:
        return
    if not await inbound.rooms.db.read(lambda conn: thread.is_room(conn, team, channel)):
        return
    seen = plain(text, await inbound.names(team, {author, *mentioned(text)}))

    def ask(scope: Scope) -> Answer | None:
        if pasted is None:
            return offer.to_log(scope, channel, ts, author, seen)
        return offer.to_link(scope, channel, ts, author, seen, pasted)

    said = await inbound.once(body, f"offer:{channel}:{ts}", "message", ask)
    if said is not None:
        inbound.whisper(channel, author, said, event.get("thread_ts"))


async def _changed(inbound: Inbound, body: dict[str, Any], event: dict[str, Any], ts: str) -> None:
    """Slack tells of a change too when a link was unfurled or a reply came: only what it says counts here."""
    now, before = event["message"], event.get("previous_message") or {}
    channel, team = event["channel"], body["team_id"]
    if "edited" not in now or now.get("text") == before.get("text") or "bot_id" in now:
        return
    if not await inbound.rooms.db.read(lambda conn: thread.is_recorded(conn, team, channel, ts)):
        return
    text = await _recorded_text(inbound, body, now.get("text") or "", channel, ts, now.get("thread_ts"))
    said = await inbound.once(
        body,
        f"event:{body['event_id']}",
        "message",
        lambda scope: amend.changed(scope, channel, ts, text, now["user"], now["edited"]["ts"]),
    )
    if said is not None:
        inbound.whisper(channel, now["user"], said, thread_of(now))


async def _deleted(inbound: Inbound, body: dict[str, Any], event: dict[str, Any], ts: str) -> None:
    channel, team = event["channel"], body["team_id"]
    if await inbound.rooms.db.read(lambda conn: thread.is_recorded(conn, team, channel, ts)):
        key = f"event:{body['event_id']}"
        await inbound.once(body, key, "message", lambda scope: amend.deleted(scope, channel, ts))


async def _recorded_text(
    inbound: Inbound, body: dict[str, Any], text: str, channel: str, ts: str, thread_ts: str | None
) -> str:
    """What of a message is recorded: of `@Hotwash log …` that which follows, else all that people saw."""
    try:
        command = await command_in(inbound, body, text, channel, ts, thread_ts)
    except Refusal:
        command = None
    if isinstance(command, Log):
        return command.text
    return plain(text, await inbound.names(body["team_id"], mentioned(text)))
