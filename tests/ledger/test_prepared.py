"""A prepared statement does what `execute` does, on both databases, in the writer's transaction and in a reader's."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import Connection, bindparam, insert, select
from sqlalchemy.exc import IntegrityError, StatementError

from bot.ledger.database import Database
from bot.ledger.prepared import Prepared
from bot.ledger.tables import incidents, receipts, workspaces
from bot.rules.clean import Clean
from tests.ledger.build import START, Place, open_incident

RECEIPT = Prepared(insert(receipts))
NAMED = Prepared(insert(workspaces))
INCIDENT = Prepared(select(incidents).where(incidents.c.id == bindparam("incident")))


@pytest.fixture
async def db(database_url: str) -> AsyncIterator[Database]:
    db = Database(database_url)
    yield db
    await db.close()


@pytest.fixture
async def place(db: Database) -> Place:
    return await db.write(open_incident)


def receipt(place: Place, key: str) -> dict[str, object]:
    return {"workspace_id": place.workspace_id, "key": key, "at": START, "answer": "{}"}


async def test_rows_come_back_as_the_types_say_from_writer_and_reader(db: Database, place: Place) -> None:
    for row in (
        await db.write(lambda conn: INCIDENT.first(conn, {"incident": place.incident_id})),
        await db.read(lambda conn: INCIDENT.first(conn, {"incident": place.incident_id})),
    ):
        assert (row.id, row.number, row.private, row.lead_id) == (place.incident_id, 1, False, None)
        assert isinstance(row.private, bool)
        assert isinstance(row.title, Clean)
    assert await db.read(lambda conn: INCIDENT.first(conn, {"incident": -1})) is None


async def test_one_statement_takes_rows_of_different_columns(db: Database, place: Place) -> None:
    append = Prepared(insert(incidents).returning(incidents.c.standing, incidents.c.private, incidents.c.channel_id))
    row = {
        "workspace_id": place.workspace_id, "title": Clean("x"), "severity": "sev1", "state": "open",
        "opened_by": place.person_id, "opened_at": START,
    }  # fmt: skip

    def work(conn: Connection) -> list[tuple[object, ...]]:
        plain = append.first(conn, {**row, "number": 7})
        more = append.first(conn, {**row, "number": 8, "standing": True, "channel_id": "C8"})
        return [tuple(plain), tuple(more)]

    assert await db.write(work) == [(False, False, None), (True, False, "C8")]


async def test_many_rows_or_none(db: Database, place: Place) -> None:
    def work(conn: Connection) -> None:
        RECEIPT.run_each(conn, [])
        RECEIPT.run_each(conn, [receipt(place, key) for key in "abc"])

    await db.write(work)
    assert await db.read(lambda conn: list(conn.scalars(select(receipts.c.key).order_by("key")))) == ["a", "b", "c"]


async def test_text_that_was_not_redacted_is_refused(db: Database, place: Place) -> None:
    with pytest.raises((TypeError, StatementError), match="redacted first"):
        await db.write(lambda conn: NAMED.run(conn, {"team_id": "T9", "name": "typed", "created_at": START}))


async def test_what_the_database_refuses_is_sqlalchemys_error_without_the_values(db: Database, place: Place) -> None:
    await db.write(lambda conn: RECEIPT.run(conn, receipt(place, "twice")))
    for again in (
        lambda conn: RECEIPT.run(conn, receipt(place, "twice")),
        lambda conn: RECEIPT.run_each(conn, [receipt(place, "once"), receipt(place, "twice")]),
    ):
        with pytest.raises(IntegrityError) as caught:
            await db.write(again)
        assert "{}" not in str(caught.value)
    kept = await db.read(lambda conn: list(conn.scalars(select(receipts.c.key))))
    assert kept == ["twice"]
