"""A whole bot that hosts can reach: the routes that `serve` has, around the war room of the other tests."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from pydantic import SecretStr

from bot.app import add_routes
from bot.web import errors
from tests.warroom.conftest import War, clock, playground, start_at, war
from tests.warroom.repo import Upstream
from tests.web.hosts import SECRET

__all__ = ["clock", "playground", "start_at", "war"]  # fixtures


@pytest.fixture
def upstream(tmp_path: Path) -> Upstream:
    return Upstream(tmp_path)


@pytest.fixture
def policy(upstream: Upstream) -> str:
    """Nobody polls within a test: what is seen was told."""
    return upstream.policy.replace("poll_seconds = 1\n", "poll_seconds = 3600\n")


@pytest.fixture
async def http(war: War) -> AsyncIterator[httpx.AsyncClient]:
    settings = war.hotwash.settings.model_copy(update={"webhook_secret": SecretStr(SECRET)})
    app = FastAPI()
    errors.install(app)
    add_routes(app, replace(war.hotwash, settings=settings))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://hotwash") as client:
        yield client
