"""What one person sees: their sidebar, a conversation, the modal on their screen, their Home tab."""

from itertools import islice, takewhile
from typing import Any

from bot.playground import shapes
from bot.playground.shown import Reader
from bot.playground.slack import Slack
from bot.playground.world import Channel, Json, Message, User, View, World


def overview(slack: Slack, user: User) -> Json:
    """The sidebar and what is on the screen; `seq` is the last change that it includes."""
    world, app = slack.world, slack.app
    visible = [c for c in world.channels.values() if _visible(c, user)]
    stack = world.modals.get(user.id, [])
    return {
        "seq": slack.changes.last,
        "now": world.now(),
        "team": {"id": world.team_id, "name": world.team_name},
        "app": {"name": app.name, "user": world.bot_user, "connected": _connected(slack)},
        "me": shapes.user_json(world, user),
        "users": people(world),
        "usergroups": [shapes.usergroup_json(world, group, users=True) for group in world.usergroups.values()],
        "channels": [_in_sidebar(world, c, user) for c in visible if not c.is_direct],
        "directs": [_in_sidebar(world, c, user) for c in visible if c.is_direct and (c.messages or c.ephemerals)],
        "modal": {**view(world, stack[-1], user), "depth": len(stack)} if stack else None,
        "home": view(world, home, user) if (home := world.homes.get(user.id)) else None,
        "commands": [command.model_dump() for command in app.commands or []],
        "shortcuts": [shortcut.model_dump() for shortcut in app.shortcuts],
    }


def _connected(slack: Slack) -> bool:
    """Whether anything would take a command now."""
    return bool(slack.app.request_url or slack.deliveries.socket.connections)


def _visible(channel: Channel, user: User) -> bool:
    guest = user.is_restricted or user.is_ultra_restricted
    return user.id in channel.members or (channel.kind == "public" and not guest)


def _in_sidebar(world: World, channel: Channel, user: User) -> Json:
    unread, mentions = _unread(world, channel, user) if user.id in channel.members else (0, 0)
    return {
        "id": channel.id,
        "name": channel.name,
        "kind": channel.kind,
        "members": list(channel.members),
        "is_member": user.id in channel.members,
        "archived": channel.archived,
        "topic": channel.topic.value,
        "purpose": channel.purpose.value,
        "unread": unread,
        "mentions": mentions,
    }


def _unread(world: World, channel: Channel, user: User) -> tuple[int, int]:
    """How many messages of others came since this person last looked, and how many of them call for them.

    Looks at a hundred messages at most: a number that only grows needs no count.
    """
    calls = [f"<@{user.id}>", "<!here>", "<!channel>", "<!everyone>"]
    calls += [f"<!subteam^{group.id}" for group in world.usergroups.values() if user.id in group.users]
    last_read = channel.last_read.get(user.id, "")
    new = takewhile(lambda message: message.ts > last_read, islice(reversed(channel.messages.values()), 100))
    heard = [m for m in new if m.user != user.id and (m.broadcast or not m.is_reply) and not m.tombstone]
    # A mention may stand in any text of any block, so look at all of them at once.
    said = [f"{message.text}\n{message.blocks}" for message in heard]
    return len(heard), sum(channel.is_direct or any(call in text for call in calls) for text in said)


def conversation(slack: Slack, user: User, channel: Channel, thread_ts: str | None, limit: int) -> Json:
    """The latest `limit` messages of a channel, or of one thread, oldest first, with ephemeral ones to this person."""
    world = slack.world
    newest = islice((m for m in reversed(channel.messages.values()) if _belongs(m, thread_ts)), limit)
    mine = [m for m in channel.ephemerals.values() if m.only_for == user.id and m.thread_ts == thread_ts]
    messages = sorted([*newest, *mine], key=lambda message: message.ts)
    return {
        "seq": slack.changes.last,
        "channel": _in_sidebar(world, channel, user),
        "messages": [message(world, m, user) for m in messages],
        "pins": [message(world, channel.messages[ts], user) for ts in channel.pins],
        "bookmarks": [shapes.bookmark_json(world, channel, bookmark) for bookmark in channel.bookmarks.values()],
    }


def _belongs(message: Message, thread_ts: str | None) -> bool:
    if thread_ts is not None:
        return thread_ts in (message.ts, message.thread_ts)
    return message.broadcast or not message.is_reply


def message(world: World, seen: Message, user: User) -> Json:
    """A message as Slack returns it, plus `author`, `shown` (its plain text for this person), `only_visible_to_you`."""
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


def view(world: World, seen: View, user: User) -> Json:
    """A view as Slack returns it, plus `errors` by block id and `shown` (its plain text)."""
    return {
        **shapes.view_json(world, seen),
        "errors": seen.errors,
        "shown": Reader(world, user.tz).view(seen.content),
    }


def people(world: World) -> list[dict[str, Any]]:
    return [shapes.user_json(world, user) for user in world.users.values()]
