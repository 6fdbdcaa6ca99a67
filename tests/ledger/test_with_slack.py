"""What the ledger says in Slack and takes back there: anchors read back, messages rewritten by a purge."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from sqlalchemy import Connection, delete, select, update

from bot.app import Hotwash, running
from bot.ledger.purge import carry_out, erase_person, purge
from bot.ledger.tables import entries, incidents, outbox
from bot.ledger.verify import Report, verify
from bot.playground import Playground
from bot.rules.clean import Clean
from bot.settings import load_settings
from bot.slack.anchors import read_anchors, reading_client
from tests.ledger.build import Place
from tests.ledger.test_verify import unguarded, write_anew


class Room:
    """The bot with the playground as its Slack, and INC-1 as maya opened it."""

    def __init__(self, pg: Playground, hotwash: Hotwash) -> None:
        self.pg, self.hotwash = pg, hotwash
        self.maya = pg.person("maya")
        self.db = hotwash.rooms.db
        self.team = pg.slack.world.team_id
        self.name = ""

    async def types(self, line: str) -> str:
        answer = await self.maya.command(self.name or "#general", line)
        assert answer.failure is None, answer.failure
        await self.settled()
        if not self.name:
            self.name = "#" + next(name for name in await self.maya.channels() if name.startswith("inc-1-"))
        return answer.text

    async def settled(self) -> None:
        """Every effect that was asked for has been delivered."""
        owed = select(outbox.c.lane).where(outbox.c.wanted > outbox.c.done, outbox.c.parked_at.is_(None))
        self.hotwash.delivery.poke()
        async with asyncio.timeout(20):
            while await self.db.read(lambda conn: conn.scalars(owed).all()):
                await asyncio.sleep(0.02)

    async def in_slack(self, mark: str) -> list[str]:
        """The messages that others can read and that hold `mark`, threads included."""
        found = []
        for channel in (self.name, "#incidents"):
            for message in await self.maya.sees(channel):
                thread = await self.maya.sees(channel, thread=message) if message.raw.get("reply_count") else []
                found += [
                    one.text for one in (message, *thread) if not one.only_visible_to_you and mark in str(one.raw)
                ]
        return found

    async def checked(self) -> Report:
        """`verify` with the anchors that are read back from Slack."""
        client = reading_client("xoxb-playground", self.pg.api_url)
        anchors, unread = await read_anchors(client)
        assert unread == []
        return await self.db.read(lambda conn: verify(conn, anchors=anchors))


@pytest.fixture
async def room(database_url: str, tmp_path: Path) -> AsyncIterator[Room]:
    async with AsyncExitStack() as stack:
        pg = await stack.enter_async_context(Playground(rate_limits=False))
        settings = load_settings(
            database_url=database_url,
            slack_bot_token="xoxb-playground",
            slack_app_token="xapp-playground",
            slack_api_url=pg.api_url,
            mirrors=tmp_path / "mirrors",
        )
        hotwash = await stack.enter_async_context(running(settings))
        async with asyncio.timeout(10):
            while hotwash.socket != "connected":
                await asyncio.sleep(0.01)
        room = Room(pg, hotwash)
        await room.types("/incident open sev2 Checkout is down")
        yield room


async def test_anchors_in_slack_show_what_the_database_hides(room: Room) -> None:
    await room.types("/hotfix --ephemeral restarted the pods")
    await room.types("/incident close")
    report = await room.checked()
    assert report.fits
    assert report.verdicts[0].unanchored == 0

    def cut_off(conn: Connection) -> None:
        unguarded(conn)
        third = conn.execute(select(entries).where(entries.c.seq == 3)).one()
        conn.execute(delete(entries).where(entries.c.seq > 3))
        conn.execute(update(incidents).values(last_seq=3, head_hash=third.hash))

    await room.db.write(cut_off)
    assert (await room.db.read(verify)).fits
    fault = (await room.checked()).verdicts[0].fault
    assert fault is not None
    assert (fault.seq, "it was cut off: #" in fault.why) == (4, True)


async def test_anchors_in_slack_show_a_ledger_that_was_written_anew(room: Room) -> None:
    await room.types("/incident update It was the cache")

    def anew(conn: Connection) -> None:
        unguarded(conn)
        write_anew(conn, Place(1, 1, conn.scalar(select(incidents.c.id)) or 0), 1, room.team)

    await room.db.write(anew)
    assert (await room.db.read(verify)).fits
    fault = (await room.checked()).verdicts[0].fault
    assert fault is not None
    assert "was written anew: #" in fault.why


async def test_anchors_are_read_page_by_page_and_at_slacks_pace(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.slack.anchors._PAGE", 3)
    for number in range(8):  # newer than the card, which carries the anchor of its room
        await room.maya.say(room.name, f"message {number}")
    client = reading_client("xoxb-playground", room.pg.api_url)
    everywhere, _ = await read_anchors(client)
    assert {anchor.where.partition(",")[0] for anchor in everywhere} == {room.name, "#incidents"}

    channel = next(c.id for c in room.pg.slack.world.channels.values() if f"#{c.name}" == room.name)
    first = await client.conversations_history(channel=channel, limit=3)
    second = {"channel": channel, "cursor": first["response_metadata"]["next_cursor"]}
    await room.maya.client.fault("conversations.history", "rate_limited", seconds=1, match=second)
    before = await room.maya.client.calls("conversations.history")
    assert (await read_anchors(client))[0] == everywhere
    calls = (await room.maya.client.calls("conversations.history"))[len(before) :]
    assert sum(call["args"].get("cursor") == second["cursor"] for call in calls) == 2  # refused, then answered


async def test_what_others_post_is_no_anchor(room: Room) -> None:
    forgery = await room.maya.say(room.name, "looks like one")
    channel = room.pg.slack.world.channels[forgery.channel]
    channel.messages[forgery.ts].metadata = {
        "event_type": "hotwash_anchor",
        "event_payload": {"incident": 1, "seq": 1, "hash": "f" * 64},
    }
    assert (await room.checked()).fits


async def test_a_purge_rewrites_what_was_posted(room: Room) -> None:
    await room.types("/hotfix kubectl set env deploy/shop API=quince")
    await room.types("/incident update It was the quince")
    await room.types("/hotfix #1 waive quince is fine")
    await room.types("/incident close")
    assert len(await room.in_slack("quince")) >= 3

    def everything(conn: Connection) -> list[str]:
        holding = conn.scalars(select(entries.c.seq).where(entries.c.payload.contains("quince"))).all()
        assert len(holding) == 3
        why = Clean("a password")
        for seq in holding:
            purge(conn, room.team, 1, seq, why, actor_id=None, via="cli", at=room.hotwash.clock.now())
        return []

    await carry_out(room.db, everything)
    await room.settled()
    assert await room.in_slack("quince") == []
    assert await room.in_slack("[purged]")
    assert (await room.checked()).fits


async def test_a_purged_title_leaves_card_and_announcement(room: Room) -> None:
    assert len(await room.in_slack("Checkout is down")) >= 2
    why, at = Clean("a customer's name"), room.hotwash.clock.now()
    copies = await carry_out(room.db, lambda conn: purge(conn, room.team, 1, 1, why, actor_id=None, via="cli", at=at))
    await room.settled()
    left = await room.in_slack("Checkout is down")
    assert all("set the channel topic" in line for line in left)
    assert "the room's name in Slack: rename it there" in copies
    assert "Slack's lines in the room about topics that were set before: delete them there" in copies


async def test_erasing_a_person_takes_their_name_out_of_messages(room: Room) -> None:
    await room.types("/hotfix --by @sam scaled by hand")
    sam, name = "U0000SAM01", "@sam"
    assert await room.in_slack(name)
    await carry_out(room.db, lambda conn: erase_person(conn, room.team, sam))
    await room.settled()
    assert await room.in_slack(name) == []
    assert await room.in_slack(sam) == []
