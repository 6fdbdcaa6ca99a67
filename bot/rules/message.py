"""Messages as Slack sends them: whom they mention, what they link to, and what people saw."""

import re
from collections.abc import Mapping

from bot.rules.line import readable

_PERSON = re.compile(r"<@([UW][A-Z0-9]+)(?:\|[^<>]*)?>")
_LINK = re.compile(r"<(https?://[^<>|\s]+)(?:\|[^<>]*)?>")
_FENCED = re.compile(r"[ \t]*\n?```\n?(.*?)\n?```[ \t]*\n?", re.DOTALL)
_ALL_CODE = re.compile(r"`([^`\n]+)`")


def mentioned(text: str) -> list[str]:
    """Slack ids of the people in a message, each once."""
    return list(dict.fromkeys(_PERSON.findall(text)))


def links(text: str) -> list[str]:
    """The addresses in a message, in their order."""
    return [readable(url) for url in _LINK.findall(text)]


def labelled(text: str, names: Mapping[str, str]) -> str:
    """The same message with people named (`names`: Slack id to name), as Slack does it in commands, and code without
    its fences."""

    def label(person: re.Match[str]) -> str:
        name = re.sub(r"[<>|]", "", names.get(person[1], ""))
        return f"<@{person[1]}|{name}>" if name else f"<@{person[1]}>"

    text = _FENCED.sub(lambda code: f"\n{code[1]}\n", text).strip()
    whole = _ALL_CODE.fullmatch(text)
    return _PERSON.sub(label, whole[1] if whole else text)


def plain(text: str, names: Mapping[str, str]) -> str:
    """A message as people saw it."""
    return readable(labelled(text, names))


def said_to(text: str, bot: str) -> str | None:
    """What follows the first mention of `bot` (its Slack id); None if there is none."""
    _, mention, rest = text.partition(f"<@{bot}>")
    return rest.strip() if mention else None
