"""The JSON API itself: its feed, its recorded calls, its refusals, and that the documentation names all of it."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.playground import Person, Playground, Refused
from bot.playground.app import AppOrder
from bot.playground.faults import DELIVERIES, OTHER_DOORS, Fault
from bot.playground.methods import METHODS
from bot.playground.orders import Profile
from bot.playground.person_orders import PERSON_ORDERS

from .conftest import Json, ask

DOCS = (Path(__file__).parents[2] / "docs" / "playground.md").read_text()
ROOM = "#incidents"


@pytest.fixture
async def http(pg: Playground) -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(pg.url) as session:
        yield session


@pytest.mark.parametrize("name", [*METHODS, *DELIVERIES, *OTHER_DOORS])
def test_the_documentation_names_each_method_and_door(name: str) -> None:
    assert f"`{name}`" in DOCS


@pytest.mark.parametrize("name", PERSON_ORDERS)
def test_the_documentation_names_each_order_and_its_body(name: str) -> None:
    row = next(line for line in DOCS.splitlines() if line.startswith("| `") and f"`{name}`" in line.split("|")[1])
    text = row + (next(r for r in DOCS.splitlines() if r.startswith("| `press`")) if name == "options" else "")
    assert [field for field in PERSON_ORDERS[name].model.model_fields if f"`{field}`" not in text] == []


def test_the_documentation_names_what_can_be_arranged() -> None:
    fields = [*Profile.model_fields, *AppOrder.model_fields, *(set(Fault.model_fields) - {"id", "hits"})]
    assert [field for field in fields if f"`{field}`" not in DOCS] == []
    kinds = Fault.model_json_schema()["properties"]["kind"]
    assert [kind for kind in json.dumps(kinds).split('"') if "_" in kind and f"`{kind}`" not in DOCS] == []


async def test_every_route_is_documented(pg: Playground, http: aiohttp.ClientSession) -> None:
    assert pg._runner is not None
    routes = [
        route for route in pg._runner.app.router.routes() if (route.resource or route).canonical.startswith("/_play/")
    ]  # type: ignore[union-attr]
    assert len(routes) >= 16
    for route in routes:
        path = route.resource.canonical  # type: ignore[union-attr]
        assert path in DOCS and (route.method == "HEAD" or f"{route.method} {path}" in DOCS or f"{path}`" in DOCS)
    async with http.get("/_play/") as response:
        orders = (await response.json())["orders"]
    assert orders["POST /_play/people/{person}/react"]["required"] == ["channel", "ts", "name"]


async def test_orders_need_the_content_type_that_other_sites_can_not_send(http: aiohttp.ClientSession) -> None:
    for content_type in ("text/plain", "application/x-www-form-urlencoded"):
        headers = {"Content-Type": content_type}
        async with http.post("/_play/people/maya/say", data='{"channel": "#general"}', headers=headers) as response:
            assert response.status == 400
            assert "application/json" in (await response.json())["error"]


@pytest.mark.parametrize(
    ("order", "body", "why"),
    [
        ("say", {"text": "x"}, "channel: Field required"),
        ("say", {"channel": ROOM, "text": "x", "colour": "red"}, "colour: Extra inputs are not permitted"),
        ("say", {"channel": ROOM, "text": "  "}, "nothing to send"),
        ("say", {"channel": "#nowhere", "text": "x"}, "no conversation '#nowhere'"),
        ("say", {"channel": "@nemo", "text": "x"}, "no person '@nemo'"),
        ("say", ["x"], "dictionary"),
        ("dance", {}, "no such order"),
        ("press", {}, "no conversation ''"),
        ("close", {}, "no modal open"),
        ("submit", {}, "no modal open"),
    ],
)
async def test_an_order_that_can_not_be_done_is_refused_with_a_sentence(
    http: aiohttp.ClientSession, order: str, body: Json, why: str
) -> None:
    async with http.post(f"/_play/people/maya/{order}", json=body) as response:
        assert response.status in (400, 404)
        assert why in await response.text()


async def test_a_body_or_a_query_that_is_no_good(http: aiohttp.ClientSession) -> None:
    headers = {"Content-Type": "application/json"}
    async with http.post("/_play/limits", data="{broken", headers=headers) as response:
        assert response.status == 400
    for query in ("changes?after=x", "calls?after=x", "people/maya/channels/general?limit=x"):
        async with http.get(f"/_play/{query}") as response:
            assert response.status == 400


async def test_changes_are_waited_for(pg: Playground, maya: Person) -> None:
    seq = (await maya.overview())["seq"]
    waiting = asyncio.create_task(pg.client.get("changes", after=seq, timeout=20))
    await asyncio.sleep(0.1)
    assert not waiting.done()
    said = await maya.say(ROOM, "hello")
    answer = await waiting
    (change,) = answer["changes"]
    assert {"kind": "message", "channel": "C000000002", "ts": said.ts}.items() <= change.items()
    assert answer["seq"] == change["seq"] == seq + 1
    nothing = await pg.client.get("changes", after=answer["seq"], timeout=0.05)
    assert (nothing["changes"], nothing["seq"]) == ([], answer["seq"])


async def test_the_stream_goes_on_where_it_was_left(http: aiohttp.ClientSession, maya: Person) -> None:
    seq = (await maya.overview())["seq"]
    first = await maya.say(ROOM, "before the stream")

    async def changes(last_event_id: int) -> list[Json]:
        seen = []
        async with http.get("/_play/stream", headers={"Last-Event-ID": str(last_event_id)}) as stream:
            assert stream.content_type == "text/event-stream"
            await maya.say(ROOM, "during it")
            async for line in stream.content:
                if line.startswith(b"data: "):
                    seen.append(json.loads(line[6:]))
                if len(seen) == 2:
                    return seen
        raise AssertionError("the stream ended")

    async with asyncio.timeout(5):
        seen = await changes(seq)
    assert seen[0]["ts"] == first.ts
    assert [change["seq"] for change in seen] == [seq + 1, seq + 2]


async def test_calls_are_recorded_with_what_was_said(pg: Playground, web: AsyncWebClient) -> None:
    await ask(web, "conversations.create", name="room")
    await ask(web, "conversations.create", name="room")
    good, bad = await pg.client.calls("conversations.create")
    assert (good["args"], good["status"], good["response"]["channel"]["name"]) == ({"name": "room"}, 200, "room")
    assert bad["response"] == {"ok": False, "error": "name_taken"}
    assert bad["number"] > good["number"] and good["ms"] >= 0
    assert [call["number"] for call in await pg.client.calls(after=good["number"])] == [bad["number"]]


async def test_a_reset_starts_over(pg: Playground, web: AsyncWebClient, maya: Person) -> None:
    await ask(web, "conversations.create", name="room")
    await maya.say(ROOM, "hello")
    await pg.client.fault("auth.test", "error", times=None)
    seq = (await maya.overview())["seq"]
    await pg.client.post("reset")
    assert await maya.sees(ROOM) == []
    assert (await ask(web, "auth.test"))["ok"] is True
    assert len(await pg.client.calls()) == 1
    assert (await ask(web, "conversations.create", name="room"))["ok"] is True
    assert (await ask(web, "auth.test"))["url"] == f"{pg.url}/"
    assert (await maya.overview())["seq"] > seq, "the feed goes on, so that nobody waits in vain"


async def test_the_page_is_served_and_guarded(http: aiohttp.ClientSession) -> None:
    async with http.get("/") as response:
        assert response.status == 200 and response.content_type == "text/html"
        assert "script-src 'self'" in response.headers["Content-Security-Policy"]
        assert response.headers["Cache-Control"] == "no-cache"
    for outside in ("/page/../server.py", "/page/%2e%2e/server.py"):
        async with http.get(outside) as response:
            assert response.status in (403, 404)


async def test_a_permalink_leads_to_the_page(http: aiohttp.ClientSession, web: AsyncWebClient, maya: Person) -> None:
    await web.conversations_join(channel="C000000002")
    parent = await maya.say(ROOM, "parent")
    reply = await maya.say(ROOM, "reply", thread=parent)
    link = (await web.chat_getPermalink(channel="C000000002", message_ts=reply.ts))["permalink"]
    async with http.get(link, allow_redirects=False) as response:
        assert response.headers["Location"] == f"/?in=C000000002&at={reply.ts}&thread={parent.ts}"


async def test_starting_and_stopping_is_quick_and_frees_the_port() -> None:
    loop = asyncio.get_running_loop()
    started = loop.time()
    async with Playground() as first:
        assert loop.time() - started < 0.3
        port = int(first.url.rpartition(":")[2])
        with pytest.raises(OSError):
            async with Playground(port=port):
                pass
    async with Playground(port=port) as again:
        assert again.url == first.url


async def test_person_errors_name_the_person(pg: Playground) -> None:
    with pytest.raises(Refused, match="no person 'nemo'"):
        await pg.person("nemo").overview()
