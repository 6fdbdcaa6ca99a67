"""Text for Slack's mrkdwn. Whatever people typed is escaped here, so that it shows as text and pings nobody."""

import re
from datetime import UTC, datetime

from bot.rules.model import SECOND, Person

_USER = re.compile(r"[UW][A-Z0-9]{2,}\Z")
# Invisible controls that turn the direction of all that follows, and could make one state read like another.
_BIDI = dict.fromkeys((0x202A, 0x202B, 0x202C, 0x202D, 0x202E, 0x2066, 0x2067, 0x2068, 0x2069))
_ENTITY = re.compile(r"<[^<>]*>|&(?:amp|lt|gt);|[\s\S]")


def escape(text: str) -> str:
    """`text` as it is, with what Slack would take for a mention, a link or a control made harmless."""
    text = text.translate(_BIDI)
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def one_line(text: str) -> str:
    return " ".join(text.split())


def cut(text: str, limit: int) -> str:
    """At most `limit` characters of escaped text; what is left out shows as an ellipsis, and no entity, mention or
    link is cut in the middle."""
    if len(text) <= limit:
        return text
    kept, length = [], 0
    for part in _ENTITY.findall(text):
        length += len(part)
        if length > limit - 1:
            break
        kept.append(part)
    return "".join(kept).rstrip() + "…"


def shorten(typed: str, limit: int) -> str:
    """One escaped line of what was typed, at most `limit` characters."""
    return cut(escape(one_line(typed)), limit)


def code(typed: str, limit: int = 300) -> str:
    """One line in code style. A backtick would end the style, so it shows as its look-alike `ˋ`."""
    line = cut(escape(one_line(typed).replace("`", "ˋ")), limit)
    return f"`{line}`" if line else ""


def mention(person: Person) -> str:
    """The person by mention, which pings them when a message is posted (an update pings nobody)."""
    return f"<@{person.slack_id}>" if _USER.match(person.slack_id) else f"@{shorten(person.name, 80)}"


def who(person: Person) -> str:
    """The person by name, without a ping. Until Slack was asked for the name, by mention: an id says nothing."""
    return mention(person) if person.name == person.slack_id else f"@{shorten(person.name, 80)}"


def group(slack_id: str) -> str:
    return f"<!subteam^{slack_id}>"


def channel(slack_id: str) -> str:
    return f"<#{slack_id}>"


def link(url: str, label: str) -> str:
    """A link. In a URL only the characters that would end the link early are encoded."""
    safe = re.sub(r"[\s<>|]", lambda found: f"%{ord(found[0]):02X}", url).replace("&", "&amp;")
    return f"<{safe}|{escape(one_line(label))}>"


def date(us: int, form: str = "{time}") -> str:
    """A moment, in microseconds, as each reader's clock shows it. `form` is of Slack's tokens, such as
    `{date_short_pretty} {time}`."""
    fallback = datetime.fromtimestamp(us // SECOND, UTC).strftime("%Y-%m-%d %H:%M UTC")
    return f"<!date^{us // SECOND}^{form}|{fallback}>"


def day_and_time(us: int) -> str:
    return date(us, "{date_short_pretty} {time}")
