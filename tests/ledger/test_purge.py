"""After a purge the text is nowhere in what Hotwash holds, and the chain still fits."""

import sqlite3
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import Connection, exists, func, insert, select, update

from bot.ledger import load
from bot.ledger import purge as purging
from bot.ledger.changes import store
from bot.ledger.database import Database
from bot.ledger.patches import keep, patches_where, push_tried, want, want_push
from bot.ledger.purge import carry_out, erase_person, purge
from bot.ledger.record import record
from bot.ledger.tables import entries, incidents, links, messages, metadata, outbox, people, reminders
from bot.ledger.verify import verify
from bot.rules import commands as ask
from bot.rules.clean import Clean, redact
from bot.rules.decision import Entry, Refusal
from bot.rules.model import HOUR, Line, RecordedChange
from bot.rules.policy import Policy, Repository
from bot.warroom.handle import WarRooms
from bot.warroom.scope import Request
from tests.ledger.build import START, TEAM, known_workspace


class Room:
    """The verbs, as one person uses them."""

    def __init__(self, db: Database) -> None:
        self.db = db
        policy = Policy(repositories=(Repository(name="shop", url="https://git.example/shop.git"),))
        self._rooms = WarRooms(db, policy, redact)
        self._asked = 0

    async def do(self, command: ask.Command, slack_id: str = "U1", name: str = "Ada Berg") -> str:
        self._asked += 1
        request = Request(TEAM, slack_id, name, "slash", f"key-{self._asked}", START + self._asked * 1_000_000)
        return (await self._rooms.handle(request, command)).text

    async def purge(self, seq: int, number: int = 1) -> list[str]:
        at = START + HOUR
        return await carry_out(
            self.db,
            lambda conn: purge(conn, TEAM, number, seq, Clean("holds a password"), actor_id=None, via="cli", at=at),
        )

    async def seq_holding(self, mark: str) -> int:
        found = await self.db.read(
            lambda conn: conn.scalars(select(entries.c.seq).where(entries.c.payload.contains(mark))).all()
        )
        assert len(found) == 1, found
        return found[0]

    async def held(self, mark: str) -> list[str]:
        return await self.db.read(lambda conn: holders(conn, mark))

    async def lines(self, number: int) -> list[Line]:
        def read(conn: Connection) -> list[Line]:
            incident = load.incident(conn, incidents.c.number == number)
            assert incident is not None
            return load.lines(conn, incident.id)

        return await self.db.read(read)

    @property
    def file(self) -> Path:
        return Path(self.db.url.removeprefix("sqlite+aiosqlite:///"))

    def on_disk(self) -> str:
        """The SQLite file and its log."""
        files = sorted(self.file.parent.glob(f"{self.file.name}*"))
        return b"".join(path.read_bytes() for path in files).decode("latin-1")

    async def posted(self) -> None:
        """As if delivery had shown everything."""
        await self.db.write(_post_all)


def _post_all(conn: Connection) -> None:
    posts = outbox.c.kind.in_(["card", "announcement", "action", "note", "checklist", "summary"])
    missing = ~exists().where(messages.c.lane == outbox.c.lane)
    for row in conn.execute(select(outbox).where(posts, missing)).all():
        conn.execute(
            insert(messages).values(workspace_id=row.workspace_id, lane=row.lane, channel_id="C1", ts=f"{row.id}.1")
        )
    conn.execute(update(outbox).values(done=outbox.c.wanted))
    conn.execute(update(incidents).values(channel_id="C1", channel_name=func.lower(incidents.c.title)))


def wanted(conn: Connection) -> set[str]:
    return set(conn.scalars(select(outbox.c.lane).where(outbox.c.wanted > outbox.c.done)))


def holders(conn: Connection, mark: str) -> list[str]:
    """Every column of every table that holds `mark` somewhere."""
    found = {
        f"{table.name}.{column}"
        for table in metadata.sorted_tables
        for row in conn.execute(select(table)).mappings()
        for column, value in row.items()
        if mark.lower() in str(value).lower()
    }
    return sorted(found)


@pytest.fixture
async def room(database_url: str) -> AsyncIterator[Room]:
    db = Database(database_url)
    await db.write(known_workspace)
    yield Room(db)
    await db.close()


@dataclass(frozen=True)
class Scene:
    """What is asked for, by incident number; `mark` then stands in one entry of `kind` and in the columns `held`."""

    mark: str
    kind: str
    held: set[str]
    asked: Callable[[int], list[ask.Command]]
    title: str = "Down"


LOG = "rolled the pods by hand"
SCENES = [
    Scene("apricot", "incident.opened", {"incidents.title", "incidents.channel_name"}, lambda _: [], "apricot leaked"),
    Scene("bilberry", "incident.update", set(), lambda n: [ask.Post("It was bilberry", n)]),
    Scene("cherry", "incident.resolved", set(), lambda n: [ask.Resolve("cherry is back", n)]),
    Scene("damson", "incident.cancelled", set(), lambda n: [ask.Cancel("only a damson", n)]),
    Scene(
        "elder", "action.logged", {"actions.text"}, lambda n: [ask.Log("mysql with elder" + " x" * 800, incident=n)]
    ),
    Scene("fig", "action.logged", {"actions.target"}, lambda n: [ask.Log(LOG, target="db-fig", incident=n)]),
    Scene("grape", "action.logged", {"actions.path"}, lambda n: [ask.Log(LOG, path="/etc/grape", incident=n)]),
    Scene("hazel", "action.logged", {"actions.repo"}, lambda n: [ask.Log(LOG, repo="hazel", incident=n)]),
    Scene(
        "imbe", "action.edited", {"actions.text"},
        lambda n: [ask.Log(LOG, incident=n), ask.Edit(1, text="set imbe", incident=n)],
    ),
    Scene(
        "juniper", "action.ruled", {"actions.ruled_why"},
        lambda n: [ask.Log(LOG, incident=n), ask.Waive(1, "because of juniper", n)],
    ),
    Scene(
        "kumquat", "action.ruled", {"actions.ruled_why"},
        lambda n: [ask.Log(LOG, incident=n), ask.Strike(1, "that is kumquat", n)],
    ),
    Scene(
        "lemon", "action.linked", {"links.ref"},
        lambda n: [ask.Log(LOG, incident=n), ask.LinkTo("fix/lemon", 1, n)],
    ),
    Scene(
        "mango", "action.linked", {"links.url"},
        lambda n: [ask.Log(LOG, incident=n), ask.LinkTo("https://github.com/mango/web/pull/7", 1, n)],
    ),
]  # fmt: skip


async def test_what_was_purged_is_nowhere(room: Room) -> None:
    for number, scene in enumerate(SCENES, start=1):
        await room.do(ask.Open(scene.title))
        for command in scene.asked(number):
            await room.do(command)
        await room.do(ask.Timeline(incident=number))
        await room.do(ask.Status(number))
    await room.posted()
    seqs = {}
    for scene in SCENES:
        assert set(await room.held(scene.mark)) - {"receipts.answer"} == {"entries.payload", *scene.held}
        assert not room.db.sqlite or scene.mark in room.on_disk()
        seqs[scene.mark] = await room.seq_holding(scene.mark)

    for number, scene in enumerate(SCENES, start=1):
        await room.purge(seqs[scene.mark], number)
        assert (scene.mark, await room.held(scene.mark)) == (scene.mark, [])
        if room.db.sqlite:
            assert scene.mark not in room.on_disk()

    report = await room.db.read(verify)
    assert report.fits
    assert [one.purged for one in report.verdicts] == [1] * len(SCENES)
    for number, scene in enumerate(SCENES, start=1):
        *_, last = lines = await room.lines(number)
        assert (last.kind, last.payload) == ("entry.purged", {"why": "holds a password"})
        assert [(line.seq, line.kind) for line in lines if line.payload is None] == [(seqs[scene.mark], scene.kind)]


async def test_messages_that_showed_it_are_asked_for_again(room: Room) -> None:
    await room.do(ask.Open("Down"))
    await room.do(ask.Log(LOG, incident=1))
    await room.do(ask.Log("told the others", incident=1))
    await room.do(ask.Post("It was the cache", 1))
    await room.do(ask.Open("Another"))
    await room.posted()

    await room.purge(2)

    here, person = await room.db.read(lambda conn: (
        conn.scalar(select(incidents.c.id).where(incidents.c.number == 1)), conn.scalar(select(people.c.id)),
    ))  # fmt: skip
    expected = {f"{kind}/{here}/" for kind in ("card", "announcement", "topic")}
    expected |= {f"action/{here}/1", f"action/{here}/2", f"note/{here}/4", f"nudge_refresh/0/{person}"}
    assert await room.db.read(wanted) == expected


async def test_other_entries_that_say_it_too_are_named(room: Room) -> None:
    await room.do(ask.Open("Down"))
    await room.do(ask.Log("mysql with quince", incident=1))
    await room.do(ask.Edit(1, text="mysql", incident=1))
    await room.do(ask.Post("Ada ran: mysql with quince", 1))
    copies = await room.purge(2)
    assert copies[:2] == [f"entry {seq} of INC-1 says it too: purge that as well" for seq in (3, 4)]
    assert set(await room.held("quince")) == {"entries.payload"}
    assert sum("says it too" in copy for copy in await room.purge(3)) == 1  # entry 4
    assert sum("says it too" in copy for copy in await room.purge(4)) == 0
    assert await room.held("quince") == []
    assert [(one.purged, one.fault) for one in (await room.db.read(verify)).verdicts] == [(3, None)]


async def test_what_replaced_a_purged_text_stays(room: Room) -> None:
    await room.do(ask.Open("Down"))
    await room.do(ask.Log("mysql with quince", incident=1))
    await room.do(ask.Edit(1, text="mysql with a password", incident=1))
    await room.purge(2)
    texts = await room.db.read(lambda conn: [one.text for one in load.actions_where(conn)])
    assert texts == ["mysql with a password"]


def _recorded_and_patched(conn: Connection) -> None:
    """A change of INC-1#1 and the patch that was made of it and pushed, as looks record them."""
    incident = load.incident(conn, incidents.c.number == 1, lock=True)
    assert incident is not None
    action = load.action(conn, incident.id, 1)
    assert action is not None
    told = {"action": 1, "repo": Clean("shop"), "files": [Clean("etc/quince.conf")], "count": 1}
    entry = Entry("change.recorded", told)
    record(conn, TEAM, incident, actor_id=action.owner_id, via="git", at=START, entries=[entry])
    change = RecordedChange(
        0, action.id, incident.id, "shop", Clean("etc/quince.conf"), "a" * 40, "100644", b"pool = 1\n", "100644",
        b"pool = quince\n", {}, Clean("etc/quince.conf"), action.owner_id, START,
    )  # fmt: skip
    store(conn, 1, [change], incident.last_seq + 1)
    want(conn, 1, incident.id, action.id, "shop")
    (patch,) = patches_where(conn)
    keep(conn, patch.id, "etc/quince.conf: 1", "b" * 40, b"+pool = quince\n")
    push_tried(conn, patch.id, "c" * 40)
    want_push(conn, action.id, "shop", action.owner_id, START)


async def test_the_patch_of_a_purged_change_goes_with_it(room: Room) -> None:
    await room.do(ask.Open("Down"))
    await room.do(ask.Log(LOG, incident=1))
    await room.db.write(_recorded_and_patched)
    assert {"changes.live_content", "patches.content", "patches.made_for"} <= set(await room.held("quince"))
    copies = await room.purge(await room.seq_holding("quince"))
    assert await room.held("quince") == []
    if room.db.sqlite:
        assert "quince" not in room.on_disk()
    (patch,) = await room.db.read(patches_where)
    assert (patch.content, patch.push_by, patch.push_at) == (None, None, None)
    assert any("patch that was uploaded" in copy for copy in copies)
    assert any(f"pushed to shop, at {'c' * 40}" in copy for copy in copies)
    assert (await room.db.read(verify)).fits


async def test_two_links_of_one_action_can_be_purged(room: Room) -> None:
    await room.do(ask.Open("Down"))
    await room.do(ask.Log(LOG, incident=1))
    await room.do(ask.LinkTo("fix/quince", 1, 1))
    await room.do(ask.LinkTo("fix/quince-again", 1, 1))
    await room.purge(3)
    await room.purge(4)
    refs = await room.db.read(lambda conn: conn.scalars(select(links.c.ref).order_by(links.c.id)).all())
    assert refs == ["[purged] entry 3", "[purged] entry 4"]


async def test_copies_out_of_reach_are_named(room: Room) -> None:
    await room.do(ask.Open("Down"))
    await room.posted()
    copies = " | ".join(await room.purge(1))
    for what in ("the room's name in Slack", "the message in Slack", "notifications", "exports", "backups"):
        assert what in copies


async def test_a_purge_that_cannot_be_is_refused_and_leaves_nothing(room: Room) -> None:
    await room.do(ask.Open("Down"))
    await room.do(ask.Post("It was the cache", 1))
    await room.purge(2)
    for number, seq, why in [(7, 1, "There is no INC-7"), (1, 9, "no entry 9"), (1, 2, "was purged before")]:
        with pytest.raises(Refusal, match=why):
            await room.purge(seq, number)
    assert [line.kind for line in await room.lines(1)] == ["incident.opened", "incident.update", "entry.purged"]


@pytest.mark.sqlite_only
async def test_remains_on_pages_are_cleared_too(room: Room) -> None:
    """SQLite zeroes what it deletes, but not all that it moved while a page was split, and other tools don't at all."""
    await room.do(ask.Open("Down"))
    await room.do(ask.Post("It was the cache", 1))
    with sqlite3.connect(room.file) as tool:
        tool.execute("PRAGMA secure_delete=OFF")
        tool.execute("INSERT INTO receipts (workspace_id, key, at, answer) VALUES (1, 'tool', 0, 'quince')")
        tool.execute("DELETE FROM receipts WHERE key = 'tool'")
    assert await room.held("quince") == []
    assert "quince" in room.on_disk()
    await room.purge(2)
    assert "quince" not in room.on_disk()
    assert (await room.db.read(verify)).fits


@pytest.mark.sqlite_only
async def test_a_file_that_another_holds_is_said_to_have_remains(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(purging, "_PATIENCE", 0.1)
    await room.do(ask.Open("Down"))
    await room.do(ask.Post("It was the quince", 1))
    reader = sqlite3.connect(room.file, isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM entries").fetchone()
    copies = await room.purge(2)
    reader.close()
    assert copies[0].startswith(f"remains in {room.file}")
    assert await room.held("quince") == []


async def test_a_person_is_erased(room: Room) -> None:
    await room.do(ask.Open("Down"))
    await room.do(ask.Log("scaled by hand", by="U0QUINCE", incident=1))
    await room.do(ask.Lead("U0QUINCE", 1))
    await room.do(ask.Open("Without them"))
    await room.db.write(
        lambda conn: conn.execute(
            update(people)
            .where(people.c.slack_id == "U0QUINCE")
            .values(name=Clean("Quince Plum"), tz="Asia/Kolkata", kind="member", seen_at=START)
        ).close()
    )
    await room.do(ask.Status(1))
    await room.posted()
    assert {"people.slack_id", "people.name", "receipts.answer"} <= set(await room.held("quince"))

    copies = await carry_out(room.db, lambda conn: erase_person(conn, TEAM, "U0QUINCE"))

    assert await room.held("quince") == []
    assert await room.held("Kolkata") == []
    if room.db.sqlite:
        assert "quince" not in room.on_disk().lower()
    assert copies[0] == "INC-1#1 is still theirs: give it another owner"
    assert (await room.db.read(verify)).fits

    def after(conn: Connection) -> tuple[load.Person | None, list[int | None], set[str], int | None]:
        gone = conn.scalar(select(people.c.id).where(people.c.name == Clean("someone")))
        due = list(conn.scalars(select(reminders.c.due_at).where(reminders.c.person_id == gone)))
        here = conn.scalar(select(incidents.c.id).where(incidents.c.number == 1))
        return load.person_by_slack(conn, 1, f"erased-{gone}"), due, wanted(conn), here

    person, due, asked, here = await room.db.read(after)
    assert person is not None
    assert (person.name, person.tz, person.kind) == ("someone", "UTC", "gone")
    assert set(due) <= {None}
    assert {f"card/{here}/", f"action/{here}/1"} <= asked
    assert {lane.split("/")[1] for lane in asked if not lane.startswith("nudge")} == {str(here)}
    assert not [lane for lane in asked if lane.endswith(f"/{person.id}")]

    with pytest.raises(Refusal, match="Nobody here has the Slack id U0QUINCE"):
        await room.db.write(lambda conn: erase_person(conn, TEAM, "U0QUINCE"))
