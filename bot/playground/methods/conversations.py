"""conversations.*: channels and direct messages, their names, topics and ends. Members and history have own files."""

import re

from bot.playground import acts, shapes
from bot.playground.errors import SlackError
from bot.playground.methods.table import Call, Limit, Names, method, page
from bot.playground.world import Channel, Json, World

MAX_NAME = 80
MAX_NOTE = 250  # characters of a topic or a purpose
KIND_SCOPES = {"public": "channels", "private": "groups", "im": "im", "mpim": "mpim"}
KIND_TYPES = {"public": "public_channel", "private": "private_channel", "im": "im", "mpim": "mpim"}
_NAME = re.compile(r"[\w-]+")


def need_for(call: Call, channel: Channel, right: str) -> None:
    """Ask for the scope of this kind of channel: `channels:read` for a public one, `im:history` for a direct one."""
    call.need(f"{KIND_SCOPES[channel.kind]}:{right}")


def checked_name(world: World, name: str) -> str:
    """A new channel's name. Raises `invalid_name_*`, and `name_taken`: for ever, also by archived and renamed ones."""
    if len(name) > MAX_NAME:
        raise SlackError("invalid_name_maxlength")
    if not name.strip("-_"):
        raise SlackError("invalid_name_punctuation")
    if name != name.lower() or not _NAME.fullmatch(name):
        raise SlackError("invalid_name_specials")
    if name in world.names:
        raise SlackError("name_taken")
    return name


def shown(call: Call, channel: Channel) -> Json:
    return {"channel": shapes.channel_json(call.slack.world, channel, call.caller.id)}


@method("conversations.create", 2, "channels:manage", "groups:write")
def create(call: Call, *, name: str = "", is_private: bool = False) -> Json:
    call.need("groups:write" if is_private else "channels:manage")
    if not name:
        raise SlackError("invalid_name_required")
    world = call.slack.world
    return shown(call, acts.create(world, checked_name(world, name), call.caller.id, private=is_private))


@method("conversations.archive", 2, "channels:manage", "groups:write")
def archive(call: Call, *, channel: str) -> None:
    where = _manageable(call, channel)
    if where.archived:
        raise SlackError("already_archived")
    if where.is_general:
        raise SlackError("cant_archive_general")
    if call.caller.id not in where.members:
        raise SlackError("not_in_channel")
    acts.archive(call.slack.world, where, call.caller.id)


@method("conversations.unarchive", 2, "channels:manage", "groups:write")
def unarchive(call: Call, *, channel: str) -> None:
    """A bot token can't: the bot is out of the archived channel."""
    where = _manageable(call, channel)
    if not where.archived:
        raise SlackError("not_archived")
    raise SlackError("not_in_channel")


@method("conversations.rename", 2, "channels:manage", "groups:write")
def rename(call: Call, *, channel: str, name: str = "") -> Json:
    where = _open_and_in(call, channel)
    if not name:
        raise SlackError("invalid_name_required")
    if where.creator != call.caller.id:
        raise SlackError("not_authorized")
    world = call.slack.world
    if name != where.name:
        mine = world.names.get(name) == where.id  # its own earlier name
        acts.rename(world, where, name if mine else checked_name(world, name), call.caller.id)
    return shown(call, where)


def _manageable(call: Call, channel: str) -> Channel:
    where = call.channel(channel)
    if where.is_direct:
        raise SlackError("method_not_supported_for_channel_type")
    call.need("groups:write" if where.kind == "private" else "channels:manage")
    return where


def _open_and_in(call: Call, channel: str) -> Channel:
    _manageable(call, channel)
    return call.own_channel(channel)


@method("conversations.setTopic", 2, "channels:manage", "groups:write", "im:write", "mpim:write")
def set_topic(call: Call, *, channel: str, topic: str = "") -> Json:
    return _set_note(call, channel, "topic", topic)


@method("conversations.setPurpose", 2, "channels:manage", "groups:write", "im:write", "mpim:write")
def set_purpose(call: Call, *, channel: str, purpose: str = "") -> Json:
    return _set_note(call, channel, "purpose", purpose)


def _set_note(call: Call, channel: str, which: str, value: str) -> Json:
    where = call.own_channel(channel)
    if where.is_direct:
        raise SlackError("method_not_supported_for_channel_type")
    call.need("groups:write" if where.kind == "private" else "channels:manage")
    if len(value) > MAX_NOTE:
        raise SlackError("too_long")
    acts.set_note(call.slack.world, where, which, value, call.caller.id)
    return shown(call, where)


@method("conversations.info", 3, "channels:read", "groups:read", "im:read", "mpim:read")
def info(call: Call, *, channel: str, include_num_members: bool = False, include_locale: bool = False) -> Json:
    where = call.channel(channel)
    need_for(call, where, "read")
    answer = shown(call, where)
    if include_num_members:
        answer["channel"]["num_members"] = len(where.members)
    if include_locale:
        answer["channel"]["locale"] = "en-US"
    return answer


@method("conversations.list", 2, "channels:read", "groups:read", "im:read", "mpim:read")
def list_all(
    call: Call,
    *,
    types: Names | None = None,
    exclude_archived: bool = False,
    limit: Limit = 100,
    cursor: str = "",
) -> Json:
    found = [c for c in of_types(call, types) if c.kind == "public" or call.caller.id in c.members]
    return listed(call, found, exclude_archived, limit, cursor)


def of_types(call: Call, types: list[str] | None) -> list[Channel]:
    """Channels of these types (public ones unless told). Raises `invalid_types`, `missing_scope`."""
    wanted = types or ["public_channel"]
    kinds = {name: kind for kind, name in KIND_TYPES.items()}
    if not set(wanted) <= set(kinds):
        raise SlackError("invalid_types")
    for name in wanted:
        call.need(f"{KIND_SCOPES[kinds[name]]}:read")
    chosen = {kinds[name] for name in wanted}
    return [channel for channel in call.slack.world.channels.values() if channel.kind in chosen]


def listed(call: Call, channels: list[Channel], exclude_archived: bool, limit: int, cursor: str) -> Json:
    open_ones = [c for c in channels if not (exclude_archived and c.archived)]
    some, metadata = page(open_ones, limit, cursor)
    world = call.slack.world
    return {"channels": [shapes.channel_json(world, channel, call.caller.id) for channel in some], **metadata}


@method("conversations.open", 3, "im:write", "mpim:write", "channels:manage", "groups:write")
def open_direct(
    call: Call,
    *,
    users: Names | None = None,
    channel: str = "",
    return_im: bool = False,
    prevent_creation: bool = False,
) -> Json:
    if channel:
        direct = call.channel(channel)
    elif users:
        direct = _direct(call, users, prevent_creation)
    else:
        raise SlackError("users_list_not_supplied")
    return shown(call, direct) if return_im else {"channel": {"id": direct.id}}


def _direct(call: Call, users: list[str], prevent_creation: bool) -> Channel:
    if len(users) > 8:
        raise SlackError("too_many_users")
    call.need("im:write" if len(users) == 1 else "mpim:write")
    for user in users:
        if call.user(user).deleted:
            raise SlackError("user_disabled")
    members = {call.caller.id, *users}
    if prevent_creation and frozenset(members) not in call.slack.world.directs:
        raise SlackError("channel_not_found")
    return acts.open_direct(call.slack.world, members)
