"""Status updates that are overdue: the lead is reminded, and giving one ends it."""

import re

import pytest

from bot.playground.client import Person, Seen
from tests.warroom.conftest import War, said


async def reminders(who: Person, room: str) -> list[Seen]:
    return [m for m in await who.sees(room) if "the last word to everybody" in m.text]


async def test_the_lead_alone_is_reminded_after_half_an_hour_until_an_update_is_given(war: War) -> None:
    maya, sam = war.person("maya"), war.person("sam")
    room = await war.open(maya)
    said(await maya.command(room, "/incident lead @sam"))
    await war.settled()
    war.move(minutes=29)
    await war.rung()
    assert await reminders(maya, room) == []
    war.move(minutes=2)
    await war.rung()
    (first,) = await reminders(sam, room)
    assert re.match(r"@sam .*is 3\d min old", first.text.removeprefix("⏰ "))
    assert "@maya" not in first.text
    war.move(minutes=31)
    await war.rung()
    _, second = await reminders(sam, room)
    said(await sam.command(room, "/incident update no news yet"))
    await war.rung()
    told = {m.ts: m.text for m in await sam.sees(room)}
    assert "it has been given" in told[second.ts]
    war.move(minutes=29)
    await war.rung()
    assert len(await reminders(sam, room)) == 1  # the first; the one that was answered says so
    war.move(minutes=2)
    await war.rung()
    assert len(await reminders(sam, room)) == 2
    kinds = [e.kind for e in await war.ledger(1)]
    assert kinds.count("update.overdue") == 3


async def test_the_button_of_the_reminder_opens_a_form_that_gives_one(war: War) -> None:
    maya = war.person("maya")
    room = await war.open(maya)
    war.move(minutes=31)
    await war.rung()
    (told,) = await reminders(maya, room)
    assert await maya.press(told, "Give an update…") is None
    await maya.wait_for_modal("What is new")
    assert await maya.submit(text="half of <!channel> is back") == {}
    await maya.wait_for(room, r"(?s)Update from @maya.*half of <!channel> is back")
    await war.settled()
    assert await reminders(maya, room) == []
    assert [e.kind for e in await war.ledger(1)][-1] == "incident.update"


async def test_a_night_without_the_bot_gives_one_reminder(war: War) -> None:
    maya = war.person("maya")
    room = await war.open(maya)
    war.move(hours=9)
    await war.rung()
    (told,) = await reminders(maya, room)
    assert "9 h" in told.text


@pytest.mark.parametrize("ending", ["resolve", "close", "cancel false alarm"])
async def test_nobody_is_reminded_once_it_is_over_and_again_when_it_is_reopened(war: War, ending: str) -> None:
    maya = war.person("maya")
    room = await war.open(maya)
    said(await maya.command(room, f"/incident {ending}"))
    war.move(hours=2)
    await war.rung()
    assert await reminders(maya, room) == []
    said(await maya.command(room, "/incident reopen"))
    war.move(minutes=29)
    await war.rung()
    assert await reminders(maya, room) == []
    war.move(minutes=2)
    await war.rung()
    assert len(await reminders(maya, room)) == 1


async def test_only_severities_that_ask_for_updates_are_reminded_and_a_change_runs_anew(war: War) -> None:
    maya = war.person("maya")
    room = await war.open(maya, severity="sev2")
    war.move(hours=3)
    await war.rung()
    assert await reminders(maya, room) == []
    said(await maya.command(room, "/incident severity sev1"))
    war.move(minutes=29)
    await war.rung()
    assert await reminders(maya, room) == []
    war.move(minutes=2)
    await war.rung()
    assert len(await reminders(maya, room)) == 1


class TestWithAPolicyOfItsOwn:
    @pytest.fixture
    def policy(self) -> str:
        return """
default_severity = "high"
[[severities]]
name = "high"
update_every_minutes = 10
[[severities]]
name = "low"
"""

    async def test_it_says_how_often(self, war: War) -> None:
        maya = war.person("maya")
        room = await war.open(maya, severity="high")
        war.move(minutes=11)
        await war.rung()
        assert len(await reminders(maya, room)) == 1
