"""`/webhooks/github`, `/webhooks/gitlab`, `/webhooks/gitea`: what Git hosts tell, believed once its signature fits."""

import asyncio
import hashlib
import time
from collections.abc import Callable
from functools import partial
from urllib.parse import parse_qs

import orjson
from fastapi import APIRouter, HTTPException, Request
from pydantic import BaseModel
from starlette.requests import ClientDisconnect

from bot.git.hosts import HOSTS, Host
from bot.git.hosts.told import BadDelivery, Headers, Told
from bot.ledger import load
from bot.warroom import hear
from bot.warroom.handle import WarRooms
from bot.warroom.scope import Scope
from bot.web.errors import Problem

LARGEST = 5_000_000  # bytes of a delivery. GitHub goes up to 25 MB; what is larger is seen at the next poll instead
_ANSWERS = (400, 401, 404, 413, 415, 503)


class Heard(BaseModel):
    """What became of a delivery."""

    said: str


def router(rooms: WarRooms, secret: str | None, now: Callable[[], int], heard: Callable[[], None]) -> APIRouter:
    """`now` is business time, in microseconds. `heard` is called when something was recorded."""
    routes = APIRouter()

    @routes.post("/webhooks/{host}", status_code=202, responses={status: {"model": Problem} for status in _ANSWERS})
    async def deliver(host: str, request: Request) -> Heard:
        known = HOSTS.get(host)
        if known is None:
            raise HTTPException(404, f"There are webhooks for {', '.join(HOSTS)}.")
        if secret is None:
            raise HTTPException(404, "No webhooks are taken here: HOTWASH_WEBHOOK_SECRET is not set.")
        body = await _body(request)
        told = await asyncio.to_thread(_believed, known, request.headers, body, secret)  # a large one takes a while
        if told is None:
            return Heard(said="Nothing in it concerns Hotwash.")
        name = known.delivery_id(request.headers)
        key = f"{host}/{hashlib.sha256(name.encode() if name else body).hexdigest()}"
        return await _record(host, key, told)

    async def _record(host: str, key: str, told: Told) -> Heard:
        repos = hear.watched(told, rooms.policy.repositories)
        if not repos:
            return Heard(said="No repository of the policy has this address.")
        workspaces = await rooms.db.read(load.workspaces_known)
        if not workspaces:
            raise HTTPException(503, "Slack was not reached yet: no workspace is known. Polling will see the commits.")
        said = "It was recorded before."
        for _, team in workspaces:
            if await rooms.once(team, key, now(), host, partial(_hear, told, repos)):
                said = f"Recorded for {', '.join(repos)}."
        heard()
        return Heard(said=said)

    return routes


def _hear(told: Told, repos: list[str], scope: Scope) -> bool:
    hear.run(scope, told, repos)
    return True


def _believed(host: Host, headers: Headers, body: bytes, secret: str) -> Told | None:
    """What a delivery says, once its signature fits. Raises HTTPException."""
    why_not = host.refused(headers, body, secret, time.time())
    if why_not is not None:
        raise HTTPException(401, why_not)
    try:
        return host.read(headers, _payload(headers, body))
    except BadDelivery as error:
        raise HTTPException(400, str(error)) from error


async def _body(request: Request) -> bytes:
    """Read no more than may be. Raises HTTPException."""
    body = bytearray()
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > LARGEST:
                raise HTTPException(413, f"A delivery has at most {LARGEST // 1_000_000} MB. Nothing was kept of it.")
    except ClientDisconnect as error:
        raise HTTPException(400, "The delivery broke off.") from error
    return bytes(body)


def _payload(headers: Headers, body: bytes) -> dict[str, object]:
    """The JSON of a delivery, sent as it is or in a form's field, as GitHub and Gitea can be told to. Raises
    HTTPException."""
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    text: bytes | str = body
    if kind == "application/x-www-form-urlencoded":
        try:
            text = parse_qs(body.decode())["payload"][0]
        except (UnicodeDecodeError, ValueError, KeyError) as error:
            raise HTTPException(400, "The form has no field `payload`.") from error
    elif kind != "application/json":
        raise HTTPException(415, "A delivery is application/json or application/x-www-form-urlencoded.")
    try:
        payload = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise HTTPException(400, f"The delivery is not valid JSON: {error}.") from error
    if not isinstance(payload, dict):
        raise HTTPException(400, "The delivery is no JSON object.")
    return payload
