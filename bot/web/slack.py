"""Slack's requests over HTTP: signed, answered by Bolt."""

from typing import Any

from fastapi import FastAPI
from slack_bolt.adapter.asgi.async_handler import AsyncSlackRequestHandler
from slack_bolt.async_app import AsyncApp

ADDRESS = "/slack/events"  # for commands, interactivity and events alike


class SlackFirst:
    """Hands what Slack sends to Bolt, which speaks ASGI by itself, and all else to `app`.

    What FastAPI does for each request would cost a command a tenth of its time.
    """

    def __init__(self, app: FastAPI) -> None:
        self._app = app
        self._bolt: AsyncSlackRequestHandler | None = None

    def open(self, slack: AsyncApp) -> None:
        """Let Slack in."""
        self._bolt = AsyncSlackRequestHandler(slack, path=ADDRESS)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if self._bolt is not None and scope["type"] == "http" and scope["path"] == ADDRESS:
            await self._bolt(scope, receive, send)
        else:
            await self._app(scope, receive, send)
