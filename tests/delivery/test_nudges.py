"""Reminders and alarms reach the right person in the right place, once."""

import pytest

from bot.ledger.tables import incidents
from bot.rules import commands as ask
from bot.rules.model import DAY, EvidenceKind
from bot.warroom import upstream
from bot.warroom.upstream import Claim, Loss, Seen
from tests.delivery.conftest import MEMBERS, Json, Stage
from tests.rules.builders import at

SHA, REVERT = "a79f427" + "0" * 33, "b" * 40


async def drifting(stage: Stage, *texts: str) -> None:
    """A resolved incident with Sam's drift in it, on a Tuesday afternoon."""
    stage.at = at("2026-11-24 15:00")
    await stage.opened()
    await stage.log("sam", *texts)
    await stage.ask("maya", ask.Resolve("", 1))
    await stage.deliver()


async def nudged(stage: Stage) -> None:
    """Let Sam's next direct message come due."""
    stage.at = await stage.next_reminder("person")
    await stage.ring()


def conversation(stage: Stage, who: str) -> str:
    """The id of somebody's direct conversation with the bot; empty if there is none."""
    directs = stage.pg.slack.world.directs.items()
    return next((channel for members, channel in directs if MEMBERS[who][0] in members), "")


async def direct(stage: Stage, who: str) -> list[Json]:
    channel = conversation(stage, who)
    return await stage.posts(channel) if channel else []


def blocks(stage: Stage, ts: str) -> str:
    everything = [m for channel in stage.pg.slack.world.channels.values() for m in channel.messages.values()]
    return str(next(m.blocks for m in everything if m.ts == ts))


async def test_one_message_names_all_drift_of_a_person(stage: Stage) -> None:
    await drifting(stage, "raised the pool size", "scaled web to 8")
    await nudged(stage)
    await stage.deliver()
    (message,) = await direct(stage, "sam")
    assert message["text"] == "2 changes that you own are not in Git yet: INC-1#1, INC-1#2"
    assert await direct(stage, "maya") == []


async def test_the_next_one_replaces_it(stage: Stage) -> None:
    await drifting(stage, "raised the pool size")
    await nudged(stage)
    await stage.deliver()
    (first,) = await direct(stage, "sam")
    await nudged(stage)
    await stage.deliver()
    (second,) = await direct(stage, "sam")
    assert second["ts"] > first["ts"]
    in_place = [call for call in await stage.calls() if call["args"].get("channel") == conversation(stage, "sam")]
    assert [call["method"] for call in in_place] == ["chat.postMessage", "chat.postMessage", "chat.delete"]


async def test_it_is_kept_current_without_a_new_message(stage: Stage) -> None:
    await drifting(stage, "raised the pool size", "scaled web to 8")
    await nudged(stage)
    await stage.deliver()
    await stage.ask("sam", ask.Undone(1, 1))
    await stage.deliver()
    (message,) = await direct(stage, "sam")
    assert message["text"].startswith("1 change that you own is not in Git yet: INC-1#2")
    assert "undone, says @sam" in blocks(stage, message["ts"])
    await stage.ask("sam", ask.Undone(2, 1))
    await stage.deliver()
    (message,) = await direct(stage, "sam")
    assert message["text"] == "Nothing of this drifts any more"


async def test_nobody_gets_a_message_by_a_change_alone(stage: Stage) -> None:
    await drifting(stage, "raised the pool size")
    await stage.ask("maya", ask.Waive(1, "why not", 1))
    await stage.deliver()
    assert await direct(stage, "sam") == []


async def test_a_reminder_that_came_too_late_is_not_sent(stage: Stage) -> None:
    """Recorded, and then settled before Slack was reached."""
    await drifting(stage, "raised the pool size")
    await nudged(stage)
    await stage.ask("sam", ask.Undone(1, 1))
    await stage.deliver()
    assert await direct(stage, "sam") == []


async def test_a_second_one_that_came_too_late_only_changes_the_first(stage: Stage) -> None:
    await drifting(stage, "raised the pool size")
    await nudged(stage)
    await stage.deliver()
    (first,) = await direct(stage, "sam")
    await nudged(stage)
    await stage.ask("sam", ask.Undone(1, 1))
    await stage.deliver()
    (message,) = await direct(stage, "sam")
    assert (message["ts"], message["text"]) == (first["ts"], "Nothing of this drifts any more")


@pytest.mark.parametrize("method", ["chat.postMessage", "chat.delete"])
async def test_killed_in_the_middle_a_person_still_has_one(stage: Stage, method: str) -> None:
    await drifting(stage, "raised the pool size")
    await nudged(stage)
    await stage.deliver()
    await nudged(stage)
    stage.pg.slack.calls.clear()
    await stage.pg.client.fault(method, "timeout_after", seconds=0.3, times=None)
    async with stage.delivering("first", grace=0):
        await stage.called(method)
    await stage.pg.client.clear_faults()
    await stage.let_leases_run_out()
    await stage.deliver(worker="second")
    assert len(await direct(stage, "sam")) == 1
    posted = [call["args"]["channel"] for call in await stage.calls("chat.postMessage")]
    assert posted.count(conversation(stage, "sam")) == 1


async def test_a_line_in_the_action_s_own_thread(stage: Stage) -> None:
    stage.at = at("2026-11-24 15:00")
    await stage.opened()
    await stage.log("sam", "raised the pool size")
    stage.at = await stage.next_reminder("thread")
    await stage.ring()
    await stage.deliver()
    posts = await stage.own_posts((await stage.incident()).channel_id or "")
    (echo,) = [post for post in posts if "raised" in post["text"]]
    (line,) = [post for post in posts if post["thread"] == echo["ts"] and post is not echo]
    assert "<@U0000SAM01>" in line["text"] and "no commit carries it yet" in line["text"]


async def test_the_lead_hears_after_a_day_and_everybody_after_two(stage: Stage) -> None:
    await drifting(stage, "raised the pool size")
    stage.at = await stage.next_reminder("lead")
    await stage.ring()
    await stage.deliver()
    (message,) = await direct(stage, "maya")
    assert "INC-1, which you lead, still has 1 action drifting" in message["text"]
    stage.at = await stage.next_reminder("announce")
    await stage.ring()
    await stage.deliver()
    everybody = await stage.own_posts(stage.pg.slack.world.names["incidents"])
    assert "INC-1 · checkout answers 502: 1 action still drifting" in everybody[-1]["text"]


async def landed(stage: Stage) -> None:
    """A commit reaches upstream, and Sam confirms that it carries #1."""
    claim = Claim(1, 1, EvidenceKind.TRAILER, SHA, "Sam", "Raise the pool size")
    await stage.alone(lambda scope: upstream.run(scope, Seen("shop", (claim,))))
    await stage.ask("sam", ask.Confirm(1, 1))


async def test_a_claim_shows_in_the_echo_with_a_button(stage: Stage) -> None:
    await drifting(stage, "raised the pool size")
    claim = Claim(1, 1, EvidenceKind.TRAILER, SHA, "Sam", "Raise the pool size")
    await stage.alone(lambda scope: upstream.run(scope, Seen("shop", (claim,))))
    await stage.deliver()
    room = (await stage.incident()).channel_id or ""
    (echo,) = [post for post in await stage.own_posts(room) if "raised" in post["text"]]
    shown = blocks(stage, echo["ts"])
    assert "claimed by `a79f427`, not confirmed" in shown and "hotwash.confirm:1" in shown
    await stage.ask("sam", ask.Confirm(1, 1))
    await stage.deliver()
    shown = blocks(stage, echo["ts"])
    assert "*confirmed by* @sam · `a79f427`" in shown and "hotwash.confirm:1" not in shown


async def test_a_regression_is_an_alarm(stage: Stage) -> None:
    await drifting(stage, "raised the pool size")
    await landed(stage)
    await stage.deliver()
    stage.at += DAY
    await stage.alone(lambda scope: upstream.run(scope, Seen("shop", (Loss(frozenset({SHA}), REVERT),))))
    await stage.deliver()
    (alarm,) = [
        post
        for post in await stage.own_posts(stage.pg.slack.world.names["incidents"])
        if post["text"].startswith("Regression")
    ]
    assert "taken out by `bbbbbbb`" in blocks(stage, alarm["ts"])
    (owner,) = await direct(stage, "sam")
    assert owner["text"] == "Regression: INC-1#1 is no longer upstream"
    room = (await stage.incident()).channel_id or ""
    posts = await stage.own_posts(room)
    (echo,) = [post for post in posts if "raised" in post["text"]]
    (note,) = [post for post in posts if post["thread"] == echo["ts"] and post is not echo]
    assert "has regressed" in note["text"]


async def test_everything_reconciled_is_said_with_the_hash(stage: Stage) -> None:
    await drifting(stage, "raised the pool size")
    await stage.ask("maya", ask.Close("", 1))
    await stage.ask("sam", ask.Undone(1, 1))
    await stage.deliver()
    incident = await stage.incident()
    room = incident.channel_id or ""
    (said,) = [post for post in await stage.own_posts(room) if "Everything of INC-1 is reconciled" in post["text"]]
    assert incident.head_hash in blocks(stage, said["ts"])
    posts = [post["text"] for post in await stage.own_posts(room)]
    assert "INC-1 checklist: everything is reconciled" in posts


async def test_a_private_incident_is_spoken_of_in_its_room_alone(stage: Stage) -> None:
    stage.at = at("2026-11-24 15:00")
    await stage.opened()
    await stage.log("sam", "raised the pool size")
    await stage.ask("maya", ask.Resolve("", 1))
    await stage.db.write(lambda conn: conn.execute(incidents.update().values(private=True)))
    await stage.deliver()
    stage.at = await stage.next_reminder("announce")
    await stage.ring()
    await stage.deliver()
    said = [post["text"] for post in await stage.own_posts((await stage.incident()).channel_id or "")]
    assert any("1 action still drifting" in text for text in said)
    assert await stage.own_posts(stage.pg.slack.world.names["incidents"]) == []
