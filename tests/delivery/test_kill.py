"""A worker may die at any moment: whoever comes after looks at Slack before calling again."""

import asyncio
import os
import signal
import sys
import textwrap

import pytest

from tests.delivery.conftest import Stage
from tests.delivery.test_faults import whole_and_once


@pytest.mark.parametrize(
    "method",
    ["conversations.create", "conversations.invite", "chat.postMessage", "bookmarks.add", "pins.add"],
)
async def test_killed_between_call_and_mark(stage: Stage, method: str) -> None:
    await stage.opened()
    await stage.log("sam", "raised the pool size to 80", "scaled web to 8")
    await stage.pg.client.fault(method, "timeout_after", seconds=0.3, times=None)
    async with stage.delivering("first", grace=0):
        await stage.called(method)
    await stage.pg.client.clear_faults()
    await stage.let_leases_run_out()
    await stage.deliver(worker="second")
    await whole_and_once(stage)


WORKER = """
    import asyncio, sys, time
    import aiohttp
    from slack_sdk.web.async_client import AsyncWebClient
    from bot.delivery import Delivery
    from bot.ledger.database import Database
    from bot.rules.policy import Policy

    async def main(url, api):
        db = Database(url)
        async with aiohttp.ClientSession() as session:
            client = AsyncWebClient("xoxb-playground", base_url=api, session=session, retry_handlers=[])
            now = lambda: time.time_ns() // 1000
            await Delivery(db, client, Policy(), now, "killed", None, poll=0.05).run()

    asyncio.run(main(*sys.argv[1:]))
"""


@pytest.mark.parametrize("method", ["conversations.create", "chat.postMessage"])
async def test_a_process_that_is_killed_leaves_nothing_half_or_twice(stage: Stage, method: str) -> None:
    """SIGKILL while Slack has done what was asked and its answer is on the way."""
    await stage.opened()
    await stage.log("sam", "raised the pool size to 80", "scaled web to 8")
    await stage.pg.client.fault(method, "timeout_after", seconds=20, times=None)
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", textwrap.dedent(WORKER), stage.url, stage.pg.api_url
    )
    try:
        await stage.called(method)
    finally:
        os.kill(process.pid, signal.SIGKILL)
        await process.wait()
    await stage.pg.client.clear_faults()
    await stage.let_leases_run_out()
    await stage.deliver()
    await whole_and_once(stage)


async def in_hand(stage: Stage) -> bool:
    return any(row.leased_by for row in await stage.outbox("room"))


async def test_stopping_finishes_what_is_in_hand(stage: Stage) -> None:
    await stage.pg.client.fault("conversations.create", "latency", seconds=0.5)
    await stage.opened()
    async with stage.delivering():
        await stage.until(lambda: in_hand(stage))
    assert (await stage.incident()).channel_id is not None
    (row,) = await stage.outbox("room")
    assert (row.done, row.leased_by) == (1, None)
