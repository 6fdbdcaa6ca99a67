"""`/incident rename`: card, topic, announcement and channel follow."""

import pytest

from tests.warroom.conftest import War, said


async def test_everything_that_shows_the_title_follows(war: War) -> None:
    maya, sam = war.person("maya"), war.person("sam")
    room = await war.open(maya)
    said(await maya.command(room, "/incident update half of it is back"))
    await war.settled()
    answer = said(await maya.command(room, "/incident rename   payments fail in  Europe"))
    assert answer == "INC-1: it is called payments fail in Europe now."
    await war.settled()
    renamed = "#inc-1-payments-fail-in-europe"
    assert renamed[1:] in await maya.channels() and room[1:] not in await maya.channels()
    await maya.wait_for(renamed, r"INC-1 · payments fail in Europe")
    await maya.wait_for(renamed, r"maya renamed it: payments fail in Europe")
    channel = (await war.pg.client.get(f"people/maya/channels/{renamed[1:]}"))["channel"]
    assert "payments fail in Europe" in channel["topic"]
    await sam.wait_for("#incidents", r"(?s)INC-1 .*payments fail in Europe.*inc-1-payments")
    assert "INC-1 · open" in said(await maya.command("#general", "/incident find europe"))
    assert "called that already" in said(await maya.command(renamed, "/incident rename payments fail in Europe"))


async def test_a_taken_name_gets_a_number_and_the_old_name_can_be_had_again(war: War) -> None:
    maya = war.person("maya")
    room = await war.open(maya)
    await maya.do("create", name="inc-1-search")
    said(await maya.command(room, "/incident rename search"))
    await war.settled()
    assert "inc-1-search-2" in await maya.channels()
    said(await maya.command("#inc-1-search-2", "/incident rename checkout answers 502"))
    await war.settled()
    assert room[1:] in await maya.channels()


@pytest.mark.parametrize("fault", ["drop_after", "drop_before", "http_500"])
async def test_a_lost_answer_gives_one_name(war: War, fault: str) -> None:
    maya = war.person("maya")
    room = await war.open(maya)
    await war.settled()
    await war.pg.client.fault("conversations.rename", fault)
    said(await maya.command(room, "/incident rename search"))
    await war.settled()
    assert [name for name in await maya.channels() if name.startswith("inc-1")] == ["inc-1-search"]


async def test_a_channel_that_is_not_ours_keeps_its_name(war: War) -> None:
    maya = war.person("maya")
    await maya.do("create", name="payments")
    said(await maya.command("#payments", "/incident open --here checkout"))
    await war.settled()
    said(await maya.command("#payments", "/incident rename search"))
    await war.settled()
    assert "payments" in await maya.channels()
    await maya.wait_for("#payments", "INC-1 · search")


@pytest.mark.parametrize("title", ["<!channel> & <b>", "数据库 ダウン", "🔥🔥🔥", "x" * 2900, "a`b*c_d~"])
async def test_any_title_will_do(war: War, title: str) -> None:
    maya = war.person("maya")
    room = await war.open(maya)
    said(await maya.command(room, f"/incident rename {title}"))
    await war.settled()
    assert [e.kind for e in await war.ledger(1)] == ["incident.opened", "incident.renamed"]
    channel = next(name for name in await maya.channels() if name.startswith("inc-1"))
    assert channel != room[1:]


async def test_the_record_of_changes_outside_keeps_its_name(war: War) -> None:
    maya = war.person("maya")
    said(await maya.command("#general", "/hotfix restarted something"))
    assert "can't be renamed" in said(await maya.command("#general", "/incident rename INC-0 mine"))
