"""bookmarks.*"""

from urllib.parse import urlsplit

from bot.playground import acts, shapes
from bot.playground.errors import SlackError
from bot.playground.methods.reactions import emoji_name
from bot.playground.methods.table import Call, method
from bot.playground.world import Bookmark, Json

MAX_BOOKMARKS = 100


def _checked_link(link: str) -> str:
    parts = urlsplit(link)
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise SlackError("invalid_link")
    return link


def _checked_emoji(emoji: str) -> str:
    try:
        return f":{emoji_name(emoji)}:" if emoji else ""
    except SlackError:
        raise SlackError("invalid_emoji") from None


@method("bookmarks.add", 2, "bookmarks:write")
def add(call: Call, *, channel_id: str, title: str, type: str, link: str = "", emoji: str = "") -> Json:
    where = call.own_channel(channel_id)
    if type != "link":
        raise SlackError("invalid_bookmark_type")
    if len(where.bookmarks) >= MAX_BOOKMARKS:
        raise SlackError("too_many_bookmarks")
    world = call.slack.world
    now = world.seconds()
    bookmark = Bookmark(world.new_id("Bk"), title, _checked_link(link), _checked_emoji(emoji), call.caller.id, now, now)
    acts.set_bookmark(world, where, bookmark)
    return {"bookmark": shapes.bookmark_json(world, where, bookmark)}


@method("bookmarks.edit", 2, "bookmarks:write")
def edit(call: Call, *, channel_id: str, bookmark_id: str, title: str = "", link: str = "", emoji: str = "") -> Json:
    where = call.own_channel(channel_id)
    known = where.bookmarks.get(bookmark_id)
    if known is None:
        raise SlackError("not_found")
    world = call.slack.world
    new_link, new_emoji = _checked_link(link) if link else known.link, _checked_emoji(emoji) or known.emoji
    known.title, known.link, known.emoji = title or known.title, new_link, new_emoji
    known.updated, known.user = world.seconds(), call.caller.id
    acts.set_bookmark(world, where, known)
    return {"bookmark": shapes.bookmark_json(world, where, known)}


@method("bookmarks.remove", 2, "bookmarks:write")
def remove(call: Call, *, channel_id: str, bookmark_id: str) -> None:
    where = call.own_channel(channel_id)
    if bookmark_id not in where.bookmarks:
        raise SlackError("not_found")
    acts.remove_bookmark(call.slack.world, where, bookmark_id)


@method("bookmarks.list", 3, "bookmarks:read")
def list_all(call: Call, *, channel_id: str) -> Json:
    where = call.channel(channel_id)
    bookmarks = where.bookmarks.values()
    return {"bookmarks": [shapes.bookmark_json(call.slack.world, where, bookmark) for bookmark in bookmarks]}
