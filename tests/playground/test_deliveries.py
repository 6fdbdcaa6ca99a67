"""How commands and events reach the app: Socket Mode's connections, signed HTTP, retries, subscriptions."""

import asyncio
import hashlib
import hmac
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from bot.playground import Person, Playground, Refused

from .bots import Bot, Json, just_ack, over_http, over_socket, serving
from .conftest import refusal

ROOM = "#incidents"
CHANNEL = "C000000002"


@asynccontextmanager
async def raw_socket(pg: Playground) -> AsyncIterator[aiohttp.ClientWebSocketResponse]:
    """A bare websocket of Socket Mode, past its hello."""
    web = AsyncWebClient("xapp-playground", base_url=pg.api_url, retry_handlers=[])
    url = (await web.api_call("apps.connections.open"))["url"]
    async with aiohttp.ClientSession() as session, session.ws_connect(url) as socket:
        hello = await socket.receive_json(timeout=5)
        assert hello["type"] == "hello" and hello["connection_info"]["app_id"] == "A0000000APP"
        yield socket


async def join(pg: Playground) -> None:
    await AsyncWebClient("xoxb-playground", base_url=pg.api_url, retry_handlers=[]).conversations_join(channel=CHANNEL)


async def test_envelopes_and_their_acknowledgement(pg: Playground, maya: Person) -> None:
    async with raw_socket(pg) as socket:
        running = asyncio.create_task(maya.command(ROOM, "/log it"))
        envelope = await socket.receive_json(timeout=5)
        assert (envelope["type"], envelope["accepts_response_payload"]) == ("slash_commands", True)
        assert envelope["payload"]["text"] == "it"
        await socket.send_str("not json")
        await socket.send_json({"envelope_id": "unknown"})
        assert not running.done()
        await socket.send_json({"envelope_id": envelope["envelope_id"], "payload": {"text": "logged"}})
        assert (await running).text == "logged"


async def test_a_ticket_is_good_for_one_connection(pg: Playground) -> None:
    web = AsyncWebClient("xapp-playground", base_url=pg.api_url, retry_handlers=[])
    url = (await web.api_call("apps.connections.open"))["url"]
    async with aiohttp.ClientSession() as session, session.ws_connect(url):
        for bad in (url, url.replace("ticket=", "ticket=x")):
            with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
                await session.ws_connect(bad)
            assert refused.value.status == 403


async def test_an_eleventh_connection_is_turned_away(pg: Playground) -> None:
    web = AsyncWebClient("xapp-playground", base_url=pg.api_url, retry_handlers=[])
    async with aiohttp.ClientSession() as session:
        urls = [(await web.api_call("apps.connections.open"))["url"] for _ in range(11)]
        sockets = [await session.ws_connect(url) for url in urls]
        greetings = [await socket.receive_json(timeout=5) for socket in sockets]
    assert [greeting.get("num_connections") for greeting in greetings] == [*range(1, 11), None]
    assert (greetings[10]["type"], greetings[10]["reason"]) == ("disconnect", "too_many_websockets")


async def test_connections_take_turns(pg: Playground, maya: Person) -> None:
    async with raw_socket(pg) as one, raw_socket(pg) as two:
        got: list[str] = []

        async def answer(name: str, socket: aiohttp.ClientWebSocketResponse) -> None:
            async for frame in socket:
                envelope = json.loads(frame.data)
                got.append(name)
                await socket.send_json({"envelope_id": envelope["envelope_id"]})

        tasks = [asyncio.create_task(answer("one", one)), asyncio.create_task(answer("two", two))]
        for number in range(6):
            await maya.command(ROOM, f"/log {number}")
        assert got in (["one", "two"] * 3, ["two", "one"] * 3)
        for task in tasks:
            task.cancel()


async def test_pings_are_answered(pg: Playground) -> None:
    """The SDK counts a connection as stale when its own pings stay without a pong."""
    bot = Bot(pg)
    async with over_socket(bot):
        await asyncio.sleep(1.0)  # five ping intervals
        assert (await pg.client.get("app"))["app"]["connections"] == 1
        assert len(await pg.client.calls("apps.connections.open")) == 1


async def test_the_sdk_comes_back_after_a_disconnect_and_after_a_cut(pg: Playground, maya: Person) -> None:
    bot = Bot(pg)
    bot.app.command("/log")(just_ack)
    socket = pg.slack.deliveries.socket
    async with over_socket(bot):
        for order in ("refresh_requested", "drop"):
            opened = len(await pg.client.calls("apps.connections.open"))
            assert (await pg.client.post("connections", do=order))["connections"] == 1
            async with asyncio.timeout(5):
                while len(await pg.client.calls("apps.connections.open")) == opened or not socket.connections:
                    await pg.slack.changes.wait(pg.slack.changes.last, 5)
            assert (await maya.command(ROOM, "/log")).failure is None
        assert (await pg.client.post("connections", do="warning"))["connections"] == 1


async def test_a_command_on_a_cut_connection_fails_at_once(pg: Playground, maya: Person) -> None:
    assert (await maya.command(ROOM, "/log")).failure == '/log failed with the error "dispatch_failed"'
    async with raw_socket(pg) as socket:
        running = asyncio.create_task(maya.command(ROOM, "/log"))
        await socket.receive_json(timeout=5)
        await pg.client.post("connections", do="drop")
        assert (await running).failure == '/log failed with the error "dispatch_failed"'


async def test_an_event_unacknowledged_on_a_socket_is_sent_three_times_more(pg: Playground, maya: Person) -> None:
    await join(pg)
    await pg.client.post("app", ack_seconds=0.1, retry_seconds=[0, 0, 0])
    async with raw_socket(pg) as socket:
        await maya.say(ROOM, "hello")
        seen = [await socket.receive_json(timeout=5) for _ in range(4)]
        assert len({envelope["envelope_id"] for envelope in seen}) == 4
        assert len({envelope["payload"]["event_id"] for envelope in seen}) == 1
        assert [envelope["retry_attempt"] for envelope in seen] == [0, 1, 2, 3]
        assert [envelope["retry_reason"] for envelope in seen] == ["", "http_timeout", "http_timeout", "http_timeout"]
        assert {envelope["accepts_response_payload"] for envelope in seen} == {False}
        with pytest.raises(TimeoutError):
            await socket.receive(timeout=0.3)


async def test_an_acknowledged_event_is_not_sent_again(pg: Playground, maya: Person) -> None:
    await join(pg)
    await pg.client.post("app", ack_seconds=0.3, retry_seconds=[0, 0, 0])
    async with raw_socket(pg) as socket:
        await maya.say(ROOM, "hello")
        first = await socket.receive_json(timeout=5)
        second = await socket.receive_json(timeout=5)
        await socket.send_json({"envelope_id": second["envelope_id"]})
        assert first["payload"]["event_id"] == second["payload"]["event_id"]
        with pytest.raises(TimeoutError):
            await socket.receive(timeout=0.5)


async def test_an_event_waits_for_a_connection_to_come_back(pg: Playground, maya: Person) -> None:
    await join(pg)
    await pg.client.post("app", retry_seconds=[0.3, 0.3, 0.3])
    async with raw_socket(pg):
        pass
    await maya.say(ROOM, "while you were away")
    async with raw_socket(pg) as socket:
        envelope = await socket.receive_json(timeout=5)
    assert envelope["payload"]["event"]["text"] == "while you were away"
    assert envelope["retry_attempt"] >= 1


class Recorder:
    """A request URL that keeps what it gets and answers as told."""

    def __init__(self) -> None:
        self.got: list[tuple[dict[str, str], bytes]] = []
        self.answer: Callable[[], Awaitable[Response]] = self._ok
        self.news = asyncio.Event()

    async def _ok(self) -> Response:
        return Response()

    async def handle(self, request: Request) -> Response:
        body = await request.body()
        if b"url_verification" in body:
            return JSONResponse({"challenge": json.loads(body)["challenge"]})
        self.got.append((dict(request.headers), body))
        self.news.set()
        return await self.answer()

    async def wait(self, count: int) -> None:
        async with asyncio.timeout(5):
            while len(self.got) < count:
                self.news.clear()
                await self.news.wait()


@pytest.fixture
async def recorder(pg: Playground) -> AsyncIterator[Recorder]:
    recorder = Recorder()
    app = Starlette(routes=[Route("/slack/events", recorder.handle, methods=["POST"])])
    async with serving(app) as url:
        await pg.client.post("app", request_url=f"{url}/slack/events")
        yield recorder
        await pg.client.post("app", request_url=None)


def signature(headers: dict[str, str], body: bytes, secret: bytes) -> str:
    base = b"v0:" + headers["x-slack-request-timestamp"].encode() + b":" + body
    return "v0=" + hmac.new(secret, base, hashlib.sha256).hexdigest()


async def test_http_deliveries_are_signed(pg: Playground, recorder: Recorder, maya: Person) -> None:
    await maya.command(ROOM, "/log ünïcode & more")
    ((headers, body),) = recorder.got
    assert headers["content-type"] == "application/x-www-form-urlencoded"
    assert headers["x-slack-signature"] == signature(headers, body, b"playground")
    assert headers["x-slack-signature"] != signature(headers, body, b"another")


async def test_a_bot_with_another_secret_refuses(pg: Playground, maya: Person) -> None:
    bot = Bot(pg, signing_secret="another")
    with pytest.raises(Refused, match="http_client_error"):
        async with over_http(bot):
            pass
    assert (await pg.client.get("app"))["app"]["request_url"] is None


async def test_a_request_url_must_answer_the_challenge(pg: Playground) -> None:
    async def wrong(request: Request) -> Response:
        return PlainTextResponse("whatever")

    async with serving(Starlette(routes=[Route("/", wrong, methods=["POST"])])) as url:
        with pytest.raises(Refused, match="value of the challenge"):
            await pg.client.post("app", request_url=url)
    with pytest.raises(Refused, match="dispatch_failed"):
        await pg.client.post("app", request_url="http://127.0.0.1:9/nobody")


async def test_with_a_request_url_there_is_no_socket_mode(recorder: Recorder, web: AsyncWebClient) -> None:
    headers = {"Authorization": "Bearer xapp-playground"}
    answer = await refusal(AsyncWebClient("xapp-playground", base_url=web.base_url), "apps.connections.open")
    assert answer["error"] == "not_allowed_token_type", headers


async def slowly() -> Response:
    await asyncio.sleep(0.5)
    return Response()


async def failing() -> Response:
    return Response(status_code=500)


async def missing() -> Response:
    return Response(status_code=404)


@pytest.mark.parametrize(
    ("answer", "error"),
    [(slowly, "operation_timeout"), (failing, "http_service_error"), (missing, "http_client_error")],
)
async def test_a_command_that_http_does_not_take_shows_why(
    pg: Playground, recorder: Recorder, maya: Person, answer: Callable[[], Awaitable[Response]], error: str
) -> None:
    await pg.client.post("app", ack_seconds=0.2)
    recorder.answer = answer
    assert (await maya.command(ROOM, "/log")).failure == f'/log failed with the error "{error}"'
    await asyncio.sleep(0.1)
    assert len(recorder.got) == 1


@pytest.mark.parametrize(("answer", "reason"), [(slowly, "http_timeout"), (failing, "http_error")])
async def test_an_event_is_sent_again_over_http(
    pg: Playground, recorder: Recorder, maya: Person, answer: Callable[[], Awaitable[Response]], reason: str
) -> None:
    await pg.client.post("app", ack_seconds=0.2, retry_seconds=[0, 0, 0], events=[])
    await join(pg)
    await pg.client.post("app", events=["message.channels"])
    recorder.answer = answer
    await maya.say(ROOM, "hello")
    await recorder.wait(4)
    retries = [(h.get("x-slack-retry-num"), h.get("x-slack-retry-reason")) for h, _ in recorder.got]
    assert retries == [(None, None), ("1", reason), ("2", reason), ("3", reason)]
    assert len({json.loads(body)["event_id"] for _, body in recorder.got}) == 1
    assert all(
        headers["x-slack-signature"] == signature(headers, body, b"playground") for headers, body in recorder.got
    )


async def test_an_app_may_ask_for_no_retries(pg: Playground, recorder: Recorder, maya: Person) -> None:
    async def never_again() -> Response:
        return Response(status_code=500, headers={"X-Slack-No-Retry": "1"})

    await pg.client.post("app", retry_seconds=[0, 0, 0], events=["message.im"])
    recorder.answer = never_again
    await maya.say("@bot", "hello")
    await recorder.wait(1)
    await asyncio.sleep(0.1)
    assert len(recorder.got) == 1


async def test_slack_waits_between_retries() -> None:
    async with Playground() as fresh:
        app = (await fresh.client.get("app"))["app"]
    assert (app["ack_seconds"], app["retry_seconds"]) == (3.0, [0.0, 60.0, 300.0])


# --- which events an app hears


async def test_a_parent_that_leaves_a_stone_behind_is_told_of_as_a_change(pg: Playground, maya: Person) -> None:
    bot = Bot(pg)
    async with over_socket(bot):
        await pg.client.post("app", ack_seconds=0.5, retry_seconds=[])
        await maya.do("invite", channel=ROOM, user="bot")
        parent = await maya.say(ROOM, "restarted it")
        await maya.say(ROOM, "thanks", thread=parent)
        await maya.delete(parent)
        changed = await bot.hears(subtype="message_changed")
        assert (changed["message"]["subtype"], changed["message"]["ts"]) == ("tombstone", parent.ts)
        assert changed["previous_message"]["text"] == "restarted it"


async def test_every_event(pg: Playground, maya: Person, sam: Person) -> None:
    bot = Bot(pg)
    async with over_socket(bot):
        await pg.client.post("app", ack_seconds=0.5, retry_seconds=[])
        await maya.do("invite", channel=ROOM, user="bot")
        assert (await bot.hears(type="member_joined_channel"))["inviter"] == "U0000MAYA1"
        message = await maya.say(ROOM, "restarted &co")
        heard = await bot.hears(type="message", text="restarted &amp;co")
        assert (heard["channel_type"], heard["user"], heard["ts"]) == ("channel", "U0000MAYA1", message.ts)
        await maya.edit(message, "restarted it")
        changed = await bot.hears(subtype="message_changed")
        assert (changed["message"]["text"], changed["previous_message"]["text"]) == (
            "restarted it",
            "restarted &amp;co",
        )
        await sam.react(message, "eyes")
        reaction = await bot.hears(type="reaction_added")
        assert (reaction["reaction"], reaction["item"]["ts"], reaction["item_user"]) == (
            "eyes",
            message.ts,
            "U0000MAYA1",
        )
        await sam.unreact(message, "eyes")
        await bot.hears(type="reaction_removed", user="U0000SAM01")
        reply = await sam.say(ROOM, "thanks", thread=message)
        assert (await bot.hears(text="thanks"))["thread_ts"] == message.ts
        await sam.delete(reply)
        assert (await bot.hears(subtype="message_deleted"))["deleted_ts"] == reply.ts
        await maya.do("pin", channel=ROOM, ts=message.ts)
        assert (await bot.hears(type="pin_added"))["item"]["message"]["ts"] == message.ts
        await maya.do("unpin", channel=ROOM, ts=message.ts)
        await bot.hears(type="pin_removed")
        await sam.do("leave", channel=ROOM)
        await bot.hears(type="member_left_channel", user="U0000SAM01")
        await sam.do("join", channel=ROOM)
        await bot.hears(type="message", subtype="channel_join", user="U0000SAM01")
        await maya.do("topic", channel=ROOM, topic="quiet")
        await bot.hears(subtype="channel_topic")
        await maya.do("rename", channel=ROOM, name="fires")
        assert (await bot.hears(type="channel_rename"))["channel"]["name"] == "fires"
        await maya.do("home")
        await bot.hears(type="app_home_opened", tab="home")
        await maya.say("@bot", "psst")
        assert (await bot.hears(text="psst"))["channel_type"] == "im"
        await maya.do("create", name="open")
        await bot.hears(type="channel_created")
        await pg.client.post("people", name="sam", real_name="Sam O.")
        assert (await bot.hears(type="user_change"))["user"]["real_name"] == "Sam O."
        await pg.client.post("people", name="newcomer")
        assert (await bot.hears(type="team_join"))["user"]["name"] == "newcomer"
        await maya.do("archive", channel="#fires")
        await bot.hears(type="channel_archive", user="U0000MAYA1")
        await maya.do("unarchive", channel="#fires")
        await bot.hears(type="channel_unarchive")
        await maya.do("invite", channel="#fires", user="bot")
        await maya.do("remove", channel="#fires", user="bot")
        await bot.hears(type="channel_left")


async def test_a_mention_comes_twice_with_different_ids(pg: Playground, maya: Person) -> None:
    bot = Bot(pg)
    async with over_socket(bot):
        await maya.do("invite", channel=ROOM, user="bot")
        said = await maya.say(ROOM, "@bot what is drifting?")
        mention, message = await bot.hears(type="app_mention"), await bot.hears(type="message", ts=said.ts)
    assert mention["text"] == message["text"] == "<@U0000000BOT> what is drifting?"
    assert mention["ts"] == message["ts"]
    bodies = [body for body in bot.heard if body["event"].get("ts") == said.ts]
    assert len({body["event_id"] for body in bodies}) == 2


async def test_an_app_hears_nothing_of_where_it_is_not(pg: Playground, maya: Person) -> None:
    bot = Bot(pg)
    async with over_socket(bot):
        await maya.say(ROOM, "not for bots")
        await maya.do("create", name="secret", private=True)
        await maya.say("#secret", "neither")
        await maya.say("@sam", "nor this")
        await maya.say("@bot", "the end")
        await bot.hears(text="the end")
    assert [event["text"] for event in bot.events("message")] == ["the end"]


async def test_an_app_hears_what_it_subscribed_to_and_has_the_scope_for(pg: Playground, maya: Person) -> None:
    bot = Bot(pg)
    async with over_socket(bot):
        await join(pg)
        await pg.client.post("app", events=["reaction_added", "message.im"])
        message = await maya.say(ROOM, "not heard: a channel's messages are another subscription")
        await pg.client.post("app", scopes=["im:history"])
        await maya.react(message, "eyes")  # not heard: no reactions:read
        await maya.say("@bot", "heard")
        await bot.hears(text="heard")
        await pg.client.post("app", scopes=["reactions:read"])
        await maya.say("@bot", "not heard: no im:history")
        await maya.react(message, "fire")
        await bot.hears(type="reaction_added", reaction="fire")
    kinds = [
        event["type"] for event in (body["event"] for body in bot.heard) if event["type"] != "member_joined_channel"
    ]
    assert kinds == ["message", "reaction_added"]


async def test_what_happens_in_private_channels_needs_their_scope(pg: Playground, maya: Person) -> None:
    bot = Bot(pg)
    async with over_socket(bot):
        await pg.client.post("app", scopes=["channels:read", "im:history"])
        await maya.do("create", name="secret", private=True)
        await maya.do("invite", channel="#secret", user="bot")
        await pg.client.post("app", scopes=["groups:read", "im:history"])
        await maya.do("invite", channel="#secret", user="sam")
        await bot.hears(type="member_joined_channel", user="U0000SAM01")
        await maya.say("@bot", "the end")
        await bot.hears(text="the end")
    assert [event["user"] for event in bot.events("member_joined_channel")] == ["U0000SAM01"]


async def test_an_update_notifies_nobody(pg: Playground, web: AsyncWebClient, maya: Person) -> None:
    await web.conversations_join(channel=CHANNEL)
    posted = await web.chat_postMessage(channel=CHANNEL, text="card")
    await maya.do("read", channel=ROOM)
    await web.chat_update(channel=CHANNEL, ts=posted["ts"], text="card, <@U0000MAYA1>")
    (room,) = [c for c in (await maya.overview())["channels"] if c["name"] == "incidents"]
    assert (room["unread"], room["mentions"]) == (0, 0)
    await web.chat_postMessage(channel=CHANNEL, text="<@U0000MAYA1> look")
    (room,) = [c for c in (await maya.overview())["channels"] if c["name"] == "incidents"]
    assert (room["unread"], room["mentions"]) == (1, 1)


async def test_a_manifest_is_the_registration(pg: Playground, web: AsyncWebClient) -> None:
    manifest: Json = {
        "display_information": {"name": "Hotfix Bot"},
        "features": {
            "bot_user": {"display_name": "hotfix", "always_online": True},
            "slash_commands": [
                {"command": "/log", "description": "Log it", "usage_hint": "what", "should_escape": True}
            ],
            "shortcuts": [{"name": "Log this", "type": "message", "callback_id": "log", "description": "Log it"}],
        },
        "oauth_config": {"scopes": {"bot": ["chat:write", "commands"]}},
        "settings": {"event_subscriptions": {"bot_events": ["app_mention"]}, "socket_mode_enabled": True},
    }
    app = (await pg.client.post("app", manifest=manifest))["app"]
    assert (app["name"], app["scopes"], app["events"]) == ("hotfix", ["chat:write", "commands"], ["app_mention"])
    assert app["commands"] == [{"command": "/log", "description": "Log it", "usage_hint": "what"}]
    assert app["shortcuts"] == [{"name": "Log this", "type": "message", "callback_id": "log"}]
    assert (await web.auth_test())["user"] == "hotfix"
    assert (await refusal(web, "users.list"))["error"] == "missing_scope"
    for broken, why in (
        (manifest | {"oauth_config": {"scopes": {"bot": ["chat:shout"]}}}, "no scope chat:shout"),
        (manifest | {"settings": {"event_subscriptions": {"bot_events": ["rain"]}}}, "no event rain"),
        (manifest | {"features": {"slash_commands": [{"command": "log"}]}}, "no app manifest"),
        (manifest | {"features": []}, "no app manifest"),
    ):
        with pytest.raises(Refused, match=why):
            await pg.client.post("app", manifest=broken)
    again = (await pg.client.get("app"))["app"]
    assert (again["name"], again["scopes"]) == ("hotfix", ["chat:write", "commands"])
