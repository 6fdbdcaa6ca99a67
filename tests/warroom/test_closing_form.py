"""The form to close an incident with while things drift: what is left, and what would settle it, right there."""

from typing import Any

import pytest

from bot.playground.client import Person, Seen
from tests.warroom.conftest import War, said


async def drifting(war: War, who: Person, many: int = 2) -> str:
    room = await war.open(who)
    for number in range(1, many + 1):
        await war.logged(who, room, f"vim /etc/app/{number}.conf")
    return room


async def form(who: Person, wanted: str) -> dict[str, Any]:
    return await who.wait_for_modal(wanted)


async def press(who: Person, action_id: str) -> str | None:
    return await who.press_in("modal", action_id=action_id)


async def state(war: War, number: int = 1) -> str:
    return said(await war.person("maya").command("#general", f"/incident status INC-{number}")).split("\n")[1]


async def test_it_is_shown_while_something_is_left_and_closes(war: War) -> None:
    maya = war.person("maya")
    room = await drifting(war, maya)
    assert said(await maya.command(room, "/incident close")) == ""
    await form(maya, r"(?s)2 actions left to reconcile.*stops no reminder.*#1.*#2")
    assert "open" in await state(war)
    assert await maya.submit(why="the rest is tracked in OPS-7") == {}
    await maya.wait_for(room, r"(?s)reconciliation checklist.*Drifting \(2\)")
    (closed,) = [entry for entry in await war.ledger(1) if entry.kind == "incident.closed"]
    assert "OPS-7" in closed.payload and closed.via == "modal"


async def test_with_a_reason_or_with_nothing_left_it_closes_at_once(war: War) -> None:
    maya = war.person("maya")
    room = await drifting(war, maya, 1)
    assert "1 action left" in said(await maya.command(room, "/incident close tracked in OPS-7"))
    said(await maya.command(room, "/incident reopen"))
    said(await maya.command(room, "/hotfix #1 undone"))
    assert "All is reconciled" in said(await maya.command(room, "/incident close"))
    assert await maya.modal() is None


async def test_what_is_settled_in_it_goes_from_it_and_what_was_typed_stays(war: War) -> None:
    maya = war.person("maya")
    room = await drifting(war, maya, 3)
    await maya.command("#general", "/incident close INC-1")
    await form(maya, "3 actions left")
    assert await press(maya, "hotwash.undone:1") is None
    await form(maya, "2 actions left")
    await war.echo(maya, room, 1, "undone")

    assert await press(maya, "hotwash.waive:2") is None
    await form(maya, "Why may the difference stay?")
    assert "why" in await maya.submit(why="  ")
    assert await maya.submit(why="the host goes away") == {}
    await form(maya, "(?s)1 action left.*#3")

    assert await press(maya, "hotwash.link:3") is None
    await form(maya, "Commit, branch or pull request")
    assert "can't read" in (await maya.submit(ref="what?"))["ref"]
    await maya.close_modal()
    await form(maya, "1 action left")
    assert await press(maya, "hotwash.undone:3") is None
    await form(maya, "Everything of INC-1 is reconciled")
    assert await maya.submit() == {}
    await maya.wait_for(room, "(?s)reconciliation checklist.*verything is reconciled")


async def test_what_cannot_be_done_is_said_in_it(war: War) -> None:
    maya, sam = war.person("maya"), war.person("sam")
    room = await drifting(war, maya, 2)
    await maya.command(room, "/incident close")
    await form(maya, "2 actions left")
    said(await sam.command("#general", "/hotfix INC-1#1 undone"))
    assert await press(maya, "hotwash.undone:1") is None  # its form did not know
    await form(maya, "(?s)is already undone.*1 action left")


async def card(war: War, who: Person, room: str, wanted: str) -> Seen:
    return await who.wait_for(room, f"(?s)Manual changes.*{wanted}")


async def test_the_button_of_the_card_asks_only_where_something_is_left(war: War) -> None:
    maya = war.person("maya")
    room = await drifting(war, maya, 1)
    said(await maya.command(room, "/incident resolve"))
    shown = await card(war, maya, room, r"1 drifting.*\[Close…\]")
    assert await maya.press(shown, "Close…") is None
    await form(maya, "1 action left")
    assert await press(maya, "hotwash.undone:1") is None
    await form(maya, "Everything of INC-1 is reconciled")
    await maya.close_modal()
    shown = await card(war, maya, room, r"1 undone.*\[Close\]")
    assert await maya.press(shown, "Close") is None
    await maya.wait_for(room, "reconciliation checklist")
    assert await maya.modal() is None


async def test_long_lists_are_bounded_and_every_line_is_safe(war: War) -> None:
    maya = war.person("maya")
    room = await war.open(maya, "<!channel> *x*" + "y" * 2500)
    for number in range(1, 19):
        said(await maya.command(room, f"/hotfix edited <!channel> `a` {'z' * 2000} {number}"))
    await maya.command(room, "/incident close")
    shown = await form(maya, r"(?s)18 actions left.*and 3 more")
    assert len(shown["blocks"]) <= 100


async def test_one_that_was_closed_meanwhile_says_so_on_the_form(war: War) -> None:
    maya = war.person("maya")
    room = await drifting(war, maya)
    await maya.command(room, "/incident close")
    await form(maya, "2 actions left")
    assert "closed" in said(await maya.command(room, "/incident close done"))
    assert "is closed, so it can't be closed" in (await maya.submit(why="we are done"))["why"]
    shown = await maya.modal()
    assert shown is not None and shown["state"]["values"]["why"]["why"]["value"] == "we are done"


@pytest.mark.parametrize("error", ["expired_trigger_id", "internal_error"])
async def test_where_it_cannot_open_a_sentence_says_what_to_type(war: War, error: str) -> None:
    maya = war.person("maya")
    room = await drifting(war, maya, 1)
    await war.pg.client.fault("views.open", "error", error=error, times=1)
    await maya.command(room, "/incident close")
    told = await maya.wait_for(room, "Slack did not open the form.*/incident close INC-1 <why>")
    assert told.only_visible_to_you
    assert "open" in await state(war)


async def test_of_a_private_incident_nobody_outside_sees_it(war: War) -> None:
    maya, sam = war.person("maya"), war.person("sam")
    said(await maya.command("#general", "/incident open sev1 --private stolen key"))
    room = await war.room(maya, 1)
    await war.logged(maya, room, "vim /etc/app/1.conf")
    assert "There is no INC-1" in said(await sam.command("#general", "/incident close INC-1"))
    assert await sam.modal() is None
    await maya.command(room, "/incident close")
    await form(maya, "1 action left")


class TestPolicy:
    @pytest.fixture(params=["reason", "refuse"])
    def policy(self, request: pytest.FixtureRequest) -> str:
        return f'[closing]\ndrifting = "{request.param}"\n'

    async def test_it_asks_for_what_the_policy_wants(self, war: War) -> None:
        maya = war.person("maya")
        room = await drifting(war, maya, 1)
        await maya.command(room, "/incident close")
        if war.hotwash.policy.closing.drifting == "reason":
            await form(maya, "Why may it close?")
            assert "why" in await maya.submit()
            assert await maya.submit(why="tracked in OPS-7") == {}
        else:
            shown = await form(maya, "close only without any")
            assert shown["submit"] is None
            assert await press(maya, "hotwash.undone:1") is None
            await form(maya, "Everything of INC-1 is reconciled")
            assert await maya.submit() == {}
        await maya.wait_for(room, "reconciliation checklist")


async def test_who_may_not_close_is_told_and_gets_no_form(war: War) -> None:
    maya, sam = war.person("maya"), war.person("sam")
    room = await drifting(war, maya, 1)
    await sam.do("join", channel=room)
    assert "is for the lead" in said(await sam.command(room, "/incident close"))
    assert await sam.modal() is None
