"""conversations.*: who is in a channel."""

from bot.playground import acts
from bot.playground.errors import SlackError
from bot.playground.methods.conversations import listed, need_for, of_types, shown
from bot.playground.methods.table import Call, Limit, Names, method, page
from bot.playground.world import Channel, Json

MAX_INVITED = 1000


@method("conversations.members", 4, "channels:read", "groups:read", "im:read", "mpim:read")
def members(call: Call, *, channel: str, limit: Limit = 100, cursor: str = "") -> Json:
    where = call.channel(channel)
    need_for(call, where, "read")
    some, metadata = page(list(where.members), limit, cursor)
    return {"members": some, **metadata}


@method(
    "conversations.invite",
    3,
    "channels:manage",
    "groups:write",
    "channels:write.invites",
    "groups:write.invites",
)
def invite(call: Call, *, channel: str, users: Names | None = None, force: bool = False) -> Json:
    """All or none, unless `force`: then the valid ones get in, and the answer names the others."""
    where = _group(call, channel)
    call.need(*(("groups:write", "groups:write.invites") if where.kind == "private" else _PUBLIC_INVITES))
    where = call.own_channel(channel)
    if not users:
        raise SlackError("no_user")
    if len(users) > MAX_INVITED:
        raise SlackError("too_many_users")
    refused = [{"user": user, "ok": False, "error": code} for user in users if (code := _refusal(call, where, user))]
    if refused and not (force and len(refused) < len(users)):
        raise SlackError(str(refused[0]["error"]), errors=refused)
    out = {entry["user"] for entry in refused}
    for user in dict.fromkeys(users):
        if user not in out:
            acts.join(call.slack.world, where, user, call.caller.id)
    return {**shown(call, where), **({"errors": refused} if refused else {})}


_PUBLIC_INVITES = ("channels:manage", "channels:write.invites")


def _refusal(call: Call, channel: Channel, user_id: str) -> str | None:
    user = call.slack.world.users.get(user_id)
    if user is None or user.deleted:
        return "user_not_found"
    if user_id == call.caller.id:
        return "cant_invite_self"
    if user_id in channel.members:
        return "already_in_channel"
    if user.is_ultra_restricted:
        return "ura_max_channels"
    return None


@method("conversations.kick", 3, "channels:manage", "groups:write")
def kick(call: Call, *, channel: str, user: str) -> Json:
    where = _group(call, channel)
    call.need("groups:write" if where.kind == "private" else "channels:manage")
    call.user(user)
    if user == call.caller.id:
        raise SlackError("cant_kick_self")
    if where.is_general:
        raise SlackError("cant_kick_from_general")
    where = call.own_channel(channel)
    if user not in where.members:
        raise SlackError("not_in_channel")
    acts.leave(call.slack.world, where, user)
    return {"errors": {}}


@method("conversations.join", 3, "channels:join")
def join(call: Call, *, channel: str) -> Json:
    where = call.channel(channel)
    if where.kind != "public":
        raise SlackError("method_not_supported_for_channel_type")
    if where.archived:
        raise SlackError("is_archived")
    if call.caller.id in where.members:
        already = {"warning": "already_in_channel", "response_metadata": {"warnings": ["already_in_channel"]}}
        return {**shown(call, where), **already}
    acts.join(call.slack.world, where, call.caller.id)
    return shown(call, where)


@method("conversations.leave", 3, "channels:manage", "groups:write")
def leave(call: Call, *, channel: str) -> Json:
    where = _group(call, channel)
    call.need("groups:write" if where.kind == "private" else "channels:manage")
    if where.archived:
        raise SlackError("is_archived")
    if where.is_general:
        raise SlackError("cant_leave_general")
    if call.caller.id not in where.members:
        return {"not_in_channel": True}
    acts.leave(call.slack.world, where, call.caller.id)
    return {}


def _group(call: Call, channel: str) -> Channel:
    where = call.channel(channel)
    if where.is_direct:
        raise SlackError("method_not_supported_for_channel_type")
    return where


@method("users.conversations", 3, "channels:read", "groups:read", "im:read", "mpim:read")
def users_conversations(
    call: Call,
    *,
    user: str = "",
    types: Names | None = None,
    exclude_archived: bool = False,
    limit: Limit = 100,
    cursor: str = "",
) -> Json:
    """The conversations that a user (the app unless told) is in; private ones only if the app is in them too."""
    whose = call.user(user).id if user else call.caller.id
    found = [c for c in of_types(call, types) if whose in c.members]
    seen = [c for c in found if c.kind == "public" or call.caller.id in c.members]
    return listed(call, seen, exclude_archived, limit, cursor)
