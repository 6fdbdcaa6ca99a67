"""Real bots on slack-bolt, reached over Socket Mode or signed HTTP."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import uvicorn
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.adapter.starlette.async_handler import AsyncSlackRequestHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.playground import Playground

Json = dict[str, Any]


async def just_ack(ack: Any) -> None:
    await ack()


class Bot:
    """`app` is where a test puts its listeners; `heard` is every body that reached the bot, in order."""

    def __init__(self, pg: Playground, *, signing_secret: str = "playground") -> None:
        self.pg = pg
        self.client = AsyncWebClient("xoxb-playground", base_url=pg.api_url, retry_handlers=[])
        self.app = AsyncApp(client=self.client, signing_secret=signing_secret, process_before_response=True)
        self.heard: list[Json] = []
        self._news = asyncio.Condition()
        self.app.middleware(self._listen)

    async def _listen(self, body: Json, next: Any) -> None:
        async with self._news:
            self.heard.append(body)
            self._news.notify_all()
        await next()

    async def hears(self, **wanted: Any) -> Json:
        """The first body, or event in a body, with these fields; waits for it."""

        def found() -> Json | None:
            parts = [part for body in self.heard for part in (body.get("event"), body) if part]
            return next((part for part in parts if wanted.items() <= part.items()), None)

        try:
            async with asyncio.timeout(5), self._news:
                await self._news.wait_for(lambda: found() is not None)
        except TimeoutError:
            heard = [body.get("event", body) for body in self.heard]
            raise AssertionError(f"the bot did not hear {wanted}, but {heard}") from None
        return found() or {}

    def events(self, kind: str) -> list[Json]:
        return [body["event"] for body in self.heard if body.get("event", {}).get("type") == kind]


@asynccontextmanager
async def over_socket(bot: Bot, connections: int = 1) -> AsyncIterator[Bot]:
    """The bot on Socket Mode, with one or more connections."""
    web = AsyncWebClient(base_url=bot.pg.api_url, retry_handlers=[])
    handlers = [
        AsyncSocketModeHandler(bot.app, "xapp-playground", web_client=web, ping_interval=0.2)
        for _ in range(connections)
    ]
    try:
        for handler in handlers:
            await handler.connect_async()
        yield bot
    finally:
        for handler in handlers:
            await handler.close_async()


@asynccontextmanager
async def over_http(bot: Bot) -> AsyncIterator[Bot]:
    """The bot behind a request URL, under uvicorn."""
    handler = AsyncSlackRequestHandler(bot.app)

    async def events(request: Request) -> Response:
        return await handler.handle(request)

    async with serving(Starlette(routes=[Route("/slack/events", events, methods=["POST"])])) as url:
        await bot.pg.client.post("app", request_url=f"{url}/slack/events")
        yield bot
        await bot.pg.client.post("app", request_url=None)


@asynccontextmanager
async def serving(app: Starlette) -> AsyncIterator[str]:
    """An ASGI application on a free port; yields its URL. Who comes before it has started waits in the backlog."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="off"))
        server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
        task = asyncio.create_task(server.serve(sockets=[listener]))
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            await task
