"""A stage: a local Slack, a database, the verbs, and as many deliveries as a test wants."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient
from sqlalchemy import Connection, select, update

from bot.delivery import Delivery
from bot.ledger import load
from bot.ledger.database import Database
from bot.ledger.tables import incidents, outbox, reminders
from bot.playground import Playground
from bot.rules import commands as ask
from bot.rules.clean import redact
from bot.rules.decision import Answer, Effect
from bot.rules.model import Incident, PersonKind
from bot.rules.policy import Policy
from bot.warroom import people, remind, trouble
from bot.warroom.handle import WarRooms
from bot.warroom.scope import Request, know_workspace

Json = dict[str, Any]

TEAM = "T0000ACME1"
MEMBERS = {
    "maya": ("U0000MAYA1", "Europe/Berlin"),
    "sam": ("U0000SAM01", "America/New_York"),
    "priya": ("U0000PRIYA", "Asia/Kolkata"),
}


class Stage:
    def __init__(self, pg: Playground, db: Database, policy: Policy, url: str) -> None:
        self.pg, self.db, self.policy, self.url = pg, db, policy, url
        self.rooms = WarRooms(db, policy, redact)
        self.at = time.time_ns() // 1000  # business time: a test moves it
        self.asked = 0
        self.workspace = 0

    def now(self) -> int:
        return self.at

    async def ask(self, who: str, command: ask.Command) -> Answer:
        self.asked += 1
        slack_id, _ = MEMBERS[who]
        request = Request(TEAM, slack_id, who, "test", f"test:{self.asked}", self.at)
        return await self.rooms.handle(request, command)

    async def opened(self, title: str = "checkout answers 502") -> Incident:
        await self.ask("maya", ask.Open(title, "sev2"))
        return await self.incident()

    async def incident(self, number: int = 1) -> Incident:
        found = await self.db.read(lambda conn: load.incident(conn, incidents.c.number == number))
        assert found is not None
        return found

    async def log(self, who: str, *texts: str, incident: int = 1) -> None:
        for text in texts:
            await self.ask(who, ask.Log(text, incident=incident))

    async def alone(self, work: Any) -> Any:
        """Let Hotwash itself do something: what Git showed, what the clock rang for."""
        return await self.rooms.alone(self.workspace, TEAM, self.at, "test", work)

    async def ring(self) -> None:
        """Ring for every reminder that is due."""
        for _, reminder in await self.db.read(lambda conn: remind.due_now(conn, self.at)):
            await self.alone(lambda scope, row=reminder: remind.ring(scope, row))

    async def next_reminder(self, kind: str) -> int:
        due = await self.db.read(
            lambda conn: conn.scalar(select(reminders.c.due_at).where(reminders.c.kind == kind, reminders.c.due_at > 0))
        )
        assert due is not None, f"no reminder of kind {kind}"
        return int(due)

    @asynccontextmanager
    async def delivering(self, worker: str = "one", *, call_time: float = 5.0, **more: Any) -> AsyncIterator[Delivery]:
        """A delivery that runs while the block does. `call_time`: seconds for one call to Slack."""
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=call_time)) as session:
            client = AsyncWebClient("xoxb-playground", base_url=self.pg.api_url, session=session, retry_handlers=[])
            delivery = Delivery(self.db, client, self.policy, self.now, worker, self._refused, poll=0.1, **more)
            running = asyncio.create_task(delivery.run())
            try:
                yield delivery
            finally:
                running.cancel()
                await asyncio.gather(running, return_exceptions=True)

    async def _refused(self, workspace: int, team: str, effect: Effect, error: str) -> None:
        await self.rooms.alone(workspace, team, self.at, "delivery", lambda scope: trouble.run(scope, effect, error))

    async def deliver(self, **more: Any) -> None:
        """Bring about all that is asked for."""
        async with self.delivering(**more):
            await self.all_done()

    async def all_done(self, within: float = 40.0) -> None:
        deadline = time.monotonic() + within
        while left := await self.db.read(_left):
            if time.monotonic() > deadline:
                raise AssertionError(f"still to be delivered after {within} s: {left}")
            await asyncio.sleep(0.02)

    async def until(self, true: Callable[[], Awaitable[Any]], within: float = 30.0) -> None:
        """Wait until something has happened that only looking shows."""
        deadline = time.monotonic() + within
        while not await true():
            assert time.monotonic() < deadline, f"not within {within} s"
            await asyncio.sleep(0.01)

    async def called(self, method: str) -> None:
        """Wait until a call has reached Slack, whose answer may still be held back."""
        await self.until(lambda: self.calls(method))

    async def let_leases_run_out(self) -> None:
        """As if the 30 seconds of a lease were over."""
        await self.db.write(lambda conn: conn.execute(update(outbox).values(leased_until=0, due_at=0)))

    async def outbox(self, kind: str) -> list[Any]:
        return await self.db.read(lambda conn: list(conn.execute(select(outbox).where(outbox.c.kind == kind))))

    async def calls(self, method: str | None = None) -> list[Json]:
        return await self.pg.client.calls(method)

    async def posts(self, channel: str) -> list[Json]:
        """Everything that stands in a channel as its API says, threads included, oldest first."""
        stored = self.pg.slack.world.channels[channel].messages.values()
        return [
            {"ts": m.ts, "text": m.text, "thread": m.thread_ts, "meta": m.metadata, "sub": m.subtype} for m in stored
        ]

    async def own_posts(self, channel: str) -> list[Json]:
        return [post for post in await self.posts(channel) if post["meta"]]


def _left(conn: Connection) -> list[str]:
    rows = conn.execute(
        select(outbox.c.lane, outbox.c.error).where(outbox.c.wanted > outbox.c.done, outbox.c.parked_at.is_(None))
    )
    return [f"{row.lane} ({row.error})" for row in rows]


async def set_stage(stack: AsyncExitStack, url: str, policy: Policy | None = None) -> Stage:
    """A playground and a database in which a workspace and its people are known, as after the first minutes of use."""
    pg = await stack.enter_async_context(Playground(rate_limits=False, bot_name="hotwash"))
    db = Database(url)
    stack.push_async_callback(db.close)
    stage = Stage(pg, db, policy or Policy(), url)

    def meet(conn: Connection) -> int:
        for name, (slack_id, tz) in MEMBERS.items():
            people.learn(conn, TEAM, slack_id, name, tz, PersonKind.MEMBER, stage.at)
        return know_workspace(conn, TEAM, stage.at)

    stage.workspace = await db.write(meet)
    return stage


@pytest.fixture
async def stage(database_url: str) -> AsyncIterator[Stage]:
    """The workspace is met already: its announce channel is known."""
    async with AsyncExitStack() as stack:
        stage = await set_stage(stack, database_url)
        await stage.deliver()
        stage.pg.slack.calls.clear()
        yield stage
