"""What can happen in a workspace, whoever makes it happen: each act changes the world, and tells the app and the feed.

The Web API and people use the same acts; each checks beforehand what it may do.
"""

from collections.abc import Iterable

from bot.playground import shapes
from bot.playground.world import Bookmark, Channel, ChannelKind, Json, Message, Note, Pin, User, World

_CHANNEL_TYPES = {"public": "channel", "private": "group", "im": "im", "mpim": "mpim"}
_MEMBER_TYPES = {"public": "C", "private": "G", "im": "D", "mpim": "G"}


def post(world: World, channel: Channel, message: Message) -> Message:
    """Put a message in its channel (and thread) and say so. Its `ts` must come from `world.new_ts()`."""
    channel.messages[message.ts] = message
    if message.is_reply and (parent := channel.messages.get(message.thread_ts or "")):
        parent.thread_ts = parent.ts
        parent.replies.append(message.ts)
    channel.last_read[message.user] = message.ts
    world.changes.add("message", channel=channel.id, ts=message.ts, thread_ts=message.thread_ts)
    body = shapes.message_json(world, message)
    world.on_event({**body, **_at(channel, message.ts), "channel_type": _CHANNEL_TYPES[channel.kind]}, channel)
    if f"<@{world.bot_user}>" in message.text and message.user != world.bot_user and channel.kind != "im":
        world.on_event({**body, "type": "app_mention", **_at(channel, message.ts)}, channel)
    return message


def whisper(world: World, channel: Channel, message: Message) -> Message:
    """Show an ephemeral message to its one reader. Slack tells apps nothing of it and never returns it again."""
    channel.ephemerals[message.ts] = message
    world.changes.add("ephemeral", channel=channel.id, ts=message.ts, only_for=message.only_for)
    return message


def rewhisper(world: World, channel: Channel, message: Message, **new: object) -> None:
    """Change an ephemeral message, as only a response URL can."""
    for name, value in new.items():
        setattr(message, name, value)
    world.changes.add("ephemeral", channel=channel.id, ts=message.ts, only_for=message.only_for)


def unwhisper(world: World, channel: Channel, message: Message) -> None:
    """Take an ephemeral message off its reader's screen."""
    del channel.ephemerals[message.ts]
    world.changes.add("ephemeral_deleted", channel=channel.id, ts=message.ts, only_for=message.only_for)


def announce(world: World, channel: Channel, subtype: str, user: str, text: str, **more: str) -> None:
    """A line that Slack itself writes into a channel: someone joined, the topic changed."""
    post(world, channel, Message(channel.id, world.new_ts(), user, text, subtype=subtype, **more))  # type: ignore[arg-type]


def edit(world: World, channel: Channel, message: Message, by: str, *, marked: bool = True, **new: object) -> None:
    """Change what a message says. Tells the app; notifies nobody. `marked` shows "(edited)"."""
    before = shapes.message_json(world, message)
    for name, value in new.items():
        setattr(message, name, value)
    if marked:
        message.edited = {"user": by, "ts": world.new_ts()}
    world.changes.add("message_changed", channel=channel.id, ts=message.ts, thread_ts=message.thread_ts)
    _hidden_event(
        world,
        channel,
        "message_changed",
        message=shapes.message_json(world, message),
        previous_message=before,
    )


def delete(world: World, channel: Channel, message: Message) -> None:
    """Take a message away. A thread's parent stays as "This message was deleted." while it has replies; apps are told
    of that as of a change."""
    before = shapes.message_json(world, message)
    channel.pins.pop(message.ts, None)
    world.changes.add("message_deleted", channel=channel.id, ts=message.ts, thread_ts=message.thread_ts)
    if message.replies:
        message.tombstone, message.text, message.blocks, message.metadata = True, "", [], None
        left = shapes.message_json(world, message)
        _hidden_event(world, channel, "message_changed", message=left, previous_message=before)
        return
    del channel.messages[message.ts]
    if message.is_reply and (parent := channel.messages.get(message.thread_ts or "")):
        parent.replies.remove(message.ts)
        if not parent.replies:
            parent.thread_ts = None
    _hidden_event(world, channel, "message_deleted", deleted_ts=message.ts, previous_message=before)


def react(world: World, channel: Channel, message: Message, user: str, emoji: str) -> None:
    message.reactions.setdefault(emoji, []).append(user)
    _reaction(world, channel, message, user, emoji, "reaction_added")


def unreact(world: World, channel: Channel, message: Message, user: str, emoji: str) -> None:
    message.reactions[emoji].remove(user)
    if not message.reactions[emoji]:
        del message.reactions[emoji]
    _reaction(world, channel, message, user, emoji, "reaction_removed")


def _reaction(world: World, channel: Channel, message: Message, user: str, emoji: str, kind: str) -> None:
    world.changes.add(kind, channel=channel.id, ts=message.ts, thread_ts=message.thread_ts)
    item = {"type": "message", "channel": channel.id, "ts": message.ts}
    event = {"type": kind, "user": user, "reaction": emoji, "item": item, "item_user": message.user}
    world.on_event({**event, "event_ts": world.new_ts()}, channel)


def create(world: World, name: str, creator: str, *, private: bool) -> Channel:
    kind: ChannelKind = "private" if private else "public"
    channel = Channel(world.new_id("C"), name, kind, creator, world.seconds(), {creator: None})
    world.channels[channel.id] = channel
    world.names[name] = channel.id
    world.changes.add("channel_created", channel=channel.id)
    if not private:
        about = {"id": channel.id, "name": name, "created": channel.created, "creator": creator}
        world.on_event({"type": "channel_created", "channel": about, "event_ts": world.new_ts()}, None)
    announce(world, channel, _joined(channel), creator, f"<@{creator}> has joined the channel")
    return channel


def open_direct(world: World, users: Iterable[str]) -> Channel:
    """The direct conversation of exactly these users, made if there is none yet."""
    members = frozenset(users)
    if known := world.directs.get(members):
        return world.channels[known]
    kind: ChannelKind = "im" if len(members) <= 2 else "mpim"
    ordered = sorted(members)
    handles = "--".join(world.users[user].name for user in ordered)
    name = "" if kind == "im" else f"mpdm-{handles}-1"
    channel = Channel(
        world.new_id("D" if kind == "im" else "G"),
        name,
        kind,
        ordered[0],
        world.seconds(),
        dict.fromkeys(ordered),
    )
    world.channels[channel.id] = channel
    world.directs[members] = channel.id
    world.changes.add("channel_created", channel=channel.id)
    return channel


def join(world: World, channel: Channel, user: str, inviter: str | None = None) -> None:
    channel.members[user] = None
    more = {"inviter": inviter} if inviter else {}
    announce(world, channel, _joined(channel), user, f"<@{user}> has joined the channel", **more)
    world.changes.add("member_joined", channel=channel.id, user=user)
    event = {
        "type": "member_joined_channel",
        "user": user,
        "channel": channel.id,
        "team": world.team_id,
        **more,
    }
    world.on_event({**event, "channel_type": _MEMBER_TYPES[channel.kind], "event_ts": world.new_ts()}, channel)


def leave(world: World, channel: Channel, user: str) -> None:
    """Leave, or be removed: the same in the channel; the app hears `channel_left` when it is the one."""
    event = {"type": "member_left_channel", "user": user, "channel": channel.id, "team": world.team_id}
    world.on_event({**event, "channel_type": _MEMBER_TYPES[channel.kind], "event_ts": world.new_ts()}, channel)
    if user == world.bot_user:
        left = "channel_left" if channel.kind == "public" else "group_left"
        world.on_event({"type": left, "channel": channel.id, "actor_id": user, "event_ts": world.new_ts()}, None)
    channel.members.pop(user, None)
    world.changes.add("member_left", channel=channel.id, user=user)


def archive(world: World, channel: Channel, by: str) -> None:
    """Archive a channel. Its people stay listed; the bot is out of it from then on."""
    announce(world, channel, _group_or(channel, "archive"), by, f"<@{by}> archived the channel")
    channel.archived = True
    world.changes.add("channel_archive", channel=channel.id)
    kind = _group_or(channel, "archive")
    world.on_event(
        {"type": kind, "channel": channel.id, "user": by, "is_moved": 0, "event_ts": world.new_ts()}, channel
    )
    channel.members.pop(world.bot_user, None)


def unarchive(world: World, channel: Channel, by: str) -> None:
    channel.archived = False
    channel.members.setdefault(by, None)
    world.changes.add("channel_unarchive", channel=channel.id)
    kind = _group_or(channel, "unarchive")
    world.on_event({"type": kind, "channel": channel.id, "user": by, "event_ts": world.new_ts()}, None)


def rename(world: World, channel: Channel, name: str, by: str) -> None:
    before, channel.name = channel.name, name
    channel.previous_names.append(before)
    world.names[name] = channel.id
    world.changes.add("channel_rename", channel=channel.id)
    about = {"id": channel.id, "name": name, "name_normalized": name, "created": channel.created}
    world.on_event({"type": _group_or(channel, "rename"), "channel": about, "event_ts": world.new_ts()}, channel)
    text = f'<@{by}> has renamed the channel from "{before}" to "{name}"'
    announce(world, channel, _group_or(channel, "name"), by, text)


def set_note(world: World, channel: Channel, which: str, value: str, by: str) -> None:
    """Set a channel's `topic` or `purpose`."""
    setattr(channel, which, Note(value, by, world.seconds()))
    world.changes.add(f"channel_{which}", channel=channel.id)
    announce(world, channel, _group_or(channel, which), by, f"<@{by}> set the channel {which}: {value}")


def pin(world: World, channel: Channel, message: Message, by: str) -> None:
    channel.pins[message.ts] = Pin(by, world.seconds())
    world.changes.add("pin_added", channel=channel.id, ts=message.ts)
    _pin_event(world, channel, message, by, "pin_added")


def unpin(world: World, channel: Channel, message: Message, by: str) -> None:
    del channel.pins[message.ts]
    world.changes.add("pin_removed", channel=channel.id, ts=message.ts)
    _pin_event(world, channel, message, by, "pin_removed")


def _pin_event(world: World, channel: Channel, message: Message, by: str, kind: str) -> None:
    item: Json = {
        "type": "message",
        "created": world.seconds(),
        "created_by": by,
        "channel": channel.id,
        "message": shapes.message_json(world, message),
    }
    event = {"type": kind, "user": by, "channel_id": channel.id, "item": item, "item_user": message.user}
    world.on_event({**event, "pin_count": len(channel.pins), "event_ts": world.new_ts()}, channel)


def set_bookmark(world: World, channel: Channel, bookmark: Bookmark) -> None:
    channel.bookmarks[bookmark.id] = bookmark
    world.changes.add("bookmark", channel=channel.id)


def remove_bookmark(world: World, channel: Channel, bookmark_id: str) -> None:
    del channel.bookmarks[bookmark_id]
    world.changes.add("bookmark", channel=channel.id)


def change_user(world: World, user: User, **new: object) -> None:
    """Change a person's profile: name, time zone, guest. Who is deactivated is out of every channel."""
    for name, value in new.items():
        setattr(user, name, value)
    if user.deleted:
        for channel in world.channels.values():
            if not channel.is_direct:
                channel.members.pop(user.id, None)
    world.changes.add("user_change", user=user.id)
    world.on_event({"type": "user_change", "user": shapes.user_json(world, user), "event_ts": world.new_ts()}, None)


def add_user(world: World, user: User) -> None:
    world.users[user.id] = user
    world.changes.add("user_change", user=user.id)
    world.on_event({"type": "team_join", "user": shapes.user_json(world, user), "event_ts": world.new_ts()}, None)
    join(world, world.channels[world.names["general"]], user.id)


def _at(channel: Channel, ts: str) -> Json:
    return {"channel": channel.id, "event_ts": ts}


def _hidden_event(world: World, channel: Channel, subtype: str, **more: object) -> None:
    ts = world.new_ts()
    event = {"type": "message", "subtype": subtype, "hidden": True, "ts": ts, **_at(channel, ts), **more}
    world.on_event({**event, "channel_type": _CHANNEL_TYPES[channel.kind]}, channel)


def _joined(channel: Channel) -> str:
    return _group_or(channel, "join")


def _group_or(channel: Channel, what: str) -> str:
    return f"{'group' if channel.kind == 'private' else 'channel'}_{what}"
