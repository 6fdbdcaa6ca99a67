"""Signed HTTP: the same deliveries, posted to the app's request URL.

The signature is Slack's v0: HMAC-SHA256 of `v0:<timestamp>:<body>` with the signing secret.
"""

import hashlib
import hmac
import json
import time
from typing import Any
from urllib.parse import urlencode

import aiohttp

from bot.playground.app import SIGNING_SECRET, App
from bot.playground.envelope import DeliveryFailed, Envelope
from bot.playground.world import Json


class HttpDelivery:
    def __init__(self, app: App) -> None:
        self._app = app
        self._session: aiohttp.ClientSession | None = None

    async def send(self, envelope: Envelope) -> Any:
        """Post it; returns the JSON that the app answered with, its text, or None if empty."""
        retry: dict[str, str] = {}
        if envelope.type == "events_api":
            body, content_type = json.dumps(envelope.payload), "application/json"
            if envelope.retry_attempt:
                retry = {
                    "X-Slack-Retry-Num": str(envelope.retry_attempt),
                    "X-Slack-Retry-Reason": envelope.retry_reason,
                }
        else:
            form = envelope.payload if envelope.type == "slash_commands" else {"payload": json.dumps(envelope.payload)}
            body, content_type = urlencode(form), "application/x-www-form-urlencoded"
        return await self._post(self._app.request_url or "", body, content_type, retry)

    async def verify(self, url: str) -> str | None:
        """Put Slack's challenge to a request URL. None when it answered rightly, else what was wrong."""
        challenge = hashlib.sha256(str(time.time_ns()).encode()).hexdigest()
        body = json.dumps({"token": "playground", "challenge": challenge, "type": "url_verification"})
        try:
            answer = await self._post(url, body, "application/json", {})
        except DeliveryFailed as failed:
            return f"Your URL didn't respond rightly to the challenge: {failed.reason}."
        said = answer.get("challenge") if isinstance(answer, dict) else answer
        return None if said == challenge else "Your URL didn't respond with the value of the challenge parameter."

    async def _post(self, url: str, body: str, content_type: str, headers: dict[str, str]) -> Any:
        timestamp = str(int(time.time()))
        mac = hmac.new(SIGNING_SECRET.encode(), f"v0:{timestamp}:{body}".encode(), hashlib.sha256)
        signed = {
            "Content-Type": content_type,
            "User-Agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
            "X-Slack-Request-Timestamp": timestamp,
            "X-Slack-Signature": f"v0={mac.hexdigest()}",
            **headers,
        }
        if self._session is None:
            self._session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=200))
        try:
            async with self._session.post(url, data=body, headers=signed, allow_redirects=False) as response:
                text = await response.text()
        except aiohttp.ClientError:
            raise DeliveryFailed("dispatch_failed", "connection_failed") from None
        if response.status >= 300:
            final = response.headers.get("X-Slack-No-Retry") == "1"
            raise DeliveryFailed("http_service_error" if response.status >= 500 else "http_client_error", final=final)
        return _parsed(text)

    async def stop(self) -> None:
        if self._session is not None:
            await self._session.close()


def _parsed(text: str) -> Json | str | None:
    if not text:
        return None
    try:
        answer = json.loads(text)
    except ValueError:
        return text
    return answer if isinstance(answer, dict) else text
