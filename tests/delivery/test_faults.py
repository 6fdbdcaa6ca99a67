"""Whatever breaks between us and Slack, every effect happens, and happens once."""

import time

import pytest

from bot.rules import commands as ask
from tests.delivery.conftest import Stage

OPENING = (
    "conversations.create", "conversations.invite", "conversations.setTopic", "chat.postMessage", "bookmarks.add",
    "pins.add",
)  # fmt: skip
FAULTS = ("rate_limited", "http_500", "html", "timeout_before", "timeout_after", "drop_before", "drop_after")


async def whole_and_once(stage: Stage) -> None:
    """One room with one of everything, one announcement, one echo of each action."""
    world = stage.pg.slack.world
    incident = await stage.incident()
    assert [c.name for c in world.channels.values() if c.creator == world.bot_user] == [incident.channel_name]
    room = world.channels[incident.channel_id or ""]
    assert "U0000MAYA1" in room.members
    assert room.topic.value.startswith("INC-1 · sev2")
    assert len(room.bookmarks) == 1
    posts = await stage.own_posts(room.id)
    marks = [post["meta"]["event_payload"]["effect"].partition("@")[0] for post in posts]
    assert sorted(marks) == [f"action/{incident.id}/1", f"action/{incident.id}/2", f"card/{incident.id}/"]
    (card,) = [post for post in posts if post["meta"]["event_payload"]["effect"].startswith("card")]
    assert list(room.pins) == [card["ts"]]
    assert len(await stage.own_posts(world.names["incidents"])) == 1


@pytest.mark.parametrize("kind", FAULTS)
async def test_each_call_fails_once(stage: Stage, kind: str) -> None:
    for method in OPENING:
        times = 4 if method == "chat.postMessage" else 1  # card, announcement and two echoes
        await stage.pg.client.fault(method, kind, seconds=1, times=times)
    await stage.opened()
    await stage.log("sam", "raised the pool size to 80", "scaled web to 8")
    await stage.deliver(call_time=0.5)
    await whole_and_once(stage)


@pytest.mark.parametrize("kind", ["http_500", "timeout_after"])
async def test_a_lost_update_is_repeated(stage: Stage, kind: str) -> None:
    await stage.opened()
    await stage.deliver()
    await stage.pg.client.fault("chat.update", kind, seconds=1, times=2)
    await stage.ask("maya", ask.Lead("U0000SAM01", 1))
    await stage.deliver(call_time=0.5)
    incident = await stage.incident()
    card, note = await stage.own_posts(incident.channel_id or "")
    assert "sam leads now" in note["text"]
    shown = stage.pg.slack.world.channels[incident.channel_id or ""].messages[card["ts"]]
    assert "@sam" in str(shown.blocks)


async def test_retry_after_is_waited_for_by_every_worker(stage: Stage) -> None:
    """The time that Slack asks for stands in the database: a worker that was never refused knows it too."""
    await stage.pg.client.fault("conversations.setTopic", "rate_limited", seconds=3)
    await stage.opened("first")
    async with stage.delivering("one"):
        await stage.called("conversations.setTopic")
    await stage.opened("second")
    await stage.deliver(worker="two")
    refused, *later = await stage.calls("conversations.setTopic")
    assert (refused["status"], [call["status"] for call in later]) == (429, [200, 200])
    assert min(call["at"] for call in later) - refused["at"] >= 3


async def test_a_busy_channel_is_not_flooded(stage: Stage) -> None:
    """Slack takes about one message a second in a channel: a burst, then one by one, none refused, none lost."""
    stage.pg.slack.limits.on = True
    await stage.opened()
    await stage.log("sam", *(f"change {number}" for number in range(8)))
    begin = time.monotonic()
    await stage.deliver()
    assert time.monotonic() - begin > 4
    assert {call["status"] for call in await stage.calls("chat.postMessage")} == {200}
    posts = [post["text"] for post in await stage.own_posts((await stage.incident()).channel_id or "")]
    assert len(posts) == 9


async def test_while_slack_is_away_nothing_is_lost(stage: Stage) -> None:
    await stage.pg.client.fault("*", "drop_before", times=None)
    async with stage.delivering():
        await stage.opened()
        await stage.log("sam", "raised the pool size to 80", "scaled web to 8")
        await stage.pg.client.get("changes", timeout=1)
        assert stage.pg.slack.world.names.keys() == {"general", "incidents"}
        await stage.pg.client.clear_faults()
        await stage.all_done()
    await whole_and_once(stage)


async def test_an_error_that_passes_is_not_taken_for_a_refusal(stage: Stage) -> None:
    await stage.pg.client.fault("conversations.create", "error", error="internal_error")
    await stage.pg.client.fault("chat.postMessage", "error", error="invalid_auth", times=2)
    await stage.opened()
    await stage.log("sam", "raised the pool size to 80", "scaled web to 8")
    await stage.deliver()
    await whole_and_once(stage)
