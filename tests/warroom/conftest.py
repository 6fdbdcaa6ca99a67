"""A whole bot for a test: the playground as its Slack, a database of its own, and a clock that the test moves."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.app import Hotwash, running
from bot.clock import Clock
from bot.ledger.chain import StoredEntry, check_chain
from bot.ledger.tables import entries, incidents
from bot.playground import Playground, handles
from bot.playground.client import Answer, Person, Seen
from bot.settings import load_settings
from bot.slack.manifest import manifest
from bot.warroom.remind import due_now

_NOT_SHOWN = (b"invalid_arguments", b"invalid_blocks", b"msg_too_long", b"no_text", b"view_too_large")
MONDAY_NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)  # working hours in Berlin and London, morning in New York


class War:
    """What tests hold: people who type, and a clock to move."""

    def __init__(self, pg: Playground, clock: Clock, hotwash: Hotwash) -> None:
        self.pg, self.clock, self.hotwash = pg, clock, hotwash
        self.db = hotwash.rooms.db

    def person(self, name: str) -> Person:
        return self.pg.person(name)

    async def open(self, who: Person, title: str = "checkout answers 502", severity: str = "sev1") -> str:
        """Open an incident and wait for its room and card: the room's name."""
        answer = await who.command("#general", f"/incident open {severity} {title}")
        found = re.match(r"INC-(\d+) ", answer.text)
        assert found, answer.text
        return await self.room(who, int(found[1]))

    async def room(self, who: Person, number: int) -> str:
        async with asyncio.timeout(10):
            while True:
                names = [name for name in await who.channels() if name.startswith(f"inc-{number}-")]
                if names:
                    room = f"#{names[0]}"
                    await who.wait_for(room, lambda m: "Manual changes" in m.text)
                    return room
                await asyncio.sleep(0.02)

    async def logged(self, who: Person, room: str, what: str) -> Seen:
        """Log an action and wait for its echo, which is returned."""
        answer = await who.command(room, f"/hotfix {what}")
        found = re.match(r"Logged INC-\d+#(\d+) ", answer.text)
        assert found, answer.text
        return await self.echo(who, room, int(found[1]))

    async def echo(self, who: Person, room: str, number: int, wanted: str = "", within: float = 20) -> Seen:
        """The echo of an action, once it says `wanted`. By default long enough for a poll on a busy machine."""

        def fits(message: Seen) -> bool:
            about = re.match(rf"\S+ #{number}\b", message.text) is not None
            return about and wanted in message.text and not message.only_visible_to_you

        return await who.wait_for(room, fits, within=within)

    def move(self, **by: float) -> None:
        self.clock.move(timedelta(**by))

    async def settled(self) -> None:
        """Every effect that was asked for has been delivered."""
        from bot.ledger.tables import outbox

        def left(conn: Any) -> list[Any]:
            waiting = outbox.select().where(outbox.c.wanted > outbox.c.done, outbox.c.parked_at.is_(None))
            return [(row.lane, row.error) for row in conn.execute(waiting)]

        async with asyncio.timeout(20):
            while await self.db.read(left):
                await asyncio.sleep(0.02)

    async def rung(self) -> None:
        """Every reminder that is due has been sent or put off, and delivered."""
        async with asyncio.timeout(20):
            while await self.db.read(lambda conn: due_now(conn, self.clock.now())):
                await asyncio.sleep(0.02)
        await self.settled()

    async def ledger(self, number: int) -> list[Any]:
        """The entries of an incident, after walking its chain."""

        def rows(conn: Any) -> list[Any]:
            team = self.pg.slack.world.team_id
            inc = conn.execute(incidents.select().where(incidents.c.number == number)).one()
            found = conn.execute(entries.select().where(entries.c.incident_id == inc.id).order_by(entries.c.seq)).all()
            names = StoredEntry.__dataclass_fields__
            fault = check_chain(team, number, [StoredEntry(**{n: getattr(row, n) for n in names}) for row in found])
            assert fault is None, fault
            assert (inc.last_seq, inc.head_hash) == (found[-1].seq, found[-1].hash)
            return list(found)

        return await self.db.read(rows)


def said(answer: Answer) -> str:
    assert answer.failure is None, answer.failure
    return answer.text


@pytest.fixture
def policy() -> str:
    """The policy of a test, as TOML; a test module or class overrides it."""
    return ""


@pytest.fixture
def start_at() -> datetime:
    return MONDAY_NOON


Start = Callable[[], Any]


@asynccontextmanager
async def started(pg: Playground, clock: Clock, database_url: str, folder: Path, policy: str) -> AsyncIterator[War]:
    """The bot itself, on a database that may hold what an earlier one recorded."""
    file = folder / "hotwash.toml"
    file.write_text(policy)
    settings = load_settings(
        database_url=database_url,
        slack_bot_token="xoxb-playground",
        slack_app_token="xapp-playground",
        slack_api_url=pg.api_url,
        policy_file=file,
        mirrors=folder / "mirrors",
        allow_file_remotes=True,
        key="test",
    )
    async with running(settings, clock) as hotwash:
        async with asyncio.timeout(10):
            while hotwash.socket != "connected":
                await asyncio.sleep(0.01)
        yield War(pg, clock, hotwash)
    assert refused_payloads(pg) == []


def refused_payloads(pg: Playground) -> list[Any]:
    """The calls that were refused for what stood in them: so every payload of every test is checked."""
    refusals = [b'"error":"%b"' % error for error in _NOT_SHOWN]
    return [call.as_json() for call in pg.slack.calls if any(one in (call.answer or b"") for one in refusals)]


@pytest.fixture
def clock(start_at: datetime) -> Clock:
    clock = Clock()
    clock.move(start_at - datetime.now(UTC))
    return clock


@pytest.fixture
async def playground(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Playground]:
    # On a busy machine Slack's three seconds run out by themselves; where that is tested, it is ordered.
    monkeypatch.setattr(handles, "TRIGGER_SECONDS", 30.0)
    async with Playground(now=lambda: clock.now() / 1_000_000, rate_limits=False) as pg:
        await pg.client.post("app", manifest=manifest(None))  # so that nothing works that the app did not ask for
        yield pg


@pytest.fixture
async def war(
    playground: Playground, clock: Clock, database_url: str, tmp_path: Path, policy: str
) -> AsyncIterator[War]:
    async with started(playground, clock, database_url, tmp_path, policy) as war:
        yield war
