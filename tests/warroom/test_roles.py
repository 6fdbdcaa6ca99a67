"""Roles: taken on the card or by command, shown on the card, given to others."""

import pytest

from tests.warroom.conftest import War, said


async def test_a_role_is_taken_on_the_card_and_given_by_command(war: War) -> None:
    maya, sam, priya = war.person("maya"), war.person("sam"), war.person("priya")
    room = await war.open(maya)
    await sam.do("join", channel=room)
    card = await sam.wait_for(room, r"(?s)Communications\s+nobody yet.*Scribe\s+nobody yet")
    assert await sam.press(card, action_id="hotwash.role", value="1 scribe") is None
    await maya.wait_for(room, r"(?s)Manual changes|Scribe\s+@sam")
    await maya.wait_for(room, r"(?s)Scribe\s+@sam")
    await maya.wait_for(room, r"sam is scribe now$")
    assert "INC-1: priya is communications now." in said(
        await maya.command(room, "/incident role communications @priya")
    )
    await war.settled()
    assert room[1:] in await priya.channels()  # who gets a role is invited
    await priya.wait_for(room, r"priya is communications now \(said by maya\)")
    assert "priya is scribe now" in said(await priya.command("#general", "/incident role scribe INC-1"))
    assert "priya is scribe already" in said(await priya.command(room, "/incident role scribe"))
    await maya.wait_for(room, r"(?s)Communications\s+@priya\s+.*Scribe\s+@priya")
    assert [e.kind for e in await war.ledger(1)].count("incident.role") == 3


async def test_the_lead_is_a_role_too(war: War) -> None:
    maya, sam = war.person("maya"), war.person("sam")
    room = await war.open(maya)
    await sam.do("join", channel=room)
    card = await sam.wait_for(room, r"Manual changes")
    assert await sam.press(card, action_id="hotwash.role", value="1 lead") is None
    await maya.wait_for(room, r"sam leads now")
    assert "maya leads now" in said(await maya.command(room, "/incident role lead"))


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ("role", "Which role?"),
        ("role chef", "There is no role 'chef'. There are: lead, communications, scribe."),
        ("role scribe sam", "role does not take sam"),
    ],
)
async def test_what_is_no_role_is_answered(war: War, typed: str, answer: str) -> None:
    maya = war.person("maya")
    room = await war.open(maya)
    assert answer in said(await maya.command(room, f"/incident {typed}"))
    assert [e.kind for e in await war.ledger(1)] == ["incident.opened"]


async def test_guests_take_no_role(war: War) -> None:
    maya, gwen = war.person("maya"), war.person("gwen")
    room = await war.open(maya)
    await maya.do("invite", channel=room, user="gwen")
    assert "for full members" in said(await gwen.command(room, "/incident role scribe"))


class TestWithThePolicysOwn:
    @pytest.fixture
    def policy(self) -> str:
        return '[[roles]]\nname = "db"\ntitle = "Database hand"\n'

    async def test_they_replace_the_defaults(self, war: War) -> None:
        maya = war.person("maya")
        room = await war.open(maya)
        assert "There are: lead, db." in said(await maya.command(room, "/incident role scribe"))
        said(await maya.command(room, "/incident role db"))
        await maya.wait_for(room, r"(?s)Database hand\s+@maya")
