"""`/incident open`: the room, and what Slack can do to it on the way."""

import re
from collections.abc import Iterator

import pytest

from tests.warroom.conftest import War, said


async def test_a_room_is_whole(war: War) -> None:
    maya, sam = war.person("maya"), war.person("sam")
    room = await war.open(maya, "checkout answers 502")
    assert room == "#inc-1-checkout-answers-502"
    await war.settled()
    channel = await war.pg.client.get(f"people/maya/channels/{room[1:]}")
    assert "INC-1 · sev1 · open" in channel["channel"]["topic"]
    card = await maya.wait_for(room, r"(?s)open.*sev1.*maya.*none logged")
    assert [pin["ts"] for pin in channel["pins"]] == [card.ts]
    assert channel["bookmarks"]
    announced = await sam.wait_for("#incidents", r"(?s)INC-1 .*open.*checkout answers 502")
    assert room in announced.text
    assert [e.kind for e in await war.ledger(1)] == ["incident.opened"]


@pytest.mark.parametrize("title", ["<!channel> & <b>", "数据库 ダウン", "🔥🔥🔥", "x" * 2900, "a`b*c_d~"])
async def test_any_title_opens_a_room(war: War, title: str) -> None:
    maya = war.person("maya")
    answer = await maya.command("#general", f"/incident open sev2 {title}")
    assert "INC-1 (sev2) is recorded" in said(answer)
    await war.settled()
    assert any(name.startswith("inc-1") for name in await maya.channels())


async def test_a_taken_name_gets_another(war: War) -> None:
    maya = war.person("maya")
    await maya.do("create", name="inc-1-checkout-answers-502")
    await maya.command("#general", "/incident open sev1 checkout answers 502")
    await war.settled()
    names = [name for name in await maya.channels() if name.startswith("inc-1-")]
    assert len(names) == 2
    ours = next(name for name in names if name != "inc-1-checkout-answers-502")
    await maya.wait_for(f"#{ours}", "Manual changes")


async def test_a_refused_invite_is_said_in_the_room(war: War) -> None:
    maya, sam = war.person("maya"), war.person("sam")
    await war.pg.client.fault("conversations.invite", "error", error="user_is_restricted")
    await maya.command("#general", "/incident open sev1 checkout answers 502")
    await war.settled()
    await sam.do("join", channel="#inc-1-checkout-answers-502")
    await sam.wait_for("#inc-1-checkout-answers-502", r"I could not invite @maya\. Guests can only be added by people")
    assert "delivery.refused" in [e.kind for e in await war.ledger(1)]


class TestWithoutAnnounceChannel:
    @pytest.fixture
    def policy(self) -> Iterator[str]:
        yield 'announce = "no-such-channel"\n'

    async def test_the_room_says_so(self, war: War) -> None:
        maya = war.person("maya")
        room = await war.open(maya)
        await maya.wait_for(room, "I could not announce this incident")
        assert "I could not announce this incident" in said(await maya.command(room, "/incident status"))


async def test_slack_down_still_records_and_catches_up(war: War) -> None:
    maya = war.person("maya")
    said(await maya.command("#general", "/incident list"))  # now she is known
    await war.pg.client.fault("*", "http_500", times=None)
    assert "INC-1 (sev1) is recorded" in said(await maya.command("#general", "/incident open sev1 all is down"))
    for n in range(5):
        assert f"Logged INC-1#{n + 1}" in said(await maya.command("#general", f"/hotfix INC-1 restart {n}"))
    await war.pg.client.clear_faults()
    room = await war.room(maya, 1)
    for n in range(5):
        await war.echo(maya, room, n + 1)
    await war.settled()
    posted = [m for m in await maya.sees(room) if re.match(r"\S+ #\d", m.text) and not m.only_visible_to_you]
    assert len(posted) == 5
