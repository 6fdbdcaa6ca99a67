"""Practices: marked on every message, counted nowhere, announced nowhere."""

from tests.warroom.conftest import War, said


async def test_every_message_of_a_drill_says_so(war: War) -> None:
    maya, sam = war.person("maya"), war.person("sam")
    answer = said(await maya.command("#general", "/incident open --drill sev1 region is gone"))
    assert answer.startswith("DRILL · INC-1 (sev1) is recorded")
    room = await war.room(maya, 1)
    assert room == "#inc-1-drill-region-is-gone"
    assert said(await maya.command(room, "/hotfix failover to eu-west")).startswith("DRILL · Logged INC-1#1")
    await sam.do("join", channel=room)
    said(await maya.command(room, "/incident update nearly there"))
    said(await maya.command(room, "/incident lead @sam"))
    await war.settled()
    war.move(minutes=61)
    await war.rung()
    said(await maya.command(room, "/incident close it is over"))
    await war.settled()
    channel = (await war.pg.client.get(f"people/maya/channels/{room[1:]}"))["channel"]
    assert channel["topic"].startswith("DRILL · INC-1")
    posted = [m for m in await maya.sees(room) if m.raw.get("bot_id") and not m.only_visible_to_you]
    assert len(posted) >= 6
    for message in posted:
        assert "DRILL · a practice, not real" in message.text and message.raw["text"].startswith("DRILL · ")
    greeted = [m for m in await sam.dms() if "INC-1" in m.text]
    assert greeted and all("DRILL" in m.text for m in greeted)


async def test_a_drill_reminds_nobody_outside_its_room_and_is_in_no_list_of_drift(war: War) -> None:
    maya = war.person("maya")
    said(await maya.command("#general", "/incident open sev1 --drill region is gone"))
    room = await war.room(maya, 1)
    said(await maya.command(room, "/hotfix failover to eu-west"))
    said(await maya.command(room, "/incident resolve"))
    for _ in range(12):
        war.move(days=1)
        await war.rung()
    assert [m for m in await maya.dms() if "INC-1" in m.text] == []
    assert not any("INC-1" in m.text for m in await maya.sees("#incidents"))
    assert "Nothing drifts" in said(await maya.command("#general", "/incident drift"))
    assert "DRILL · INC-1 · resolved" in said(await maya.command("#general", "/incident list"))
    assert "DRILL · INC-1 · resolved" in said(await maya.command("#general", "/incident find region"))
    assert "DRILL · INC-1#1 · drifting" in said(await maya.command("#general", "/incident find eu-west"))


async def test_a_drill_is_in_no_statistic(war: War) -> None:
    maya = war.person("maya")
    before = said(await maya.command("#general", "/incident stats"))
    said(await maya.command("#general", "/incident open sev1 --drill region is gone"))
    room = await war.room(maya, 1)
    said(await maya.command(room, "/hotfix failover to eu-west"))
    said(await maya.command(room, "/incident close it is over"))
    assert said(await maya.command("#general", "/incident stats")) == before
