"""Asking about a message that reads like a manual change, or that links to what may carry one."""

import asyncio

import pytest

from tests.warroom.conftest import War, said


async def asked(war: War, room: str, who: str = "maya") -> list[str]:
    """What a person was asked so far, once everything that was said has been heard."""
    person = war.person(who)
    await war.settled()
    await asyncio.sleep(0.3)
    seen = await person.sees(room)
    return [
        one.text for one in seen if one.only_visible_to_you and ("Log it?" in one.text or "reconcile INC" in one.text)
    ]


async def test_log_it_logs_the_message_under_its_authors_name(war: War) -> None:
    maya = war.person("maya")
    room = await war.open(maya)
    message = await maya.say(room, "I bumped the pool to 80 on checkout-db")
    war.move(minutes=3)
    question = await maya.wait_for(room, "reads like a change made by hand. Log it?")
    assert question.only_visible_to_you
    assert await maya.press(question, "Log it") is None
    echo = await war.echo(maya, room, 1, "I bumped the pool to 80 on checkout-db")
    assert "@maya" in echo.text
    answered = await maya.wait_for(room, "Logged INC-1#1")
    assert answered.ts == question.ts  # in the place of the question
    (logged,) = [entry for entry in await war.ledger(1) if entry.kind == "action.logged"]
    assert f'"ts":"{message.ts}"' in logged.payload


async def test_only_the_author_is_asked_and_never_twice_for_the_same_words(war: War) -> None:
    maya, sam = war.person("maya"), war.person("sam")
    room = await war.open(maya)
    await sam.do("join", channel=room)
    await war.pg.client.fault("events_api", "duplicate", match={"text": "restarted web-1"})
    await maya.say(room, "restarted web-1")
    await maya.wait_for(room, "Log it?")
    await maya.say(room, "Restarted  web-1")
    await sam.say(room, "restarted web-1")
    await maya.say(room, "restarted web-2")
    await maya.wait_for(room, lambda seen: "Log it?" in seen.text, after=(await maya.sees(room))[-1])
    assert len(await asked(war, room)) == 2
    assert await asked(war, room, "sam") == []


async def test_what_was_logged_already_is_not_asked_about(war: War) -> None:
    maya = war.person("maya")
    room = await war.open(maya)
    await war.logged(maya, room, "restarted web-1")
    await maya.say(room, "restarted web-1")
    assert await asked(war, room) == []


@pytest.mark.parametrize("text", ["should I restart web-1?", "psql shows 400 rows", "> restarted web-1\nthanks"])
async def test_traps_are_not_asked_about(war: War, text: str) -> None:
    maya = war.person("maya")
    room = await war.open(maya)
    await maya.say(room, text)
    assert await asked(war, room) == []


async def test_nothing_is_asked_outside_an_incidents_room(war: War) -> None:
    maya = war.person("maya")
    await war.open(maya)
    await maya.do("invite", channel="#general", user=(await war.pg.client.get("people"))["bot"])
    await maya.say("#general", "restarted web-1")
    assert await asked(war, "#general") == []


async def test_not_for_me_ends_it_until_it_is_asked_back(war: War) -> None:
    maya, sam = war.person("maya"), war.person("sam")
    room = await war.open(maya)
    await sam.do("join", channel=room)
    await maya.say(room, "restarted web-1")
    question = await maya.wait_for(room, "Log it?")
    assert await maya.press(question, "Not for me") is None
    await maya.wait_for(room, "I will not ask you about your messages any more")
    await maya.say(room, "restarted web-2")
    await sam.say(room, "restarted web-3")
    await sam.wait_for(room, "Log it?")
    assert await asked(war, room) == []
    assert "I ask you again" in said(await maya.command(room, "/incident offers on"))
    await maya.say(room, "restarted web-4")
    await maya.wait_for(room, "Log it?")


async def test_a_message_that_is_gone_by_then_is_not_logged_and_said_to_be_gone(war: War) -> None:
    maya = war.person("maya")
    room = await war.open(maya)
    message = await maya.say(room, "restarted web-1")
    question = await maya.wait_for(room, "Log it?")
    await maya.delete(message)
    assert await maya.press(question, "Log it") is None
    await maya.wait_for(room, "That message is gone")
    assert [entry.kind for entry in await war.ledger(1)] == ["incident.opened"]


async def test_in_a_thread_the_question_is_in_the_thread(war: War) -> None:
    maya = war.person("maya")
    room = await war.open(maya)
    top = await maya.say(room, "checkout is slow")
    await maya.say(room, "scaled deploy/web to 12", thread=top)
    await maya.wait_for(room, "Log it?", thread=top)


class TestLinks:
    @pytest.fixture
    def policy(self) -> str:
        return 'poll_seconds = 86400\n[[repositories]]\nname = "shop"\nurl = "https://github.invalid/acme/shop.git"\n'

    async def test_a_link_is_offered_to_the_likeliest_action(self, war: War) -> None:
        maya = war.person("maya")
        room = await war.open(maya)
        await war.logged(maya, room, "restarted web-1")
        await war.logged(maya, room, "kubectl scale deploy/checkout --replicas=12")
        await war.logged(maya, room, "flipped the banner flag")
        await maya.say(room, "this scales checkout in git too: https://github.invalid/acme/shop/pull/812")
        question = await maya.wait_for(room, "Does pull request 812 reconcile INC-1#2?")
        assert question.only_visible_to_you
        assert await maya.press(question, "Yes, #2") is None
        await maya.wait_for(room, "INC-1#2 is linked to pull request 812")
        await war.echo(maya, room, 2, "in review")
        await maya.say(room, "again https://github.invalid/acme/shop/pull/812")
        assert await asked(war, room) == []

    async def test_another_action_can_be_chosen(self, war: War) -> None:
        maya = war.person("maya")
        room = await war.open(maya)
        await war.logged(maya, room, "restarted web-1")
        await war.logged(maya, room, "kubectl scale deploy/checkout --replicas=12")
        await maya.say(room, "https://github.invalid/acme/shop/commit/a79f427c0ffee")
        question = await maya.wait_for(room, "Does commit a79f427 reconcile INC-1#2?")
        assert await maya.press(question, action_id="hotwash.reconciles", value="#1 restarted web-1") is None
        await maya.wait_for(room, "INC-1#1 is linked to commit a79f427")

    async def test_other_addresses_and_reconciled_incidents_are_left_alone(self, war: War) -> None:
        maya = war.person("maya")
        room = await war.open(maya)
        await maya.say(room, "https://github.invalid/acme/shop/pull/812")  # nothing is logged yet
        assert await asked(war, room) == []
        await war.logged(maya, room, "restarted web-1")
        await maya.say(room, "https://status.example.com/incidents/42 and https://github.invalid/acme/shop/tree/main")
        assert await asked(war, room) == []
