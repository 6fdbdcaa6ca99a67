"""reactions.*"""

import re

from bot.playground import acts, shapes
from bot.playground.errors import SlackError
from bot.playground.methods.table import Call, method
from bot.playground.world import Channel, Json, Message

MAX_EMOJI = 23  # different emoji on one message
_EMOJI = re.compile(r"[a-z0-9_+'-]+(::skin-tone-[2-6])?")


def emoji_name(name: str) -> str:
    """An emoji's name without colons. Raises `invalid_name`."""
    bare = name.strip(":") if name.startswith(":") else name
    if not _EMOJI.fullmatch(bare):
        raise SlackError("invalid_name")
    return bare


@method("reactions.add", 3, "reactions:write")
def add(call: Call, *, channel: str, name: str, timestamp: str = "") -> None:
    where, message = _item(call, channel, timestamp)
    emoji = emoji_name(name)
    if call.caller.id in message.reactions.get(emoji, []):
        raise SlackError("already_reacted")
    if emoji not in message.reactions and len(message.reactions) >= MAX_EMOJI:
        raise SlackError("too_many_emoji")
    acts.react(call.slack.world, where, message, call.caller.id, emoji)


@method("reactions.remove", 2, "reactions:write")
def remove(call: Call, *, channel: str = "", timestamp: str = "", name: str) -> None:
    if not channel:
        raise SlackError("no_item_specified")
    where, message = _item(call, channel, timestamp)
    emoji = emoji_name(name)
    if call.caller.id not in message.reactions.get(emoji, []):
        raise SlackError("no_reaction")
    acts.unreact(call.slack.world, where, message, call.caller.id, emoji)


@method("reactions.get", 3, "reactions:read")
def get(call: Call, *, channel: str = "", timestamp: str = "", full: bool = False) -> Json:
    if not channel:
        raise SlackError("no_item_specified")
    where = call.channel(channel)
    message = call.item(where, timestamp)
    world = call.slack.world
    link = shapes.permalink(world, message)
    return {
        "type": "message",
        "channel": where.id,
        "message": {**shapes.message_json(world, message), "permalink": link},
    }


def _item(call: Call, channel: str, timestamp: str) -> tuple[Channel, Message]:
    where = call.own_channel(channel)
    return where, call.item(where, timestamp)
