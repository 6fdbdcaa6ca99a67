"""Ordered faults, as Slack's client and a bot live through them; and whether the call took effect all the same."""

import asyncio
import time
from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot.playground import Person, Playground, Refused

from .bots import Bot, just_ack, over_socket
from .conftest import Json, ask

CHANNEL = "C000000002"
ROOM = "#incidents"


@pytest.fixture
async def impatient(pg: Playground) -> AsyncWebClient:
    """A client that waits one second, in #incidents."""
    client = AsyncWebClient("xoxb-playground", base_url=pg.api_url, retry_handlers=[], timeout=1)
    await client.conversations_join(channel=CHANNEL)
    return client


async def posted(client: AsyncWebClient) -> list[str]:
    history = await client.conversations_history(channel=CHANNEL)
    return [message["text"] for message in history["messages"] if "subtype" not in message]


async def last_call(pg: Playground, method: str) -> Json:
    return (await pg.client.calls(method))[-1]


async def test_rate_limited(pg: Playground, impatient: AsyncWebClient) -> None:
    await pg.client.fault("chat.postMessage", "rate_limited", seconds=7)
    with pytest.raises(SlackApiError) as refused:
        await impatient.chat_postMessage(channel=CHANNEL, text="x")
    response = refused.value.response
    assert (response.status_code, response.headers["Retry-After"], response["error"]) == (429, "7", "ratelimited")
    assert await posted(impatient) == []
    assert (await impatient.chat_postMessage(channel=CHANNEL, text="second try"))["ok"]


@pytest.mark.parametrize("kind", ["http_500", "html"])
async def test_answers_that_are_not_slacks(pg: Playground, impatient: AsyncWebClient, kind: str) -> None:
    await pg.client.fault("chat.postMessage", kind)
    with pytest.raises((SlackApiError, aiohttp.ContentTypeError)) as refused:
        await impatient.chat_postMessage(channel=CHANNEL, text="x")
    if isinstance(refused.value, SlackApiError):
        assert refused.value.response.status_code == (500 if kind == "http_500" else 200)
    assert await posted(impatient) == []
    call = await last_call(pg, "chat.postMessage")
    assert (call["status"], call["response"]) == (500 if kind == "http_500" else 200, None)


async def test_an_error_of_ones_choice(pg: Playground, impatient: AsyncWebClient) -> None:
    await pg.client.fault("conversations.create", "error", error="restricted_action")
    assert await ask(impatient, "conversations.create", name="room") == {"ok": False, "error": "restricted_action"}
    assert (await last_call(pg, "conversations.create"))["response"]["error"] == "restricted_action"


@pytest.mark.parametrize(("kind", "effect"), [("timeout_before", []), ("timeout_after", ["x"])])
async def test_time_outs(pg: Playground, impatient: AsyncWebClient, kind: str, effect: list[str]) -> None:
    await pg.client.fault("chat.postMessage", kind)
    started = time.monotonic()
    with pytest.raises(TimeoutError):
        await impatient.chat_postMessage(channel=CHANNEL, text="x")
    assert time.monotonic() - started >= 0.95, "nothing ended it but the client's own patience"
    assert await posted(impatient) == effect
    call = await last_call(pg, "chat.postMessage")
    assert (call["status"], call["response"], call["args"]["text"]) == (0, None, "x")


async def test_a_time_out_ends_the_connection_after_its_seconds(pg: Playground, web: AsyncWebClient) -> None:
    await pg.client.fault("auth.test", "timeout_before", seconds=0.2)
    started = time.monotonic()
    with pytest.raises(aiohttp.ServerDisconnectedError):
        await web.auth_test()
    assert 0.2 <= time.monotonic() - started < 2


@pytest.mark.parametrize(("kind", "effect"), [("drop_before", []), ("drop_after", ["x"])])
async def test_dropped_connections(pg: Playground, impatient: AsyncWebClient, kind: str, effect: list[str]) -> None:
    await pg.client.fault("chat.postMessage", kind)
    with pytest.raises(aiohttp.ServerDisconnectedError):
        await impatient.chat_postMessage(channel=CHANNEL, text="x")
    assert await posted(impatient) == effect


async def test_latency_adds_to_any_other_fault(pg: Playground, web: AsyncWebClient) -> None:
    await pg.client.fault("auth.test", "latency", seconds=0.4, times=2)
    await pg.client.fault("auth.test", "error", error="fatal_error")
    for expected in ("fatal_error", None):
        started = time.monotonic()
        assert (await ask(web, "auth.test")).get("error") == expected
        assert time.monotonic() - started >= 0.4
    started = time.monotonic()
    await web.auth_test()
    assert time.monotonic() - started < 0.4


async def test_a_fault_counts_its_hits_and_ends(pg: Playground, web: AsyncWebClient) -> None:
    await pg.client.fault("auth.test", "error", times=2)
    outcomes = [(await ask(web, "auth.test"))["ok"] for _ in range(3)]
    assert outcomes == [False, False, True]
    assert (await pg.client.get("faults"))["faults"] == []


async def test_a_fault_without_times_stays_until_cleared(pg: Playground, web: AsyncWebClient) -> None:
    one = await pg.client.fault("auth.test", "error", times=None)
    other = await pg.client.fault("team.info", "error", times=None)
    for _ in range(4):
        assert (await ask(web, "auth.test"))["ok"] is False
    (listed, _) = (await pg.client.get("faults"))["faults"]
    assert (listed["id"], listed["hits"]) == (one["id"], 4)
    await pg.client.clear_faults(one["id"])
    assert (await ask(web, "auth.test"))["ok"] is True
    assert (await ask(web, "team.info"))["ok"] is False
    await pg.client.clear_faults()
    assert (await ask(web, "team.info"))["ok"] is True
    assert other["id"] != one["id"]


async def test_a_fault_hits_what_it_matches(pg: Playground, impatient: AsyncWebClient) -> None:
    other = (await impatient.conversations_create(name="other"))["channel"]["id"]
    await pg.client.fault("chat.postMessage", "error", match={"channel": other, "text": "x"}, times=None)
    assert (await ask(impatient, "chat.postMessage", channel=CHANNEL, text="x"))["ok"] is True
    assert (await ask(impatient, "chat.postMessage", channel=other, text="y"))["ok"] is True
    assert (await ask(impatient, "chat.postMessage", channel=other, text="x"))["ok"] is False


async def test_a_fault_for_every_method(pg: Playground, web: AsyncWebClient) -> None:
    await pg.client.fault("*", "http_500", times=None)
    for call in (web.auth_test(), web.users_list(), web.team_info()):
        with pytest.raises(SlackApiError):
            await call


@pytest.mark.parametrize(
    ("order", "why"),
    [
        ({"method": "auth.test", "kind": "gremlins"}, "kind"),
        ({"method": "auth.test", "kind": "error", "times": 0}, "times"),
        ({"method": "auth.test", "kind": "latency", "seconds": -1}, "seconds"),
        ({"method": "chat.shout", "kind": "error"}, "no method chat.shout"),
        ({"method": "auth.test", "kind": "ack_lost"}, "is no fault of auth.test"),
        ({"method": "events_api", "kind": "html"}, "is no fault of events_api"),
    ],
)
async def test_an_order_that_makes_no_sense_is_refused(pg: Playground, order: Json, why: str) -> None:
    with pytest.raises(Refused, match=why):
        await pg.client.post("faults", **order)


async def test_response_urls_and_uploads_fail_too(pg: Playground, impatient: AsyncWebClient, maya: Person) -> None:
    bot = Bot(pg)
    bot.app.command("/log")(just_ack)
    async with over_socket(bot):
        await maya.command(ROOM, "/log")
    hook = AsyncWebhookClient((await bot.hears(command="/log"))["response_url"], retry_handlers=[])
    await pg.client.fault("response_url", "http_500", match={"text": "late"})
    assert (await hook.send(text="late")).status_code == 500
    await pg.client.fault("response_url", "drop_after")
    with pytest.raises(aiohttp.ServerDisconnectedError):
        await hook.send(text="shown all the same")
    assert [message.text for message in await maya.sees(ROOM)][-1] == "shown all the same"
    await pg.client.fault("files.upload", "http_500")
    with pytest.raises(Exception, match="Failed to upload"):
        await impatient.files_upload_v2(channel=CHANNEL, filename="a.txt", content="abc")


async def test_a_lost_delivery_and_a_lost_acknowledgement(pg: Playground, maya: Person) -> None:
    bot = Bot(pg)
    done: list[str] = []

    @bot.app.command("/log")
    async def log(ack: Any, command: Json) -> None:
        done.append(command["text"])
        await ack("logged")

    async with over_socket(bot):
        await pg.client.post("app", ack_seconds=0.2)
        for kind in ("lost", "ack_lost"):
            await pg.client.fault("slash_commands", kind, match={"command": "/log"})
            answer = await maya.command(ROOM, f"/log {kind}")
            assert answer.failure == '/log failed with the error "operation_timeout"'
    assert done == ["ack_lost"], "what was lost never came; what was acknowledged in vain took effect"


async def test_an_event_whose_acknowledgement_is_lost_comes_again(pg: Playground, maya: Person) -> None:
    bot = Bot(pg)
    bot.app.event("message")(just_ack)
    async with over_socket(bot):
        await pg.client.post("app", ack_seconds=0.5, retry_seconds=[0, 0, 0], events=["message.im"])
        await pg.client.fault("events_api", "ack_lost", times=2)
        await maya.say("@bot", "hello")
        async with asyncio.timeout(5):
            while len(bot.heard) < 3:
                await pg.slack.changes.wait(pg.slack.changes.last, 0.1)
    assert [body["event"]["text"] for body in bot.heard] == ["hello"] * 3
    assert len({body["event_id"] for body in bot.heard}) == 1


async def test_a_fault_of_deliveries_is_matched_inside_the_payload(pg: Playground, maya: Person) -> None:
    bot = Bot(pg)
    bot.app.event("message")(just_ack)
    bot.app.event("reaction_added")(just_ack)
    async with over_socket(bot):
        await bot.client.conversations_join(channel=CHANNEL)
        await pg.client.post("app", ack_seconds=0.2, retry_seconds=[], events=["message.channels", "reaction_added"])
        await pg.client.fault("events_api", "lost", match={"type": "reaction_added", "reaction": "eyes"}, times=None)
        message = await maya.say(ROOM, "hello")
        await maya.react(message, "eyes")
        await maya.react(message, "fire")
        await bot.hears(type="reaction_added")
    assert [event["reaction"] for event in bot.events("reaction_added")] == ["fire"]


@pytest.mark.parametrize("kind", ["slash_commands", "events_api"])
async def test_a_duplicate_is_delivered_twice(pg: Playground, maya: Person, kind: str) -> None:
    bot = Bot(pg)
    bot.app.command("/log")(just_ack)
    bot.app.event("message")(just_ack)
    async with over_socket(bot):
        await pg.client.post("app", events=["message.im"])
        await pg.client.fault(kind, "duplicate")
        await (maya.command("@bot", "/log") if kind == "slash_commands" else maya.say("@bot", "/log"))
        async with asyncio.timeout(5):
            while len(bot.heard) < 2:
                await pg.slack.changes.wait(pg.slack.changes.last, 0.1)
    first, second = bot.heard
    assert first == second


async def test_a_slow_delivery(pg: Playground, maya: Person) -> None:
    bot = Bot(pg)
    bot.app.command("/log")(just_ack)
    async with over_socket(bot):
        await pg.client.fault("slash_commands", "latency", seconds=0.3)
        started = time.monotonic()
        assert (await maya.command(ROOM, "/log")).failure is None
        assert time.monotonic() - started >= 0.3
