"""Private incidents: those in the room know of them, and nobody else, whatever they ask."""

import asyncio

import pytest

from bot.playground.client import Person
from tests.warroom.conftest import War, said

SECRET = "payroll leak"


async def private(war: War, who: Person) -> str:
    answer = await who.command("#general", f"/incident open sev1 --private {SECRET}")
    assert "INC-1 (sev1) is recorded" in said(answer) and "Only who is in it knows of it" in said(answer)
    return await war.room(who, 1)


@pytest.mark.parametrize(
    "ask", ["list", "find payroll", "find stolen", "drift", "status INC-1", "catchup INC-1", "timeline INC-1"]
)
async def test_nobody_outside_learns_of_it(war: War, ask: str) -> None:
    maya, sam = war.person("maya"), war.person("sam")
    room = await private(war, maya)
    await war.logged(maya, room, "revoke the stolen key")
    answer = said(await sam.command("#general", f"/incident {ask}"))
    assert SECRET not in answer and "stolen key" not in answer and "inc-1" not in answer
    if "INC-1" in ask:
        assert answer == said(await sam.command("#general", "/incident status INC-99")).replace("INC-99", "INC-1")
    assert "INC-1" in said(await maya.command("#general", f"/incident {ask}"))


async def test_it_is_announced_nowhere_and_its_channel_is_private(war: War) -> None:
    maya, sam = war.person("maya"), war.person("sam")
    room = await private(war, maya)
    said(await maya.command(room, "/incident close"))
    await war.settled()
    assert not any("INC-1" in m.text for m in await sam.sees("#incidents"))
    listed = [channel["name"] for channel in (await sam.overview())["channels"]]
    assert room[1:] not in listed
    assert "🔒" in "".join(m.text for m in await maya.sees(room))  # the ledger's hash is said in the room instead


async def _seen_by(war: War, who: Person, within: float = 5) -> str:
    async with asyncio.timeout(within):
        while "INC-1" not in (answer := said(await who.command("#general", "/incident list"))):
            await asyncio.sleep(0.05)
    return answer


async def test_who_is_brought_in_knows_of_it_and_who_leaves_no_more(war: War) -> None:
    maya, sam = war.person("maya"), war.person("sam")
    room = await private(war, maya)
    await maya.do("invite", channel=room, user="sam")
    assert SECRET in await _seen_by(war, sam)
    await war.settled()
    assert any("INC-1 is open" in m.text for m in await sam.dms())
    await sam.do("leave", channel=room)
    async with asyncio.timeout(5):
        while "INC-1" in said(await sam.command("#general", "/incident list")):
            await asyncio.sleep(0.05)
    kinds = [e.kind for e in await war.ledger(1)]
    assert kinds == ["incident.opened", "member.joined", "member.left"]


@pytest.mark.parametrize(
    "given",
    ["/incident lead @sam", "/incident role scribe @sam", "/hotfix #1 owner @sam", "/hotfix --by @sam rotate it"],
)
async def test_who_is_given_something_in_it_is_brought_in(war: War, given: str) -> None:
    maya, sam = war.person("maya"), war.person("sam")
    room = await private(war, maya)
    await war.logged(maya, room, "revoke the stolen key")
    said(await maya.command(room, given))
    await war.settled()
    assert room[1:] in await sam.channels()
    assert SECRET in said(await sam.command("#general", "/incident status INC-1"))


async def test_who_writes_in_its_room_is_in_it_even_where_the_event_was_lost(war: War) -> None:
    maya, sam = war.person("maya"), war.person("sam")
    room = await private(war, maya)
    await war.pg.client.post("app", events=[])
    await maya.do("invite", channel=room, user="sam")
    assert "Logged INC-1#1" in said(await sam.command(room, "/hotfix revoke the key"))
    assert SECRET in said(await sam.command("#general", "/incident list"))


async def test_weeks_of_drift_name_it_to_nobody_outside(war: War) -> None:
    maya, sam = war.person("maya"), war.person("sam")
    room = await private(war, maya)
    await war.logged(maya, room, "revoke the stolen key")
    said(await maya.command(room, "/incident resolve"))
    for _ in range(20):
        war.move(days=1)
        await war.rung()
    assert not any("INC-1" in m.text or "stolen" in m.text for m in await sam.sees("#incidents"))
    assert any("still drifting" in m.text for m in await maya.sees(room))
