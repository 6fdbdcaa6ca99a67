"""`/_play/`: the JSON API through which a page, a test or a demo acts as people and orders faults."""

import base64
import binascii
import json
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from aiohttp import web
from pydantic import BaseModel, ValidationError

from bot.playground import acts, inputs, interactions, manifest, orders, people, sees
from bot.playground.app import AppOrder
from bot.playground.faults import Fault
from bot.playground.people import NotPossible
from bot.playground.slack import Slack
from bot.playground.world import Json, Message, User

Act = Callable[[Slack, User, Any], Awaitable[Json | None]]


@dataclass(frozen=True, slots=True)
class PersonOrder:
    """`POST /_play/people/{person}/{name}` with a body of `model`."""

    name: str
    model: type[BaseModel]
    act: Act


PERSON_ORDERS: dict[str, PersonOrder] = {}


def _order(model: type[BaseModel]) -> Callable[[Act], Act]:
    def declare(act: Act) -> Act:
        PERSON_ORDERS[act.__name__] = PersonOrder(act.__name__, model, act)
        return act

    return declare


def _shown(slack: Slack, user: User, message: Message | None) -> Json:
    return {"message": sees.message(slack.world, message, user) if message else None}


@_order(orders.Say)
async def say(slack: Slack, user: User, order: orders.Say) -> Json:
    channel = people.own_place(slack.world, user, order.channel)
    message = people.write(slack, user, channel, order.text, order.thread_ts, order.files, order.broadcast)
    return _shown(slack, user, message)


@_order(orders.Edit)
async def edit(slack: Slack, user: User, order: orders.Edit) -> None:
    people.edit(slack, user, people.own_place(slack.world, user, order.channel), order.ts, order.text)


@_order(orders.OnMessage)
async def delete(slack: Slack, user: User, order: orders.OnMessage) -> None:
    people.delete(slack, user, people.place(slack.world, user, order.channel), order.ts)


@_order(orders.Command)
async def command(slack: Slack, user: User, order: orders.Command) -> Json:
    channel = people.own_place(slack.world, user, order.channel)
    failure, answer = await interactions.command(slack, user, channel, order.text)
    return {"failure": failure, **_shown(slack, user, answer)}


@_order(orders.Press)
async def press(slack: Slack, user: User, order: orders.Press) -> Json:
    world = slack.world
    if order.view:
        view = interactions.top_modal(slack, user) if order.view == "modal" else world.homes.get(user.id)
        if view is None:
            raise NotPossible(f"{user.name} has no Home tab yet.")
        found = interactions.find_element(view.content["blocks"], order.action_id, order.label, order.block_id)
        return {"failure": await interactions.press_in_view(slack, user, view, found, order.value)}
    channel = people.place(world, user, order.channel or "")
    message = people.seen_message(channel, user, order.ts or "")
    blocks = message.blocks + [b for a in message.attachments for b in a.get("blocks", [])]
    found = interactions.find_element(blocks, order.action_id, order.label, order.block_id)
    return {"failure": await interactions.press(slack, user, channel, message, found, order.value)}


@_order(orders.Press)
async def options(slack: Slack, user: User, order: orders.Press) -> Json:
    """What an `external_select` offers for the typed `value`."""
    world = slack.world
    if order.view:
        view = interactions.top_modal(slack, user)
        found = interactions.find_element(view.content["blocks"], order.action_id, order.label, order.block_id)
        return {"options": await interactions.suggest(slack, user, found, str(order.value or ""), view, None)}
    channel = people.place(world, user, order.channel or "")
    message = people.seen_message(channel, user, order.ts or "")
    found = interactions.find_element(message.blocks, order.action_id, order.label, order.block_id)
    return {"options": await interactions.suggest(slack, user, found, str(order.value or ""), channel, message)}


@_order(orders.Submit)
async def submit(slack: Slack, user: User, order: orders.Submit) -> Json:
    errors = await interactions.submit(slack, user, order.values)
    return {"errors": errors, "modal": sees.modal(slack.world, user)}


@_order(orders.Close)
async def close(slack: Slack, user: User, order: orders.Close) -> None:
    await interactions.close(slack, user, all_of_them=order.all)


@_order(orders.Shortcut)
async def shortcut(slack: Slack, user: User, order: orders.Shortcut) -> Json:
    if order.channel is None or order.ts is None:
        return {"failure": await interactions.global_shortcut(slack, user, order.callback_id)}
    channel = people.place(slack.world, user, order.channel)
    message = people.seen_message(channel, user, order.ts)
    return {"failure": await interactions.message_shortcut(slack, user, channel, message, order.callback_id)}


@_order(orders.React)
async def react(slack: Slack, user: User, order: orders.React) -> None:
    channel = people.own_place(slack.world, user, order.channel)
    people.react(slack, user, channel, order.ts, order.name, remove=False)


@_order(orders.React)
async def unreact(slack: Slack, user: User, order: orders.React) -> None:
    channel = people.own_place(slack.world, user, order.channel)
    people.react(slack, user, channel, order.ts, order.name, remove=True)


@_order(orders.InChannel)
async def join(slack: Slack, user: User, order: orders.InChannel) -> None:
    people.join(slack, user, people.place(slack.world, user, order.channel))


@_order(orders.InChannel)
async def leave(slack: Slack, user: User, order: orders.InChannel) -> None:
    people.remove(slack, user, people.own_place(slack.world, user, order.channel), user.id)


@_order(orders.WithUser)
async def invite(slack: Slack, user: User, order: orders.WithUser) -> None:
    people.invite(slack, user, people.own_place(slack.world, user, order.channel), order.user)


@_order(orders.WithUser)
async def remove(slack: Slack, user: User, order: orders.WithUser) -> None:
    people.remove(slack, user, people.own_place(slack.world, user, order.channel), order.user)


@_order(orders.Create)
async def create(slack: Slack, user: User, order: orders.Create) -> Json:
    return {"channel": people.create(slack, user, order.name, private=order.private).id}


@_order(orders.InChannel)
async def archive(slack: Slack, user: User, order: orders.InChannel) -> None:
    channel = people.own_place(slack.world, user, order.channel)
    if channel.is_general or channel.is_direct:
        raise NotPossible("This conversation can't be archived.")
    acts.archive(slack.world, channel, user.id)


@_order(orders.InChannel)
async def unarchive(slack: Slack, user: User, order: orders.InChannel) -> None:
    channel = people.place(slack.world, user, order.channel)
    if not channel.archived:
        raise NotPossible(f"#{channel.name} is not archived.")
    acts.unarchive(slack.world, channel, user.id)


@_order(orders.Rename)
async def rename(slack: Slack, user: User, order: orders.Rename) -> None:
    people.rename(slack, user, people.own_place(slack.world, user, order.channel), order.name)


@_order(orders.Topic)
async def topic(slack: Slack, user: User, order: orders.Topic) -> None:
    channel = people.own_place(slack.world, user, order.channel)
    acts.set_note(slack.world, channel, "topic", order.topic, user.id)


@_order(orders.OnMessage)
async def pin(slack: Slack, user: User, order: orders.OnMessage) -> None:
    people.pin(slack, user, people.own_place(slack.world, user, order.channel), order.ts, remove=False)


@_order(orders.OnMessage)
async def unpin(slack: Slack, user: User, order: orders.OnMessage) -> None:
    people.pin(slack, user, people.own_place(slack.world, user, order.channel), order.ts, remove=True)


@_order(orders.Upload)
async def upload(slack: Slack, user: User, order: orders.Upload) -> Json:
    try:
        content = base64.b64decode(order.content, validate=True)
    except binascii.Error:
        raise NotPossible("`content` is no base64.") from None
    return {"file": people.upload(slack, user, order.name, content, order.mimetype).id}


@_order(orders.Nothing)
async def home(slack: Slack, user: User, order: orders.Nothing) -> None:
    people.open_home(slack, user)


@_order(orders.InChannel)
async def read(slack: Slack, user: User, order: orders.InChannel) -> None:
    people.read(slack, user, people.place(slack.world, user, order.channel))


@_order(orders.Profile)
async def profile(slack: Slack, user: User, order: orders.Profile) -> None:
    changed = order.model_dump(exclude_none=True)
    if "tz" in changed:
        try:
            ZoneInfo(changed["tz"])
        except (ZoneInfoNotFoundError, ValueError):
            raise NotPossible(f"There is no time zone {changed['tz']!r}.") from None
    acts.change_user(slack.world, user, **changed)


class PlayApi:
    """The routes; each answers `{"ok": true, …}` or, with 400, `{"ok": false, "error": "a sentence"}`."""

    def __init__(self, slack: Slack) -> None:
        self.slack = slack

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/_play/", self.index),
            web.get("/_play/people", self.people),
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
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"})
        await response.prepare(request)
        seen = int(request.headers.get("Last-Event-ID") or request.query.get("after") or self.slack.changes.last)
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
        kept = [asdict(c) for c in self.slack.calls if c.number > after and method in (None, c.method)]
        return _ok(calls=kept, last=self.slack.calls_made)

    async def faults(self, request: web.Request) -> web.Response:
        return _ok(faults=[fault.model_dump() for fault in self.slack.faults.ordered])

    async def order_fault(self, request: web.Request) -> web.Response:
        fault = self.slack.faults.order(Fault.model_validate(await _body(request)))
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


@web.middleware
async def in_words(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """Turn what can't be done into a 400 with a sentence."""
    try:
        return await handler(request)
    except NotPossible as refused:
        text = str(refused)
    except ValidationError as wrong:
        text = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in wrong.errors())
    except inputs.BadInput as bad:
        text = str(bad)
    except ValueError as wrong:
        text = f"Bad request: {wrong}"
    return web.json_response({"ok": False, "error": text}, status=400)
