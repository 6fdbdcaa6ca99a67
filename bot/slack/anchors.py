"""Reading back the ledger's hashes that Hotwash posted: who holds the database cannot change what stands there."""

from typing import Any

from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.builtin_async_handlers import (
    AsyncConnectionErrorRetryHandler,
    AsyncRateLimitErrorRetryHandler,
    AsyncServerErrorRetryHandler,
)
from slack_sdk.web.async_client import AsyncWebClient

from bot.ledger.verify import Anchor

_PAGE = 200  # what Slack recommends; it takes up to 999
_CLOSED_TO_US = {"not_in_channel", "channel_not_found", "is_archived"}


def reading_client(token: str, api_url: str) -> AsyncWebClient:
    """A client that repeats calls as Slack asks it to, which only reading bears."""
    again = [
        AsyncRateLimitErrorRetryHandler(max_retry_count=10),
        AsyncServerErrorRetryHandler(max_retry_count=3),
        AsyncConnectionErrorRetryHandler(max_retry_count=3),
    ]
    return AsyncWebClient(token=token, base_url=api_url, retry_handlers=again)


async def read_anchors(client: AsyncWebClient) -> tuple[list[Anchor], list[str]]:
    """The anchors in all channels that the bot is in, and the names of those channels that it could not read.

    Only the bot's own messages count: anybody's app can post such metadata. Raises SlackApiError if Slack refuses.
    """
    me = await client.auth_test()
    anchors: list[Anchor] = []
    unread: list[str] = []
    kinds = "public_channel,private_channel"
    async for page in await client.users_conversations(types=kinds, limit=_PAGE):
        for channel in page["channels"]:
            try:
                anchors += await _in_channel(client, me["team_id"], me["user_id"], channel)
            except SlackApiError as error:
                if error.response["error"] not in _CLOSED_TO_US:
                    raise
                unread.append(channel["name"])
    return anchors, unread


async def _in_channel(client: AsyncWebClient, team: str, own_id: str, channel: dict[str, Any]) -> list[Anchor]:
    found = []
    pages = await client.conversations_history(channel=channel["id"], include_all_metadata=True, limit=_PAGE)
    async for page in pages:
        for message in page["messages"]:
            said = message.get("metadata", {}).get("event_payload", {})
            if message.get("user") == own_id and {"incident", "seq", "hash"} <= said.keys():
                where = f"#{channel['name']}, {message['ts']}"
                found.append(Anchor(team, int(said["incident"]), int(said["seq"]), str(said["hash"]), where))
    return found
