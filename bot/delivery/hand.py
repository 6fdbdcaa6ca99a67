"""One effect in the hands of a worker: the calls it may make, and what each outcome means for it."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse
from sqlalchemy import Connection

from bot import metrics
from bot.ledger.database import Database
from bot.ledger.outbox import LONGEST_WAIT, Leased
from bot.rules.decision import EffectKind
from bot.rules.model import SECOND
from bot.rules.policy import Policy
from bot.slack.blocks import Message

T = TypeVar("T")
Method = Callable[..., Awaitable[AsyncSlackResponse]]
Json = dict[str, Any]

_PAGES = 10  # of 200 messages: a message that is looked for was posted moments ago

# Slack said no, but not to this effect: it is away, or an administrator has to act. Kept, and tried again.
_TEMPORARY = {
    "internal_error", "fatal_error", "service_unavailable", "request_timeout", "team_added_to_org",
    "invalid_auth", "not_authed", "account_inactive", "token_revoked", "token_expired", "access_denied",
}  # fmt: skip


class Wait(Exception):
    """Not now. The effect is given back, to be tried in `wait` microseconds; with `pace`, no call of that bucket goes
    out before then."""

    def __init__(self, error: str, wait: int, *, pace: str | None = None) -> None:
        super().__init__(error)
        self.error, self.wait, self.pace = error, wait, pace


class Refused(Exception):
    """Slack, or whom an effect is for, said no for good, with this error code. `incident_id`: in which incident that is
    said, for an effect that is of none."""

    def __init__(self, error: str, incident_id: int | None = None) -> None:
        super().__init__(error)
        self.error, self.incident_id = error, incident_id


class Paces:
    """Which buckets must not be called before when, as the database told at the last lease."""

    def __init__(self) -> None:
        self._until: dict[tuple[int, str], float] = {}

    def hold(self, workspace_id: int, bucket: str, wait: int) -> None:
        self._until[workspace_id, bucket] = asyncio.get_running_loop().time() + wait / SECOND

    def left(self, workspace_id: int, bucket: str) -> int:
        """Microseconds until the bucket may be called again."""
        until = self._until.get((workspace_id, bucket), 0.0)
        return max(0, int((until - asyncio.get_running_loop().time()) * SECOND))


@dataclass(slots=True)
class Hand:
    """`unsure`: a call that must not be repeated blindly may have taken effect unseen."""

    effect: Leased
    place: tuple[str, str] | None  # channel and ts of the effect's message, once it was posted
    db: Database
    slack: AsyncWebClient
    policy: Policy
    now: Callable[[], int]
    paces: Paces
    unsure: bool = field(init=False)

    def __post_init__(self) -> None:
        self.unsure = self.effect.unsure

    @property
    def mark(self) -> str:
        """What a message carries, so that it can be found again; unlike for a database that was set up anew."""
        return f"{self.effect.effect_id}.{self.effect.created_at}"

    @property
    def incident_id(self) -> int:
        assert self.effect.incident_id is not None, self.effect.lane
        return self.effect.incident_id

    async def read(self, work: Callable[[Connection], T]) -> T:
        return await self.db.read(work)

    async def call(self, method: Method, *, once: bool = False, bucket: str | None = None, **args: Any) -> Json:
        """Call Slack. `once` marks a call that makes something new each time it is made.

        Raises Wait if Slack is away, its answer got lost, or it asks for time; Refused if it says no for good.
        """
        bucket = bucket or method.__name__
        left = self.paces.left(self.effect.workspace_id, bucket)
        if left:
            raise Wait("ratelimited", left)
        before = self.unsure
        self.unsure = before or once  # until it is known what came of it, and then until that is stored
        try:
            answer = await method(**args)
        except SlackApiError as error:
            meaning = self._meaning(error, bucket, before)
            metrics.slack_calls[method.__name__, "429" if meaning.error == "ratelimited" else meaning.error] += 1
            raise meaning from error
        except aiohttp.ClientConnectorError as error:  # nothing was sent
            self.unsure = before
            raise Wait("unreachable", self.backoff()) from error
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            metrics.slack_calls[method.__name__, "lost"] += 1
            raise Wait(f"lost:{type(error).__name__}", self.backoff()) from error
        metrics.slack_calls[method.__name__, "ok"] += 1
        assert isinstance(answer.data, dict)
        return answer.data

    def _meaning(self, error: SlackApiError, bucket: str, before: bool) -> Wait | Refused:
        response = error.response
        status = int(getattr(response, "status_code", 0) or getattr(response, "status", 0))
        data = getattr(response, "data", None)
        code = str(data.get("error", "")) if isinstance(data, dict) else ""
        if status == 429 or code in ("ratelimited", "rate_limited"):
            self.unsure = before
            seconds = str(response.headers.get("Retry-After", ""))
            wait = (int(seconds) if seconds.isdigit() else 1) * SECOND
            return Wait("ratelimited", wait, pace=bucket)
        if status >= 500 or not code:  # an error page: what was asked may have happened all the same
            return Wait(f"http:{status}", self.backoff())
        self.unsure = before
        return Wait(code, self.backoff()) if code in _TEMPORARY else Refused(code)

    def backoff(self) -> int:
        """0.5 s, 1 s, 2 s, … 60 s."""
        return int(min(LONGEST_WAIT, SECOND // 2 * 2 ** min(self.effect.attempts - 1, 10)))

    async def post(self, channel: str, message: Message, thread: str | None, metadata: Json) -> str:
        """Post, and return the message's ts."""
        answer = await self.call(
            self.slack.chat_postMessage,
            once=True,
            bucket=f"chat_postMessage/{channel}",
            channel=channel,
            text=message.text,
            blocks=message.blocks,
            thread_ts=thread,
            metadata=metadata,
            parse="none",
            unfurl_links=False,
            unfurl_media=False,
        )
        return str(answer["ts"])

    async def update(self, channel: str, ts: str, message: Message, metadata: Json) -> bool:
        """Bring a posted message up to date. False if it is gone, or is none of ours that only bears our mark."""
        try:
            await self.call(
                self.slack.chat_update,
                channel=channel,
                ts=ts,
                text=message.text,
                blocks=message.blocks,
                metadata=metadata,
                parse="none",  # unlike chat.postMessage, its default would find mentions in plain text
            )
        except Refused as refused:
            if refused.error not in ("message_not_found", "cant_update_message"):
                raise
            return False
        return True

    async def find(self, channel: str, thread: str | None, not_ts: str | None = None) -> str | None:
        """The ts of the message that an earlier try of this effect may have posted, by its mark; None if there is
        none, which settles that the try did not take effect."""
        cursor = ""
        for _ in range(_PAGES):
            paging: Json = {"channel": channel, "limit": 200, "include_all_metadata": True, "cursor": cursor}
            if thread:
                answer = await self.call(self.slack.conversations_replies, ts=thread, **paging)
            else:
                answer = await self.call(self.slack.conversations_history, **paging)
            for message in answer["messages"]:
                payload = message.get("metadata", {}).get("event_payload", {})
                if payload.get("effect") == self.mark and message["ts"] != not_ts:
                    return str(message["ts"])
            cursor = answer.get("response_metadata", {}).get("next_cursor", "")
            if not cursor:
                break
        self.unsure = False
        return None

    async def direct(self, slack_id: str) -> str:
        """The id of the direct conversation with a person."""
        answer = await self.call(self.slack.conversations_open, users=slack_id)
        return str(answer["channel"]["id"])

    def metadata(self, anchor: Json | None = None) -> Json:
        """A message's metadata: the mark, and where asked for the ledger's hash at that moment."""
        anchored = self.effect.kind is EffectKind.ANCHOR
        event_type = "hotwash_anchor" if anchored else "hotwash_effect"
        return {"event_type": event_type, "event_payload": {"effect": self.mark, **(anchor or {})}}
