"""`/_play/`: the JSON API through which a page, a test or a demo acts as people and orders faults."""

import json
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

from aiohttp import web
from pydantic import ValidationError

from bot.playground import manifest, orders, people, sees
from bot.playground.app import AppOrder
from bot.playground.errors import NotPossible
from bot.playground.faults import DELIVERIES, OTHER_DOORS, Fault
from bot.playground.methods import METHODS
from bot.playground.person_orders import PERSON_ORDERS
from bot.playground.slack import Slack
from bot.playground.world import User


class PlayApi:
    """The routes; each answers `{"ok": true, …}` or, with 400, `{"ok": false, "error": "a sentence"}`."""

    def __init__(self, slack: Slack) -> None:
        self.slack = slack

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/_play/", self.index),
            web.get("/_play/people", self.people),
            web.post("/_play/people", self.change_person),
            web.get("/_play/people/{person}", self.overview),
            web.get("/_play/people/{person}/channels/{channel}", self.conversation),
            web.post("/_play/people/{person}/{order}", self.person_order),
            web.get("/_play/changes", self.changes),
            web.get("/_play/stream", self.stream),
            web.get("/_play/calls", self.calls),
            web.get("/_play/faults", self.faults),
            web.post("/_play/faults", self.order_fault),
            web.delete("/_play/faults", self.clear_faults),
            web.get("/_play/app", self.app),
            web.post("/_play/app", self.change_app),
            web.post("/_play/limits", self.limits),
            web.post("/_play/connections", self.connections),
            web.post("/_play/reset", self.reset),
        ]

    async def index(self, request: web.Request) -> web.Response:
        """Every order with the JSON Schema of its body."""
        known = {f"POST /_play/people/{{person}}/{o.name}": o.model.model_json_schema() for o in PERSON_ORDERS.values()}
        known |= {
            "POST /_play/faults": Fault.model_json_schema(),
            "POST /_play/app": AppOrder.model_json_schema(),
        }
        return _ok(orders=known)

    async def people(self, request: web.Request) -> web.Response:
        world = self.slack.world
        return _ok(people=sees.people(world), bot=world.bot_user, team=world.team_name)

    async def change_person(self, request: web.Request) -> web.Response:
        """Change someone's profile, or bring a new person in."""
        order = orders.Profile.model_validate(await _body(request))
        people.change(self.slack, order.name, order.model_dump(exclude={"name"}, exclude_none=True))
        return _ok()

    async def overview(self, request: web.Request) -> web.Response:
        return _ok(**sees.overview(self.slack, self._person(request)))

    async def conversation(self, request: web.Request) -> web.Response:
        user = self._person(request)
        channel = people.place(self.slack.world, user, request.match_info["channel"])
        limit = int(request.query.get("limit", 200))
        return _ok(**sees.conversation(self.slack, user, channel, request.query.get("thread_ts"), limit))

    async def person_order(self, request: web.Request) -> web.Response:
        order = PERSON_ORDERS.get(request.match_info["order"])
        if order is None:
            raise web.HTTPNotFound(text=f"no such order; there are: {', '.join(sorted(PERSON_ORDERS))}")
        body = order.model.model_validate(await _body(request))
        return _ok(**(await order.act(self.slack, self._person(request), body) or {}))

    def _person(self, request: web.Request) -> User:
        return people.person(self.slack.world, request.match_info["person"])

    async def changes(self, request: web.Request) -> web.Response:
        """Wait for changes later than `after`, up to `timeout` seconds (at most 60)."""
        after = int(request.query.get("after", self.slack.changes.last))
        timeout = min(60.0, float(request.query.get("timeout", 25)))
        found = await self.slack.changes.wait(after, timeout)
        return _ok(changes=found, seq=found[-1]["seq"] if found else max(after, 0))

    async def stream(self, request: web.Request) -> web.StreamResponse:
        """Server-sent events: one for each change, its number as the event's id."""
        seen = int(request.headers.get("Last-Event-ID") or request.query.get("after") or self.slack.changes.last)
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"})
        with suppress(ConnectionResetError):  # the tab was closed
            await response.prepare(request)
            await response.write(b": hello\n\n")
            while request.transport is not None and not request.transport.is_closing():
                found = await self.slack.changes.wait(seen, 15)
                lines = [f"id: {change['seq']}\ndata: {json.dumps(change)}\n\n" for change in found]
                seen = found[-1]["seq"] if found else seen
                await response.write("".join(lines or [": still here\n\n"]).encode())
        return response

    async def calls(self, request: web.Request) -> web.Response:
        """The Web API calls later than number `after`, oldest first; only of `method` if given."""
        after, method = int(request.query.get("after", 0)), request.query.get("method")
        kept = [c.as_json() for c in self.slack.calls if c.number > after and method in (None, c.method)]
        return _ok(calls=kept, last=self.slack.calls_made)

    async def faults(self, request: web.Request) -> web.Response:
        return _ok(faults=[fault.model_dump() for fault in self.slack.faults.ordered])

    async def order_fault(self, request: web.Request) -> web.Response:
        fault = Fault.model_validate(await _body(request))
        if fault.method not in (*METHODS, *DELIVERIES, *OTHER_DOORS):
            raise NotPossible(f"There is no method {fault.method}.")
        self.slack.faults.order(fault)
        self.slack.changes.add("faults")
        return _ok(fault=fault.model_dump())

    async def clear_faults(self, request: web.Request) -> web.Response:
        which = request.query.get("id")
        self.slack.faults.clear(int(which) if which else None)
        self.slack.changes.add("faults")
        return _ok()

    async def app(self, request: web.Request) -> web.Response:
        return _ok(app=manifest.describe(self.slack))

    async def change_app(self, request: web.Request) -> web.Response:
        order = AppOrder.model_validate(await _body(request))
        await manifest.change(self.slack, order)
        return _ok(app=manifest.describe(self.slack))

    async def limits(self, request: web.Request) -> web.Response:
        self.slack.limits.on = orders.Limits.model_validate(await _body(request)).on
        self.slack.limits.clear()
        return _ok()

    async def connections(self, request: web.Request) -> web.Response:
        order = orders.Connections.model_validate(await _body(request))
        socket = self.slack.deliveries.socket
        count = socket.drop() if order.do == "drop" else await socket.disconnect(order.do)
        return _ok(connections=count)

    async def reset(self, request: web.Request) -> web.Response:
        self.slack.reset()
        return _ok()


def _ok(**more: Any) -> web.Response:
    return web.json_response({"ok": True, **more})


async def _body(request: web.Request) -> Any:
    # A page of another site can't send this content type without asking first, and nothing here permits it.
    if request.content_type != "application/json":
        raise NotPossible("Orders are JSON: send them with `Content-Type: application/json`.")
    return json.loads(await request.text() or "{}")


async def in_words(
    handler: Callable[[web.Request], Awaitable[web.StreamResponse]], request: web.Request
) -> web.StreamResponse:
    """Turn what can't be done into a 400 with a sentence."""
    try:
        return await handler(request)
    except NotPossible as refused:
        text = str(refused)
    except ValidationError as wrong:
        text = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in wrong.errors())
    except ValueError as wrong:
        text = f"Bad request: {wrong}"
    return web.json_response({"ok": False, "error": text}, status=400)
