"""Archiving: off by default, only our own channels, only when all is reconciled; a regression is told elsewhere."""

from pathlib import Path

import pytest

from bot.playground.client import Person
from tests.warroom.conftest import War, said
from tests.warroom.repo import Upstream


async def archived(who: Person, room: str) -> bool:
    channels = (await who.overview())["channels"]
    return any(channel["name"] == room[1:] and channel["archived"] for channel in channels)


async def days(war: War, number: int) -> None:
    for _ in range(number):
        war.move(days=1)
        await war.rung()


async def test_nothing_is_archived_unless_the_policy_says_so(war: War) -> None:
    maya = war.person("maya")
    room = await war.open(maya)
    said(await maya.command(room, "/incident close"))
    await days(war, 40)
    assert not await archived(maya, room)


class TestAfterThirtyDays:
    @pytest.fixture
    def policy(self) -> str:
        return "archive_after_days = 30\n"

    async def test_a_room_is_archived_once_all_is_reconciled(self, war: War) -> None:
        maya = war.person("maya")
        room = await war.open(maya)
        await war.logged(maya, room, "kubectl scale deploy/web --replicas=8")
        said(await maya.command(room, "/incident close it is over"))
        await days(war, 31)
        assert not await archived(maya, room)  # it drifts
        said(await maya.command(room, "/hotfix #1 undone"))
        await days(war, 29)
        assert not await archived(maya, room)
        await days(war, 2)
        assert await archived(maya, room)
        assert [e.kind for e in await war.ledger(1)].count("room.archived") == 1

    @pytest.mark.parametrize("private", ["", "--private "])
    @pytest.mark.parametrize("fault", ["drop_after", "drop_before", "http_500"])
    async def test_it_is_done_once_where_the_answer_is_lost(self, war: War, private: str, fault: str) -> None:
        maya = war.person("maya")
        said(await maya.command("#general", f"/incident open sev2 {private}checkout"))
        room = await war.room(maya, 1)
        said(await maya.command(room, "/incident close"))
        await war.settled()
        await war.pg.client.fault("conversations.archive", fault)
        await days(war, 31)
        assert await archived(maya, room)
        assert "delivery.refused" not in [e.kind for e in await war.ledger(1)]

    async def test_a_channel_that_was_there_before_never_is(self, war: War) -> None:
        maya = war.person("maya")
        await maya.do("create", name="payments")
        said(await maya.command("#payments", "/incident open --here checkout"))
        await war.settled()
        said(await maya.command("#payments", "/incident close"))
        await days(war, 40)
        assert not await archived(maya, "#payments")

    async def test_one_that_is_unarchived_is_used_again(self, war: War) -> None:
        maya = war.person("maya")
        bot = (await war.pg.client.get("people"))["bot"]
        room = await war.open(maya)
        said(await maya.command(room, "/incident close"))
        await days(war, 31)
        assert await archived(maya, room)
        answer = said(await maya.command("#general", "/incident reopen INC-1"))
        assert "is archived. Somebody has to unarchive it" in answer
        await maya.do("unarchive", channel=room)
        await maya.do("invite", channel=room, user=bot)
        await maya.wait_for(room, r"(?s)Manual changes")
        await war.settled()
        said(await maya.command(room, "/incident update we go on"))
        await maya.wait_for(room, "we go on")
        said(await maya.command(room, "/incident close"))
        await days(war, 5)
        assert not await archived(maya, room)


class TestRegression:
    @pytest.fixture
    def upstream(self, tmp_path: Path) -> Upstream:
        return Upstream(tmp_path)

    @pytest.fixture
    def policy(self, upstream: Upstream) -> str:
        return "archive_after_days = 1\n" + upstream.policy

    async def test_it_is_told_to_everybody_and_the_owner_with_a_link(self, war: War, upstream: Upstream) -> None:
        maya = war.person("maya")
        room = await war.open(maya)
        await war.logged(maya, room, "raised the pool to 80 in the console")
        fix = upstream.commit("Raise the pool\n\nReconciles: INC-1#1")
        upstream.push()
        echo = await war.echo(maya, room, 1, "claimed by")
        await maya.press(echo, "Confirm")
        await war.echo(maya, room, 1, "confirmed by")
        said(await maya.command(room, "/incident close"))
        await days(war, 2)
        assert await archived(maya, room)
        upstream.git("revert", "--no-edit", fix)
        upstream.push()
        told = await maya.wait_for("#incidents", "Regression in INC-1", within=20)
        assert room in told.text
        await war.settled()
        assert any("Regression in INC-1" in m.text and room in m.text for m in await maya.dms())
