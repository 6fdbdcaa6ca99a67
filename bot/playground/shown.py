"""A message or view as the plain text that a person's eyes see: entities resolved, blocks flattened."""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.playground.world import Json, Message, World

_ENTITY = re.compile(r"<([^<>]+)>")
_CODE = re.compile(r"```(?:\n)?(.+?)```|`([^`\n]+)`", re.DOTALL)
_MARKED = re.compile(r"(?<![\w*_~])([*_~])(?=\S)([^\n]+?)(?<=\S)\1(?![\w*_~])")


def mrkdwn(text: str, world: World, tz: str) -> str:
    """mrkdwn as it looks: `<@U1>` is @maya, `<url|label>` the label, dates are in time zone `tz`, marks are gone."""

    def entity(match: re.Match[str]) -> str:
        target, _, label = match[1].partition("|")
        if target.startswith("@"):
            user = world.users.get(target[1:])
            return f"@{user.name}" if user else label or match[0]
        if target.startswith("#"):
            channel = world.channels.get(target[1:])
            return f"#{channel.name}" if channel else f"#{label}"
        if target.startswith("!date^"):
            return _date(target, label, tz, world.now())
        if target.startswith("!subteam^"):
            group = world.usergroups.get(target.removeprefix("!subteam^"))
            return f"@{group.handle}" if group else label
        if target.startswith("!"):
            return f"@{target[1:]}"
        return label or target.removeprefix("mailto:")

    parts: list[str] = []
    end = 0
    for code in _CODE.finditer(text):
        parts += [_unmarked(text[end : code.start()]), code[1] or code[2]]
        end = code.end()
    return html.unescape(_ENTITY.sub(entity, "".join([*parts, _unmarked(text[end:])])))


def _unmarked(text: str) -> str:
    """Text without the marks of bold, italic and strike, one inside another included."""
    while (bare := _MARKED.sub(r"\2", text)) != text:
        text = bare
    return text


_DATE_FORMS = {
    "{date_num}": "%Y-%m-%d",
    "{date}": "%B %-d, %Y",
    "{date_short}": "%b %-d, %Y",
    "{date_long}": "%A, %B %-d, %Y",
    "{date_pretty}": "%B %-d, %Y",
    "{date_short_pretty}": "%b %-d, %Y",
    "{date_long_pretty}": "%A, %B %-d, %Y",
    "{time}": "%H:%M",
    "{time_secs}": "%H:%M:%S",
}


def _date(target: str, fallback: str, tz: str, now: float) -> str:
    """`!date^epoch^format[^link]`, for a reader in `tz`; days near today by their names in the pretty forms."""
    try:
        _, epoch, form = target.split("^")[:3]
        at = datetime.fromtimestamp(int(epoch), UTC).astimezone(ZoneInfo(tz))
    except (ValueError, OverflowError):
        return fallback
    today = datetime.fromtimestamp(now, UTC).astimezone(ZoneInfo(tz)).date()
    near = {today: "today", today - timedelta(days=1): "yesterday", today + timedelta(days=1): "tomorrow"}
    for token, pattern in _DATE_FORMS.items():
        word = near.get(at.date()) if "pretty" in token else None
        form = form.replace(token, word or at.strftime(pattern))
    return form.replace("{ago}", f"{max(0, int(now - at.timestamp())) // 60} minutes ago")


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads blocks for a person in time zone `tz`."""

    world: World
    tz: str

    def message(self, message: Message) -> str:
        """All that a message shows, a line for each part: its blocks if it has any, else its text."""
        if message.tombstone:
            return "This message was deleted."
        lines = list(self._lines(message.blocks)) if message.blocks else [mrkdwn(message.text, self.world, self.tz)]
        for attachment in message.attachments:
            parts = [str(attachment[key]) for key in ("pretext", "title", "text") if attachment.get(key)]
            blocks = attachment.get("blocks") or []
            lines += [mrkdwn(part, self.world, self.tz) for part in parts]
            lines += self._lines(blocks) if parts or blocks else [str(attachment.get("fallback", ""))]
        lines += [self.world.files[file].title for file in message.files]
        return "\n".join(line for line in lines if line)

    def view(self, content: Json) -> str:
        return "\n".join(line for line in (self._text(content.get("title")), *self._lines(content["blocks"])) if line)

    def _lines(self, blocks: list[Json]) -> Iterator[str]:
        for block in blocks:
            match block["type"]:
                case "section":
                    yield self._text(block.get("text"))
                    yield from (self._text(field) for field in block.get("fields", []))
                    yield self._element(block.get("accessory"))
                case "header":
                    yield self._text(block["text"])
                case "context" | "actions":
                    yield " ".join(self._element(element) for element in block["elements"])
                case "input":
                    yield self._text(block["label"])
                    yield self._element(block["element"])
                    yield self._text(block.get("hint"))
                case "image":
                    yield self._text(block.get("title")) or str(block.get("alt_text", ""))
                case "rich_text":
                    yield from (self._rich(element) for element in block["elements"])
                case "markdown":
                    yield str(block.get("text", ""))
                case _:  # a divider
                    pass

    def _text(self, text: Json | None) -> str:
        if not text:
            return ""
        said = str(text.get("text", ""))
        return mrkdwn(said, self.world, self.tz) if text.get("type") == "mrkdwn" else html.unescape(said)

    def _element(self, element: Json | None) -> str:
        if not element:
            return ""
        match element["type"]:
            case "button" | "workflow_button":
                return f"[{self._text(element['text'])}]"
            case "mrkdwn" | "plain_text":
                return self._text(element)
            case "image":
                return str(element.get("alt_text", ""))
            case "overflow":
                return "[…]"
            case "checkboxes" | "radio_buttons":
                return " ".join(f"[{self._text(option['text'])}]" for option in element["options"])
            case _:
                chosen = element.get("initial_option") or {}
                return f"[{self._text(chosen.get('text')) or self._text(element.get('placeholder'))}]"

    def _rich(self, element: Json) -> str:
        match element["type"]:
            case "text":
                return str(element["text"])
            case "link":
                return str(element.get("text") or element["url"])
            case "user":
                return mrkdwn(f"<@{element['user_id']}>", self.world, self.tz)
            case "channel":
                return mrkdwn(f"<#{element['channel_id']}>", self.world, self.tz)
            case "usergroup":
                return mrkdwn(f"<!subteam^{element['usergroup_id']}>", self.world, self.tz)
            case "broadcast":
                return f"@{element['range']}"
            case "emoji":
                return f":{element['name']}:"
            case "date":
                when = f"!date^{element['timestamp']}^{element['format']}"
                return _date(when, str(element.get("fallback", "")), self.tz, self.world.now())
            case "rich_text_list":
                return "\n".join(f"• {self._rich(item)}" for item in element["elements"])
            case _:
                return "".join(self._rich(inner) for inner in element.get("elements", []))
