"""The Web API's door: reads a request, asks token, faults, limits and scopes, runs the method, records the call."""

import asyncio
import json
import time
from collections.abc import Iterable

from aiohttp import web

from bot.playground.app import APP_TOKEN, BOT_TOKEN
from bot.playground.errors import SlackError
from bot.playground.faults import Fault
from bot.playground.methods import METHODS, Method
from bot.playground.methods.table import Call
from bot.playground.slack import Slack
from bot.playground.world import Json

_PROXY_PAGE = "<!DOCTYPE html><html><body><h1>502 Bad Gateway</h1></body></html>"


async def answer(slack: Slack, request: web.Request) -> web.StreamResponse:
    """Serve `/api/<method>`."""
    started = time.monotonic()
    name = request.match_info["method"]
    try:
        args = await read_arguments(request)
    except SlackError as refused:
        return _respond(slack, name, {}, started, refused)
    token = _take_token(request, args)
    faults = slack.faults.take(name, args)
    early = await before(request, faults)
    if early is not None:
        slack.record(name, args, started, early.status, json.loads(early.text or "{}") if _is_json(early) else None)
        return early
    try:
        outcome: Json | SlackError = call(slack, name, token, args)
    except SlackError as refused:
        outcome = refused
    if await lost_answer(request, faults):
        slack.record(name, args, started, 0, None)
        return web.Response()
    return _respond(slack, name, args, started, outcome)


def call(slack: Slack, name: str, token: str | None, args: Json) -> Json:
    """Run a method through all its doors. Raises SlackError with Slack's code at the first that is shut."""
    method = METHODS.get(name)
    if method is None:
        raise SlackError("unknown_method", req_method=name)
    _check_token(method, token)
    if wait := slack.limits.method(name, method.tier):
        raise SlackError("ratelimited", status=429, headers={"Retry-After": str(wait)})
    caller = Call(slack, slack.world.bot)
    if method.scopes and method.auth == "bot":
        caller.need(*method.scopes)
    return {"ok": True, **(method.run(caller, **method.read_arguments(args)) or {})}


def _check_token(method: Method, token: str | None) -> None:
    if method.auth == "none":
        return
    if not token:
        raise SlackError("not_authed")
    if token not in (BOT_TOKEN, APP_TOKEN):
        raise SlackError("invalid_auth")
    if (token == APP_TOKEN) is not (method.auth == "app"):
        raise SlackError("not_allowed_token_type")


async def read_arguments(request: web.Request) -> Json:
    """Arguments from the query string and from a form or JSON body. Raises SlackError for any other body."""
    args: Json = dict(request.query)
    if request.method != "POST" or not request.can_read_body:
        return args
    if request.content_type == "application/json":
        try:
            body = json.loads(await request.text() or "{}")
        except ValueError:
            raise SlackError("invalid_json") from None
        if not isinstance(body, dict):
            raise SlackError("json_not_object")
        return args | body
    if request.content_type not in ("application/x-www-form-urlencoded", "multipart/form-data"):
        raise SlackError("invalid_post_type")
    return args | {name: value for name, value in (await request.post()).items() if isinstance(value, str)}


def _is_json(response: web.Response) -> bool:
    return response.content_type == "application/json"


def _take_token(request: web.Request, args: Json) -> str | None:
    given = args.pop("token", None)
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else given


async def before(request: web.Request, faults: Iterable[Fault]) -> web.Response | None:
    """Let the faults work that come before the call took effect; the answer that it gets instead, if any."""
    for fault in faults:
        match fault.kind:
            case "latency":
                await asyncio.sleep(fault.seconds)
            case "rate_limited":
                seconds = str(max(1, round(fault.seconds)))
                return web.json_response(
                    {"ok": False, "error": "ratelimited"}, status=429, headers={"Retry-After": seconds}
                )
            case "http_500":
                return web.Response(status=500, text="Internal Server Error")
            case "html":
                return web.Response(text=_PROXY_PAGE, content_type="text/html")
            case "error":
                return web.json_response({"ok": False, "error": fault.error})
            case "timeout_before":
                await _hold(request, fault.seconds)
                return web.Response(status=504)
            case "drop_before":
                await _hold(request, 0)
                return web.Response(status=504)
            case _:
                pass
    return None


async def lost_answer(request: web.Request, faults: Iterable[Fault]) -> bool:
    """Let the faults work that lose the answer of a call that took effect; whether one did."""
    for fault in faults:
        if fault.kind in ("timeout_after", "drop_after"):
            await _hold(request, fault.seconds if fault.kind == "timeout_after" else 0)
            return True
    return False


async def _hold(request: web.Request, seconds: float) -> None:
    """Say nothing for a while, then cut the connection: what is returned afterwards reaches nobody."""
    await asyncio.sleep(seconds)
    if request.transport is not None:
        request.transport.abort()


def _respond(slack: Slack, name: str, args: Json, started: float, outcome: Json | SlackError) -> web.Response:
    if isinstance(outcome, SlackError):
        body, status, headers = outcome.body, outcome.status, outcome.headers
    else:
        body, status, headers = outcome, 200, {}
    slack.record(name, args, started, status, body)
    return web.json_response(body, status=status, headers=headers)
