"""pins.*"""

from bot.playground import acts, shapes
from bot.playground.errors import SlackError
from bot.playground.methods.table import Call, method
from bot.playground.world import Json

MAX_PINS = 100


@method("pins.add", 2, "pins:write")
def add(call: Call, *, channel: str, timestamp: str = "") -> None:
    where = call.own_channel(channel)
    message = call.item(where, timestamp)
    if timestamp in where.pins:
        raise SlackError("already_pinned")
    if len(where.pins) >= MAX_PINS:
        raise SlackError("too_many_pins")
    acts.pin(call.slack.world, where, message, call.caller.id)


@method("pins.remove", 2, "pins:write")
def remove(call: Call, *, channel: str, timestamp: str = "") -> None:
    where = call.own_channel(channel)
    message = call.item(where, timestamp)
    if timestamp not in where.pins:
        raise SlackError("no_pin")
    acts.unpin(call.slack.world, where, message, call.caller.id)


@method("pins.list", 2, "pins:read")
def list_all(call: Call, *, channel: str) -> Json:
    where = call.channel(channel)
    world = call.slack.world
    items = []
    for ts, pin in reversed(where.pins.items()):
        message = where.messages[ts]
        link = shapes.permalink(world, message)
        shown = {**shapes.message_json(world, message), "permalink": link}
        about = {"type": "message", "channel": where.id, "created": pin.created, "created_by": pin.user}
        items.append({**about, "message": shown})
    return {"items": items}
