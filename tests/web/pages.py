"""A bot whose pages can be seen, over real HTTP, and a browser's cookies for each person."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import httpx
import uvicorn
from fastapi import FastAPI
from pydantic import SecretStr

from bot.app import add_routes
from bot.web import errors
from tests.warroom.conftest import War

KEY = "a key of the tests"


class Site:
    """Where the pages are, and how people come to them."""

    def __init__(self, war: War, url: str) -> None:
        self.war, self.url = war, url

    @asynccontextmanager
    async def browser(self) -> AsyncIterator[httpx.AsyncClient]:
        """Cookies as a browser keeps them; redirects are not followed by themselves."""
        async with httpx.AsyncClient(base_url=self.url, trust_env=False, timeout=30) as client:
            yield client

    @asynccontextmanager
    async def signed_in(self, name: str) -> AsyncIterator[httpx.AsyncClient]:
        async with self.browser() as client:
            answer = await sign_in(client, self.war, name)
            assert answer.status_code == 303, answer.text
            yield client

    def slack_id(self, name: str) -> str:
        return next(user.id for user in self.war.pg.slack.world.users.values() if user.name == name)


async def consent(client: httpx.AsyncClient, war: War, name: str, path: str = "/signin") -> str:
    """Leave for Slack, say there who one is: where Slack sends the browser back to."""
    to_slack = await client.get(path)
    assert to_slack.status_code == 303, to_slack.text
    asks = await client.get(to_slack.headers["location"])
    user = next(user for user in war.pg.slack.world.users.values() if user.name == name)
    assert user.real_name in asks.text
    back = await client.get(f"{to_slack.headers['location']}&user={user.id}")
    return str(back.headers["location"])


async def sign_in(client: httpx.AsyncClient, war: War, name: str, path: str = "/signin") -> httpx.Response:
    return await client.get(await consent(client, war, name, path))


def form_of(page: str) -> str:
    found = re.search(r'name="form" value="(\w+)"', page)
    assert found, page
    return found[1]


@asynccontextmanager
async def site(war: War, **changed: Any) -> AsyncIterator[Site]:
    """Serve the bot's pages; `changed` are settings that a test has otherwise."""
    app = FastAPI()
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_config=None, lifespan="off", timeout_graceful_shutdown=1))
    config = server.config
    config.load()
    sockets = [config.bind_socket()]
    url = f"http://127.0.0.1:{sockets[0].getsockname()[1]}"
    given = {
        "url": url,
        "key": SecretStr(KEY),
        "slack_client_id": "playground",
        "slack_client_secret": SecretStr("playground"),
    }
    settings = war.hotwash.settings.model_copy(update=given | changed)
    errors.install(app)
    add_routes(app, replace(war.hotwash, settings=settings))
    serving = asyncio.create_task(server.serve(sockets))
    try:
        while not server.started:
            await asyncio.sleep(0.01)
        yield Site(war, url)
    finally:
        server.should_exit = True
        await serving
