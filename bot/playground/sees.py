"""What one person sees: their sidebar, a conversation, the modal on their screen, their Home tab."""

from itertools import islice
from typing import Any

from bot.playground import shapes
from bot.playground.shown import Reader
from bot.playground.slack import Slack
from bot.playground.world import Channel, Json, Message, User, View, World


def overview(slack: Slack, user: User) -> Json:
    """The sidebar and what is on the screen; `seq` is the last change that it includes."""
    world = slack.world
    visible = [c for c in world.channels.values() if _visible(c, user)]
    return {
        "seq": slack.changes.last,
        "me": shapes.user_json(world, user),
        "team": {"id": world.team_id, "name": world.team_name},
        "channels": [_in_sidebar(world, c, user) for c in visible if not c.is_direct],
        "directs": [_in_sidebar(world, c, user) for c in visible if c.is_direct and (c.messages or c.ephemerals)],
        "modal": modal(world, user),
        "home": view(world, home, user) if (home := world.homes.get(user.id)) else None,
        "shortcuts": slack.app.shortcuts,
        "now": world.now(),
    }


def _visible(channel: Channel, user: User) -> bool:
    guest = user.is_restricted or user.is_ultra_restricted
    return user.id in channel.members or (channel.kind == "public" and not guest)


def _in_sidebar(world: World, channel: Channel, user: User) -> Json:
    unread = 0
    last_read = channel.last_read.get(user.id, "")
    for message in reversed(channel.messages.values()):
        if message.ts <= last_read:
            break
        unread += message.user != user.id and (message.broadcast or not message.is_reply)
    return {
        "id": channel.id,
        "name": channel.name,
        "kind": channel.kind,
        "with": [member for member in channel.members if member != user.id] if channel.is_direct else [],
        "is_member": user.id in channel.members,
        "archived": channel.archived,
        "topic": channel.topic.value,
        "purpose": channel.purpose.value,
        "unread": unread if user.id in channel.members else 0,
    }


def conversation(slack: Slack, user: User, channel: Channel, thread_ts: str | None, limit: int) -> Json:
    """The latest `limit` messages of a channel, or of one thread, oldest first, with ephemeral ones to this person."""
    world = slack.world
    newest = islice((m for m in reversed(channel.messages.values()) if _belongs(m, thread_ts)), limit)
    mine = [m for m in channel.ephemerals.values() if m.only_for == user.id and m.thread_ts == thread_ts]
    messages = sorted([*newest, *mine], key=lambda message: message.ts)
    return {
        "seq": slack.changes.last,
        "channel": _in_sidebar(world, channel, user),
        "members": list(channel.members),
        "messages": [message(world, m, user) for m in messages],
        "pins": [message(world, channel.messages[ts], user) for ts in channel.pins],
        "bookmarks": [shapes.bookmark_json(world, channel, bookmark) for bookmark in channel.bookmarks.values()],
    }


def _belongs(message: Message, thread_ts: str | None) -> bool:
    if thread_ts is not None:
        return thread_ts in (message.ts, message.thread_ts)
    return message.broadcast or not message.is_reply


def message(world: World, seen: Message, user: User) -> Json:
    """A message as Slack returns it, plus `author`, `shown` (its plain text for this person) and `only_visible_to_you`."""
    author = world.users[seen.user]
    return {
        **shapes.message_json(world, seen),
        "channel": seen.channel,
        "author": {
            "id": author.id,
            "name": author.name,
            "real_name": seen.username or author.real_name,
            "is_app": author.is_bot,
            "color": author.color,
        },
        "shown": Reader(world, user.tz).message(seen),
        "only_visible_to_you": seen.only_for is not None,
    }


def modal(world: World, user: User) -> Json | None:
    stack = world.modals.get(user.id)
    return {**view(world, stack[-1], user), "depth": len(stack)} if stack else None


def view(world: World, seen: View, user: User) -> Json:
    """A view as Slack returns it, plus `errors` by block id and `shown` (its plain text)."""
    return {
        **shapes.view_json(world, seen),
        "errors": seen.errors,
        "shown": Reader(world, user.tz).view(seen.content),
    }


def people(world: World) -> list[dict[str, Any]]:
    return [shapes.user_json(world, user) for user in world.users.values()]
