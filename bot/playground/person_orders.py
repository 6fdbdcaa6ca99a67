"""What can be ordered in a person's name: `POST /_play/people/{person}/{order}`, one function for each."""

import base64
import binascii
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from bot.playground import interactions, orders, people, sees
from bot.playground.errors import NotPossible
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


def person_order(model: type[BaseModel]) -> Callable[[Act], Act]:
    def declare(act: Act) -> Act:
        PERSON_ORDERS[act.__name__] = PersonOrder(act.__name__, model, act)
        return act

    return declare


def _shown(slack: Slack, user: User, message: Message | None) -> Json:
    return {"message": sees.message(slack.world, message, user) if message else None}


@person_order(orders.Say)
async def say(slack: Slack, user: User, order: orders.Say) -> Json:
    channel = people.own_place(slack.world, user, order.channel)
    message = people.write(slack, user, channel, order.text, order.thread_ts, order.files, order.broadcast)
    return _shown(slack, user, message)


@person_order(orders.Edit)
async def edit(slack: Slack, user: User, order: orders.Edit) -> None:
    people.edit(slack, user, people.own_place(slack.world, user, order.channel), order.ts, order.text)


@person_order(orders.OnMessage)
async def delete(slack: Slack, user: User, order: orders.OnMessage) -> None:
    people.delete(slack, user, people.place(slack.world, user, order.channel), order.ts)


@person_order(orders.Command)
async def command(slack: Slack, user: User, order: orders.Command) -> Json:
    channel = people.own_place(slack.world, user, order.channel)
    failure, answer = await interactions.command(slack, user, channel, order.text)
    return {"failure": failure, **_shown(slack, user, answer)}


def _pressed(slack: Slack, user: User, order: orders.Press) -> tuple[interactions.Surface, tuple[Json, Json]]:
    """What the order is about: where, and which element with its block."""
    surface: interactions.Surface | None
    if order.view == "modal":
        surface = interactions.top_modal(slack, user)
    elif order.view == "home":
        surface = slack.world.homes.get(user.id)
    else:
        channel = people.place(slack.world, user, order.channel or "")
        surface = interactions.Posted(channel, people.seen_message(channel, user, order.ts or ""))
    if surface is None:
        raise NotPossible(f"{user.name} has no Home tab yet.")
    blocks = interactions.blocks_on(surface)
    return surface, interactions.find_element(blocks, order.action_id, order.label, order.block_id)


@person_order(orders.Press)
async def press(slack: Slack, user: User, order: orders.Press) -> Json:
    surface, found = _pressed(slack, user, order)
    return {"failure": await interactions.press(slack, user, surface, found, order.value)}


@person_order(orders.Press)
async def options(slack: Slack, user: User, order: orders.Press) -> Json:
    """What an `external_select` offers for the typed `value`."""
    surface, found = _pressed(slack, user, order)
    return {"options": await interactions.suggest(slack, user, surface, found, str(order.value or ""))}


@person_order(orders.Submit)
async def submit(slack: Slack, user: User, order: orders.Submit) -> Json:
    errors = await interactions.submit(slack, user, order.values)
    return {"errors": errors, "modal": sees.overview(slack, user)["modal"]}


@person_order(orders.Close)
async def close(slack: Slack, user: User, order: orders.Close) -> None:
    await interactions.close(slack, user, all_of_them=order.all)


@person_order(orders.Shortcut)
async def shortcut(slack: Slack, user: User, order: orders.Shortcut) -> Json:
    if order.channel is None or order.ts is None:
        return {"failure": await interactions.global_shortcut(slack, user, order.callback_id)}
    channel = people.place(slack.world, user, order.channel)
    message = people.seen_message(channel, user, order.ts)
    return {"failure": await interactions.message_shortcut(slack, user, channel, message, order.callback_id)}


@person_order(orders.React)
async def react(slack: Slack, user: User, order: orders.React) -> None:
    channel = people.own_place(slack.world, user, order.channel)
    people.react(slack, user, channel, order.ts, order.name, remove=False)


@person_order(orders.React)
async def unreact(slack: Slack, user: User, order: orders.React) -> None:
    channel = people.own_place(slack.world, user, order.channel)
    people.react(slack, user, channel, order.ts, order.name, remove=True)


@person_order(orders.InChannel)
async def join(slack: Slack, user: User, order: orders.InChannel) -> None:
    people.join(slack, user, people.place(slack.world, user, order.channel))


@person_order(orders.InChannel)
async def leave(slack: Slack, user: User, order: orders.InChannel) -> None:
    people.remove(slack, user, people.own_place(slack.world, user, order.channel), user.id)


@person_order(orders.WithUser)
async def invite(slack: Slack, user: User, order: orders.WithUser) -> None:
    people.invite(slack, user, people.own_place(slack.world, user, order.channel), order.user)


@person_order(orders.WithUser)
async def remove(slack: Slack, user: User, order: orders.WithUser) -> None:
    people.remove(slack, user, people.own_place(slack.world, user, order.channel), order.user)


@person_order(orders.Create)
async def create(slack: Slack, user: User, order: orders.Create) -> Json:
    return {"channel": people.create(slack, user, order.name, private=order.private).id}


@person_order(orders.InChannel)
async def archive(slack: Slack, user: User, order: orders.InChannel) -> None:
    people.archive(slack, user, people.own_place(slack.world, user, order.channel))


@person_order(orders.InChannel)
async def unarchive(slack: Slack, user: User, order: orders.InChannel) -> None:
    people.unarchive(slack, user, people.place(slack.world, user, order.channel))


@person_order(orders.Rename)
async def rename(slack: Slack, user: User, order: orders.Rename) -> None:
    people.rename(slack, user, people.own_place(slack.world, user, order.channel), order.name)


@person_order(orders.Topic)
async def topic(slack: Slack, user: User, order: orders.Topic) -> None:
    people.set_topic(slack, user, people.own_place(slack.world, user, order.channel), order.topic)


@person_order(orders.OnMessage)
async def pin(slack: Slack, user: User, order: orders.OnMessage) -> None:
    people.pin(slack, user, people.own_place(slack.world, user, order.channel), order.ts, remove=False)


@person_order(orders.OnMessage)
async def unpin(slack: Slack, user: User, order: orders.OnMessage) -> None:
    people.pin(slack, user, people.own_place(slack.world, user, order.channel), order.ts, remove=True)


@person_order(orders.Upload)
async def upload(slack: Slack, user: User, order: orders.Upload) -> Json:
    try:
        content = base64.b64decode(order.content, validate=True)
    except binascii.Error:
        raise NotPossible("`content` is no base64.") from None
    return {"file": people.upload(slack, user, order.name, content, order.mimetype).id}


@person_order(orders.Nothing)
async def home(slack: Slack, user: User, order: orders.Nothing) -> None:
    people.open_home(slack, user)


@person_order(orders.InChannel)
async def read(slack: Slack, user: User, order: orders.InChannel) -> None:
    people.read(slack, user, people.place(slack.world, user, order.channel))
