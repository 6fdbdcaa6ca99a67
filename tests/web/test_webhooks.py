"""Deliveries over HTTP, into a whole bot with a real repository."""

import asyncio
import json
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
from sqlalchemy import func, select

from bot.ledger.tables import receipts, repositories
from tests.warroom.conftest import War
from tests.warroom.repo import Upstream
from tests.web import hosts
from tests.web.hosts import SECRET, Request


async def looked(war: War) -> None:
    """The first look is over: the next one is an hour away, unless somebody asks for it."""

    def waits(conn: Any) -> bool:
        row = conn.execute(select(repositories)).first()
        return row is None or row.tip is None or row.leased_by is not None

    async with asyncio.timeout(20):
        while await war.db.read(waits):
            war.hotwash.bells.look()
            await asyncio.sleep(0.1)


async def said(http: httpx.AsyncClient, request: Request) -> tuple[int, str]:
    response = await request.sent(http)
    body = response.json()
    return response.status_code, body.get("said") or body["detail"]


def push_of(host: str, url: str) -> Request:
    if host == "gitlab":
        return hosts.gitlab({"object_kind": "push", "project": hosts.gitlab_project(url)})
    if host == "gitlab, with a token":
        return hosts.gitlab({"object_kind": "push", "project": hosts.gitlab_project(url)}, signed=False)
    if host == "github":
        return hosts.github("push", hosts.payload("push", url))
    return hosts.gitea("push", hosts.payload("push", url), brand=host)


@pytest.mark.parametrize("host", ["github", "gitlab", "gitlab, with a token", "gitea", "forgejo"])
async def test_a_push_is_looked_at_now(war: War, http: httpx.AsyncClient, upstream: Upstream, host: str) -> None:
    maya = war.person("maya")
    room = await war.open(maya)
    await war.logged(maya, room, "vim /etc/app/db.conf: pool 80")
    await looked(war)
    fix = upstream.commit("Raise the pool\n\nReconciles: INC-1#1")
    upstream.push()
    assert await said(http, push_of(host, upstream.url)) == (202, "Recorded for shop.")
    await war.echo(maya, room, 1, f"claimed by {fix[:7]}", within=15)


@pytest.mark.sqlite_only
async def test_what_is_refused(war: War, http: httpx.AsyncClient, upstream: Upstream) -> None:
    told = hosts.payload("push", upstream.url)
    good = hosts.github("push", told)
    assert await said(http, hosts.github("push", told, secret="another")) == (
        401, "The signature does not fit HOTWASH_WEBHOOK_SECRET."
    )  # fmt: skip
    cut = Request(good.path, good.headers, good.body[:-20])
    assert (await said(http, cut))[0] == 401
    unsigned = {"content-type": "application/json", "x-github-event": "push"}
    assert (await said(http, Request(good.path, unsigned, good.body)))[0] == 401
    assert await said(http, hosts.gitlab({}, age=3600)) == (
        401, "The delivery was signed more than 5 minutes ago, or the clocks differ by that much."
    )  # fmt: skip
    for body in (b"", b"{", b"\xff\xfe", b'{"a": "\\ud800"}', b"[" * 100_000, b"[1]", b"null", good.body[:-20]):
        status, sentence = await said(http, hosts.github("push", body))
        assert (status, sentence[-1]) == (400, "."), body[:20]
    plain = hosts.github("push", told)
    assert (await said(http, Request(plain.path, plain.headers | {"content-type": "text/plain"}, plain.body)))[0] == 415
    huge = hosts.github("push", b" " * 5_000_001)
    assert await said(http, huge) == (413, "A delivery has at most 5 MB. Nothing was kept of it.")
    assert await said(http, Request("/webhooks/sourceforge", {}, b"")) == (
        404, "There are webhooks for github, gitlab, gitea."
    )  # fmt: skip
    assert await war.db.read(lambda conn: conn.scalar(select(func.count()).select_from(receipts))) == 0


@pytest.mark.sqlite_only
async def test_what_is_nothing_to_us(war: War, http: httpx.AsyncClient, upstream: Upstream) -> None:
    assert await said(http, hosts.github("push", hosts.raw("push"))) == (
        202, "No repository of the policy has this address."
    )  # fmt: skip
    for event, name in (("ping", "ping"), ("star", "push")):
        assert await said(http, hosts.github(event, hosts.raw(name))) == (202, "Nothing in it concerns Hotwash.")


@pytest.mark.sqlite_only
async def test_without_a_secret_there_are_no_webhooks(war: War, upstream: Upstream) -> None:
    from fastapi import FastAPI

    from bot.app import add_routes

    app = FastAPI()
    add_routes(app, war.hotwash)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://hotwash") as http:
        status, sentence = await said(http, hosts.github("push", hosts.payload("push", upstream.url)))
    assert (status, sentence) == (404, "No webhooks are taken here: HOTWASH_WEBHOOK_SECRET is not set.")


@pytest.mark.sqlite_only
async def test_a_large_delivery_is_read(war: War, http: httpx.AsyncClient, upstream: Upstream) -> None:
    await looked(war)
    told = hosts.payload("push", upstream.url) | {"commits": [{"message": "x" * 1000}] * 4500}
    sent = hosts.github("push", told)
    assert 4_500_000 < len(sent.body) < 5_000_000
    assert await said(http, sent) == (202, "Recorded for shop.")


@pytest.mark.sqlite_only
async def test_a_form_holds_the_same(war: War, http: httpx.AsyncClient, upstream: Upstream) -> None:
    await looked(war)
    form = urlencode({"payload": json.dumps(hosts.payload("push", upstream.url))}).encode()
    sent = hosts.github("push", form)
    headers = sent.headers | {"content-type": "application/x-www-form-urlencoded"}
    assert await said(http, Request(sent.path, headers, form)) == (202, "Recorded for shop.")
    other = hosts.github("push", b"body=x")
    headers = other.headers | {"content-type": "application/x-www-form-urlencoded"}
    assert await said(http, Request(sent.path, headers, b"body=x")) == (400, "The form has no field `payload`.")


async def test_a_delivery_is_recorded_once(war: War, http: httpx.AsyncClient, upstream: Upstream) -> None:
    await looked(war)
    sent = hosts.github("push", hosts.payload("push", upstream.url))
    answers = await asyncio.gather(*(said(http, sent) for _ in range(4)))
    assert sorted(answers) == [(202, "It was recorded before.")] * 3 + [(202, "Recorded for shop.")]
    again = hosts.gitlab({"object_kind": "push", "project": hosts.gitlab_project(upstream.url)}, signed=False)
    assert await said(http, again) == (202, "Recorded for shop.")  # no id: told apart by its body
    assert await said(http, again) == (202, "It was recorded before.")


@pytest.mark.sqlite_only
async def test_hotwash_is_described(war: War, http: httpx.AsyncClient) -> None:
    described = (await http.get("/openapi.json")).json()
    assert described["paths"]["/webhooks/{host}"]["post"]["responses"]["401"]
    assert SECRET not in json.dumps(described)
