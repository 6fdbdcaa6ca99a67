"""What Slack refuses for good is said where people see it, and holds nothing else up."""

from bot.ledger import load
from bot.ledger.tables import entries, workspaces
from bot.rules import commands as ask
from bot.rules.decision import EffectKind
from tests.delivery.conftest import Stage


async def said(stage: Stage) -> list[str]:
    incident = await stage.incident()
    return [post["text"] for post in await stage.own_posts(incident.channel_id or "")]


async def refusals(stage: Stage) -> list[tuple[object, object]]:
    lines = await stage.db.read(lambda conn: load.lines(conn, 1, entries.c.kind == "delivery.refused"))
    return [(line.payload["effect"], line.payload["error"]) for line in lines if line.payload]


async def test_a_missing_announce_channel_is_said_once_and_found_once_it_is_there(stage: Stage) -> None:
    stage.policy = stage.policy.model_copy(update={"announce": "war-stories"})
    await stage.db.write(lambda conn: conn.execute(workspaces.update().values(announce_channel_id=None)))
    await stage.opened()
    await stage.deliver()
    assert await refusals(stage) == [("announcement", "announce_channel_missing")]
    assert [text for text in await said(stage) if "war-stories" in text or "announce" in text]
    await stage.pg.person("sam").do("create", name="war-stories")
    await stage.alone(lambda scope: scope.want(EffectKind.ANNOUNCEMENT, load.incident_by_id(scope.conn, 1)))
    await stage.deliver()
    assert len(await stage.own_posts(stage.pg.slack.world.names["war-stories"])) == 1
    assert len(await refusals(stage)) == 1


async def test_an_archived_room_is_given_up_and_the_rest_goes_on(stage: Stage) -> None:
    await stage.opened()
    await stage.deliver()
    await stage.pg.person("maya").do("archive", channel="#inc-1-checkout-answers-502")
    await stage.log("sam", "raised the pool size to 80")
    await stage.deliver()
    assert ("action", "is_archived") in await refusals(stage)
    assert {row.parked_at is None for row in await stage.outbox("action")} == {False}
    updated = [
        c for c in await stage.calls("chat.update") if c["args"]["channel"] == stage.pg.slack.world.names["incidents"]
    ]
    assert updated and "1 drifting" in str(updated[-1]["args"]["blocks"])


async def test_a_card_that_somebody_deleted_is_posted_and_pinned_anew(stage: Stage) -> None:
    await stage.opened()
    await stage.deliver()
    incident = await stage.incident()
    room = stage.pg.slack.world.channels[incident.channel_id or ""]
    (old,) = await stage.own_posts(room.id)
    await stage.pg.person("maya").do("delete", channel=room.id, ts=old["ts"])
    await stage.ask("maya", ask.Severity("sev1", 1))
    await stage.deliver()
    cards = [post for post in await stage.own_posts(room.id) if post["text"].startswith("INC-1 is open")]
    assert len(cards) == 1 and cards[0]["ts"] != old["ts"]
    assert list(room.pins) == [cards[0]["ts"]]


async def test_somebody_who_cannot_be_invited_is_named(stage: Stage) -> None:
    await stage.pg.client.fault("conversations.invite", "error", error="user_is_restricted", times=None)
    await stage.opened()
    await stage.deliver()
    assert await refusals(stage) == [("invite", "user_is_restricted")]
    assert any("invite" in text and "maya" in text for text in await said(stage))


async def test_a_missing_scope_says_what_to_do(stage: Stage) -> None:
    await stage.pg.client.fault("bookmarks.add", "error", error="missing_scope", times=None)
    await stage.opened()
    await stage.deliver()
    assert any("hotwash manifest" in text for text in await said(stage))


async def test_a_room_that_cannot_be_made_is_told_to_who_asked(stage: Stage) -> None:
    await stage.pg.client.fault("conversations.create", "error", error="restricted_action", times=None)
    await stage.opened()
    async with stage.delivering():
        seen = await stage.pg.person("maya").wait_for("@hotwash", "INC-1")
    assert "channel" in seen.text
    assert await refusals(stage) == [("room", "restricted_action")]


async def test_what_was_already_so_is_done(stage: Stage) -> None:
    await stage.pg.client.fault("conversations.invite", "error", error="already_in_channel")
    await stage.pg.client.fault("pins.add", "error", error="already_pinned")
    await stage.opened()
    await stage.deliver()
    assert await refusals(stage) == []
