"""All that can be typed as a command can be said to @Hotwash, in threads too."""

import pytest

from bot.playground.client import Seen
from tests.warroom.conftest import War, said


async def test_logging_by_mention(war: War) -> None:
    maya, sam = war.person("maya"), war.person("sam")
    room = await war.open(maya)
    await sam.do("join", channel=room)
    message = await maya.say(room, "@Hotwash log --by @sam ```kubectl scale deploy/web --replicas=8```")
    echo = await war.echo(maya, room, 1, "kubectl scale deploy/web --replicas=8")
    assert "@sam" in echo.text and "logged by @maya" in echo.text and "```" not in echo.text
    answer = await maya.wait_for(room, "Logged INC-1#1 · cluster")
    assert answer.only_visible_to_you and answer.thread_ts is None
    (logged,) = [entry for entry in await war.ledger(1) if entry.kind == "action.logged"]
    assert logged.via == "mention" and f'"ts":"{message.ts}"' in logged.payload


async def test_the_action_of_the_thread_is_the_one_that_is_meant(war: War) -> None:
    maya = war.person("maya")
    room = await war.open(maya)
    await war.logged(maya, room, "restarted web-1")
    echo = await war.logged(maya, room, "kubectl scale deploy/web --replicas=8")
    await war.logged(maya, room, "restarted web-3")
    await maya.say(room, "@Hotwash link a79f427", thread=echo)
    answer = await maya.wait_for(room, "INC-1#2 is linked to commit a79f427", thread=echo)
    assert answer.only_visible_to_you
    await maya.say(room, "@Hotwash undone scaled back to 4", thread=echo)
    await war.echo(maya, room, 2, "undone, says @maya: scaled back to 4")
    await maya.say(room, "@Hotwash #3 ephemeral", thread=echo)
    await war.echo(maya, room, 3, "nothing to reconcile")
    await maya.say(room, "@Hotwash link b79f427 #1", thread=echo)
    await maya.wait_for(room, "INC-1#1 is linked to commit b79f427", thread=echo)


async def test_the_thread_of_a_logged_message_is_about_its_action(war: War) -> None:
    maya = war.person("maya")
    room = await war.open(maya)
    message = await maya.say(room, "restarted web-1")
    await maya.react(message, "wrench")
    await war.echo(maya, room, 1)
    await war.logged(maya, room, "restarted web-2")
    await maya.say(room, "hey @Hotwash waive the host goes away on Friday", thread=message)
    await war.echo(maya, room, 1, "waived by @maya: the host goes away on Friday")


async def test_verbs_of_the_incident_by_mention(war: War) -> None:
    maya = war.person("maya")
    room = await war.open(maya)
    top = await maya.say(room, "how far are we")
    await maya.say(room, "@Hotwash status", thread=top)
    await maya.wait_for(room, "INC-1 · checkout answers 502", thread=top)
    await maya.say(room, "@Hotwash update we raise the pool", thread=top)
    await maya.wait_for(room, "Update from @maya(?s:.)*we raise the pool")
    await maya.say(room, "@Hotwash", thread=top)
    await maya.wait_for(room, "/incident", thread=top)


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("undone", "Which action\\? Name it, or mention me in its thread"),
        ("resolvd", "Did you mean(?s:.)*@Hotwash resolve"),
        ("log", "What did you do"),
        ("link nonsense..name", "can't read"),
    ],
)
async def test_what_cannot_be_read_is_answered_in_the_thread_and_nothing_is_recorded(
    war: War, text: str, answer: str
) -> None:
    maya = war.person("maya")
    room = await war.open(maya)
    top = await maya.say(room, "how far are we")
    await maya.say(room, f"@Hotwash {text}", thread=top)
    told: Seen = await maya.wait_for(room, answer, thread=top)
    assert told.only_visible_to_you
    assert [entry.kind for entry in await war.ledger(1)] == ["incident.opened"]


async def test_a_mention_is_done_once_though_slack_sends_it_as_message_too_and_repeats_it(war: War) -> None:
    maya = war.person("maya")
    room = await war.open(maya)
    await war.pg.client.fault("events_api", "duplicate", times=2, match={"channel": await _id(war, room)})
    await maya.say(room, "@Hotwash log restarted web-1 by hand")
    await war.echo(maya, room, 1)
    await maya.say(room, "@Hotwash log restarted web-2")
    await war.echo(maya, room, 2)
    assert [entry.kind for entry in await war.ledger(1)].count("action.logged") == 2
    answers = [seen.text for seen in await maya.sees(room) if seen.only_visible_to_you]
    assert len([text for text in answers if "Logged INC-1#1" in text]) == 1
    assert not [text for text in answers if "Log it?" in text]


async def test_outside_a_room_a_mention_needs_the_incident_or_logs_outside_any(war: War) -> None:
    maya = war.person("maya")
    await war.open(maya)
    await maya.do("invite", channel="#general", user="Hotwash")
    await maya.say("#general", "@Hotwash resolve")
    await maya.wait_for("#general", "no incident's room")
    await maya.say("#general", "@Hotwash INC-1 status")
    await maya.wait_for("#general", "INC-1 · checkout answers 502")
    await maya.say("#general", "@Hotwash log restarted the print server")
    await maya.wait_for("#general", "Logged INC-0#1")
    assert "INC-0#1" in said(await maya.command("#general", "/incident drift"))


async def _id(war: War, room: str) -> str:
    overview = await war.person("maya").overview()
    return str(next(c["id"] for c in overview["channels"] if f"#{c['name']}" == room))
