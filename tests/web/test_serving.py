"""A whole `hotwash serve`: what a host tells is seen long before the next poll."""

import asyncio
import time
from pathlib import Path

import httpx
import pytest

from bot.playground import Playground
from tests.warroom.repo import Upstream
from tests.warroom.serving import serving
from tests.web import hosts
from tests.web.hosts import SECRET


async def opened(pg: Playground) -> str:
    """The room of an incident with one action, whose echo stands there."""
    maya = pg.person("maya")
    await maya.command("#general", "/incident open sev1 checkout answers 502")
    room = "#inc-1-checkout-answers-502"
    async with asyncio.timeout(20):
        while room[1:] not in await maya.channels():
            await asyncio.sleep(0.1)
    await maya.wait_for(room, "Manual changes", within=20)
    await maya.command(room, "/hotfix vim /etc/app/db.conf: pool 80")
    await maya.wait_for(room, "#1 drifting", within=20)
    return room


@pytest.mark.timeout(120)
async def test_a_push_is_seen_long_before_the_poll(
    database_url: str, tmp_path: Path, upstream: Upstream, policy: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOTWASH_WEBHOOK_SECRET", SECRET)
    monkeypatch.setenv("HOTWASH_ALLOW_FILE_REMOTES", "true")
    async with (
        Playground(rate_limits=False) as pg,
        serving(pg, database_url, tmp_path / "one", policy) as bot,
        httpx.AsyncClient(base_url=bot.url, trust_env=False, timeout=30) as http,
    ):
        await bot.ready()
        room = await opened(pg)
        fix = upstream.commit("Raise the pool\n\nReconciles: INC-1#1")
        upstream.push()
        refused = await hosts.github("push", hosts.payload("push", upstream.url), secret="wrong").sent(http)
        assert refused.status_code == 401
        began = time.monotonic()
        answer = await hosts.github("push", hosts.payload("push", upstream.url)).sent(http)
        assert (answer.status_code, time.monotonic() - began < 10) == (202, True)  # GitHub waits 10 s
        await pg.person("maya").wait_for(room, f"claimed by {fix[:7]}", within=30)  # the poll is an hour away
        assert "Traceback" not in bot.log


@pytest.mark.postgresql_only
@pytest.mark.timeout(120)
async def test_two_replicas_told_at_once_look_and_record_once(
    database_url: str, tmp_path: Path, upstream: Upstream, policy: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A balancer may hand the repetition of a delivery to another replica."""
    monkeypatch.setenv("HOTWASH_WEBHOOK_SECRET", SECRET)
    monkeypatch.setenv("HOTWASH_ALLOW_FILE_REMOTES", "true")
    async with (
        Playground(rate_limits=False) as pg,
        serving(pg, database_url, tmp_path / "one", policy) as one,
        serving(pg, database_url, tmp_path / "two", policy) as two,
        httpx.AsyncClient(trust_env=False, timeout=30) as http,
    ):
        await one.ready()
        await two.ready()
        room = await opened(pg)
        fix = upstream.commit("Raise the pool\n\nReconciles: INC-1#1")
        upstream.push()
        sent = hosts.github("push", hosts.payload("push", upstream.url))
        answers = [
            (await http.post(bot.url + sent.path, content=sent.body, headers=sent.headers)).json()["said"]
            for bot in (one, two, one)
        ]
        assert answers == ["Recorded for shop.", "It was recorded before.", "It was recorded before."]
        await pg.person("maya").wait_for(room, f"claimed by {fix[:7]}", within=30)
        assert "Traceback" not in one.log + two.log
