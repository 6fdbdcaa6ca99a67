"""Ways into a room: *Join* on the announcement, the call, the repository."""

import pytest

from tests.warroom.conftest import War, said


@pytest.fixture
def policy() -> str:
    return """
bridge = "https://meet.example.com/war?room=1&pwd=2"
[[repositories]]
name = "shop"
url = "https://git.example.invalid/acme/shop.git"
[[services]]
name = "checkout"
repo = "shop"
"""


async def test_join_invites_whoever_presses_until_it_is_over(war: War) -> None:
    maya, sam = war.person("maya"), war.person("sam")
    room = await war.open(maya)
    announced = await sam.wait_for("#incidents", r"(?s)INC-1 .*\[Join\]")
    assert await sam.press(announced, "Join") is None
    await sam.wait_for("#incidents", f"You are invited to {room}")
    await war.settled()
    assert room[1:] in await sam.channels()
    assert await sam.press(announced, "Join") is None  # again: nothing breaks
    await war.settled()
    said(await maya.command(room, "/incident close"))
    await war.settled()
    shown = {m.ts: m.text for m in await sam.sees("#incidents")}[announced.ts]
    assert "closed" in shown and "[Join]" not in shown


async def test_guests_only_look(war: War) -> None:
    maya, gwen = war.person("maya"), war.person("gwen")
    room = await war.open(maya)
    await maya.do("invite", channel="#incidents", user="gwen")
    announced = await gwen.wait_for("#incidents", r"INC-1 ")
    await gwen.press(announced, "Join")
    await gwen.wait_for("#incidents", "join is for full members")
    await war.settled()
    assert room[1:] not in await gwen.channels()


async def test_the_call_and_the_repository_are_on_card_and_bookmarks(war: War) -> None:
    maya = war.person("maya")
    room = await war.open(maya, "checkout: 502s on pay")
    await war.settled()
    channel = await war.pg.client.get(f"people/maya/channels/{room[1:]}")
    marks = {mark["title"]: mark["link"] for mark in channel["bookmarks"]}
    assert marks["Call"] == "https://meet.example.com/war?room=1&pwd=2"
    assert marks["Repository"] == "https://git.example.invalid/acme/shop"
    assert "All incidents" in marks
    card = await maya.wait_for(room, "Manual changes")
    raw = str(card.raw["blocks"])
    assert "<https://meet.example.com/war?room=1&amp;pwd=2|Call>" in raw
    assert "<https://git.example.invalid/acme/shop|Repository>" in raw


async def test_without_a_service_there_is_no_repository(war: War) -> None:
    maya = war.person("maya")
    room = await war.open(maya)
    await war.settled()
    channel = await war.pg.client.get(f"people/maya/channels/{room[1:]}")
    assert {mark["title"] for mark in channel["bookmarks"]} == {"Call", "All incidents"}
