"""`verify` against databases that somebody with full rights has changed."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, delete, select, text, update

from bot.ledger.chain import Fault, entry_hash
from bot.ledger.database import Database
from bot.ledger.tables import entries, incidents, workspaces
from bot.ledger.verify import Anchor, Report, verify
from tests.ledger.build import TEAM, Place, engine_for, open_incident, say

HEX = "ab" * 32


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    engine = engine_for(database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def place(engine: Engine) -> Place:
    """INC-1 with five entries, in a workspace that opened two incidents."""
    with engine.begin() as conn:
        place = open_incident(conn, 1)
        say(conn, place, "one", "two", "three", "four", "five")
        say(conn, open_incident(conn, 2), "another")
        conn.execute(update(workspaces).values(last_incident=2))
    return place


def unguarded(conn: Connection) -> None:
    """What the owner of the database can always do."""
    if conn.dialect.name == "sqlite":
        for name in ("entries_no_delete", "entries_no_replace", "entries_no_change"):
            conn.execute(text(f"DROP TRIGGER {name}"))
        conn.execute(text("PRAGMA ignore_check_constraints=ON"))
    else:
        conn.execute(text("DROP FUNCTION entries_guard() CASCADE"))
        conn.execute(text("ALTER TABLE entries DROP CONSTRAINT ck_entries_purged_whole"))


def of(report: Report, number: int = 1) -> Any:
    return next(verdict for verdict in report.verdicts if verdict.incident == number)


def anchor(conn: Connection, place: Place, seq: int, number: int = 1) -> Anchor:
    digest = conn.scalar(select(entries.c.hash).where(entries.c.incident_id == place.incident_id, entries.c.seq == seq))
    assert digest is not None
    return Anchor(TEAM, number, seq, digest, f"#incidents, {seq}.5")


def write_anew(conn: Connection, place: Place, from_seq: int, team: str = TEAM) -> None:
    """Change entry `from_seq` and compute every hash from there on, as somebody who knows how would."""
    rows = conn.execute(select(entries).where(entries.c.incident_id == place.incident_id).order_by(entries.c.seq)).all()
    prev = rows[from_seq - 2].hash if from_seq > 1 else "0" * 64
    for row in rows[from_seq - 1 :]:
        at = row.at + 1
        digest = entry_hash(
            team=team, incident=1, seq=row.seq, at=at, actor=row.actor_id, via=row.via, kind=row.kind,
            ref=row.ref_seq, payload=row.payload_hash, prev=prev,
        )  # fmt: skip
        conn.execute(update(entries).where(entries.c.id == row.id).values(at=at, prev_hash=prev, hash=digest))
        prev = digest
    conn.execute(update(incidents).where(incidents.c.id == place.incident_id).values(head_hash=prev))


def test_what_was_recorded_fits(engine: Engine, place: Place) -> None:
    with engine.begin() as conn:
        report = verify(conn, anchors=[anchor(conn, place, 3), anchor(conn, place, 2)])
        assert report.fits
        assert [(one.team, one.incident, one.entries) for one in report.verdicts] == [(TEAM, 1, 5), (TEAM, 2, 1)]
        assert (of(report).anchored, of(report).unanchored) == (3, 2)
        assert (of(report, 2).anchored, of(report, 2).unanchored) == (0, 1)
        assert [one.incident for one in verify(conn, 2).verdicts] == [2]


CHANGES: dict[str, object] = {
    "workspace_id": None,  # another workspace's id, made by the test
    "incident_id": None,  # another incident's
    "seq": 99,
    "at": 1,
    "actor_id": None,
    "via": "modal",
    "kind": "incident.resolved",
    "ref_seq": 1,
    "payload": '{"text":"Nothing happened"}',
    "salt": b"0123456789abcdef",
    "payload_hash": HEX,
    "prev_hash": HEX,
    "hash": HEX,
}


def test_a_change_of_any_column_is_found(engine: Engine, place: Place) -> None:
    with engine.begin() as conn:
        unguarded(conn)
        elsewhere = {
            "workspace_id": open_incident(conn, 1, team="T2").workspace_id,
            "incident_id": open_incident(conn, 3).incident_id,
        }
        third = entries.c.id == conn.scalar(
            select(entries.c.id).where(entries.c.incident_id == place.incident_id, entries.c.seq == 3)
        )
        was = conn.execute(select(entries).where(third)).one()._mapping
        for column in entries.columns:
            if column.name == "id":  # a row's number in the table says nothing
                continue
            value = elsewhere.get(column.name, CHANGES[column.name])
            conn.execute(update(entries).where(third).values({column.name: value}))
            fault = of(verify(conn, team=TEAM)).fault
            assert fault is not None, column.name
            assert (column.name, fault.seq) == (column.name, 3)
            conn.execute(update(entries).where(third).values({column.name: was[column.name]}))
            assert of(verify(conn, team=TEAM)).fault is None


@pytest.mark.parametrize("column", ["payload", "salt"])
def test_half_a_blank_is_found(engine: Engine, place: Place, column: str) -> None:
    with engine.begin() as conn:
        unguarded(conn)
        here = entries.c.incident_id == place.incident_id
        conn.execute(update(entries).where(here, entries.c.seq == 3).values({column: None}))
        assert of(verify(conn)).fault == Fault(3, "its payload is not the one that was recorded")


def test_a_blank_without_its_purge_entry_is_found(engine: Engine, place: Place) -> None:
    with engine.begin() as conn:
        unguarded(conn)
        here = entries.c.incident_id == place.incident_id
        conn.execute(update(entries).where(here, entries.c.seq == 3).values(payload=None, salt=None))
        verdict = of(verify(conn))
        assert verdict.fault == Fault(3, "its payload is gone, and no later entry says that it was purged")
        assert verdict.purged == 1


def test_an_entry_that_is_gone_is_found(engine: Engine, place: Place) -> None:
    with engine.begin() as conn:
        unguarded(conn)
        conn.execute(delete(entries).where(entries.c.incident_id == place.incident_id, entries.c.seq == 2))
        assert of(verify(conn)).fault == Fault(2, "entry 2 is missing, entry 3 stands in its place")


def test_entries_cut_off_are_found_by_the_incident(engine: Engine, place: Place) -> None:
    with engine.begin() as conn:
        unguarded(conn)
        conn.execute(delete(entries).where(entries.c.incident_id == place.incident_id, entries.c.seq > 3))
        assert of(verify(conn)).fault == Fault(4, "it was cut off: the incident counts 5 entries")


def test_entries_that_the_incident_does_not_count_are_found(engine: Engine, place: Place) -> None:
    with engine.begin() as conn:
        conn.execute(update(incidents).where(incidents.c.id == place.incident_id).values(last_seq=3))
        assert of(verify(conn)).fault == Fault(4, "the incident does not count it")


def test_another_hash_on_the_incident_is_found(engine: Engine, place: Place) -> None:
    with engine.begin() as conn:
        conn.execute(update(incidents).where(incidents.c.id == place.incident_id).values(head_hash=HEX))
        assert of(verify(conn)).fault == Fault(5, "the incident names another hash for its last entry")


def test_entries_cut_off_with_care_are_found_by_an_anchor(engine: Engine, place: Place) -> None:
    with engine.begin() as conn:
        unguarded(conn)
        last, third = anchor(conn, place, 5), anchor(conn, place, 3)
        here = entries.c.incident_id == place.incident_id
        conn.execute(delete(entries).where(here, entries.c.seq > 3))
        conn.execute(
            update(incidents).where(incidents.c.id == place.incident_id).values(last_seq=3, head_hash=third.hash)
        )
        assert verify(conn).fits
        assert of(verify(conn, anchors=[last])).fault == Fault(4, "it was cut off: #incidents, 5.5 knows entry 5")


def test_a_chain_written_anew_is_found_by_an_anchor(engine: Engine, place: Place) -> None:
    with engine.begin() as conn:
        unguarded(conn)
        before, after = anchor(conn, place, 1), anchor(conn, place, 4)
        write_anew(conn, place, 3)
        assert verify(conn).fits
        verdict = of(verify(conn, anchors=[after, before]))
        assert verdict.fault is not None
        assert verdict.fault.seq == 4
        assert "#incidents, 4.5" in verdict.fault.why
        assert verdict.anchored == 1


@pytest.mark.parametrize("known", ["by the count of its workspace", "by an anchor"])
def test_an_incident_that_is_missing_is_found(engine: Engine, place: Place, known: str) -> None:
    with engine.begin() as conn:
        unguarded(conn)
        said = anchor(conn, place, 5)
        conn.execute(delete(entries).where(entries.c.incident_id == place.incident_id))
        conn.execute(delete(incidents).where(incidents.c.id == place.incident_id))
        if known == "by an anchor":
            conn.execute(update(workspaces).values(last_incident=0))
            assert verify(conn).fits
            fault = of(verify(conn, anchors=[said])).fault
            assert fault == Fault(1, "INC-1 is not in the database, but #incidents, 5.5 knows it")
        else:
            assert of(verify(conn)).fault == Fault(1, "INC-1 is not in the database")


def test_an_anchor_of_another_workspace_is_not_held_against_this_one(engine: Engine, place: Place) -> None:
    with engine.begin() as conn:
        foreign = replace(anchor(conn, place, 5), team="T9", hash=HEX)
        report = verify(conn, anchors=[foreign])
        assert of(report).fault is None
        assert [(one.team, one.fault is None) for one in report.verdicts] == [(TEAM, True), (TEAM, True), ("T9", False)]
        assert verify(conn, anchors=[foreign], team=TEAM).fits


def test_an_incident_asked_for_must_be_there(engine: Engine, place: Place) -> None:
    with engine.begin() as conn:
        assert not verify(conn, 42).fits
        assert verify(conn, 42).verdicts[0].fault == Fault(1, "INC-42 is not in the database")


async def test_a_ledger_longer_than_what_is_held_at_once_is_read_through_the_program(
    engine: Engine, place: Place, database_url: str
) -> None:
    with engine.begin() as conn:
        say(conn, place, *("more" for _ in range(1200)))
        last = anchor(conn, place, 1205)
    database = Database(database_url)
    report = await database.read(lambda conn: verify(conn, 1, [last]))
    assert (report.fits, of(report).entries, of(report).unanchored) == (True, 1205, 0)

    with engine.begin() as conn:
        unguarded(conn)
        here = entries.c.incident_id == place.incident_id
        conn.execute(update(entries).where(here, entries.c.seq == 1100).values(at=1))
    fault = of(await database.read(lambda conn: verify(conn, 1, [last]))).fault
    await database.close()
    assert fault is not None
    assert fault.seq == 1100
