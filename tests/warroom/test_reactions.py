"""🔧 logs a message for its author, 📌 puts it on the timeline; taking one off only asks."""

import asyncio

from bot.ledger.tables import actions, pins
from bot.playground.client import Seen
from tests.warroom.conftest import War, said


async def test_a_wrench_logs_a_message_for_its_author_at_its_own_time(war: War) -> None:
    maya, sam = war.person("maya"), war.person("sam")
    room = await war.open(maya)
    await sam.do("join", channel=room)
    message = await sam.say(room, "bumped the pool to `80` on @maya's box & restarted <app>")
    war.move(minutes=7)
    await maya.react(message, "wrench")
    echo = await war.echo(maya, room, 1, "bumped the pool to")
    for wanted in ("on @maya's box & restarted <app>", "logged by @maya", "@sam"):
        assert wanted in echo.text
    await maya.wait_for(room, r"Logged INC-1#1(?s:.)*Owner: sam")
    (logged,) = [entry for entry in await war.ledger(1) if entry.kind == "action.logged"]
    assert logged.via == "reaction" and f'"ts":"{message.ts}"' in logged.payload and '"url":"http' in logged.payload
    row = await war.db.read(lambda conn: conn.execute(actions.select()).one())
    assert row.done_at == round(float(message.ts) * 1_000_000) and row.logged_at - row.done_at >= 7 * 60_000_000


async def test_a_reply_in_a_thread_is_read_and_its_own_words_are_logged(war: War) -> None:
    maya, sam = war.person("maya"), war.person("sam")
    room = await war.open(maya)
    await sam.do("join", channel=room)
    top = await maya.say(room, "checkout is slow again")
    reply = await sam.say(room, "```kubectl scale deploy/web --replicas=8```", thread=top)
    await maya.react(reply, "wrench")
    echo = await war.echo(maya, room, 1, "kubectl scale deploy/web --replicas=8")
    assert "cluster" in echo.text and "```" not in echo.text
    await maya.wait_for(room, "Logged INC-1#1", thread=top)  # told where they are
    await sam.react(top, "wrench")
    assert (await sam.wait_for(room, "Logged INC-1#2")).thread_ts is None  # it only began a thread


async def test_a_message_is_logged_once_whoever_reacts_and_however_often(war: War) -> None:
    maya, sam = war.person("maya"), war.person("sam")
    room = await war.open(maya)
    await sam.do("join", channel=room)
    message = await maya.say(room, "restarted web-1")
    await maya.react(message, "wrench")
    await war.echo(maya, room, 1)
    await sam.react(message, "wrench")
    await sam.wait_for(room, "That message is INC-1#1 already")
    await maya.unreact(message, "wrench")
    await maya.react(message, "wrench")
    await maya.wait_for(room, "That message is INC-1#1 already")
    assert [entry.kind for entry in await war.ledger(1)].count("action.logged") == 1


async def test_of_people_who_react_at_the_same_moment_one_logs_it(war: War) -> None:
    maya = war.person("maya")
    room = await war.open(maya)
    others = [war.person(name) for name in ("sam", "priya", "alex")]
    for person in others:
        await person.do("join", channel=room)
    message = await maya.say(room, "restarted web-1")
    await asyncio.gather(*(person.react(message, "wrench") for person in [maya, *others]))
    told = [
        await person.wait_for(room, lambda seen: seen.only_visible_to_you and "INC-1#1" in seen.text, within=20)
        for person in [maya, *others]
    ]
    assert sorted("already" in answer.text for answer in told) == [False, True, True, True]
    assert [entry.kind for entry in await war.ledger(1)].count("action.logged") == 1


async def test_an_event_that_comes_twice_is_one(war: War) -> None:
    maya = war.person("maya")
    room = await war.open(maya)
    message = await maya.say(room, "restarted web-1")
    await war.pg.client.fault("events_api", "duplicate", match={"reaction": "wrench"})
    await maya.react(message, "wrench")
    await war.echo(maya, room, 1)
    await maya.wait_for(room, "Logged INC-1#1")
    other = await maya.say(room, "and then web-2")
    await maya.react(other, "wrench")
    await war.echo(maya, room, 2)
    assert not [seen for seen in await maya.sees(room) if "already" in seen.text]


async def test_taking_the_wrench_off_asks_and_a_press_strikes(war: War) -> None:
    maya, sam = war.person("maya"), war.person("sam")
    room = await war.open(maya)
    await sam.do("join", channel=room)
    message = await maya.say(room, "restarted web-1")
    await maya.react(message, "wrench")
    await war.echo(maya, room, 1)
    await sam.react(message, "wrench")
    await sam.unreact(message, "wrench")
    await maya.unreact(message, "wrench")
    asked = await maya.wait_for(room, "You took 🔧 off the message that is INC-1#1")
    assert asked.only_visible_to_you
    assert "action.ruled" not in [entry.kind for entry in await war.ledger(1)]  # nothing by itself
    assert await maya.press(asked, "Strike it") is None
    await maya.wait_for(room, "(?s)#1 was struck by @maya: the 🔧 was taken off its message")
    assert not [seen for seen in await sam.sees(room) if "You took" in seen.text]  # it was maya's log


async def test_a_pin_puts_a_message_on_the_timeline_and_comes_off_again(war: War) -> None:
    maya, sam = war.person("maya"), war.person("sam")
    room = await war.open(maya)
    await sam.do("join", channel=room)
    message = await sam.say(room, "db-1 is out of disk, that is the cause")
    await maya.react(message, "pushpin")
    await maya.wait_for(room, "It is on the timeline of INC-1 now")
    timeline = said(await maya.command(room, "/incident timeline"))
    assert "maya pinned what sam said: db-1 is out of disk, that is the cause" in timeline
    await sam.react(message, "pushpin")
    await sam.wait_for(room, "on the timeline of INC-1 already")
    await maya.unreact(message, "pushpin")
    asked = await maya.wait_for(room, "You took 📌 off")
    assert await maya.press(asked, "Take it off the timeline") is None
    await maya.wait_for(room, "It is off the timeline of INC-1")
    assert "took a pinned message off the timeline" in said(await maya.command(room, "/incident timeline"))
    assert await war.db.read(lambda conn: conn.execute(pins.select()).all()) == []
    await maya.press(asked, "Take it off the timeline")
    await maya.wait_for(room, "is not on the timeline of INC-1 any more")


async def test_outside_a_room_it_goes_to_the_record_of_such_changes(war: War) -> None:
    maya = war.person("maya")
    await maya.do("invite", channel="#general", user=(await war.pg.client.get("people"))["bot"])
    message = await maya.say("#general", "restarted the print server")
    await maya.react(message, "wrench")
    await maya.wait_for("#general", "Logged INC-0#1")


async def test_who_may_not_log_is_told_so_and_nothing_is_recorded(war: War) -> None:
    maya, gwen = war.person("maya"), war.person("gwen")
    room = await war.open(maya)
    await maya.do("invite", channel=room, user="gwen")
    message = await maya.say(room, "restarted web-1")
    await gwen.react(message, "wrench")
    await gwen.wait_for(room, "`?log`? is for full members")
    assert [entry.kind for entry in await war.ledger(1)] == ["incident.opened"]


async def test_other_reactions_and_our_own_messages_are_left_alone(war: War) -> None:
    maya = war.person("maya")
    room = await war.open(maya)
    echo: Seen = await war.logged(maya, room, "restarted web-1")
    await maya.react(echo, "wrench")
    await maya.react(await maya.say(room, "restarted web-2"), "eyes")
    message = await maya.say(room, "restarted web-3")
    await maya.react(message, "wrench")
    assert "restarted web-3" in (await war.echo(maya, room, 2)).text


async def test_a_message_without_text_is_refused_with_what_to_type(war: War) -> None:
    maya = war.person("maya")
    room = await war.open(maya)
    file = await maya.upload("graph.png", b"\x89PNG", "image/png")
    message = await maya.say(room, "", files=[file])
    await maya.react(message, "wrench")
    await maya.wait_for(room, "That message has no text to record.*/hotfix")


async def test_what_slack_can_not_give_now_is_asked_for_again(war: War) -> None:
    maya = war.person("maya")
    room = await war.open(maya)
    await war.pg.client.post("app", retry_seconds=[0.1] * 8, ack_seconds=1)
    await war.pg.client.fault("reactions.get", "error", error="internal_error", times=2)
    message = await maya.say(room, "restarted web-1")
    await maya.react(message, "wrench")
    await war.echo(maya, room, 1)
