"""Time, and what rings by it.

`Clock` is business time, which tests and the demo can move; leases, retries and pacing follow the database's clock
instead. APScheduler only rings: what is due stands in the database, and who takes it is settled there too.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import structlog
from apscheduler.job import Job
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.ledger import load
from bot.ledger.database import now
from bot.warroom import remind, tidy
from bot.warroom.handle import WarRooms
from bot.warroom.watch import Watcher

GRACE = 5.0  # seconds to end what a ring set off, when stopping
TIDY = 6 * 3600  # seconds
BELL = 15  # seconds between looks at what is due: a reminder is at most this late

log = structlog.get_logger()


class Clock:
    """Microseconds since the epoch, UTC: the machine's, plus what was moved."""

    def __init__(self) -> None:
        self._ahead = 0
        self._moved: list[Callable[[], None]] = []

    def now(self) -> int:
        return time.time_ns() // 1000 + self._ahead

    def move(self, by: timedelta) -> None:
        """Put the clock forward; everything that rings by it rings again."""
        self._ahead += int(by.total_seconds() * 1_000_000)
        for told in self._moved:
            told()

    def on_move(self, told: Callable[[], None]) -> None:
        self._moved.append(told)


class Bells:
    """Rings for reminders and for looks at upstream. `poke` is called when something was recorded."""

    def __init__(self, rooms: WarRooms, clock: Clock, watcher: Watcher | None, poke: Callable[[], None]) -> None:
        self._rooms, self._clock, self._watcher, self._poke = rooms, clock, watcher, poke
        # coalesce and no grace: after a pause one ring is wanted, and never none (the default drops late runs).
        rules = {"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
        self._scheduler = AsyncIOScheduler(timezone=UTC, job_defaults=rules)
        self._jobs: list[Job] = []  # that ring by business time
        self._answering: set[asyncio.Task[None]] = set()
        self._beginning = self._look_again = False  # looks at upstream: what is due is being asked for; ask once more

    def start(self) -> None:
        self._add(self._remind, BELL)
        if self._watcher is not None:
            self._add(self._look, max(1.0, min(self._rooms.policy.poll_seconds / 4, BELL)))
        self._scheduler.add_job(self._tidy, "interval", seconds=TIDY)
        self._scheduler.start()
        self._clock.on_move(self.ring)

    def ring(self) -> None:
        """Ring now for what goes by business time."""
        for job in self._jobs:
            job.modify(next_run_time=datetime.now(UTC))

    def look(self) -> None:
        """Ring now for looks at upstream: somebody told of news there. While one is being begun, again after it."""
        self._look_again = True
        for job in self._jobs:
            if job.name == self._look.__name__ and not self._beginning:
                job.modify(next_run_time=datetime.now(UTC))

    async def stop(self) -> None:
        """Ring no more. What was set off ends first, within `GRACE`."""
        self._scheduler.pause()
        if self._answering:
            await asyncio.wait(self._answering, timeout=GRACE)
        self._scheduler.shutdown(wait=False)

    def _add(self, work: Callable[[], Awaitable[None]], seconds: float) -> None:
        first = datetime.now(UTC)
        self._jobs.append(
            self._scheduler.add_job(
                self._answer, "interval", [work], name=work.__name__, seconds=seconds, next_run_time=first
            )
        )

    async def _answer(self, work: Callable[[], Awaitable[None]]) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._answering.add(task)
        try:
            await work()
        except asyncio.CancelledError:  # cut off by `stop`: no failure, which is what APScheduler would log
            log.warning("cut off at the end", work=work.__name__)
        finally:
            self._answering.discard(task)

    async def _remind(self) -> None:
        failed: set[int] = set()
        while True:  # the clock may be moved, or a reminder be due again, while this runs
            now = self._clock.now()
            due = await self._rooms.db.read(lambda conn: remind.due_now(conn, now))  # noqa: B023 - awaited here
            due = [(workspace, reminder) for workspace, reminder in due if reminder not in failed]
            if not due:
                return
            for workspace, reminder in due:
                try:
                    await remind_one(self._rooms, workspace, reminder, now)
                except Exception:
                    log.exception("reminder failed", reminder=reminder)  # the others are due all the same
                    failed.add(reminder)
            self._poke()

    async def _tidy(self) -> None:
        await self._rooms.db.write(lambda conn: tidy.run(conn, self._clock.now(), now(conn)))
        if self._watcher is not None:
            await self._watcher.maintain()

    async def _look(self) -> None:
        assert self._watcher is not None
        self._look_again = self._beginning = True
        try:
            while self._look_again:
                self._look_again = False
                await self._watcher.look(self._clock.now())
        finally:
            self._beginning = False


async def remind_one(rooms: WarRooms, workspace: int, reminder: int, at: int) -> None:
    """Send one reminder, if it is still due."""
    team = await rooms.db.read(lambda conn: load.team_id(conn, workspace))
    await rooms.alone(workspace, team, at, "clock", lambda scope: remind.ring(scope, reminder))
