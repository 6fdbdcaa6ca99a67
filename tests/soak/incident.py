"""One scripted incident, played by people who type again what was not answered, while `hotwash serve` dies and comes
back; and what must be true after it."""

import asyncio
import os
import re
import signal
import sys
import time
from asyncio.subprocess import Process
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, select, update
from sqlalchemy.exc import OperationalError

from bot.ledger.database import normalise_url
from bot.ledger.tables import actions, entries, incidents, links, messages, outbox, repositories
from bot.ledger.verify import verify
from bot.playground import Playground
from bot.playground.client import Person, Seen
from bot.playground.world import Message
from tests.bench.servers import free_port
from tests.warroom.repo import Upstream

EAGER = """
alarm_always = []
[nudges]
quiet_minutes = 0
after_resolve_minutes = 0
workday_start = 00:00:00
workday_end = 23:59:59
working_days = [0, 1, 2, 3, 4, 5, 6]
"""
PATIENCE = 120.0  # seconds for one step, with all the deaths in it
ROOT = Path(__file__).parents[2]


class Stuck(Exception):
    """The incident could not be played to its end: a promise was broken, which the text says."""


@dataclass(slots=True)
class Life:
    """One process: where it was to die, where it did (None: it lived on), and seconds until it was ready."""

    die_at: str | None
    points: Path
    healthy: float | None = None
    died_at: str | None = None

    def passed(self) -> list[str]:
        return self.points.read_text().splitlines() if self.points.exists() else []


@dataclass(slots=True)
class Incident:
    """`die_at` is asked at each start of the process for the point of its death; None lets it live.

    `wanted`: how many actions are logged. `answered`: number of an incident and of an action → what was typed, for each
    log that was answered "Logged".
    """

    pg: Playground
    url: str
    folder: Path
    die_at: Callable[[], str | None]
    wanted: int = 5
    lives: list[Life] = field(default_factory=list)
    answered: dict[tuple[int, int], str] = field(default_factory=dict)
    unanswered: int = 0
    environment: dict[str, str] = field(default_factory=dict)  # more, for the process
    process: Process | None = None
    engine: Engine = field(init=False)
    upstream: Upstream = field(init=False)

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True)
        self.upstream = Upstream(self.folder)
        (self.folder / "hotwash.toml").write_text(self.upstream.policy.replace("\n[[", f"\n{EAGER}\n[[", 1))
        self.engine = create_engine(normalise_url(self.url).replace("+aiosqlite", ""))

    async def play(self) -> list[str]:
        """The promises that were broken: sentences that begin with `lost`, `not shown`, `doubled` or `broken`."""
        try:
            await self._script()
            await self._until(self._all_shown, "every effect has happened")
        except Stuck as stuck:
            return [str(stuck)]
        finally:
            await self._stop()
        return await asyncio.to_thread(self._wrong)

    async def _script(self) -> None:
        maya, sam = self.pg.person("maya"), self.pg.person("sam")
        number = int(_match(r"INC-(\d+) ", await self._type(maya, "#general", "/incident open sev2 checkout is down")))
        inc, room = f"INC-{number}", ""
        for n in range(1, self.wanted + 1):
            what = f"vim /etc/app/db.conf, pool {n}"
            said = await self._type(sam if n % 2 else maya, "#general", f"/hotfix {inc} {what}")
            logged = int(_match(rf"Logged {inc}#(\d+) ", said))
            self.answered[number, logged] = what
        async with asyncio.timeout(PATIENCE):
            while not room:
                await self._alive()
                room = next((f"#{name}" for name in await maya.channels() if name.startswith(f"inc-{number}-")), "")
                await asyncio.sleep(0.02)
        fix = self.upstream.commit("Raise the pool")
        await self._type(maya, room, f"/incident link {fix} #1")
        self.upstream.push()
        await self._type(maya, room, "/incident update half of the customers are back")
        await self._type(maya, room, "/hotfix #2 undone set back to 20")
        await self._type(sam, "#general", f"/incident lead @sam {inc}")
        await self._type(maya, room, "/hotfix #3 waive the host goes away")
        await self._type(maya, room, "/incident resolve")
        await self._until(lambda: self._told(sam), "sam was reminded")
        await self._until(lambda: self._echo(maya, room, 1, "claimed by"), "the commit was seen upstream")
        await self._type(maya, room, "/incident close what is left is followed up")

    async def _type(self, who: Person, channel: str, line: str) -> str:
        """Type a command until it is answered; the answer."""
        async with asyncio.timeout(PATIENCE):
            while True:
                await self._alive()
                answer = await who.command(channel, line)
                if answer.failure is None:
                    if "Not logged" in answer.text or "Not recorded" in answer.text:
                        raise Stuck(f"broken: {line!r} was answered {answer.text!r}")
                    return answer.text
                self.unanswered += 1

    async def _until(self, true: Callable[[], Awaitable[Any]], what: str) -> None:
        try:
            async with asyncio.timeout(PATIENCE):
                while not await true():
                    await self._alive()
                    await asyncio.sleep(0.05)
        except TimeoutError:
            raise Stuck(f"not shown: {what}, within {PATIENCE:g} s; {self._waiting()}") from None

    async def _told(self, who: Person) -> bool:
        return any("live in production" in message.text for message in await who.dms())

    async def _echo(self, who: Person, room: str, number: int, wanted: str) -> bool:
        def fits(seen: Seen) -> bool:
            return re.match(rf"\S+ #{number}\b", seen.text) is not None and wanted in seen.text

        return any(fits(seen) for seen in await who.sees(room))

    async def _all_shown(self) -> bool:
        return await asyncio.to_thread(self._waiting) == []

    def _waiting(self) -> list[str]:
        with self.engine.connect() as conn:
            waits = (outbox.c.wanted > outbox.c.done) | outbox.c.parked_at.is_not(None)
            return [f"{row.lane} ({row.error})" for row in conn.execute(select(outbox).where(waits))]

    # The process

    async def _alive(self) -> None:
        """A process that listens: the one that runs, or the next."""
        sockets = self.pg.slack.deliveries.socket
        async with asyncio.timeout(PATIENCE):
            while self.process is None or self.process.returncode is not None or not sockets.connections:
                if self.process is None or self.process.returncode is not None:
                    await self._bury()
                    await self._start()
                await asyncio.sleep(0.01)
                life = self.lives[-1]
                if sockets.connections and life.healthy is None and self.process.returncode is None:
                    life.healthy = time.monotonic() - self._started

    _started: float = 0.0

    async def _start(self) -> None:
        life = Life(self.die_at(), self.folder / f"points-{len(self.lives)}")
        self.lives.append(life)
        environment = os.environ | {
            "DATABASE_URL": self.url,
            "SLACK_BOT_TOKEN": "xoxb-playground",
            "SLACK_APP_TOKEN": "xapp-playground",
            "SLACK_API_URL": self.pg.api_url,
            "HOTWASH_POLICY": str(self.folder / "hotwash.toml"),
            "HOTWASH_MIRRORS": str(self.folder / "mirrors"),
            "HOTWASH_ALLOW_FILE_REMOTES": "true",
            "HOST": "127.0.0.1",
            "PORT": str(free_port()),
            "SOAK_POINTS": str(life.points),
            "SOAK_DIE_AT": life.die_at or "",
            **self.environment,
        }
        with (self.folder / "serve.log").open("ab") as log:
            self._started = time.monotonic()
            self.process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "tests.soak.launch", "serve", cwd=ROOT, env=environment, stdout=log, stderr=log
            )

    async def _bury(self) -> None:
        """The last process is dead. Let its leases run out, as if their 30 and more seconds were over."""
        if self.process is None:
            return
        life = self.lives[-1]
        if self.process.returncode != -signal.SIGKILL:
            raise Stuck(f"broken: the process ended by itself with {self.process.returncode}:\n{self.log[-1500:]}")
        life.died_at = life.passed()[-1]
        while self.pg.slack.deliveries.socket.connections:
            await asyncio.sleep(0.01)
        await asyncio.to_thread(self._end_leases)

    def _end_leases(self) -> None:
        try:
            with self.engine.begin() as conn:
                for table in (outbox, repositories):
                    held = table.c.leased_until.is_not(None)
                    conn.execute(update(table).where(held).values(leased_until=0, due_at=0))
        except OperationalError as error:
            if "no such table" not in str(error):  # it died before there was anything
                raise

    async def _stop(self) -> None:
        if self.process is not None and self.process.returncode is None:
            self.process.terminate()
            async with asyncio.timeout(10):
                await self.process.wait()
        self.engine.dispose()

    @property
    def log(self) -> str:
        return (self.folder / "serve.log").read_text()

    # What must be true

    def _wrong(self) -> list[str]:
        with self.engine.connect() as conn:
            wrong = [*self._recorded(conn), *self._shown(conn)]
            wrong += [f"broken: {one.fault}" for one in verify(conn).verdicts if one.fault is not None]
        self.engine.dispose()
        if "Traceback" in self.log:
            wrong.append(f"broken: {self.log[self.log.index('Traceback') :][:1500]}")
        return wrong

    def _recorded(self, conn: Connection) -> Iterator[str]:
        """What was answered is in the ledger."""
        number = next(iter(self.answered))[0]
        rows = conn.execute(select(actions, incidents.c.number.label("inc")).join(incidents))
        stored = {(row.inc, row.number): row for row in rows}
        for place, typed in self.answered.items():
            if place not in stored or stored[place].text != typed:
                yield f"lost: INC-{place[0]}#{place[1]} was answered with {typed!r}"
        if conn.scalar(select(incidents.c.state).where(incidents.c.number == number)) != "closed":
            yield f"lost: INC-{number} was closed"
        states = {n: stored[number, n].state for n in (1, 2, 3)}
        if states != {1: "claimed", 2: "undone", 3: "waived"}:
            yield f"lost: actions stand at {states}"
        if len(conn.execute(select(links)).all()) != 1:
            yield "lost: the link"
        kinds = Counter(conn.scalars(select(entries.c.kind).join(incidents).where(incidents.c.number == number)))
        for kind in ("incident.opened", "incident.resolved", "incident.closed", "action.linked", "evidence.found"):
            if kinds[kind] != 1:
                yield f"{'doubled' if kinds[kind] else 'lost'}: {kinds[kind]} entries of {kind}"

    def _shown(self, conn: Connection) -> Iterator[str]:
        """What people see: each once."""
        world = self.pg.slack.world
        own = [one for one in world.channels.values() if one.creator == world.bot_user and not one.is_direct]
        rooms = {row.channel_id: row for row in conn.execute(select(incidents))}
        if sorted(channel.id for channel in own) != sorted(rooms):
            names = [channel.name for channel in own]
            yield f"doubled: channels {names} for incidents {[row.number for row in rooms.values()]}"
        posted: dict[str, list[tuple[str, Message]]] = {}
        for channel in world.channels.values():
            for message in channel.messages.values():
                mark = (message.metadata or {}).get("event_payload", {}).get("effect")
                if mark:  # a reminder that was brought up to date bears the mark of what did it
                    lane = mark.partition("@")[0].replace("nudge_refresh", "nudge")
                    posted.setdefault(lane, []).append((channel.id, message))
        for lane, found in posted.items():
            if len(found) > 1:
                yield f"doubled: {lane} stands {len(found)} times"
        stands = {row.lane: (row.channel_id, row.ts) for row in conn.execute(select(messages))}
        for lane, (channel_id, ts) in stands.items():
            if [(channel, message.ts) for channel, message in posted.get(lane, [])] != [(channel_id, ts)]:
                yield f"not shown: {lane} should stand in {channel_id} at {ts}"
        for row in conn.execute(select(outbox).where(outbox.c.kind.in_(("card", "action", "summary", "checklist")))):
            if row.lane not in posted:
                yield f"not shown: {row.lane}"
        for channel in own:
            if len(channel.pins) != 1 or len(channel.bookmarks) != 1:
                yield f"doubled: {channel.name} has {len(channel.pins)} pins and {len(channel.bookmarks)} bookmarks"


def _match(pattern: str, text: str) -> str:
    found = re.match(pattern, text)
    if found is None:
        raise Stuck(f"broken: answered {text!r}, which does not fit {pattern!r}")
    return found[1]
