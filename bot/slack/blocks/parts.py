"""The pieces that messages are made of, within Slack's limits whatever text goes in.

Limits: https://docs.slack.dev/reference/block-kit/blocks
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from bot.rules.model import Action, Incident
from bot.slack import mrkdwn

Block = dict[str, Any]

_SECTION, _HEADER, _FIELD, _BUTTON, _CONTEXT = 3000, 150, 2000, 75, 2000
_FALLBACK = 300  # what a notification has room for


@dataclass(frozen=True, slots=True)
class Message:
    """What to post: `text` is what a notification says, `blocks` what stands in the channel."""

    text: str
    blocks: list[Block]


def message(text: str, blocks: Iterable[Block | None]) -> Message:
    """`text` is mrkdwn and is cut to what a notification shows; blocks that are None are left out."""
    return Message(mrkdwn.cut(text, _FALLBACK) or "–", [block for block in blocks if block is not None])


def plain_text(text: str, limit: int) -> Block:
    line = mrkdwn.one_line(text) or "–"
    return {"type": "plain_text", "text": line if len(line) <= limit else line[: limit - 1] + "…", "emoji": False}


def mrkdwn_text(text: str, limit: int) -> Block:
    """`verbatim` keeps Slack from finding mentions and channels in what people typed."""
    return {"type": "mrkdwn", "text": mrkdwn.cut(text, limit) if text.strip() else "–", "verbatim": True}


def header(text: str) -> Block:
    return {"type": "header", "text": plain_text(text, _HEADER)}


def section(text: str, accessory: Block | None = None) -> Block:
    block: Block = {"type": "section", "text": mrkdwn_text(text, _SECTION)}
    return block | {"accessory": accessory} if accessory else block


def fields(*texts: str) -> Block:
    return {"type": "section", "fields": [mrkdwn_text(text, _FIELD) for text in texts]}


def context(*texts: str) -> Block:
    return {"type": "context", "elements": [mrkdwn_text(text, _CONTEXT) for text in texts]}


def divider() -> Block:
    return {"type": "divider"}


def verbatim(typed: str, *, as_code: bool, limit: int = 2500) -> Block:
    """What somebody typed, character for character: rich text has no markup that it could trip over."""
    text = typed if len(typed) <= limit else typed[: limit - 1] + "…"
    kind = "rich_text_preformatted" if as_code else "rich_text_section"
    element = {"type": kind, "elements": [{"type": "text", "text": text or "–"}]}
    return {"type": "rich_text", "elements": [element]}


def packed(lines: Sequence[str]) -> list[Block]:
    """Lines in as few sections as they fit into."""
    sections: list[str] = []
    for line in lines:
        line = mrkdwn.cut(line, _SECTION)
        if sections and len(sections[-1]) + 1 + len(line) <= _SECTION:
            sections[-1] += "\n" + line
        else:
            sections.append(line)
    return [section(text) for text in sections]


def button(
    verb: str, label: str, value: str, suffix: str = "", *, style: str | None = None, confirm: Block | None = None
) -> Block:
    """A button that sends `hotwash.<verb>` and `value` back; `suffix` makes it unique in its message."""
    block: Block = {
        "type": "button",
        "action_id": f"hotwash.{verb}{':' if suffix else ''}{suffix}",
        "text": plain_text(label, _BUTTON),
    }
    if value:  # Slack takes no empty one
        block["value"] = value
    if style:
        block["style"] = style
    return block | {"confirm": confirm} if confirm else block


def confirm(title: str, text: str, yes: str) -> Block:
    return {
        "title": plain_text(title, 100),
        "text": plain_text(text, 300),
        "confirm": plain_text(yes, 30),
        "deny": plain_text("Not now", 30),
    }


def actions(*buttons: Block | None) -> Block | None:
    elements = [each for each in buttons if each is not None]
    return {"type": "actions", "elements": elements} if elements else None


def value_of(incident: Incident, action: Action) -> str:
    """How a button names an action: `42#7`."""
    return f"{incident.number}#{action.number}"
