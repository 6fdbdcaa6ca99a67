"""A typed command line, read from left to right, and the answer to one that can't be read.

Text arrives as Slack sends it: `&lt; &gt; &amp;` escaped, people, channels and links in angle brackets. What is taken
as a word or as text is turned back into what the person saw, once; nothing else in it changes.
"""

import difflib
import re
from collections.abc import Iterable, Sequence
from typing import NoReturn

from bot.rules.decision import Refusal
from bot.rules.usage import Usage

_WORD = re.compile(r"(?:<[^<>\n]*>|\S)+")
_SPACE = re.compile(r"\s*")
_NUMBER = "(0|[1-9][0-9]{0,8})"
_REFERENCE = re.compile(rf"(?:INC-{_NUMBER})?(?:#{_NUMBER})?:?", re.IGNORECASE)
_PERSON = re.compile(r"<@([UW][A-Z0-9]{0,30})(?:\|[^>]*)?>")
_GROUP = re.compile(r"<!subteam\^(S[A-Z0-9]{0,30})(?:\|[^>]*)?>")
_SLACK = re.compile(
    r"(?P<escape>&(?:lt|gt|amp);)"
    r"|<(?P<sigil>[@#])(?P<id>[A-Z0-9]+)(?:\|(?P<name>[^<>\n]*))?>"
    r"|<!(?P<special>[a-z]+)(?:\^(?P<about>[^<>|\n]*))?(?:\|(?P<fallback>[^<>\n]*))?>"
    r"|<(?P<url>(?:[a-z][a-z0-9+.-]*://|mailto:|tel:)[^<>|\n]*)(?:\|(?P<label>[^<>\n]*))?>"
)
# macOS and iOS type long dashes and curly quotes for us. In options they count as what was meant; in text they stay.
_SINGLE, _DOUBLE = "'\u2018\u2019\u201a", '"\u201c\u201d\u201e'
_STRAIGHT = str.maketrans({"\u2014": "--", "\u2013": "-"} | dict.fromkeys(_SINGLE, "'") | dict.fromkeys(_DOUBLE, '"'))
_DASHES = re.compile(r"[-\u2013\u2014]+")
_QUOTED = re.compile(rf"[{_DOUBLE}]([^{_DOUBLE}]*)[{_DOUBLE}](?!\S)|[{_SINGLE}]([^{_SINGLE}]*)[{_SINGLE}](?!\S)")

_OPTION_ALIASES = {"target": "on", "host": "on", "path": "file", "repository": "repo", "sev": "severity"}
_FLAGS = ("ephemeral", "here", "drill", "private")


class Mistyped(Refusal):
    """What was typed is no command.

    `sentence` says what is wrong and what to type instead. `paste` is a whole line ready to paste: corrected where
    the correction is plain, else as it was typed. `str()` holds both, and what was typed where a correction changed it.
    """

    def __init__(self, sentence: str, command: str, text: str, paste: str | None = None) -> None:
        self.sentence = sentence
        self.typed = f"{command} {text}".rstrip()
        self.paste = paste or self.typed
        lines = [sentence, "Nothing was recorded."]
        if " " in self.typed:
            lines = [sentence, "Nothing was recorded. To paste:", self.paste]
        if self.typed.partition(" ")[2] not in self.paste:
            lines += ["You typed:", self.typed]
        super().__init__("\n".join(lines))


class Line:
    """What was typed after `command`. `at` is always the start of the next word."""

    def __init__(self, command: str, raw: str, start: int = 0) -> None:
        self.command = command
        self.raw = raw
        self.at = self.start = self._past_space(start)

    def _past_space(self, at: int) -> int:
        space = _SPACE.match(self.raw, at)
        return space.end() if space else at

    def peek(self) -> str:
        """The next word as Slack sent it, or an empty string at the end."""
        word = _WORD.match(self.raw, self.at)
        return word[0] if word else ""

    def take(self) -> str:
        """Go past the next word; gives it as the person saw it."""
        word = self.peek()
        self.at = self._past_space(self.at + len(word))
        return readable(word)

    def rest(self) -> str:
        """Everything from the next word on, verbatim."""
        return readable(self.raw[self.at :])

    def before(self) -> str:
        """Everything up to the next word."""
        return readable(self.raw[self.start : self.at])

    def text(self, question: str, usage: Usage) -> str:
        """`rest`. Raises Mistyped with `question` where there is none."""
        return self.rest() or self.wrong(question, usage)

    def end(self, usage: Usage, incident: int | None) -> int | None:
        """`incident`. Raises Mistyped where something follows."""
        if self.peek():
            self.wrong(f"`{usage.name}` does not take `{self.take()[:40]}`.", usage)
        return incident

    def incident(self, named: int | None) -> int | None:
        """Take `INC-42` if it stands next and no incident was `named` before."""
        found = _REFERENCE.fullmatch(self.peek())
        if named is not None or found is None or found[1] is None or found[2] is not None:
            return named
        self.take()
        return int(found[1])

    def reference(self, incident: int | None = None, action: int | None = None) -> tuple[int | None, int | None]:
        """Take what names incident and action, if not named before: `INC-42`, `#7`, `INC-42#7`, `INC-42 #7`."""
        while (found := _REFERENCE.fullmatch(readable(self.peek()))) and (found[1] or found[2]):
            if (found[1] and incident is not None) or (found[2] and action is not None):
                break
            self.take()
            incident = int(found[1]) if found[1] else incident
            action = int(found[2]) if found[2] else action
        return incident, action

    def page(self, usage: Usage) -> int:
        """Take `2` or `page 2`, the last that may stand here; 1 where nothing does."""
        word = self.take()
        if word.casefold() == "page":
            word = self.take()
        if self.peek() or (word and not re.fullmatch(r"[1-9][0-9]{0,5}", word)):
            self.wrong(f"`{usage.name}` takes only a page number here.", usage)
        return int(word or 1)

    def person(self, usage: Usage) -> str:
        """Take a mentioned person; gives the Slack id."""
        raw = self.peek()
        self.take()
        return self.person_id(raw, usage)

    def person_id(self, raw: str, usage: Usage) -> str:
        if found := _PERSON.fullmatch(raw):
            return found[1]
        what = f"Slack did not recognise `{readable(raw)[:40]}` as a person." if raw else "Who?"
        self.wrong(f"{what} Type @ and pick the name from Slack's list.", usage)

    def group(self) -> str | None:
        """Take a mentioned user group if one stands next; gives the Slack id."""
        found = _GROUP.fullmatch(self.peek())
        if found:
            self.take()
        return found[1] if found else None

    def options(self, usage: Usage, known: Sequence[str]) -> tuple[dict[str, str], bool]:
        """Take the options before the text: their values as Slack sent them, and whether `--` ended them."""
        given: dict[str, str] = {}
        while raw := self.peek():
            if raw.translate(_STRAIGHT) == "--":
                self.take()
                return given, True
            typed_name = _option_name(raw)
            if typed_name is None:
                break
            name = _OPTION_ALIASES.get(typed_name.casefold(), typed_name.casefold())
            if name not in known:
                self._no_such_option(usage, typed_name, known)
            if name in given:
                self.wrong(f"`--{name}` stands twice.", usage)
            after_name = raw.index(typed_name) + len(typed_name)
            has_equals = raw.startswith("=", after_name)
            if name in _FLAGS and has_equals:
                self.wrong(f"`--{name}` takes no value.", usage)
            self.at = self.at + after_name + 1 if has_equals else self._past_space(self.at + after_name)
            given[name] = "" if name in _FLAGS else self._value(name, usage)
        return given, False

    def _value(self, option: str, usage: Usage) -> str:
        """Take the value of an option, without its quotes."""
        if quoted := _QUOTED.match(self.raw, self.at):
            self.at = self._past_space(quoted.end())
            value = quoted[1] or quoted[2]
        elif self.raw.startswith((*_SINGLE, *_DOUBLE), self.at):
            self.wrong(f"The quote after `--{option}` is not closed.", usage)
        else:
            value = self.peek()
            self.take()
        if not value or _option_name(value) is not None:
            self.wrong(f"`--{option}` needs a value.", usage)
        return value

    def _no_such_option(self, usage: Usage, typed_name: str, known: Sequence[str]) -> NoReturn:
        what = f"There is no option `--{typed_name[:40]}` here."
        exist = f"There are {', '.join(f'--{name}' for name in known)}; `--` before the text ends them."
        near = nearest(typed_name, known)
        if near is None:
            self.wrong(f"{what} {exist}", usage, f"{self.command} {self.before()}-- {self.rest()}")
        after_name = readable(self.raw[self.at + self.peek().index(typed_name) + len(typed_name) :])
        paste = f"{self.command} {self.before()}--{near}{after_name}"
        self.wrong(f"{what} Did you mean `--{near}`? {exist}", usage, paste)

    def wrong(self, what: str, usage: Usage, paste: str | None = None) -> NoReturn:
        """Raise Mistyped, with how it is used. `paste` is the corrected line, where the correction is plain."""
        sentence = f"{what} It is typed as `{usage.usage}`, for example `{usage.example}`."
        raise Mistyped(sentence, self.command, readable(self.raw[self.start :]), paste)


def readable(text: str) -> str:
    """Slack's escapes and references as the person saw them: `<@U1|ana>` becomes `@ana`, `&lt;` becomes `<`.

    A link becomes its address, but one that Slack made from a bare host name becomes what was typed.
    """
    return _SLACK.sub(_as_seen, text)


def _as_seen(found: re.Match[str]) -> str:
    if found["escape"]:
        return _unescape(found[0])
    if sigil := found["sigil"]:
        return str(sigil + _unescape(found["name"] or found["id"]).removeprefix(sigil))
    if special := found["special"]:
        return _unescape(found["fallback"] or "@" + (found["about"] or special))
    url, label = found["url"], found["label"]
    made_by_slack = label and url in (f"{scheme}{label}" for scheme in ("http://", "https://", "mailto:", "tel:"))
    return _unescape(label if made_by_slack else url)


def _unescape(text: str) -> str:
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def straight(raw: str | None) -> str | None:
    """An option's value as the person saw it, with dashes and quotes as they were meant."""
    return None if raw is None else readable(raw).translate(_STRAIGHT)


def nearest(word: str, names: Iterable[str]) -> str | None:
    """The name that `word` was most likely meant to be, if any is near."""
    return next(iter(difflib.get_close_matches(word.casefold()[:40], list(names), n=1)), None)


def _option_name(raw: str) -> str | None:
    """The name in `--name` or `--name=value`, as typed; None for what is no option, like `-` or `-1`.

    One dash counts as two: there are no short options, and some keyboards make one long dash of two.
    """
    dashes = _DASHES.match(raw)
    if dashes is None or not raw[dashes.end() :][:1].isalpha():
        return None
    return raw[dashes.end() :].partition("=")[0]
