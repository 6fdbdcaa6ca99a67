"""The one way into the database: what `write` returned is kept, what it raised left nothing, and readers only look."""

import asyncio
import signal
import sqlite3
import struct
import subprocess
import sys
import threading
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, insert, select, text, update
from sqlalchemy.exc import DBAPIError, OperationalError, StatementError

from bot.ledger.database import Database, DatabaseError, normalise_url
from bot.ledger.tables import CleanText, entries, incidents, metadata, receipts
from bot.ledger.verify import verify
from bot.rules.clean import Clean
from tests.ledger.build import START, Place, engine_for, open_incident, say

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
async def db(database_url: str) -> AsyncIterator[Database]:
    db = Database(database_url)
    yield db
    await db.close()


@pytest.fixture
async def place(db: Database) -> Place:
    return await db.write(open_incident)


def file_of(db: Database) -> Path:
    return Path(db.url.removeprefix("sqlite+aiosqlite:///"))


def receipt(conn: Connection, place: Place, key: str, answer: str = "") -> str:
    conn.execute(insert(receipts).values(workspace_id=place.workspace_id, key=key, at=START, answer=answer))
    return key


async def kept(db: Database) -> set[str]:
    return set(await db.read(lambda conn: conn.scalars(select(receipts.c.key)).all()))


def commits_in_log(db: Database) -> int:
    """Frames of the write-ahead log that end a transaction: those that carry the size of the database."""
    log = Path(f"{file_of(db)}-wal").read_bytes()
    page_size, salts = struct.unpack(">I", log[8:12])[0], log[16:24]
    frames = range(32, len(log) - 24 - page_size + 1, 24 + page_size)
    return sum(log[at + 8 : at + 16] == salts and log[at + 4 : at + 8] != bytes(4) for at in frames)


async def test_appends_from_many_sides_keep_the_chain(db: Database, place: Place) -> None:
    await asyncio.gather(*(db.write(lambda conn, n=n: say(conn, place, f"update {n}")) for n in range(60)))
    report = await db.read(verify)
    assert report.fits
    assert report.verdicts[0].entries == 60


async def test_incidents_are_appended_to_side_by_side(db: Database, place: Place) -> None:
    other = await db.write(lambda conn: open_incident(conn, 2))
    await asyncio.gather(*(db.write(lambda conn, p=p: say(conn, p, "x")) for p in [place, other] * 15))
    report = await db.read(verify)
    assert report.fits
    assert [one.entries for one in report.verdicts] == [15, 15]


@pytest.mark.sqlite_only
async def test_what_waits_shares_a_commit(db: Database, place: Place) -> None:
    before = commits_in_log(db)
    await asyncio.gather(*(db.write(lambda conn, n=n: receipt(conn, place, f"k{n}")) for n in range(100)))
    assert len(await kept(db)) == 100
    assert 1 <= commits_in_log(db) - before <= 10


@pytest.mark.sqlite_only
async def test_sqlite_is_opened_for_safety(db: Database) -> None:
    def settings(conn: Connection) -> dict[str, object]:
        names = ("journal_mode", "synchronous", "foreign_keys", "recursive_triggers", "secure_delete")
        return {name: conn.exec_driver_sql(f"PRAGMA {name}").scalar() for name in names}

    assert await db.write(settings) == {
        "journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "recursive_triggers": 1, "secure_delete": 1,
    }  # fmt: skip


async def test_one_that_fails_leaves_its_neighbours_alone(db: Database, place: Place) -> None:
    def half(conn: Connection) -> None:
        receipt(conn, place, "half")
        raise LookupError("changed my mind")

    def twice(conn: Connection) -> None:
        receipt(conn, place, "before-1")

    neighbours = [db.write(lambda conn, n=n: receipt(conn, place, f"before-{n}")) for n in range(1, 4)]
    *kept_keys, failed, doubled, after = await asyncio.gather(
        *neighbours,
        db.write(half),
        db.write(twice),
        db.write(lambda conn: receipt(conn, place, "after")),
        return_exceptions=True,
    )
    assert isinstance(failed, LookupError)
    assert isinstance(doubled, DBAPIError)
    assert after == "after"
    assert await kept(db) == {*kept_keys, "after"} == {"before-1", "before-2", "before-3", "after"}


@pytest.mark.sqlite_only
async def test_one_that_is_cancelled_before_its_turn_is_not_recorded(db: Database, place: Place) -> None:
    go_on, started = threading.Event(), asyncio.Event()
    loop = asyncio.get_running_loop()

    def slow(conn: Connection) -> str:
        loop.call_soon_threadsafe(started.set)
        assert go_on.wait(10)
        return receipt(conn, place, "slow")

    first = asyncio.create_task(db.write(slow))
    await started.wait()
    cancelled = asyncio.create_task(db.write(lambda conn: receipt(conn, place, "cancelled")))
    neighbour = asyncio.create_task(db.write(lambda conn: receipt(conn, place, "neighbour")))
    await asyncio.sleep(0)
    cancelled.cancel()
    first.cancel()  # too late: it has begun
    await asyncio.sleep(0)
    go_on.set()
    assert await neighbour == "neighbour"
    assert await first == "slow"
    with pytest.raises(asyncio.CancelledError):
        await cancelled
    assert await kept(db) == {"slow", "neighbour"}


@pytest.mark.sqlite_only
async def test_who_gives_up_too_late_hears_late_that_it_is_recorded(db: Database, place: Place) -> None:
    def slow(conn: Connection) -> str:
        time.sleep(0.3)
        return receipt(conn, place, "slow")

    async with asyncio.timeout(0.1):
        assert await db.write(slow) == "slow"
    assert await kept(db) == {"slow"}


@pytest.mark.postgresql_only
async def test_who_gives_up_during_the_commit_hears_late_that_it_is_recorded(db: Database, place: Place) -> None:
    def slow_commits(conn: Connection) -> None:
        conn.exec_driver_sql(
            "CREATE FUNCTION dawdle() RETURNS trigger LANGUAGE plpgsql AS"
            " $$ BEGIN PERFORM pg_sleep(0.5); RETURN NULL; END $$"
        )
        conn.exec_driver_sql(
            "CREATE CONSTRAINT TRIGGER dawdle AFTER INSERT ON receipts DEFERRABLE INITIALLY DEFERRED"
            " FOR EACH ROW EXECUTE FUNCTION dawdle()"
        )

    await db.write(slow_commits)
    async with asyncio.timeout(0.2):
        assert await db.write(lambda conn: receipt(conn, place, "slow")) == "slow"
    assert await kept(db) == {"slow"}


@pytest.mark.postgresql_only
async def test_one_that_is_cancelled_leaves_nothing_and_the_pool_whole(db: Database, place: Place) -> None:
    def slow(conn: Connection) -> None:
        receipt(conn, place, "cancelled")
        conn.execute(text("SELECT pg_sleep(10)"))

    tasks = [asyncio.create_task(db.write(slow)) for _ in range(25)]  # more than the pool holds
    await asyncio.sleep(0.3)
    for task in tasks:
        task.cancel()
    assert all(
        isinstance(result, asyncio.CancelledError) for result in await asyncio.gather(*tasks, return_exceptions=True)
    )
    assert await db.write(lambda conn: receipt(conn, place, "after")) == "after"
    assert await kept(db) == {"after"}


@pytest.mark.sqlite_only
async def test_a_full_disk_fails_every_caller_whose_entry_is_not_there(db: Database, place: Place) -> None:
    def fill_up(conn: Connection) -> None:
        pages = conn.exec_driver_sql("PRAGMA page_count").scalar_one()
        conn.exec_driver_sql(f"PRAGMA max_page_count={pages + 12}")

    await db.write(fill_up)
    results = await asyncio.gather(
        *(db.write(lambda conn, n=n: receipt(conn, place, f"k{n}", "x" * 3000)) for n in range(60)),
        return_exceptions=True,
    )
    failed = [result for result in results if isinstance(result, BaseException)]
    assert failed
    assert {type(error) for error in failed} == {OperationalError}
    assert "full" in str(failed[0])
    with sqlite3.connect(file_of(db)) as conn:
        there = {key for (key,) in conn.execute("SELECT key FROM receipts")}
    assert there == {result for result in results if isinstance(result, str)}

    await db.write(lambda conn: conn.exec_driver_sql("PRAGMA max_page_count=1000000").close())
    assert await db.write(lambda conn: receipt(conn, place, "room again")) == "room again"


@pytest.mark.sqlite_only
async def test_a_database_held_by_another_fails_every_caller_and_then_goes_on(db: Database, place: Place) -> None:
    await db.write(lambda conn: conn.exec_driver_sql("PRAGMA busy_timeout=20").close())
    holder = sqlite3.connect(file_of(db), isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    results = await asyncio.gather(
        *(db.write(lambda conn, n=n: receipt(conn, place, f"k{n}")) for n in range(5)), return_exceptions=True
    )
    assert [type(result) for result in results] == [OperationalError] * 5
    holder.execute("ROLLBACK")
    holder.close()
    assert await db.write(lambda conn: receipt(conn, place, "after")) == "after"
    assert await kept(db) == {"after"}


@pytest.mark.postgresql_only
async def test_a_server_that_went_away_fails_the_caller_and_is_found_again(db: Database, place: Place) -> None:
    def cut_off(conn: Connection) -> None:
        receipt(conn, place, "lost")
        conn.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))

    with pytest.raises(OperationalError):
        await db.write(cut_off)
    assert await db.write(lambda conn: receipt(conn, place, "after")) == "after"
    assert await kept(db) == {"after"}


@pytest.mark.postgresql_only
async def test_a_deadlock_is_tried_again(db: Database, place: Place) -> None:
    other = await db.write(lambda conn: open_incident(conn, 2))
    both = asyncio.Barrier(2)
    meetings = 0

    def crosswise(first: Place, second: Place):  # type: ignore[no-untyped-def]
        tries = 0

        def work(conn: Connection) -> None:
            nonlocal tries, meetings
            tries += 1
            lock(conn, first)
            if tries == 1:  # both hold one, then ask for the other's
                meetings += 1
                from sqlalchemy.util import await_only

                await_only(both.wait())
            lock(conn, second)
            receipt(conn, place, f"{first.incident_id} before {second.incident_id}")

        return work

    await asyncio.gather(db.write(crosswise(place, other)), db.write(crosswise(other, place)))
    assert meetings == 2
    assert len(await kept(db)) == 2


def lock(conn: Connection, place: Place) -> None:
    conn.execute(select(incidents.c.id).where(incidents.c.id == place.incident_id).with_for_update()).one()


async def test_a_reader_sees_one_snapshot(db: Database, place: Place) -> None:
    await db.write(lambda conn: receipt(conn, place, "first"))
    seen, written = asyncio.Event(), threading.Event()

    def reads_twice(conn: Connection) -> tuple[list[str], list[str]]:
        from sqlalchemy.util import await_only

        before = list(conn.scalars(select(receipts.c.key)))
        seen.set()
        await_only(asyncio.to_thread(written.wait, 10))
        return before, list(conn.scalars(select(receipts.c.key)))

    reading = asyncio.create_task(db.read(reads_twice))
    await seen.wait()
    await db.write(lambda conn: receipt(conn, place, "second"))
    written.set()
    assert await reading == (["first"], ["first"])
    assert await kept(db) == {"first", "second"}


async def test_a_reader_cannot_write(db: Database, place: Place) -> None:
    with pytest.raises(DBAPIError, match=r"readonly|read-only"):
        await db.read(lambda conn: receipt(conn, place, "x"))
    assert await kept(db) == set()
    assert await db.write(lambda conn: receipt(conn, place, "y")) == "y"


@pytest.mark.sqlite_only
async def test_a_reader_does_not_wait_for_the_writer(db: Database, place: Place) -> None:
    go_on, started = threading.Event(), asyncio.Event()
    loop = asyncio.get_running_loop()

    def slow(conn: Connection) -> str:
        receipt(conn, place, "slow")
        loop.call_soon_threadsafe(started.set)
        assert go_on.wait(10)
        return "slow"

    writing = asyncio.create_task(db.write(slow))
    await started.wait()
    async with asyncio.timeout(2):
        assert await kept(db) == set()
    go_on.set()
    assert await writing == "slow"


@pytest.mark.sqlite_only
async def test_closing_records_what_waits_and_refuses_what_comes_after(db: Database, place: Place) -> None:
    waiting = [asyncio.create_task(db.write(lambda conn, n=n: receipt(conn, place, f"k{n}"))) for n in range(80)]
    await asyncio.sleep(0)
    await db.close()
    assert len(await asyncio.gather(*waiting)) == 80
    with pytest.raises(DatabaseError, match="closed; nothing was recorded"):
        await db.write(lambda conn: receipt(conn, place, "late"))
    await db.close()


def test_text_that_was_not_redacted_is_refused_by_every_column_for_text(database_url: str) -> None:
    engine = engine_for(database_url)
    typed = [
        column for table in metadata.sorted_tables for column in table.columns if isinstance(column.type, CleanText)
    ]
    assert {column.name for column in typed} >= {"title", "text", "target", "path", "ruled_why", "ref", "url", "name"}
    with engine.connect() as conn:
        for column in typed:
            with pytest.raises(StatementError, match="must be redacted first"):
                conn.execute(update(column.table).values({column.name: "as somebody typed it"}))
            conn.execute(update(column.table).values({column.name: Clean("as somebody typed it")}))
    engine.dispose()


LOGGER = """
import asyncio, sys
from bot.ledger.database import Database
from tests.ledger.build import open_incident, say

async def main(url):
    db = Database(url)
    place = await db.write(open_incident)
    n = 0

    async def log_on():
        nonlocal n
        while True:
            n += 1
            mine = n
            await db.write(lambda conn: say(conn, place, f"update {mine}"))
            print("logged", mine, flush=True)

    await asyncio.gather(*(log_on() for _ in range(8)))

asyncio.run(main(sys.argv[1]))
"""


async def test_what_was_answered_logged_survives_a_kill(database_url: str) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", LOGGER, database_url], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    said = [process.stdout.readline() for _ in range(150)]
    process.send_signal(signal.SIGKILL)
    said += process.stdout.readlines()
    process.wait()
    process.stdout.close()
    logged = {int(line.split()[1]) for line in said if line.endswith("\n")}
    assert len(logged) >= 150

    db = Database(database_url)
    payloads = await db.read(lambda conn: conn.scalars(select(entries.c.payload)).all())
    there = {int(str(payload).removesuffix('"}').rpartition(" ")[2]) for payload in payloads}
    assert logged <= there
    assert (await db.read(verify)).fits
    await db.close()


@pytest.mark.parametrize(
    ("given", "used"),
    [
        ("postgres://u:p@db/x", "postgresql+psycopg://u:p@db/x"),
        ("postgresql://db/x?sslmode=require", "postgresql+psycopg://db/x?sslmode=require"),
        ("sqlite:///x.db", "sqlite+aiosqlite:///x.db"),
        ("sqlite+aiosqlite:////x.db", "sqlite+aiosqlite:////x.db"),
    ],
)
def test_addresses_are_taken_as_hosts_give_them(given: str, used: str) -> None:
    assert normalise_url(given) == used


@pytest.mark.parametrize("url", ["mysql://db/x", "", "sqlite://", "sqlite:///:memory:"])
def test_an_address_that_cannot_hold_a_ledger_is_refused(url: str) -> None:
    with pytest.raises(DatabaseError, match="DATABASE_URL"):
        Database(url)
