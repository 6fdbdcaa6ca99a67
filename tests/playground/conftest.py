"""A playground, Slack's own client for it, and people in it."""

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.playground import Person, Playground

from .bots import Bot, over_http, over_socket

Json = dict[str, Any]


@pytest.fixture
async def pg() -> AsyncIterator[Playground]:
    async with Playground(rate_limits=False) as playground:
        yield playground


@pytest.fixture
async def web(pg: Playground) -> AsyncIterator[AsyncWebClient]:
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=10)) as session:
        yield AsyncWebClient("xoxb-playground", base_url=pg.api_url, session=session, retry_handlers=[], timeout=10)


@pytest.fixture
def maya(pg: Playground) -> Person:
    return pg.person("maya")


@pytest.fixture
def sam(pg: Playground) -> Person:
    return pg.person("sam")


@pytest.fixture(params=["socket", "http"])
async def bot(pg: Playground, request: pytest.FixtureRequest) -> AsyncIterator[Bot]:
    """A bot in #incidents, once reached over Socket Mode and once over signed HTTP."""
    bot = Bot(pg)
    await pg.client.post("app", events=["app_home_opened"])
    async with (over_http if request.param == "http" else over_socket)(bot):
        await bot.client.conversations_join(channel="C000000002")
        yield bot


async def ask(web: AsyncWebClient, method: str, **args: Any) -> Json:
    """The answer of a call, whether it was refused or not."""
    try:
        return dict((await web.api_call(method, json=args)).data)  # type: ignore[arg-type]
    except SlackApiError as refused:
        return dict(refused.response.data)  # type: ignore[arg-type]


async def refusal(web: AsyncWebClient, method: str, **args: Any) -> Json:
    """The answer of a call that must be refused."""
    answer = await ask(web, method, **args)
    assert answer["ok"] is False, f"{method} with {args} was not refused, but answered {answer}"
    return answer
