"""The database itself refuses to change the ledger, for any tool that opens it."""

import sqlite3
from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from bot.ledger.chain import PURGED
from bot.ledger.tables import entries
from bot.rules.clean import Clean
from bot.rules.decision import Entry
from tests.ledger.build import Place, append, engine_for, open_incident, payload, say

NEVER_CHANGE = "entries never change"


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    engine = engine_for(database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def place(engine: Engine) -> Place:
    with engine.begin() as conn:
        place = open_incident(conn)
        say(conn, place, "one", "two", "three")
    return place


def announce_purge(engine: Engine, place: Place, seq: int) -> None:
    with engine.begin() as conn:
        append(conn, place, Entry(PURGED, {"why": Clean("a password")}, ref_seq=seq))


def refused(engine: Engine, statement: str, why: str) -> None:
    """The statement is refused, and every entry is as it was."""
    everything = text("SELECT * FROM entries ORDER BY id")
    with engine.connect() as conn:
        before = conn.execute(everything).all()
        conn.rollback()
        with pytest.raises(DBAPIError, match=why):
            conn.execute(text(statement))
        conn.rollback()
        assert conn.execute(everything).all() == before
        assert before


def test_no_entry_is_deleted(engine: Engine, place: Place) -> None:
    refused(engine, "DELETE FROM entries", "entries are never deleted")
    refused(engine, "DELETE FROM entries WHERE seq = 3", "entries are never deleted")


@pytest.mark.postgresql_only
def test_the_ledger_is_not_truncated(engine: Engine, place: Place) -> None:
    for table in ("entries", "incidents", "workspaces"):
        refused(engine, f"TRUNCATE {table} CASCADE", "entries are never deleted")


@pytest.mark.postgresql_only
def test_a_session_that_plays_replica_is_refused_too(engine: Engine, place: Place) -> None:
    replica = "SET session_replication_role = replica; "
    refused(engine, replica + "DELETE FROM entries", "entries are never deleted")
    refused(engine, replica + "TRUNCATE entries", "entries are never deleted")
    refused(engine, replica + "UPDATE entries SET via = 'x'", NEVER_CHANGE)


@pytest.mark.parametrize("recursive", ["ON", "OFF"])
@pytest.mark.sqlite_only
def test_no_entry_is_replaced(engine: Engine, place: Place, recursive: str) -> None:
    columns = ", ".join(column.name for column in entries.columns if column.name != "id")
    with engine.connect() as conn:
        conn.exec_driver_sql(f"PRAGMA recursive_triggers={recursive}")
        before = conn.exec_driver_sql("SELECT * FROM entries").all()
        replace = "INSERT OR REPLACE INTO entries"
        for statement in (
            f"{replace} ({columns}) SELECT {columns} FROM entries WHERE seq = 2",  # by incident and seq
            f"{replace} SELECT * FROM entries WHERE seq = 2",  # by id
        ):
            with pytest.raises(DBAPIError, match="entries are never replaced"):
                conn.exec_driver_sql(statement)
        with pytest.raises(DBAPIError, match=NEVER_CHANGE):
            conn.exec_driver_sql("UPDATE OR REPLACE entries SET seq = 1 WHERE seq = 2")
        assert conn.exec_driver_sql("SELECT * FROM entries").all() == before


@pytest.mark.postgresql_only
def test_no_entry_is_replaced_by_an_upsert(engine: Engine, place: Place) -> None:
    columns = ", ".join(column.name for column in entries.columns if column.name != "id")
    upsert = f"INSERT INTO entries ({columns}) SELECT {columns} FROM entries WHERE seq = 2 ON CONFLICT"
    refused(engine, f"{upsert} (incident_id, seq) DO UPDATE SET via = 'x'", NEVER_CHANGE)


def test_no_column_changes_even_with_a_purge(engine: Engine, place: Place) -> None:
    announce_purge(engine, place, 2)
    for column in entries.columns:
        other = "'other'" if column.type.python_type is str else "424242"
        value = {"salt": "NULL", "actor_id": "NULL", "payload": "NULL"}.get(column.name, other)
        refused(engine, f"UPDATE entries SET {column.name} = {value} WHERE seq = 2", NEVER_CHANGE)
        if column.name not in ("payload", "salt"):
            change = f"{column.name} = {value}, payload = NULL, salt = NULL"
            refused(engine, f"UPDATE entries SET {change} WHERE seq = 2", NEVER_CHANGE)


BLANK = "UPDATE entries SET payload = NULL, salt = NULL WHERE seq = {seq}"


def test_a_blank_needs_its_purge_entry(engine: Engine, place: Place) -> None:
    refused(engine, BLANK.format(seq=2), NEVER_CHANGE)
    announce_purge(engine, place, 2)
    for seq in (1, 3, 4):  # others, and the announcement itself
        refused(engine, BLANK.format(seq=seq), NEVER_CHANGE)
    with engine.begin() as conn:
        conn.execute(text(BLANK.format(seq=2)))
        assert [payload(conn, place, seq) is None for seq in (1, 2, 3, 4)] == [False, True, False, False]
    same = "payload_hash" if engine.dialect.name == "sqlite" else "decode(payload_hash, 'hex')"
    refused(engine, f"UPDATE entries SET payload = '{{}}', salt = {same} WHERE seq = 2", NEVER_CHANGE)


def test_a_purge_of_what_is_still_to_come_gives_no_leave(engine: Engine, place: Place) -> None:
    announce_purge(engine, place, 5)
    with engine.begin() as conn:
        say(conn, place, "five")
    refused(engine, BLANK.format(seq=5), NEVER_CHANGE)


def test_a_purge_in_another_incident_gives_no_leave(engine: Engine, place: Place) -> None:
    with engine.begin() as conn:
        other = open_incident(conn, 2)
        say(conn, other, "one", "two")
    announce_purge(engine, other, 2)
    refused(engine, BLANK.format(seq=2) + f" AND incident_id = {place.incident_id}", NEVER_CHANGE)


def test_an_incident_or_person_with_entries_cannot_be_deleted(engine: Engine, place: Place) -> None:
    for table in ("incidents", "people", "workspaces"):
        refused(engine, f"DELETE FROM {table}", "(?i)foreign key")


@pytest.mark.sqlite_only
def test_the_command_line_tool_is_refused_too(database_url: str, place: Place) -> None:
    """A connection with SQLite's own defaults: no foreign keys, no recursive triggers."""
    with sqlite3.connect(database_url.removeprefix("sqlite+aiosqlite:///")) as conn:
        for statement in (
            "DELETE FROM entries",
            "UPDATE entries SET via = 'x'",
            "REPLACE INTO entries SELECT * FROM entries",
        ):
            with pytest.raises(sqlite3.DatabaseError, match=r"entries (are never|never change)"):
                conn.execute(statement)
