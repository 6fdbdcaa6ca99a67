"""What a person types, turned into what Slack sends: escaped, with people, channels and links as entities."""

import re

from bot.playground.world import User, Usergroup, World

_ENTITY = re.compile(r"(?P<link>https?://[^\s<>|]+)|@(?P<at>[\w.-]+)|(?<![\w&])#(?P<channel>[\w-]+)")
_BROADCASTS = ("here", "channel", "everyone")


def escape(text: str) -> str:
    """Slack escapes these three, and only these."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def as_sent(text: str, world: World, *, labels: bool) -> str:
    """Typed text as the app gets it. `labels`: `<@U1|maya>`, `<#C1|general>`, as in commands with `should_escape`."""
    people = {user.name: user for user in world.users.values()}
    groups = {group.handle: group for group in world.usergroups.values()}

    def entity(match: re.Match[str]) -> str:
        if link := match["link"]:
            bare = link.rstrip(".,;:!?)'\"")
            return f"<{escape(bare)}>{escape(link[len(bare) :])}"
        if name := match["at"]:
            return _mention(name, people, labels) or _group_mention(name, groups) or match[0]
        channel = world.channel_named(match["channel"])
        if channel is None or channel.archived:
            return match[0]
        return f"<#{channel.id}|{channel.name if labels or channel.kind == 'public' else ''}>"

    def _group_mention(name: str, known: dict[str, Usergroup]) -> str | None:
        if name in _BROADCASTS:
            return f"<!{name}>"
        return f"<!subteam^{known[name].id}|@{name}>" if name in known else None

    parts: list[str] = []
    end = 0
    for match in _ENTITY.finditer(text):
        parts += [escape(text[end : match.start()]), entity(match)]
        end = match.end()
    return "".join([*parts, escape(text[end:])])


def _mention(name: str, people: dict[str, User], labels: bool) -> str | None:
    bare = name.rstrip(".-_")
    user = people.get(name) or people.get(bare)
    if user is None:
        return None
    rest = "" if user.name == name else name[len(bare) :]
    return f"<@{user.id}{'|' + user.name if labels else ''}>{rest}"
