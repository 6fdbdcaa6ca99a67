"""Recorded changes in the database: stored, replaced, found by path; what was sent and waits."""

from dataclasses import replace

import pytest
from sqlalchemy import Connection, insert

from bot.ledger.changes import (
    ChangedPath,
    SentChange,
    changes_of,
    has_changes,
    moved_to,
    paths_of,
    send,
    store,
    take,
    waiting,
)
from bot.ledger.database import Database
from bot.ledger.tables import actions
from bot.rules.clean import Clean
from bot.rules.model import RecordedChange
from tests.ledger.build import START, open_incident


def _action(conn: Connection, number: int = 1) -> tuple[int, RecordedChange]:
    """A workspace, and a change of an action in it, not stored yet."""
    place = open_incident(conn, number)
    row = {"workspace_id": place.workspace_id, "incident_id": place.incident_id, "number": 1, "kind": "file"}
    row |= {"text": Clean("vim app.conf"), "state": "drifting", "logged_at": START, "done_at": START}
    who = {"logged_by": place.person_id, "owner_id": place.person_id}
    action = conn.execute(insert(actions).values(**row, **who).returning(actions.c.id)).scalar_one()
    return place.workspace_id, RecordedChange(
        0, action, place.incident_id, "shop", Clean("app.conf"), "a" * 40, "100644", b"a\n", "100755", b"\xff\0\n", {},
        Clean("app.conf"), place.person_id, START,
    )  # fmt: skip


async def test_a_change_comes_back_as_it_was_stored(database_url: str) -> None:
    db = Database(database_url)

    def work(conn: Connection) -> None:
        workspace, change = _action(conn)
        others = [
            replace(change, path=Clean("größe"), upstream_path=Clean("größe"), base_mode=None, base_content=None),
            replace(change, path=Clean("gone"), live_mode=None, live_content=None, veil={"ab": "[redacted]"}),
            replace(change, path=Clean("x"), veil=None),
        ]
        assert not has_changes(conn, change.action_id)
        store(conn, workspace, [change, *others], 7)
        assert has_changes(conn, change.action_id)
        found = changes_of(conn, [change.action_id])
        assert [replace(one, id=0) for one in found] == [change, *others]
        assert [(one.redacted, one.comparable) for one in found] == [
            (False, True), (False, True), (True, True), (True, False),
        ]  # fmt: skip

    await db.write(work)
    await db.close()


async def test_a_later_change_to_the_same_file_takes_the_place_of_the_earlier(database_url: str) -> None:
    db = Database(database_url)

    def work(conn: Connection) -> None:
        workspace, change = _action(conn)
        _, elsewhere = _action(conn, 2)
        later = replace(change, live_content=b"later\n", at=START + 1)
        store(conn, workspace, [change, elsewhere, replace(change, repo="other")], 7)
        store(conn, workspace, [later], 8)
        assert {one.live_content for one in changes_of(conn, [change.action_id]) if one.repo == "shop"} == {b"later\n"}
        moved_to(conn, change.action_id, "shop", change.path, Clean("conf/app.conf"))
        assert paths_of(conn, workspace, "shop") == [
            ChangedPath(elsewhere.action_id, change.path, change.path),
            ChangedPath(change.action_id, change.path, Clean("conf/app.conf")),
        ]

    await db.write(work)
    await db.close()


@pytest.mark.parametrize("path", [None, Clean("app.conf")])
async def test_what_was_sent_waits_until_it_is_taken_once(database_url: str, path: Clean | None) -> None:
    db = Database(database_url)

    def work(conn: Connection) -> None:
        workspace, change = _action(conn)
        sent = SentChange(
            0,
            change.incident_id,
            change.action_id,
            "shop",
            path is not None,
            path,
            b"\0diff",
            {"ab": "x"},
            change.by,
            "modal",
            START,
            7,
        )
        send(conn, workspace, sent)
        assert has_changes(conn, change.action_id)
        assert waiting(conn, workspace, "other") == []
        (found,) = waiting(conn, workspace, "shop")
        assert replace(found, id=0) == sent
        assert (take(conn, found.id), take(conn, found.id)) == (True, False)
        assert waiting(conn, workspace, "shop") == []

    await db.write(work)
    await db.close()
