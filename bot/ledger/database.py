"""One way into the database: `write` runs a plain function in one transaction, `read` runs one that only looks.

SQLite has one writer, so there all writing is done by one thread that owns the writing connection; what queues up
while it commits shares the next commit, each recording inside a savepoint of its own (fifty to a commit carry an
order of magnitude more than fifty commits, since each commit waits for the disk). PostgreSQL runs the same function
on a pooled connection. Readers of SQLite use connections that cannot write, so they never wait for the writer.
"""

import asyncio
import queue
import threading
import time
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, create_engine, event, make_url, text
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from bot.rules.decision import CannotRun

T = TypeVar("T")
Work = Callable[[Connection], Any]

BATCH = 64  # recordings to one commit, so that the first of them doesn't wait for ever

_PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
    "PRAGMA recursive_triggers=ON",  # else INSERT OR REPLACE goes around the triggers that guard entries
    "PRAGMA busy_timeout=10000",
    "PRAGMA secure_delete=ON",
)
_SERIALIZATION = {"40001", "40P01"}  # PostgreSQL: serialization failure, deadlock


class DatabaseError(CannotRun):
    """The address names no database that Hotwash can use."""


def normalise_url(url: str) -> str:
    """`DATABASE_URL` as hosts give it (`postgres://`, `sqlite:///x`) as SQLAlchemy's async drivers want it."""
    for prefix in ("postgres://", "postgresql://"):
        if url.startswith(prefix):
            return "postgresql+psycopg://" + url[len(prefix) :]
    if url.startswith("sqlite://"):
        return "sqlite+aiosqlite://" + url[len("sqlite://") :]
    if url.startswith(("postgresql+psycopg://", "sqlite+aiosqlite://")):
        return url
    raise DatabaseError(f"DATABASE_URL: {url.partition(':')[0]!r} is neither sqlite nor postgresql")


def now(conn: Connection) -> int:
    """The database's clock, in microseconds: leases and pacing go by it, so that replicas agree."""
    if conn.dialect.name == "sqlite":
        return time.time_ns() // 1000  # the file's clock is the machine's
    return int(conn.scalar(text("SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint")) or 0)


def own_transactions(engine: Any, begin: str, pragmas: tuple[str, ...]) -> None:
    """Take transaction control from the driver, which begins too late and never IMMEDIATE."""
    _set_up(engine, pragmas)

    @event.listens_for(engine, "begin")
    def _begin(conn: Connection) -> None:
        conn.exec_driver_sql(begin)


def _set_up(engine: Any, pragmas: tuple[str, ...]) -> None:
    """The driver begins no transaction by itself, and each connection has the PRAGMAs."""

    @event.listens_for(engine, "connect")
    def _connect(dbapi_connection: Any, _record: Any) -> None:
        dbapi_connection.isolation_level = None
        cursor = dbapi_connection.cursor()
        for pragma in pragmas:
            cursor.execute(pragma)
        cursor.close()


@dataclass(slots=True, eq=False)
class _Recording:
    """A piece of work and who waits for it, who is told once the commit is through."""

    work: Work
    waiter: asyncio.Future[Any]
    result: Any = None
    error: BaseException | None = None
    _taken: threading.Lock = field(default_factory=threading.Lock)

    def take(self) -> bool:
        """Decide what becomes of it, if nobody has: the writer takes it to record it, who waits for it to drop it."""
        return self._taken.acquire(blocking=False)

    async def outcome(self) -> Any:
        """Who gives up before its turn knows that it is not recorded; after that it is waited for, since nobody could
        say otherwise whether it was."""
        try:
            return await asyncio.shield(self.waiter)
        except asyncio.CancelledError:
            if self.take():
                raise
            return await self.waiter


class _Writer(threading.Thread):
    """The thread that owns SQLite's writing connection."""

    def __init__(self, url: str) -> None:
        super().__init__(name="ledger-writer", daemon=True)
        self._engine = create_engine(
            make_url(url).set(drivername="sqlite"), pool_size=1, max_overflow=0, hide_parameters=True
        )
        _set_up(self._engine, _PRAGMAS)
        self._queue: queue.SimpleQueue[_Recording | None] = queue.SimpleQueue()
        self._stopping = False

    def submit(self, work: Work) -> _Recording:
        if self._stopping:
            raise DatabaseError("The database was closed; nothing was recorded.")
        recording = _Recording(work, asyncio.get_running_loop().create_future())
        self._queue.put(recording)
        return recording

    def stop(self) -> None:
        """Take nothing more; the thread ends once all that waits is recorded."""
        self._stopping = True
        self._queue.put(None)

    def run(self) -> None:
        while (recording := self._queue.get()) is not None:
            batch = self._commit(recording)
            loop = recording.waiter.get_loop()  # one for all: a Database belongs to the loop that it is used in
            with suppress(RuntimeError):  # the loop was closed, and nobody waits any more
                loop.call_soon_threadsafe(_tell, batch)
        self._engine.dispose()

    def _commit(self, first: _Recording) -> list[_Recording]:
        """Record what waits, up to BATCH, in one commit."""
        batch = [first]
        try:
            with self._engine.begin() as conn:
                # Not by a listener: where there is one, SQLAlchemy looks for others at each statement.
                conn.exec_driver_sql("BEGIN IMMEDIATE")
                _record(conn, first)
                while len(batch) < BATCH and (another := self._waiting()) is not None:
                    batch.append(another)
                    _record(conn, another)
        except BaseException as error:  # the commit, or the connection itself: nothing of the batch was kept
            for recording in batch:
                recording.error = recording.error or error
        return batch

    def _waiting(self) -> _Recording | None:
        """What else waits to be recorded, if anything does."""
        try:
            recording = self._queue.get_nowait()
        except queue.Empty:
            return None
        if recording is None:  # the word to stop: leave it for the loop
            self._queue.put(None)
        return recording


def _record(conn: Connection, recording: _Recording) -> None:
    if not recording.take():
        return
    driver: Any = conn.connection.driver_connection
    driver.execute("SAVEPOINT recording")
    try:
        recording.result = recording.work(conn)
    except BaseException as error:  # whatever it is, it is for the caller, and the thread goes on
        if not driver.in_transaction:  # a full disk or an I/O error: SQLite has undone the whole batch
            raise
        driver.execute("ROLLBACK TO recording")
        recording.error = error
    driver.execute("RELEASE recording")


def _tell(batch: list[_Recording]) -> None:
    """Tell those who still wait what came of it; in their own thread, once for the batch: waking it costs more than
    the telling."""
    for recording in batch:
        if recording.waiter.done():
            continue
        if recording.error is not None:
            recording.waiter.set_exception(recording.error)
        else:
            recording.waiter.set_result(recording.result)


async def _to_its_end(commit: Coroutine[Any, Any, None]) -> None:
    """Wait for a commit that is on its way, whoever gives up meanwhile: else nobody knew whether it went through."""
    task = asyncio.ensure_future(commit)
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        await task


class Database:
    """A ledger's database. Open with `Database(url)`, end with `await close()`."""

    def __init__(self, url: str) -> None:
        self.url = normalise_url(url)
        self.sqlite = self.url.startswith("sqlite")
        self._writer: _Writer | None = None
        if self.sqlite:
            file = make_url(self.url).database
            if not file or file == ":memory:":
                raise DatabaseError("DATABASE_URL: an in-memory SQLite loses every entry at exit; name a file")
            Path(file).parent.mkdir(parents=True, exist_ok=True)
            self._writer = _Writer(self.url)
            self._writer.start()
            self._engine = create_async_engine(self.url, pool_size=4, hide_parameters=True)
            pragmas = ("PRAGMA busy_timeout=10000", "PRAGMA query_only=ON")
            own_transactions(self._engine.sync_engine, "BEGIN DEFERRED", pragmas)
            self._readers = self._engine
        else:
            self._engine = create_async_engine(
                self.url, pool_size=10, max_overflow=10, pool_pre_ping=True, hide_parameters=True
            )
            self._readers = self._engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)

    @property
    def engine(self) -> AsyncEngine:
        """On SQLite this engine cannot write; use `write`."""
        return self._engine

    async def write(self, work: Callable[[Connection], T]) -> T:
        """Run `work` in one durable transaction and return what it returned, after the commit.

        Whatever `work` raises undoes all that it did and is raised here. Who stops waiting (a time-out, a cancelled
        task) is told so only while nothing is recorded; else the outcome comes late. `work` may be run again after a
        serialization failure on PostgreSQL, so it touches nothing but its connection.
        """
        if self._writer is not None:
            recorded: T = await self._writer.submit(work).outcome()
            return recorded
        for attempt in range(3):
            try:
                async with self._engine.connect() as conn:
                    result = await conn.run_sync(work)
                    await _to_its_end(conn.commit())
                    return result
            except OperationalError as error:
                if attempt == 2 or getattr(error.orig, "sqlstate", None) not in _SERIALIZATION:
                    raise
        raise AssertionError("unreachable")

    async def read(self, work: Callable[[Connection], T]) -> T:
        """Run `work` against one consistent snapshot, which it cannot change."""
        async with self._readers.connect() as conn:
            return await conn.run_sync(work)

    async def ping(self) -> str | None:
        """None if the database answers, else why it doesn't."""
        try:
            await self.read(lambda conn: conn.execute(text("SELECT 1")))
        except (DBAPIError, OSError) as error:
            return str(getattr(error, "orig", error))
        return None

    async def close(self) -> None:
        if self._writer is not None:
            self._writer.stop()
            await asyncio.to_thread(self._writer.join)
        await self._engine.dispose()
