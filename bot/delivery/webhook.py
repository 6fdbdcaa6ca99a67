"""Telling programs elsewhere, as https://www.standardwebhooks.com has it: signed, in order, until they answer with 2xx.

At least once: a receiver knows by `webhook-id` what it had before.
"""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable, Mapping
from functools import partial

from sqlalchemy import Connection

from bot.delivery.hand import Hand, Refused, Wait
from bot.delivery.outside import Outside
from bot.ledger import load, webhooks
from bot.ledger.webhooks import Waiting
from bot.rules.happened import with_text
from bot.rules.model import DAY, HOUR, SECOND
from bot.rules.policy import Webhook

GIVE_UP = 12 * HOUR  # then it is said in the room, and tried again only with the next event
KEEP = 7 * DAY  # what could not be told for so long is not told any more

Learn = Callable[[Connection], None]


class Unanswered(Exception):
    """The receiver did not take it. `wait`: microseconds that it asked for."""

    def __init__(self, why: str, *, for_good: bool = False, wait: int = 0) -> None:
        super().__init__(why)
        self.for_good, self.wait = for_good, wait


def signature(key: bytes, message_id: str, timestamp: int, content: bytes) -> str:
    """The `webhook-signature` of a message."""
    signed = f"{message_id}.{timestamp}.".encode() + content
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


class Webhooks:
    def __init__(self, keys: Mapping[str, bytes], outside: Outside) -> None:
        """`keys` by the webhook's name."""
        self._keys, self._outside = keys, outside

    async def tell(self, hand: Hand) -> Learn | None:
        """Tell an endpoint what is next for it."""
        workspace, name = hand.effect.workspace_id, hand.effect.key
        hook = next((one for one in hand.policy.webhooks if one.name == name), None)
        if hook is None:  # the policy names it no more
            return lambda conn: webhooks.drop(conn, workspace, name)
        waiting = await hand.read(lambda conn: webhooks.first(conn, workspace, name, KEEP))
        if waiting is None:
            return None
        content = await hand.read(lambda conn: _content(conn, hook, waiting))
        try:
            await self._post(hook, waiting.message_id, content)
        except Unanswered as why:
            if why.for_good or waiting.age > GIVE_UP:
                raise Refused(str(why), waiting.incident_id) from why
            again = min(HOUR, SECOND * 2 ** min(hand.effect.attempts - 1, 12))
            raise Wait(str(why), why.wait or again) from why
        return partial(webhooks.told, workspace=workspace, endpoint=name, through=waiting)

    async def _post(self, hook: Webhook, message_id: str, content: bytes) -> None:
        """Raises Unanswered. What the answer holds is nobody's business, and is not read."""
        import httpx  # with the first message: see `Outside`

        timestamp = int(time.time())
        headers = {
            "content-type": "application/json",
            "user-agent": "hotwash",
            "webhook-id": message_id,
            "webhook-timestamp": str(timestamp),
            "webhook-signature": signature(self._keys[hook.name], message_id, timestamp, content),
        }
        try:
            async with self._outside.client.stream("POST", hook.url, content=content, headers=headers) as answer:
                status = answer.status_code
                after = answer.headers.get("retry-after", "")
        except httpx.TimeoutException as error:
            raise Unanswered("no_answer") from error
        except httpx.HTTPError as error:
            raise Unanswered("unreachable") from error
        if not 200 <= status < 300:
            asked = int(after) * SECOND if after.isdecimal() and len(after) < 6 else 0
            raise Unanswered(f"http:{status}", for_good=status == 410, wait=min(asked, HOUR))


def _content(conn: Connection, hook: Webhook, waiting: Waiting) -> bytes:
    said = waiting.body
    if hook.text:
        incident = load.incident_by_id(conn, waiting.incident_id)
        action = load.action(conn, incident.id, waiting.action) if waiting.action is not None else None
        said = with_text(said, incident, action)
    return json.dumps(said, ensure_ascii=False).encode()
