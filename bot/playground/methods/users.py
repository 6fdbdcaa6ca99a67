"""users.* and usergroups.*: who is there."""

from bot.playground import shapes
from bot.playground.errors import SlackError
from bot.playground.methods.table import Call, Limit, method, page
from bot.playground.world import Json


@method("users.info", 4, "users:read")
def info(call: Call, *, user: str, include_locale: bool = False) -> Json:
    shown = shapes.user_json(call.slack.world, call.user(user))
    return {"user": {**shown, **({"locale": "en-US"} if include_locale else {}), **_email(call, shown)}}


@method("users.list", 2, "users:read")
def list_all(call: Call, *, limit: Limit = 1000, cursor: str = "", include_locale: bool = False) -> Json:
    world = call.slack.world
    some, metadata = page(list(world.users.values()), limit, cursor)
    members = [shapes.user_json(world, user) for user in some]
    locale = {"locale": "en-US"} if include_locale else {}
    return {
        "members": [{**m, **locale, **_email(call, m)} for m in members],
        "cache_ts": world.seconds(),
        **metadata,
    }


def _email(call: Call, shown: Json) -> Json:
    """Without `users:read.email` a profile has no address."""
    if call.slack.app.may("users:read.email"):
        return {}
    return {"profile": {key: value for key, value in shown["profile"].items() if key != "email"}}


@method("users.lookupByEmail", 3, "users:read.email")
def lookup_by_email(call: Call, *, email: str) -> Json:
    world = call.slack.world
    found = next((u for u in world.users.values() if u.email == email.lower() and not u.is_bot and not u.deleted), None)
    if found is None:
        raise SlackError("users_not_found")
    return {"user": shapes.user_json(world, found)}


@method("users.getPresence", 3, "users:read")
def get_presence(call: Call, *, user: str) -> Json:
    return {"presence": "away" if call.user(user).deleted else "active"}


@method("usergroups.list", 2, "usergroups:read")
def usergroups_list(call: Call, *, include_users: bool = False, include_disabled: bool = False) -> Json:
    world = call.slack.world
    groups = [group for group in world.usergroups.values() if include_disabled or not group.disabled]
    return {"usergroups": [shapes.usergroup_json(world, group, users=include_users) for group in groups]}


@method("usergroups.users.list", 2, "usergroups:read")
def usergroups_users_list(call: Call, *, usergroup: str, include_disabled: bool = False) -> Json:
    group = call.slack.world.usergroups.get(usergroup)
    if group is None or (group.disabled and not include_disabled):
        raise SlackError("no_such_subteam")
    return {"users": list(group.users)}
