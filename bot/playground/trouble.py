"""Ordered faults at work on one HTTP request to this Slack."""

import asyncio
from collections.abc import Callable, Sequence

from aiohttp import web

from bot.playground.faults import Fault

_AFTER = ("timeout_after", "drop_after")
_PROXY_PAGE = "<!DOCTYPE html><html><body><h1>502 Bad Gateway</h1></body></html>"


async def respond(
    request: web.Request,
    faults: Sequence[Fault],
    act: Callable[[], web.Response],
    told: Callable[[web.Response | None], None] = lambda response: None,
) -> web.Response:
    """Answer `request` with what `act` says, as far as the faults let it.

    `told` learns what goes out, None where nothing does, before a held connection is waited for.
    """
    for slow in faults:
        if slow.kind == "latency":
            await asyncio.sleep(slow.seconds)
    fault = next((fault for fault in faults if fault.kind != "latency"), None)
    if fault is None:
        response = act()
        told(response)
        return response
    if fault.kind in _AFTER:
        act()
    early = _early(fault)
    told(early)
    if early is None:
        await _hold(request, fault)
    return early or web.Response()


def _early(fault: Fault) -> web.Response | None:
    """What is answered in place of the real answer; None where nothing is."""
    match fault.kind:
        case "rate_limited":
            body, retry_after = {"ok": False, "error": "ratelimited"}, str(max(1, round(fault.seconds)))
            return web.json_response(body, status=429, headers={"Retry-After": retry_after})
        case "http_500":
            return web.Response(status=500, text="Internal Server Error")
        case "html":
            return web.Response(text=_PROXY_PAGE, content_type="text/html")
        case "error":
            return web.json_response({"ok": False, "error": fault.error})
        case _:
            return None


async def _hold(request: web.Request, fault: Fault) -> None:
    """Say nothing for a while, then cut the connection: what is returned afterwards reaches nobody."""
    if fault.kind.startswith("timeout"):
        await asyncio.sleep(fault.seconds)
    if request.transport is not None:
        request.transport.abort()
