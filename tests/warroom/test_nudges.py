"""Reminders as people get them: when, how many, and what ends them. The clock is moved, never waited for."""

from datetime import UTC, datetime

import pytest

from bot.playground.client import Person, Seen
from tests.warroom.conftest import War, said

# maya: Berlin. Monday 2026-11-23, 12:00 UTC is 13:00 there.


async def nudges(who: Person) -> list[Seen]:
    return [m for m in await who.dms() if "live in production" in m.text]


async def test_the_first_minutes_are_quiet_then_one_line_in_the_thread(war: War) -> None:
    maya = war.person("maya")
    room = await war.open(maya)
    echo = await war.logged(maya, room, "kubectl scale deploy/web --replicas=8")
    war.move(minutes=14)
    await war.rung()
    assert len(await maya.sees(room, echo)) == 1
    war.move(minutes=2)
    await war.rung()
    assert len(await maya.sees(room, echo)) == 2
    war.move(minutes=5)
    await war.rung()
    assert len(await maya.sees(room, echo)) == 2
    assert await nudges(maya) == []


async def test_one_direct_message_for_all_drift_an_hour_after_resolve_in_working_hours(war: War) -> None:
    maya = war.person("maya")
    first = await war.open(maya, "checkout")
    second = await war.open(maya, "search")
    for room in (first, second):
        await war.logged(maya, room, "kubectl scale deploy/web --replicas=8")
        await maya.command(room, "/incident resolve")
    war.move(minutes=59)
    await war.rung()
    assert await nudges(maya) == []
    war.move(minutes=2)
    await war.rung()
    (told,) = await nudges(maya)
    assert "INC-1#1" in told.text and "INC-2#1" in told.text
    war.move(hours=23)  # Tuesday 13:01: one a day, and the old one is gone
    await war.rung()
    (again,) = await nudges(maya)
    assert again.ts != told.ts


class TestOnFridayEvening:
    @pytest.fixture
    def start_at(self) -> datetime:
        return datetime(2026, 11, 27, 17, 30, tzinfo=UTC)  # 18:30 in Berlin

    async def test_it_waits_for_monday_at_ten_and_comes_once(self, war: War) -> None:
        maya = war.person("maya")
        room = await war.open(maya, severity="sev3")
        await war.logged(maya, room, "vim /etc/app/db.conf")
        await maya.command(room, "/incident close it is over")
        war.move(days=2, hours=14)  # Monday 08:30
        await war.rung()
        assert await nudges(maya) == []
        war.move(hours=1, minutes=31)  # 10:01: as if the bot had been down over the weekend
        await war.rung()
        assert len(await nudges(maya)) == 1


async def test_settling_ends_it_and_updates_the_message_in_place(war: War) -> None:
    maya = war.person("maya")
    room = await war.open(maya)
    await war.logged(maya, room, "kubectl scale deploy/web --replicas=8")
    await maya.command(room, "/incident resolve")
    war.move(minutes=61)
    await war.rung()
    (told,) = await nudges(maya)
    await maya.press(told, "Undone")
    await war.rung()
    assert not any("live in production" in m.text for m in await maya.dms())
    war.move(days=3)
    await war.rung()
    assert await nudges(maya) == []


async def test_snooze_is_told_and_kept(war: War) -> None:
    maya = war.person("maya")
    room = await war.open(maya)
    await war.logged(maya, room, "kubectl scale deploy/web --replicas=8")
    await maya.command(room, "/incident resolve")
    war.move(minutes=61)
    await war.rung()
    (told,) = await nudges(maya)
    await maya.press(told, "Snooze 4 h")
    await war.rung()
    assert "nudge.snoozed" in [e.kind for e in await war.ledger(1)]


async def test_lead_hears_after_a_day_the_announce_channel_after_two(war: War) -> None:
    maya, sam = war.person("maya"), war.person("sam")
    room = await war.open(maya)
    await war.logged(maya, room, "vim /etc/app/db.conf")
    await maya.command(room, "/incident lead @sam")
    await maya.command(room, "/incident resolve")
    war.move(hours=28)  # Tuesday, 11:00 in New York
    await war.rung()
    assert await sam.dms()
    before = await maya.sees("#incidents")
    war.move(hours=21)
    await war.rung()
    after = await maya.sees("#incidents")
    assert len(after) == len(before) + 1
    assert "INC-1" in after[-1].text


async def test_after_five_messages_one_weekly_digest_of_all_incidents(war: War) -> None:
    maya = war.person("maya")
    for title in ("checkout", "search"):
        room = await war.open(maya, title)
        await war.logged(maya, room, "vim /etc/app/db.conf")
        await maya.command(room, "/incident close it is over")
    told = set()
    for _ in range(21):
        war.move(days=1)
        await war.rung()
        told |= {m.ts for m in await nudges(maya)}
    assert len(told) == 5
    said_to_all = [m.text for m in await maya.sees("#incidents") if "long after" in m.text]
    assert all("INC-1#1" in text and "INC-2#1" in text for text in said_to_all)
    assert len(said_to_all) == len([m for m in await maya.dms() if "long after" in m.text]) == 3


async def test_a_temporary_change_is_remembered_at_its_time(war: War) -> None:
    maya = war.person("maya")
    room = await war.open(maya)
    echo = await war.logged(maya, room, "--until 20:00 kubectl scale deploy/web --replicas=8")
    war.move(hours=6, minutes=59)
    await war.rung()
    assert len(await maya.sees(room, echo)) == 1
    war.move(minutes=2)
    await war.rung()
    assert "undo" in (await maya.sees(room, echo))[-1].text


async def test_what_was_logged_outside_any_incident_is_followed_up(war: War) -> None:
    maya = war.person("maya")
    assert "INC-0" in said(await maya.command("#general", "/hotfix vim /etc/motd"))
    war.move(minutes=61)
    await war.rung()
    (told,) = await nudges(maya)
    assert "INC-0#1" in told.text
