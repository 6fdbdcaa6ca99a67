"""The workspace's things as Slack writes them in answers, payloads and events."""

from datetime import UTC, datetime
from urllib.parse import quote
from zoneinfo import ZoneInfo

from bot.playground.world import Bookmark, Channel, File, Json, Message, Note, User, Usergroup, View, World


def user_json(world: World, user: User) -> Json:
    zone = ZoneInfo(user.tz)
    here = datetime.fromtimestamp(world.now(), UTC).astimezone(zone)
    offset = here.utcoffset()
    first, _, last = user.real_name.partition(" ")
    return {
        "id": user.id,
        "team_id": world.team_id,
        "name": user.name,
        "deleted": user.deleted,
        "color": user.color,
        "real_name": user.real_name,
        "tz": user.tz,
        "tz_label": here.tzname() or user.tz,
        "tz_offset": int(offset.total_seconds()) if offset else 0,
        "profile": {
            "title": user.title,
            "real_name": user.real_name,
            "real_name_normalized": user.real_name,
            "display_name": user.name,
            "display_name_normalized": user.name,
            "first_name": first,
            "last_name": last,
            "status_text": "",
            "status_emoji": "",
            "team": world.team_id,
            **({"bot_id": world.bot_id, "api_app_id": world.app_id} if user.is_bot else {}),
            **({"email": user.email} if user.id not in (world.bot_user, world.slackbot) else {}),
        },
        "is_admin": user.is_admin,
        "is_owner": user.is_admin,
        "is_primary_owner": False,
        "is_restricted": user.is_restricted or user.is_ultra_restricted,
        "is_ultra_restricted": user.is_ultra_restricted,
        "is_bot": user.is_bot,
        "is_app_user": False,
        "updated": world.seconds(),
    }


def bot_profile(world: World) -> Json:
    return {
        "id": world.bot_id,
        "deleted": False,
        "name": world.bot.name,
        "updated": 0,
        "app_id": world.app_id,
        "user_id": world.bot_user,
        "icons": {},
        "team_id": world.team_id,
    }


def _note(note: Note) -> Json:
    return {"value": note.value, "creator": note.creator, "last_set": note.last_set}


def channel_json(world: World, channel: Channel, viewer: str) -> Json:
    """A conversation as `viewer` (a user id) gets it."""
    common: Json = {
        "id": channel.id,
        "created": channel.created,
        "is_im": channel.kind == "im",
        "is_mpim": channel.kind == "mpim",
        "is_channel": channel.kind == "public",
        "is_group": channel.kind == "private",
        "is_private": channel.kind != "public",
        "is_archived": channel.archived,
        "is_org_shared": False,
        "context_team_id": world.team_id,
        "updated": channel.created * 1000,
    }
    if channel.kind == "im":
        other = next((member for member in channel.members if member != viewer), viewer)
        return {
            **common,
            "user": other,
            "is_user_deleted": world.users[other].deleted,
            "is_open": True,
            "priority": 0,
        }
    return {
        **common,
        "name": channel.name,
        "name_normalized": channel.name,
        "creator": channel.creator,
        "is_general": channel.is_general,
        "is_member": viewer in channel.members,
        "is_shared": False,
        "is_ext_shared": False,
        "is_pending_ext_shared": False,
        "pending_shared": [],
        "shared_team_ids": [world.team_id],
        "unlinked": 0,
        "topic": _note(channel.topic),
        "purpose": _note(channel.purpose),
        "previous_names": list(channel.previous_names),
    }


def message_json(world: World, message: Message, *, metadata: bool = False) -> Json:
    """A message as Slack returns it; its metadata only when asked for, as with `include_all_metadata`."""
    if message.tombstone:
        shown: Json = {
            "type": "message",
            "subtype": "tombstone",
            "hidden": True,
            "user": "USLACKBOT",
            "text": "This message was deleted.",
            "ts": message.ts,
        }
    else:
        shown = {
            "type": "message",
            "user": message.user,
            "ts": message.ts,
            "team": world.team_id,
            "text": message.text,
        }
        if message.subtype:
            shown["subtype"] = message.subtype
        if message.bot_id:
            shown |= {"bot_id": message.bot_id, "app_id": world.app_id, "bot_profile": bot_profile(world)}
        if message.blocks:
            shown["blocks"] = message.blocks
        if message.attachments:
            shown["attachments"] = message.attachments
        if message.username:
            shown["username"] = message.username
        if message.icons:
            shown["icons"] = message.icons
        if message.edited:
            shown["edited"] = message.edited
        if message.inviter:
            shown["inviter"] = message.inviter
        if message.files:
            shown["files"] = [file_json(world, world.files[file]) for file in message.files]
        if message.reactions:
            shown["reactions"] = [
                {"name": name, "users": list(users), "count": len(users)} for name, users in message.reactions.items()
            ]
        if message.metadata:
            shown["metadata"] = message.metadata if metadata else {"event_type": message.metadata.get("event_type", "")}
        if message.ts in world.channels[message.channel].pins:
            shown["pinned_to"] = [message.channel]
    if message.thread_ts:
        shown["thread_ts"] = message.thread_ts
        if message.is_reply:
            shown["parent_user_id"] = _parent_user(world, message)
    if message.replies:
        replies = [world.channels[message.channel].messages[ts] for ts in message.replies]
        people = list(dict.fromkeys(reply.user for reply in replies))
        shown |= {
            "thread_ts": message.ts,
            "reply_count": len(replies),
            "reply_users_count": len(people),
            "reply_users": people[:5],
            "latest_reply": message.replies[-1],
            "is_locked": False,
            "subscribed": False,
        }
    return shown


def _parent_user(world: World, reply: Message) -> str:
    parent = world.channels[reply.channel].messages.get(reply.thread_ts or "")
    return parent.user if parent else ""


def permalink(world: World, message: Message) -> str:
    link = f"{world.base_url}/archives/{message.channel}/p{message.ts.replace('.', '')}"
    return f"{link}?thread_ts={message.thread_ts}&cid={message.channel}" if message.is_reply else link


def file_json(world: World, file: File) -> Json:
    link = f"{world.base_url}/files/{file.id}/{quote(file.name)}"
    suffix = file.name.rpartition(".")[2] if "." in file.name else "txt"
    return {
        "id": file.id,
        "created": file.created,
        "timestamp": file.created,
        "name": file.name,
        "title": file.title,
        "mimetype": file.mimetype,
        "filetype": suffix,
        "pretty_type": suffix.upper(),
        "user": file.user,
        "user_team": world.team_id,
        "editable": False,
        "size": file.size,
        "mode": "hosted",
        "is_external": False,
        "is_public": True,
        "url_private": link,
        "url_private_download": link,
    }


def usergroup_json(world: World, group: Usergroup, *, users: bool) -> Json:
    return {
        "id": group.id,
        "team_id": world.team_id,
        "is_usergroup": True,
        "is_subteam": True,
        "name": group.name,
        "description": "",
        "handle": group.handle,
        "is_external": False,
        "date_create": group.created,
        "date_update": group.created,
        "date_delete": group.created if group.disabled else 0,
        "user_count": len(group.users),
        **({"users": list(group.users)} if users else {}),
    }


def bookmark_json(world: World, channel: Channel, bookmark: Bookmark) -> Json:
    return {
        "id": bookmark.id,
        "channel_id": channel.id,
        "title": bookmark.title,
        "link": bookmark.link,
        "emoji": bookmark.emoji,
        "type": "link",
        "date_created": bookmark.created,
        "date_updated": bookmark.updated,
        "last_updated_by_user_id": bookmark.user,
        "last_updated_by_team_id": world.team_id,
        "app_id": world.app_id,
    }


def view_json(world: World, view: View) -> Json:
    content = view.content
    modal = content["type"] == "modal"
    return {
        "id": view.id,
        "team_id": world.team_id,
        "type": content["type"],
        "blocks": content["blocks"],
        "private_metadata": content.get("private_metadata") or "",
        "callback_id": content.get("callback_id") or "",
        "state": {"values": view.state},
        "hash": view.hash,
        "title": content.get("title") if modal else None,
        "submit": content.get("submit") if modal else None,
        "close": content.get("close") if modal else None,
        "clear_on_close": bool(content.get("clear_on_close")),
        "notify_on_close": bool(content.get("notify_on_close")),
        "submit_disabled": bool(content.get("submit_disabled")),
        "external_id": view.external_id,
        "root_view_id": view.root_id,
        "previous_view_id": view.previous_id,
        "app_id": world.app_id,
        "app_installed_team_id": world.team_id,
        "bot_id": world.bot_id,
    }
