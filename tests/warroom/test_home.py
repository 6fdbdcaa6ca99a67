"""The Home tab as each person sees it, and how it stays current."""

import re

import pytest

from bot.ledger.tables import incidents
from bot.playground.client import NotSeen, Person
from tests.warroom.conftest import War, said


async def opened(who: Person, wanted: str = "As of") -> str:
    """What the Home tab says once it was opened."""
    await who.do("home")
    return str((await who.wait_for_home(wanted))["shown"])


async def test_what_is_mine_comes_first_with_all_that_settles_it(war: War) -> None:
    maya, sam = war.person("maya"), war.person("sam")
    assert "Nothing of yours is left" in await opened(maya)
    room = await war.open(maya)
    await war.logged(maya, room, "vim /etc/app/db.conf")
    await war.logged(maya, room, "--by @sam kubectl scale deploy/web --replicas=8")
    shown = str((await maya.wait_for_home("INC-1#2"))["shown"])
    places = [shown.index(word) for word in ("INC-1#1", "that you lead", "INC-1#2", "Active incidents (1)", "checkout")]
    assert places == sorted(places)
    for label in ("Link commit…", "Undone", "Waive…", "Snooze 4 h"):
        assert label in shown
    hers = await opened(sam)
    assert "1 change of yours" in hers and "INC-1#1" not in hers


async def test_it_is_current_without_being_opened_again(war: War) -> None:
    maya, sam = war.person("maya"), war.person("sam")
    await opened(sam)
    room = await war.open(maya, "checkout answers 502")
    await sam.wait_for_home("checkout answers 502")
    await maya.command(room, "/hotfix --by @sam vim /etc/motd")
    await sam.wait_for_home("1 change of yours")
    await maya.command(room, "/hotfix #1 owner @maya")
    await sam.wait_for_home("Nothing of yours")
    await maya.command(room, "/incident close it is over")
    await sam.wait_for_home(r"(?s)No incident is going on.*Closed last.*INC-1")


async def test_each_button_does_what_it_says(war: War) -> None:
    maya = war.person("maya")
    room = await war.open(maya)
    for what in ("one", "two", "three", "four"):
        await war.logged(maya, room, f"vim /etc/{what}")
    await opened(maya, "4 changes of yours")
    assert await maya.press_in("home", action_id="hotwash.undone:1.1") is None
    await maya.wait_for_home("3 changes of yours")
    assert await maya.press_in("home", action_id="hotwash.snooze:1.2") is None
    await maya.wait_for_home("quiet until")
    assert await maya.press_in("home", action_id="hotwash.waive:1.3") is None
    await maya.wait_for_modal("may the difference stay")
    assert await maya.submit(why="the host goes away") == {}
    await maya.wait_for_home("2 changes of yours")
    assert await maya.press_in("home", action_id="hotwash.link:1.4") is None
    await maya.wait_for_modal("INC-1#4")
    assert await maya.submit(ref="a79f427a79f427a79f427a79f427a79f427a79f4") == {}
    await maya.wait_for_home("in review")
    assert await maya.press_in("home", "Log a change…") is None
    await maya.wait_for_modal("What did you change")
    assert await maya.submit(text="vim /etc/five") == {}
    await maya.wait_for_home(r"INC-0#1")


async def test_a_refusal_is_told_directly(war: War) -> None:
    """The Home tab takes no answer of its own."""
    maya = war.person("maya")
    room = await war.open(maya)
    await war.logged(maya, room, "vim /etc/motd")
    await opened(maya, "1 change of yours")
    await war.pg.client.fault("views.publish", "error", error="internal_error", times=1000)
    await maya.command(room, "/hotfix #1 undone")
    assert await maya.press_in("home", action_id="hotwash.undone:1.1") is None
    bot = (await war.pg.client.get("people"))["bot"]
    await maya.wait_for(bot, "already undone")


async def test_pages(war: War) -> None:
    maya = war.person("maya")
    room = await war.open(maya)
    for number in range(1, 18):
        await maya.command(room, f"/hotfix --at {60 - number}m vim /etc/{number}")
    first = await opened(maya, "Page 1 of 2")
    assert re.findall(r"INC-1#(\d+)", first) == [str(number) for number in range(1, 16)]
    assert "Earlier" not in first
    assert await maya.press_in("home", "More") is None
    second = str((await maya.wait_for_home("Page 2 of 2"))["shown"])
    assert re.findall(r"INC-1#(\d+)", second) == ["16", "17"] and "More" not in second
    await maya.command(room, "/hotfix #17 undone")
    after = str((await maya.wait_for_home("16 changes of yours"))["shown"])
    assert re.findall(r"INC-1#(\d+)", after) == ["16"]  # still where they were reading
    await maya.command(room, "/hotfix #16 undone")
    assert "Page" not in str((await maya.wait_for_home("15 changes of yours"))["shown"])
    assert "Page" not in await opened(maya)


async def test_private_incidents_are_shown_to_members_only(war: War) -> None:
    maya, sam = war.person("maya"), war.person("sam")
    room = await war.open(maya, "a secret affair")
    await war.logged(maya, room, "vim /etc/motd")
    await war.logged(maya, room, "--by @sam vim /etc/passwd")
    await war.db.write(lambda conn: conn.execute(incidents.update().values(private=True)))
    shown = await opened(sam)
    assert "secret" not in shown and "INC-1" not in shown


async def test_it_is_published_to_nobody_who_never_opened_it(war: War) -> None:
    maya = war.person("maya")
    room = await war.open(maya)
    await war.logged(maya, room, "vim /etc/motd")
    await war.settled()
    assert await war.pg.client.calls("views.publish") == []
    await opened(maya)
    war.move(days=4)
    await maya.command(room, "/hotfix #1 undone")
    await war.settled()
    assert len(await war.pg.client.calls("views.publish")) == 1  # four days later nobody looks at it any more
    assert "Nothing of yours" in await opened(maya, "Nothing of yours")


async def test_ten_quick_changes_are_a_few_publications(war: War) -> None:
    maya = war.person("maya")
    room = await war.open(maya)
    await opened(maya)
    for number in range(20):
        await maya.command(room, f"/hotfix vim /etc/{number}")
    await maya.wait_for_home("20 changes of yours")
    assert len(await war.pg.client.calls("views.publish")) <= 10


async def test_a_home_tab_that_slack_refuses_holds_up_nothing(war: War) -> None:
    maya = war.person("maya")
    await war.pg.client.fault("views.publish", "error", error="not_enabled", times=1)
    await maya.do("home")
    await war.settled()
    with pytest.raises(NotSeen):
        await maya.wait_for_home("As of", within=0.2)
    room = await war.open(maya)
    await war.logged(maya, room, "vim /etc/motd")
    assert "1 change of yours" in await opened(maya, "1 change of yours")
    said(await maya.command(room, "/incident resolve"))
