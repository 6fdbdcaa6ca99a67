"""What a person does in Slack's client without an app's help: write, edit, react, join, archive, upload, open Home.

Everything that the client would not let them do is refused with NotPossible.
"""

from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.playground import acts, inputs, shapes
from bot.playground.errors import NotPossible, SlackError
from bot.playground.methods.conversations import MAX_NOTE, checked_name
from bot.playground.methods.reactions import emoji_name
from bot.playground.slack import Slack
from bot.playground.typed import as_sent
from bot.playground.world import Channel, File, Message, User, World


def person(world: World, wanted: str) -> User:
    """Someone who can act, by id or handle: not the bot, not deactivated."""
    user = world.users[inputs.person(world, wanted)]
    if user.id in (world.bot_user, world.slackbot) or user.deleted:
        raise NotPossible(f"{user.name} {'is deactivated' if user.deleted else 'is no person'} and can't act.")
    return user


def place(world: World, user: User, wanted: str) -> Channel:
    """A conversation that a person sees: `#name`, an id, or `@handle` for a direct one."""
    if wanted.startswith(("@", "U")):
        return acts.open_direct(world, (user.id, inputs.person(world, wanted)))
    channel = world.channels[inputs.conversation(world, wanted)]
    if user.id not in channel.members and (channel.kind != "public" or user.is_restricted or user.is_ultra_restricted):
        raise NotPossible(f"{user.name} can't see {wanted}.")
    return channel


def own_place(world: World, user: User, wanted: str) -> Channel:
    """A conversation that a person is in and may write to."""
    channel = place(world, user, wanted)
    if channel.archived:
        raise NotPossible(f"#{channel.name} is archived.")
    if user.id not in channel.members:
        raise NotPossible(f"{user.name} is not in #{channel.name}: join it first.")
    return channel


def seen_message(channel: Channel, user: User, ts: str) -> Message:
    """A message that a person sees, ephemeral ones to them included."""
    whispered = channel.ephemerals.get(ts)
    message = channel.messages.get(ts) or (whispered if whispered and whispered.only_for == user.id else None)
    if message is None or message.tombstone:
        raise NotPossible(f"{user.name} sees no message {ts} here.")
    return message


def write(
    slack: Slack,
    user: User,
    channel: Channel,
    text: str,
    thread_ts: str | None,
    files: list[str],
    broadcast: bool,
) -> Message:
    """Post a message as a person; `text` is what they type."""
    if not text.strip() and not files:
        raise NotPossible("There is nothing to send.")
    world = slack.world
    for file in files:
        if file not in world.files:
            raise NotPossible(f"There is no file {file}: upload it first.")
    thread = None
    if thread_ts:
        parent = channel.messages.get(thread_ts)
        if parent is None:
            raise NotPossible(f"There is no thread {thread_ts} in this channel.")
        thread = parent.thread_ts or parent.ts
    said = as_sent(text, world, labels=False)
    message = Message(channel.id, world.new_ts(), user.id, said, thread_ts=thread, files=files, broadcast=broadcast)
    message.subtype = "file_share" if files else "thread_broadcast" if thread and broadcast else None
    return acts.post(world, channel, message)


def edit(slack: Slack, user: User, channel: Channel, ts: str, text: str) -> None:
    message = seen_message(channel, user, ts)
    if message.user != user.id or message.subtype not in (None, "file_share", "thread_broadcast"):
        raise NotPossible(f"{user.name} can't edit this message: it isn't theirs.")
    acts.edit(slack.world, channel, message, user.id, text=as_sent(text, slack.world, labels=False))


def delete(slack: Slack, user: User, channel: Channel, ts: str) -> None:
    """Delete one's own message; an admin anyone's, the app's too. An ephemeral one is just dismissed."""
    message = seen_message(channel, user, ts)
    if message.only_for:
        acts.unwhisper(slack.world, channel, message)
        return
    if message.user != user.id and not user.is_admin:
        raise NotPossible(f"{user.name} can't delete this message: it isn't theirs, and they are no admin.")
    acts.delete(slack.world, channel, message)


def react(slack: Slack, user: User, channel: Channel, ts: str, name: str, *, remove: bool) -> None:
    message = seen_message(channel, user, ts)
    if message.only_for:
        raise NotPossible("Nobody can react to an ephemeral message.")
    try:
        emoji = emoji_name(name)
    except SlackError:
        raise NotPossible(f"{name!r} is no emoji name.") from None
    has = user.id in message.reactions.get(emoji, [])
    if has is not remove:
        raise NotPossible(f"{user.name} {'has already' if has else 'has not'} reacted with :{emoji}:.")
    (acts.unreact if remove else acts.react)(slack.world, channel, message, user.id, emoji)


def join(slack: Slack, user: User, channel: Channel) -> None:
    if channel.archived:
        raise NotPossible(f"#{channel.name} is archived.")
    if user.id not in channel.members:
        acts.join(slack.world, channel, user.id)


def invite(slack: Slack, user: User, channel: Channel, wanted: str) -> None:
    """Bring someone, or the app, into a channel."""
    guest = inputs.person(slack.world, wanted)
    if guest not in channel.members:
        acts.join(slack.world, channel, guest, user.id)


def remove(slack: Slack, user: User, channel: Channel, wanted: str) -> None:
    """Remove someone, or the app, from a channel; or leave it oneself."""
    member = inputs.person(slack.world, wanted)
    if channel.is_general or channel.is_direct:
        raise NotPossible("Nobody can leave or be removed here.")
    if member not in channel.members:
        raise NotPossible(f"{wanted} is not in #{channel.name}.")
    if user.is_restricted and member != user.id:
        raise NotPossible(f"{user.name} is a guest and can't remove others.")
    acts.leave(slack.world, channel, member)


def create(slack: Slack, user: User, name: str, *, private: bool) -> Channel:
    try:
        return acts.create(slack.world, checked_name(slack.world, name), user.id, private=private)
    except SlackError as refused:
        raise NotPossible(f"#{name} can't be made: {refused.code}.") from None


def rename(slack: Slack, user: User, channel: Channel, name: str) -> None:
    if channel.is_direct:
        raise NotPossible("A direct conversation has no name.")
    try:
        acts.rename(slack.world, channel, checked_name(slack.world, name), user.id)
    except SlackError as refused:
        raise NotPossible(f"#{channel.name} can't be renamed to {name}: {refused.code}.") from None


def archive(slack: Slack, user: User, channel: Channel) -> None:
    if channel.is_general or channel.is_direct:
        raise NotPossible("This conversation can't be archived.")
    acts.archive(slack.world, channel, user.id)


def unarchive(slack: Slack, user: User, channel: Channel) -> None:
    if not channel.archived:
        raise NotPossible(f"#{channel.name} is not archived.")
    acts.unarchive(slack.world, channel, user.id)


def set_topic(slack: Slack, user: User, channel: Channel, topic: str) -> None:
    if channel.is_direct or len(topic) > MAX_NOTE:
        raise NotPossible(f"Only a channel has a topic, of {MAX_NOTE} characters at most.")
    acts.set_note(slack.world, channel, "topic", topic, user.id)


def pin(slack: Slack, user: User, channel: Channel, ts: str, *, remove: bool) -> None:
    message = seen_message(channel, user, ts)
    if message.only_for or (ts in channel.pins) is not remove:
        raise NotPossible("This message can't be pinned or unpinned: it is so already, or only one person sees it.")
    (acts.unpin if remove else acts.pin)(slack.world, channel, message, user.id)


def upload(slack: Slack, user: User, name: str, content: bytes, mimetype: str) -> File:
    world = slack.world
    file = File(
        world.new_id("F"),
        name,
        name,
        user.id,
        world.seconds(),
        len(content),
        mimetype,
        content,
        uploaded=True,
    )
    world.files[file.id] = file
    return file


def open_home(slack: Slack, user: User) -> None:
    """Look at the app's Home tab; the app hears of it and may publish."""
    world = slack.world
    direct = acts.open_direct(world, (user.id, world.bot_user))
    view = world.homes.get(user.id)
    event = {"type": "app_home_opened", "user": user.id, "channel": direct.id, "tab": "home"}
    shown = {"view": shapes.view_json(world, view)} if view else {}
    world.on_event({**event, **shown, "event_ts": world.new_ts()}, None)


def change(slack: Slack, name: str, profile: dict[str, Any]) -> None:
    """Change a profile, deactivate someone, or bring in a new person, who joins #general."""
    world = slack.world
    if "tz" in profile:
        try:
            ZoneInfo(profile["tz"])
        except (ZoneInfoNotFoundError, ValueError):
            raise NotPossible(f"There is no time zone {profile['tz']!r}.") from None
    user = next((user for user in world.users.values() if user.name == name), None)
    if user is not None:
        acts.change_user(world, user, **profile)
        return
    acts.add_user(world, User(**{"id": world.new_id("U"), "name": name, "real_name": name, "tz": "UTC"} | profile))


def read(slack: Slack, user: User, channel: Channel) -> None:
    """Mark all of a channel as read."""
    if channel.messages:
        channel.last_read[user.id] = next(reversed(channel.messages))
        slack.world.changes.add("read", channel=channel.id, user=user.id)
