"""Opening an incident: a whole room, in as few round trips as there can be."""

from sqlalchemy import update

from bot.ledger.tables import incidents
from bot.rules import commands as ask
from bot.rules.model import PersonKind
from bot.warroom import people
from tests.delivery.conftest import TEAM, Stage


async def test_a_room_is_made_whole(stage: Stage) -> None:
    await stage.opened("Checkout answers 502!")
    await stage.deliver()
    incident = await stage.incident()
    assert incident.channel_name == "inc-1-checkout-answers-502"
    room = stage.pg.slack.world.channels[incident.channel_id or ""]
    assert "U0000MAYA1" in room.members
    assert room.topic.value == "INC-1 · sev2 · open · lead: @maya · Checkout answers 502!"
    assert [mark.title for mark in room.bookmarks.values()] == ["All incidents"]
    (card,) = await stage.own_posts(room.id)
    assert list(room.pins) == [card["ts"]]
    (announced,) = await stage.own_posts(stage.pg.slack.world.names["incidents"])
    assert announced["text"].startswith("INC-1 · sev2 · open: Checkout answers 502!")


async def test_usable_after_two_round_trips_complete_after_three(stage: Stage) -> None:
    """Create; then all the rest side by side; then only the pin, which needs the card."""
    await stage.opened()
    await stage.pg.client.fault("*", "latency", seconds=0.5, times=None)
    await stage.deliver()
    calls = sorted((call["at"] - call["ms"] / 1000, call["at"], call["method"]) for call in await stage.calls())
    (_, created, first), *others, (_, _, last) = calls
    assert (first, last) == ("conversations.create", "pins.add")
    assert sorted(method for _, _, method in others) == [
        "bookmarks.add", "chat.postMessage", "chat.postMessage", "conversations.invite", "conversations.setTopic",
    ]  # fmt: skip
    starts, ends = [start for start, _, _ in others], [end for _, end, _ in others]
    assert created <= min(starts) and max(starts) < min(ends)


async def test_ten_changes_while_nobody_delivers_are_one_update(stage: Stage) -> None:
    await stage.opened()
    await stage.log("sam", "raised the pool size to 80")
    await stage.deliver()
    for number in range(10):
        await stage.ask("maya", ask.Waive(1, f"reason {number}", 1) if number % 2 else ask.Undone(1, 1))
    await stage.deliver()
    incident = await stage.incident()
    room, announce = incident.channel_id or "", stage.pg.slack.world.names["incidents"]
    updates = await stage.calls("chat.update")
    assert sorted(call["args"]["channel"] for call in updates) == sorted([room, room, announce])
    assert "waived by @maya: reason 9" in str([call["args"]["blocks"] for call in updates])


async def test_a_name_that_is_taken_is_numbered_on(stage: Stage) -> None:
    sam = stage.pg.person("sam")
    for name in ("inc-1-checkout-answers-502", "inc-1-checkout-answers-502-2"):
        await sam.do("create", name=name)
    await stage.opened()
    await stage.deliver()
    assert (await stage.incident()).channel_name == "inc-1-checkout-answers-502-3"


async def test_a_title_that_makes_no_name_still_makes_a_room(stage: Stage) -> None:
    await stage.opened("決済が失敗している 🔥")
    await stage.deliver()
    assert (await stage.incident()).channel_name == "inc-1"


async def test_a_private_incident_is_announced_nowhere(stage: Stage) -> None:
    await stage.opened()
    await stage.db.write(lambda conn: conn.execute(update(incidents).values(private=True)))
    await stage.deliver()
    incident = await stage.incident()
    assert stage.pg.slack.world.channels[incident.channel_id or ""].kind == "private"
    assert await stage.own_posts(stage.pg.slack.world.names["incidents"]) == []
    (card,) = await stage.own_posts(incident.channel_id or "")
    assert card["meta"]["event_payload"]["hash"] == incident.head_hash


async def test_messages_carry_the_ledger_s_hash(stage: Stage) -> None:
    """Read back by `verify`: number, sequence and hash, where the database cannot reach."""
    await stage.opened()
    await stage.ask("maya", ask.Close("", 1))
    await stage.deliver()
    incident = await stage.incident()
    head = {"incident": 1, "seq": incident.last_seq, "hash": incident.head_hash}
    posts = await stage.own_posts(stage.pg.slack.world.names["incidents"])
    (anchor,) = [post["meta"] for post in posts if post["meta"]["event_type"] == "hotwash_anchor"]
    assert head.items() <= anchor["event_payload"].items()
    (announced,) = [post["meta"] for post in posts if post["meta"]["event_type"] == "hotwash_effect"]
    assert head.items() <= announced["event_payload"].items()


async def test_what_slack_says_about_people_is_learned(stage: Stage) -> None:
    """Somebody who is named before Slack was asked about them: a guest, here."""
    await stage.opened()
    await stage.ask("maya", ask.Log("restarted it", by="U0000GWEN1", incident=1))
    await stage.deliver()
    found = await stage.db.read(lambda conn: people.find(conn, TEAM, "U0000GWEN1"))
    assert found is not None
    assert (found.name, found.tz, found.kind) == ("gwen", "Europe/London", PersonKind.GUEST)


async def test_somebody_whom_slack_does_not_know_counts_as_gone(stage: Stage) -> None:
    await stage.opened()
    await stage.ask("maya", ask.Log("restarted it", by="U0000NOBDY", incident=1))
    await stage.deliver()
    found = await stage.db.read(lambda conn: people.find(conn, TEAM, "U0000NOBDY"))
    assert found is not None and found.kind is PersonKind.GONE
