"""The Web API's door: reads a request, asks token, faults, limits and scopes, runs the method, records the call."""

import base64
import contextlib
import time

import orjson
from aiohttp import web

from bot.playground.app import APP_TOKEN, BOT_TOKEN
from bot.playground.errors import SlackError
from bot.playground.methods import METHODS, Method, table
from bot.playground.methods.table import Call
from bot.playground.scopes import all_scopes
from bot.playground.slack import Slack
from bot.playground.trouble import respond
from bot.playground.world import Json

_JSON = "application/json"


async def answer(slack: Slack, request: web.Request) -> web.StreamResponse:
    """Serve `/api/<method>`."""
    started = time.monotonic()
    name = request.match_info["method"]
    try:
        args, wrong_body = await read_arguments(request), None
    except SlackError as refused:
        args, wrong_body = {}, refused
    token = _take_token(request, args)

    def act() -> web.Response:
        status, headers = 200, {}
        try:
            if wrong_body:
                raise wrong_body
            body = call(slack, name, token, args)
        except SlackError as refused:
            body, status, headers = refused.body, refused.status, refused.headers
        if token == BOT_TOKEN:
            scopes = slack.app.scopes
            granted = ",".join(sorted(scopes if scopes is not None else all_scopes()))
            headers = {"X-OAuth-Scopes": granted, **headers}
        return web.Response(body=orjson.dumps(body), status=status, headers=headers, content_type=_JSON)

    def told(response: web.Response | None) -> None:
        slack.record(name, args, started, response)

    return await respond(request, slack.faults.take(name, args), act, told)


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
    return {"ok": True, **(method.run(caller, **table.read_arguments(method.arguments, args)) or {})}


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
    if request.content_type == _JSON:
        try:
            body = orjson.loads(await request.read() or b"{}")
        except ValueError:
            raise SlackError("invalid_json") from None
        if not isinstance(body, dict):
            raise SlackError("json_not_object")
        return args | body
    if request.content_type not in ("application/x-www-form-urlencoded", "multipart/form-data"):
        raise SlackError("invalid_post_type")
    return args | {name: value for name, value in (await request.post()).items() if isinstance(value, str)}


def _take_token(request: web.Request, args: Json) -> str | None:
    given = args.pop("token", None)
    scheme, _, credentials = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "basic":  # how an installation names its client
        with contextlib.suppress(ValueError):
            args["client_id"], _, args["client_secret"] = base64.b64decode(credentials).decode().partition(":")
    return credentials.strip() if scheme.lower() == "bearer" else given
