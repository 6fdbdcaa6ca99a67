"""Finding channels by name, and joining them."""

import re
from collections.abc import AsyncIterator
from typing import Any

from bot.delivery import store
from bot.delivery.hand import Hand, Json, Method, Refused

_ID = re.compile(r"[CG][A-Z0-9]{7,}\Z")
_PAGE = 999  # Slack: below 1,000


async def _pages(hand: Hand, method: Method, key: str, **args: Any) -> AsyncIterator[Json]:
    cursor = ""
    while True:
        answer = await hand.call(method, limit=_PAGE, cursor=cursor, **args)
        for each in answer[key]:
            yield each
        cursor = answer.get("response_metadata", {}).get("next_cursor", "")
        if not cursor:
            return


def own_channels(hand: Hand) -> AsyncIterator[Json]:
    """The channels that the bot is in."""
    kinds = "public_channel,private_channel"
    return _pages(hand, hand.slack.users_conversations, "channels", types=kinds, exclude_archived=True)


async def find_channel(hand: Hand, name_or_id: str) -> tuple[str, str] | None:
    """Id and name of a channel, which the bot then is in if it may join; None if it cannot see one of that name.

    The bot's own channels come first: paging a whole workspace takes a call for each thousand channels.
    """
    if _ID.match(name_or_id):
        await _join(hand, name_or_id)
        return name_or_id, name_or_id
    name = name_or_id.removeprefix("#")
    async for channel in own_channels(hand):
        if channel["name"] == name:
            return channel["id"], name
    everything = _pages(hand, hand.slack.conversations_list, "channels", exclude_archived=True)
    async for channel in everything:
        if channel["name"] == name:
            await _join(hand, channel["id"])
            return channel["id"], name
    return None


async def _join(hand: Hand, channel_id: str) -> None:
    """Join, or let it be: an app may be allowed to post where it cannot join, and says so when it cannot."""
    try:
        await hand.call(hand.slack.conversations_join, channel=channel_id)
    except Refused:
        return


async def announce_channel(hand: Hand) -> str:
    """The announce channel; looked for until there is one. Raises Refused if the bot cannot see it."""
    workspace = hand.effect.workspace_id
    known = await hand.read(lambda conn: store.announce_channel(conn, workspace))
    if known is not None:
        return known
    found = await find_channel(hand, hand.policy.announce_name or "")
    if found is None:
        raise Refused("announce_channel_missing")
    await hand.db.write(lambda conn: store.learn_announce_channel(conn, workspace, found[0]))
    return found[0]
