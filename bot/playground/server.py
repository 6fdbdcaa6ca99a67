"""The local Slack as a server: one aiohttp application in the running event loop."""

import asyncio
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Self

from aiohttp import web

from bot.playground import hooks, web_api
from bot.playground.client import Client, Person
from bot.playground.play_api import PlayApi, in_words
from bot.playground.slack import Slack

PAGE = Path(__file__).parent / "page"
MAX_BODY = 64 * 2**20  # bytes of one upload
_PAGE_POLICY = "default-src 'self'; img-src 'self' https: data:; style-src 'self'; script-src 'self'"


class Playground:
    """A local Slack. `async with Playground() as pg:` listens on `pg.url`; its Web API is at `pg.api_url`.

    `port` 0 takes a free one. `now` is the clock of what people see (seconds since the epoch); time-outs, retries and
    rate limits always run on real time. Raises OSError where the port is taken.
    """

    def __init__(
        self,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        now: Callable[[], float] = time.time,
        bot_name: str = "bot",
        rate_limits: bool = True,
    ) -> None:
        self.slack = Slack(now, bot_name, rate_limits)
        self._host = host
        self._port = port
        self._runner: web.AppRunner | None = None
        self._client: Client | None = None

    @property
    def url(self) -> str:
        return self.slack.base_url

    @property
    def api_url(self) -> str:
        return f"{self.url}/api/"

    async def start(self) -> Self:
        app = web.Application(client_max_size=MAX_BODY)
        app.on_response_prepare.append(_guard)
        app.add_routes(map(_in_words, self._routes()))
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2)
        await self._runner.setup()
        site = web.TCPSite(self._runner, self._host, self._port, backlog=1024)
        await site.start()
        port = self._runner.addresses[0][1]
        self.slack.world.base_url = f"http://{'127.0.0.1' if self._host == '0.0.0.0' else self._host}:{port}"  # noqa: S104
        return self

    async def stop(self) -> None:
        """Close every connection and forget the workspace."""
        if self._client is not None:
            await self._client.close()
        await self.slack.deliveries.stop()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    def person(self, name: str) -> Person:
        """Someone of the cast, to act as."""
        return Person(self.client, name)

    @property
    def client(self) -> Client:
        """The JSON API: order faults, read the calls that were made. Closed with the playground."""
        if self._client is None:
            self._client = Client(self.url)
        return self._client

    async def __aenter__(self) -> Self:
        return await self.start()

    async def __aexit__(self, *exc: object) -> None:
        await self.stop()

    def _routes(self) -> list[web.AbstractRouteDef]:
        slack = self.slack
        late_answer = partial(hooks.response_url, slack)
        return [
            web.route("*", "/api/{method}", partial(web_api.answer, slack)),
            web.get("/link/", slack.deliveries.socket.connect),
            *(web.post(f"/{kind}/{{team}}/{{key:.+}}", late_answer) for kind in ("commands", "actions", "app")),
            web.post("/upload/v1/{ticket}", partial(hooks.upload, slack)),
            web.get("/files/{file}/{name}", partial(hooks.download, slack)),
            web.get("/archives/{channel}/p{ts:[0-9]{16}}", hooks.permalink),
            web.get("/oauth/v2/authorize", partial(hooks.authorize, slack)),
            web.get("/openid/connect/authorize", partial(hooks.sign_in, slack)),
            web.get("/openid/connect/keys", partial(hooks.sign_in_keys, slack)),
            *PlayApi(slack).routes(),
            web.get("/", _page),
            web.static("/page", PAGE),
        ]


def _in_words(route: web.AbstractRouteDef) -> web.AbstractRouteDef:
    """Not as a middleware: aiohttp keeps the last thousand handlers that it put those around as long as the process
    lives, and with them the workspaces of playgrounds that were stopped long ago."""
    if not isinstance(route, web.RouteDef):
        return route
    return web.route(route.method, route.path, partial(in_words, route.handler), **route.kwargs)


async def _page(request: web.Request) -> web.StreamResponse:
    return web.FileResponse(PAGE / "index.html")


async def _guard(request: web.Request, response: web.StreamResponse) -> None:
    """The page runs nothing but its own scripts, and is always the newest."""
    if request.path == "/" or request.path.startswith("/page/"):
        response.headers["Content-Security-Policy"] = _PAGE_POLICY
        response.headers["Cache-Control"] = "no-cache"


async def serve(host: str = "127.0.0.1", port: int = 8700) -> None:
    """Run a local Slack until cancelled."""
    async with Playground(host=host, port=port):
        await asyncio.Event().wait()
