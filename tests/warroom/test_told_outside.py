"""Programs elsewhere are told what happens: a real receiver that answers as it likes, and checks what it gets."""

import asyncio
import base64
import hashlib
import hmac
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, NamedTuple

import pytest
from aiohttp import web
from sqlalchemy import update

from bot.delivery import webhook
from bot.delivery.webhook import signature
from bot.ledger.tables import outbox, webhooks
from bot.rules.policy import Policy
from bot.settings import SettingsError, webhook_keys
from tests.warroom.conftest import War, said

KEY = b"a key that only we two know"


class Got(NamedTuple):
    headers: dict[str, str]
    content: bytes

    @property
    def said(self) -> dict[str, Any]:
        told: dict[str, Any] = json.loads(self.content)
        return told


class Receiver:
    """Keeps what it gets; answers with `status`, and `location` where that is set."""

    def __init__(self) -> None:
        self.got: list[Got] = []
        self.status, self.location = 204, ""
        self.port = 0

    async def answer(self, request: web.Request) -> web.Response:
        headers = {name.lower(): value for name, value in request.headers.items()}
        self.got.append(Got(headers, await request.read()))
        return web.Response(status=self.status, headers={"location": self.location} if self.location else {})

    @property
    def types(self) -> list[str]:
        return [one.said["type"] for one in self.got]

    async def has(self, many: int) -> None:
        async with asyncio.timeout(20):
            while len(self.got) < many:
                await asyncio.sleep(0.02)


@asynccontextmanager
async def receiving() -> AsyncIterator[Receiver]:
    receiver = Receiver()
    app = web.Application()
    app.router.add_post("/{path:.*}", receiver.answer)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    receiver.port = runner.addresses[0][1]
    yield receiver
    await runner.cleanup()


@pytest.fixture
async def receiver(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Receiver]:
    monkeypatch.setenv("PAGE_KEY", "whsec_" + base64.b64encode(KEY).decode())
    async with receiving() as receiver:
        yield receiver


def hook(port: int, more: str = "") -> str:
    return f'[[webhooks]]\nname = "page"\nurl = "http://127.0.0.1:{port}/hook"\nsecret_env = "PAGE_KEY"\n{more}\n'


@pytest.fixture
def policy(receiver: Receiver) -> str:
    return hook(receiver.port)


async def waiting(war: War) -> list[Any]:
    return await war.db.read(lambda conn: list(conn.execute(webhooks.select().order_by(webhooks.c.id))))


async def parked(war: War) -> None:
    """Wait until the endpoint is given up."""

    def given_up(conn: Any) -> bool:
        row = conn.execute(outbox.select().where(outbox.c.kind == "webhook")).one()
        return row.parked_at is not None

    async with asyncio.timeout(20):
        while not await war.db.read(given_up):
            await asyncio.sleep(0.02)


def test_the_signature_is_that_of_the_published_example() -> None:
    key = base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    signed = signature(key, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}')
    assert signed == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@pytest.mark.parametrize("set_to", ["", "a password", "whsec_", "whsec_c2hvcnQ=", "whsec_not base64!"])
def test_a_key_that_is_none_is_refused_at_start(set_to: str) -> None:
    policy = Policy.model_validate({"webhooks": [{"name": "page", "url": "https://a.test/", "secret_env": "PAGE_KEY"}]})
    with pytest.raises(SettingsError, match="PAGE_KEY"):
        webhook_keys(policy, {"PAGE_KEY": set_to})


async def test_what_happens_is_told_in_order_signed_and_without_a_word_of_text(war: War, receiver: Receiver) -> None:
    maya = war.person("maya")
    room = await war.open(maya, "checkout answers 502")
    await war.logged(maya, room, "vim /etc/db.conf on db-1")
    said(await maya.command(room, "/hotfix #1 undone"))
    said(await maya.command(room, "/incident close"))
    await war.settled()
    assert receiver.types == [
        "incident.opened", "action.logged", "action.drifting", "incident.closed", "incident.reconciled",
    ]  # fmt: skip
    for got in receiver.got:
        assert abs(int(got.headers["webhook-timestamp"]) - time.time()) < 60
        signed = f"{got.headers['webhook-id']}.{got.headers['webhook-timestamp']}.".encode() + got.content
        expected = base64.b64encode(hmac.new(KEY, signed, hashlib.sha256).digest()).decode()
        assert got.headers["webhook-signature"] == f"v1,{expected}"
        assert b"answers" not in got.content  # of the title
        assert b"db.conf" not in got.content
    assert len({got.headers["webhook-id"] for got in receiver.got}) == 5
    logged, closed = receiver.got[1].said["data"], receiver.got[3].said["data"]
    action = {"name": "INC-1#1", "number": 1, "kind": "file", "state": "drifting"}
    assert logged["action"] == action
    assert (closed["incident"]["name"], closed["incident"]["state"]) == ("INC-1", "closed")
    hashes = [row.hash for row in await war.ledger(1)]
    assert closed["incident"]["ledger"]["hash"] in hashes
    assert await waiting(war) == []


async def test_what_failed_is_told_again_under_the_same_id_before_what_came_after(war: War, receiver: Receiver) -> None:
    receiver.status = 500
    maya = war.person("maya")
    room = await war.open(maya)
    await receiver.has(1)
    await war.logged(maya, room, "vim /etc/db.conf on db-1")
    await receiver.has(3)
    assert set(receiver.types) == {"incident.opened"}
    assert len({got.headers["webhook-id"] for got in receiver.got}) == 1
    receiver.status, tried = 200, len(receiver.got)
    await war.settled()
    assert receiver.types[tried:] == ["incident.opened", "action.logged", "action.drifting"]
    assert {got.headers["webhook-id"] for got in receiver.got[:tried]} == {receiver.got[tried].headers["webhook-id"]}
    assert len({got.content for got in receiver.got[: tried + 1]}) == 1


async def test_an_endpoint_that_is_given_up_is_said_once_and_tried_with_the_next_event(
    war: War, receiver: Receiver
) -> None:
    receiver.status = 410
    maya = war.person("maya")
    room = await war.open(maya)
    await parked(war)
    await maya.wait_for(room, lambda m: "could not tell the webhook page" in m.text and "http:410" in m.text)
    tried = len(receiver.got)
    await asyncio.sleep(1.5)
    assert len(receiver.got) == tried
    receiver.status = 200
    await war.logged(maya, room, "vim /etc/db.conf on db-1")
    await receiver.has(tried + 3)
    assert receiver.types[tried:] == ["incident.opened", "action.logged", "action.drifting"]
    assert [row.kind for row in await war.ledger(1)].count("delivery.refused") == 1


async def test_what_waited_for_half_a_day_is_given_up_and_after_a_week_dropped(war: War, receiver: Receiver) -> None:
    receiver.status = 503

    def older(by: int) -> Any:
        return lambda conn: conn.execute(update(webhooks).values(queued_at=webhooks.c.queued_at - by))

    maya = war.person("maya")
    room = await war.open(maya)
    await receiver.has(1)
    await war.db.write(older(webhook.GIVE_UP + 1))
    await parked(war)
    await war.db.write(older(webhook.KEEP))
    receiver.status, tried = 200, len(receiver.got)
    await war.logged(maya, room, "vim /etc/db.conf on db-1")
    await war.settled()
    assert receiver.types[tried:] == ["action.logged", "action.drifting"]
    assert await waiting(war) == []


async def test_a_redirect_is_not_followed(war: War, receiver: Receiver) -> None:
    async with receiving() as other:
        receiver.status, receiver.location = 307, f"http://127.0.0.1:{other.port}/hook"
        await war.open(war.person("maya"))
        await receiver.has(2)
        assert other.got == []


async def test_drills_and_private_incidents_are_told_to_nobody(war: War, receiver: Receiver) -> None:
    maya = war.person("maya")
    said(await maya.command("#general", "/incident open --drill sev2 practice"))
    said(await maya.command("#general", "/incident open --private sev2 a leak"))
    said(await maya.command("#general", "/incident open sev2 the disk is full"))
    await war.settled()
    assert [(got.said["type"], got.said["data"]["incident"]["name"]) for got in receiver.got] == [
        ("incident.opened", "INC-3")
    ]


class TestWithText:
    @pytest.fixture
    def policy(self, receiver: Receiver) -> str:
        return hook(receiver.port, 'text = true\nprivate = true\nevents = ["action.logged"]')

    async def test_only_what_is_asked_for_with_text_and_of_private_incidents(
        self, war: War, receiver: Receiver
    ) -> None:
        maya = war.person("maya")
        room = await war.open(maya, "--private checkout answers 502")
        await war.logged(maya, room, "vim /etc/db.conf on db-1")
        await war.settled()
        (got,) = receiver.got
        assert got.said["data"]["incident"]["private"] is True
        assert got.said["data"]["action"]["text"] == "vim /etc/db.conf on db-1"
        assert "checkout answers 502" in got.said["data"]["incident"]["title"]
