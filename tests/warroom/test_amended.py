"""A logged message that is edited or deleted amends the record; what it said stays in the ledger."""

import asyncio
import json
from typing import Any

from bot.playground.client import Person, Seen
from tests.warroom.conftest import War, said


async def logged(war: War, who: Person, room: str, text: str) -> Seen:
    message = await who.say(room, text)
    await who.react(message, "wrench")
    await war.echo(who, room, 1)
    return message


async def told(who: Person, room: str, wanted: str) -> str:
    """The timeline, once it says so."""
    async with asyncio.timeout(10):
        while wanted not in (timeline := said(await who.command(room, "/incident timeline"))):
            await asyncio.sleep(0.02)
    return timeline


async def entries(war: War, kind: str) -> list[Any]:
    return [(entry.ref_seq, json.loads(entry.payload)) for entry in await war.ledger(1) if entry.kind == kind]


async def test_an_edit_changes_the_echo_and_keeps_the_old_text(war: War) -> None:
    maya = war.person("maya")
    room = await war.open(maya)
    message = await logged(war, maya, room, "bumped the pool to 80")
    await maya.edit(message, "bumped the pool to 90 & more")
    await war.echo(maya, room, 1, "bumped the pool to 90 & more")
    ((ref, changed),) = await entries(war, "message.changed")
    assert (changed["before"], changed["after"]) == ("bumped the pool to 80", "bumped the pool to 90 & more")
    first = next(entry for entry in await war.ledger(1) if entry.kind == "action.logged")
    assert ref == first.seq and json.loads(first.payload)["text"] == "bumped the pool to 80"
    timeline = said(await maya.command(room, "/incident timeline"))
    assert "maya edited the message of #1: bumped the pool to 90 & more" in timeline


async def test_an_edit_does_not_undo_what_somebody_corrected(war: War) -> None:
    maya = war.person("maya")
    room = await war.open(maya)
    message = await logged(war, maya, room, "bumped the pool to 80")
    said(await maya.command(room, "/hotfix #1 edit bumped the pool of orders-db to 80"))
    await war.echo(maya, room, 1, "of orders-db")
    await maya.edit(message, "bumped the pool to 90")
    timeline = await told(maya, room, "edited the message")
    assert "maya edited the message of #1 (#1 has words of its own, and keeps them): bumped the pool to 90" in timeline
    await war.settled()
    await war.echo(maya, room, 1, "bumped the pool of orders-db to 80")


async def test_an_edit_of_which_slack_tells_late_changes_nothing_any_more(war: War) -> None:
    maya = war.person("maya")
    room = await war.open(maya)
    message = await logged(war, maya, room, "bumped the pool to 80")
    await war.pg.client.fault("events_api", "latency", seconds=1.5, match={"subtype": "message_changed"})
    await maya.edit(message, "bumped the pool to 90")
    await maya.edit(message, "bumped the pool to 100")
    await war.echo(maya, room, 1, "bumped the pool to 100")
    await asyncio.sleep(2)
    assert "bumped the pool to 100" in (await war.echo(maya, room, 1)).text


async def test_what_was_logged_in_other_words_keeps_them(war: War) -> None:
    maya = war.person("maya")
    room = await war.open(maya)
    message = await maya.say(room, "raised it")
    await maya.shortcut("hotwash.log_message", message)
    await maya.wait_for_modal("From the message of")
    assert await maya.submit(text="pool = 80") == {}
    await war.echo(maya, room, 1, "pool = 80")
    await maya.edit(message, "raised it a lot")
    await told(maya, room, "raised it a lot")
    await war.settled()
    await war.echo(maya, room, 1, "pool = 80")


async def test_a_deletion_is_said_and_the_record_stays(war: War) -> None:
    maya = war.person("maya")
    room = await war.open(maya)
    message = await logged(war, maya, room, "bumped the pool to 80")
    await maya.delete(message)
    echo = await war.echo(maya, room, 1, "its message was deleted")
    assert "bumped the pool to 80" in echo.text
    ((ref, _),) = await entries(war, "message.deleted")
    assert ref == next(entry.seq for entry in await war.ledger(1) if entry.kind == "action.logged")
    timeline = said(await maya.command(room, "/incident timeline"))
    assert "The message of #1 was deleted; the record keeps what it said" in timeline


async def test_a_deletion_that_leaves_a_thread_behind_is_one_too(war: War) -> None:
    maya = war.person("maya")
    room = await war.open(maya)
    message = await logged(war, maya, room, "bumped the pool to 80")
    await maya.say(room, "thanks", thread=message)
    await maya.delete(message)
    await war.echo(maya, room, 1, "its message was deleted")
    assert len(await entries(war, "message.deleted")) == 1 and not await entries(war, "message.changed")


async def test_a_secret_in_an_edit_is_taken_out_and_its_author_told(war: War) -> None:
    maya = war.person("maya")
    room = await war.open(maya)
    message = await logged(war, maya, room, "set the key of the mailer")
    await maya.edit(message, "set AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI/K7MDENG/bPxRfiCYzzzzzzzKEY of the mailer")
    await war.echo(maya, room, 1, "[redacted:")
    await maya.wait_for(room, "I took .* out before storing")
    assert "wJalr" not in "".join(entry.payload for entry in await war.ledger(1))


async def test_a_mention_that_logged_is_amended_by_its_text_alone(war: War) -> None:
    maya = war.person("maya")
    room = await war.open(maya)
    message = await maya.say(room, "@Hotwash log --on web-1 pool = 80")
    await war.echo(maya, room, 1, "pool = 80")
    await maya.edit(message, "@Hotwash log --on web-1 pool = 90")
    await war.echo(maya, room, 1, "pool = 90")
    ((_, changed),) = await entries(war, "message.changed")
    assert (changed["before"], changed["after"]) == ("pool = 80", "pool = 90")


async def test_an_edit_that_comes_twice_is_recorded_once(war: War) -> None:
    maya = war.person("maya")
    room = await war.open(maya)
    message = await logged(war, maya, room, "bumped the pool to 80")
    await war.pg.client.fault("events_api", "duplicate", match={"subtype": "message_changed"})
    await maya.edit(message, "bumped the pool to 90")
    await war.echo(maya, room, 1, "90")
    await maya.edit(message, "bumped the pool to 100")
    await war.echo(maya, room, 1, "100")
    assert [changed["after"] for _, changed in await entries(war, "message.changed")] == [
        "bumped the pool to 90",
        "bumped the pool to 100",
    ]


async def test_a_pinned_message_is_followed_too_and_others_are_not(war: War) -> None:
    maya = war.person("maya")
    room = await war.open(maya)
    pinned, other = await maya.say(room, "db-1 is full"), await maya.say(room, "lunch")
    await maya.react(pinned, "pushpin")
    await maya.wait_for(room, "It is on the timeline")
    await maya.edit(other, "late lunch")
    await maya.edit(pinned, "db-2 is full")
    await told(maya, room, "db-2 is full")
    await maya.delete(pinned)
    timeline = await told(maya, room, "was deleted")
    assert "maya edited a pinned message: db-2 is full" in timeline and "A pinned message was deleted" in timeline
    kinds = [entry.kind for entry in await war.ledger(1)]
    assert kinds == ["incident.opened", "message.pinned", "message.changed", "message.deleted"]
