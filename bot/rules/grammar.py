"""From what people type to a typed command. What can't be read is answered with what to type instead.

Text arrives as Slack sends it: `&lt; &gt; &amp;` escaped, people, channels and links in angle brackets. In a
command's text both are turned back into what the person saw, once; nothing else in it changes.
"""

import difflib
import re
from collections.abc import Iterable, Sequence
from typing import NoReturn

from bot.rules import commands as ask
from bot.rules.commands import Command
from bot.rules.decision import Refusal
from bot.rules.model import ActionKind
from bot.rules.usage import USAGES, Usage

_WORD = re.compile(r"(?:<[^<>\n]*>|\S)+")
_SPACE = re.compile(r"\s*")
_REFERENCE = re.compile(r"(?:INC-([1-9][0-9]{0,8}))?(?:#([1-9][0-9]{0,8}))?:?", re.IGNORECASE)
_PERSON = re.compile(r"<@([UW][A-Z0-9]{0,30})(?:\|[^>]*)?>")
_GROUP = re.compile(r"<!subteam\^(S[A-Z0-9]{0,30})(?:\|[^>]*)?>")
_SLACK = re.compile(
    r"(?P<escape>&(?:lt|gt|amp);)"
    r"|<(?P<sigil>[@#])(?P<id>[A-Z0-9]+)(?:\|(?P<name>[^<>\n]*))?>"
    r"|<!(?P<special>[a-z]+)(?:\^(?P<about>[^<>|\n]*))?(?:\|(?P<fallback>[^<>\n]*))?>"
    r"|<(?P<url>(?:[a-z][a-z0-9+.-]*://|mailto:|tel:)[^<>|\n]*)(?:\|(?P<label>[^<>\n]*))?>"
)
# macOS and iOS type long dashes and curly quotes for us. In options they count as what was meant; in text
# they stay.
_SINGLE, _DOUBLE = "'\u2018\u2019\u201a", '"\u201c\u201d\u201e'
_STRAIGHT = str.maketrans(
    {"\u2014": "--", "\u2013": "-"} | dict.fromkeys(_SINGLE, "'") | dict.fromkeys(_DOUBLE, '"')
)
_DASHES = re.compile(r"[-\u2013\u2014]+")
_QUOTED = re.compile(
    rf"[{_DOUBLE}]([^{_DOUBLE}]*)[{_DOUBLE}](?!\S)|[{_SINGLE}]([^{_SINGLE}]*)[{_SINGLE}](?!\S)"
)

_SEVERITY = re.compile(r"(?:severity|sev|s|p)[-_ ]?([0-9])", re.IGNORECASE)
_LOG_OPTIONS = ("on", "file", "repo", "kind", "ephemeral", "by", "at", "until")
_EDIT_OPTIONS = ("on", "file", "repo", "kind", "at", "until")
_OPTION_ALIASES = {"target": "on", "host": "on", "path": "file", "repository": "repo", "sev": "severity"}
_FLAGS = ("ephemeral",)


class Mistyped(Refusal):
    """What was typed is no command.

    `sentence` says what is wrong and what to type instead. `paste` is a whole line ready to paste: corrected
    where the correction is plain, else as it was typed. `str()` holds both, and what was typed where the
    correction changed it.
    """

    def __init__(self, sentence: str, typed: str, paste: str | None = None) -> None:
        self.sentence = sentence
        self.typed = typed
        self.paste = paste or typed
        lines = [sentence, "Nothing was recorded. To paste:", self.paste]
        if typed.partition(" ")[2] not in self.paste:
            lines += ["You typed:", typed]
        super().__init__("\n".join(lines))


def parse_incident(text: str, severities: Sequence[str]) -> Command:
    """Read the text of `/incident …`. `severities` are the policy's names. Raises Mistyped."""
    line = _Line("/incident", text)
    incident, action = line.reference()
    if action is not None:
        return _about_action(line, incident, action)
    before = line.at
    word = line.take()
    if not word:
        return ask.Help() if incident is None else ask.Status(incident)
    verb = _verb("/incident", word)
    if verb is None:
        line.at = before
        _no_such_verb(line, severities)
    if incident is not None and verb.name in ("open", "help", "find", "list", "drift"):
        line.wrong(f"`{verb.name}` is not about one incident.", verb)
    match verb.name:
        case "open":
            return _open(line, verb, severities)
        case "help":
            return ask.Help(line.rest().strip().casefold())
        case "find":
            return ask.Find(line.text("What should be found?", verb))
        case "list":
            return ask.ListIncidents(line.page(verb))
        case "drift":
            return ask.Drift(line.page(verb))
        case "link":
            return _link(line, verb, incident, None)
        case "log":
            return _hotfix(_Line("/incident log", line.raw, line.at), incident)
    incident = line.incident(incident)
    match verb.name:
        case "update":
            return ask.Post(line.text("What is the update?", verb), incident)
        case "resolve":
            return ask.Resolve(line.rest(), incident)
        case "close":
            return ask.Close(line.rest(), incident)
        case "cancel":
            return ask.Cancel(line.text("Cancelling needs a reason.", verb), incident)
        case "timeline":
            return ask.Timeline(line.page(verb), incident)
        case "severity":
            severity = _severity(line, verb, line.take(), severities)
            return ask.Severity(severity, line.end(verb, line.incident(incident)))
        case "lead":
            person = line.person(verb)
            return ask.Lead(person, line.end(verb, line.incident(incident)))
        case "reopen":
            return ask.Reopen(line.end(verb, incident))
        case _:
            return ask.Status(line.end(verb, incident))


def parse_hotfix(text: str) -> Command:
    """Read the text of `/hotfix …`: a manual action to log, or `#7` and what happens to it. Raises Mistyped.

    Only `#7` and `INC-42#7` name an action: a text that starts with a bare number is text.
    """
    return _hotfix(_Line("/hotfix", text), None)


def readable(text: str) -> str:
    """Slack's escapes and references as the person saw them: `<@U1|ana>` → `@ana`, `&lt;` → `<`.

    A link becomes its address, but one that Slack made from a bare host name becomes what was typed.
    """
    return _SLACK.sub(_as_seen, text)


def _as_seen(found: re.Match[str]) -> str:
    if found["escape"]:
        return _unescape(found[0])
    if sigil := found["sigil"]:
        return sigil + _unescape(found["name"] or found["id"]).removeprefix(sigil)
    if special := found["special"]:
        return _unescape(found["fallback"] or "@" + (found["about"] or special))
    url, label = found["url"], found["label"]
    made_by_slack = label and url in (
        f"{scheme}{label}" for scheme in ("http://", "https://", "mailto:", "tel:")
    )
    return _unescape(label if made_by_slack else url)


def _unescape(text: str) -> str:
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


class _Line:
    """What was typed after `command`, read from left to right. `at` is always the start of the next word."""

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

    def text(self, question: str, usage: Usage) -> str:
        """`rest`, or `question` where there is none."""
        return self.rest() or self.wrong(question, usage)

    def incident(self, named: int | None) -> int | None:
        """Take `INC-42` if it stands next and no incident was named before."""
        found = _REFERENCE.fullmatch(self.peek())
        if named is not None or found is None or found[1] is None or found[2] is not None:
            return named
        self.take()
        return int(found[1])

    def reference(
        self, incident: int | None = None, action: int | None = None
    ) -> tuple[int | None, int | None]:
        """Take what names incident and action, if not named yet: `INC-42`, `#7`, `INC-42#7`, `INC-42 #7`."""
        while found := _REFERENCE.fullmatch(readable(self.peek())):
            if (found[1] and incident) or (found[2] and action) or not (found[1] or found[2]):
                break
            self.take()
            incident = int(found[1]) if found[1] else incident
            action = int(found[2]) if found[2] else action
        return incident, action

    def page(self, usage: Usage) -> int:
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
        if found := _PERSON.fullmatch(raw):
            return found[1]
        self.no_person(raw, usage)

    def no_person(self, raw: str, usage: Usage) -> NoReturn:
        what = f"Slack did not recognise `{readable(raw)[:40]}` as a person." if raw else "Who?"
        self.wrong(f"{what} Type @ and pick the name from Slack's list.", usage)

    def value(self, option: str, usage: Usage) -> str:
        """Take the value of an option, without its quotes, as Slack sent it."""
        if quoted := _QUOTED.match(self.raw, self.at):
            self.at = self._past_space(quoted.end())
            value = quoted[1] or quoted[2]
        elif self.raw[self.at : self.at + 1] in (*_SINGLE, *_DOUBLE):
            self.wrong(f"The quote after `--{option}` is not closed.", usage)
        else:
            value = self.peek()
            self.take()
        if not value or _option_name(value) is not None:
            self.wrong(f"`--{option}` needs a value.", usage)
        return value

    def end(self, usage: Usage, incident: int | None) -> int | None:
        """`incident`, if nothing follows."""
        if self.peek():
            self.wrong(f"`{usage.name}` does not take `{self.take()[:40]}`.", usage)
        return incident

    def wrong(self, what: str, usage: Usage, paste: str | None = None) -> NoReturn:
        """Refuse, and say how it is used. `paste` is the corrected line, where the correction is plain."""
        sentence = f"{what} It is typed as `{usage.usage}`, for example `{usage.example}`."
        raise Mistyped(sentence, f"{self.command} {self.typed(self.start)}".rstrip(), paste)

    def typed(self, start: int, end: int | None = None) -> str:
        return readable(self.raw[start:end])


def _verb(where: str, word: str) -> Usage | None:
    word = word.casefold().strip("-:.,!?")
    return next((u for u in USAGES if u.where == where and (word == u.name or word in u.aliases)), None)


def _usage(where: str, name: str) -> Usage:
    return next(u for u in USAGES if u.where == where and u.name == name)


def _nearest(word: str, names: Iterable[str]) -> str | None:
    return next(iter(difflib.get_close_matches(word.casefold()[:40], list(names), n=1)), None)


def _nearest_verb(where: str, word: str) -> Usage | None:
    near = _nearest(word, (name for u in USAGES if u.where == where for name in (u.name, *u.aliases)))
    return _verb(where, near) if near else None


def _no_such_verb(line: _Line, severities: Sequence[str]) -> NoReturn:
    before = line.typed(line.start, line.at)
    whole = line.rest()
    word = line.take()
    after = line.rest()
    if _as_severity(word, severities):
        verb = _usage("/incident", "open" if after else "severity")
        paste = f"{verb.name} {whole}"
    elif near := _nearest_verb("/incident", word):
        verb = near
        paste = f"{verb.name} {after}".rstrip()
    else:
        verb = _usage("/incident", "update" if before else "open")
        paste = f"{verb.name} {whole}"
    what = f"`/incident` has no `{word[:40]}`. Did you mean `{verb.name}`?"
    line.wrong(what, verb, f"/incident {before}{paste}")


def _as_severity(word: str, severities: Sequence[str]) -> str | None:
    """The policy's name for what was typed: the name itself, or `sev1`, `SEV-1`, `s1`, `p1` by its number."""
    word = word.casefold().strip(":,")
    if word in severities:
        return word
    number = _SEVERITY.fullmatch(word)
    if number is None:
        return None
    return next((n for n in severities if (own := _SEVERITY.fullmatch(n)) and own[1] == number[1]), None)


def _severity(line: _Line, usage: Usage, word: str, severities: Sequence[str]) -> str:
    if word.casefold() in ("sev", "severity"):  # "sev 1"
        word += line.take()
    if known := _as_severity(word, severities):
        return known
    near = _nearest(word, severities)
    what = f"There is no severity `{word[:40]}`." if word else "Which severity?"
    did_you_mean = f" Did you mean `{near}`?" if near else ""
    line.wrong(f"{what}{did_you_mean} There are {', '.join(severities)}.", usage)


def _open(line: _Line, usage: Usage, severities: Sequence[str]) -> Command:
    options, ended = _options(line, usage, ("severity",))
    severity = None
    if "severity" in options:
        severity = _severity(line, usage, readable(options["severity"]), severities)
    elif not ended:
        severity = _leading_severity(line, usage, severities)
    title = " ".join(line.text("An incident needs a title.", usage).split())
    return ask.Open(title, severity)


def _leading_severity(line: _Line, usage: Usage, severities: Sequence[str]) -> str | None:
    """Take the severity that stands before a title, if one does.

    `s3 is down` is far more often about the store than about a severity: `s3` counts only where the policy
    has a severity of that name.
    """
    before = line.at
    word = line.take().casefold()
    if word in ("sev", "severity") and re.fullmatch("[0-9]:?", line.peek()):
        word += line.take()
    if word in severities or (word.strip(":,") != "s3" and _SEVERITY.fullmatch(word.strip(":,"))):
        return _severity(line, usage, word, severities)
    line.at = before
    return None


def _link(line: _Line, usage: Usage, incident: int | None, action: int | None) -> Command:
    refs: list[str] = []
    named_before = incident
    incident_word = ""
    while raw := line.peek():
        before = line.at
        incident, action = line.reference(incident, action)
        if line.at == before:
            refs.append(line.take().strip("`'\"()"))
        elif "#" not in raw:
            incident_word = readable(raw)
    refs = [ref for ref in refs if ref.casefold() not in ("", "to", "for")]
    if not refs and incident_word:  # a branch may be called inc-42
        refs, incident = [incident_word], named_before
    if len(refs) != 1:
        line.wrong("One commit, URL or branch at a time." if refs else "Which commit, URL or branch?", usage)
    if refs[0].startswith("-"):
        line.wrong(f"`{refs[0][:40]}` is no commit, URL or branch.", usage)
    return ask.LinkTo(refs[0], action, incident)


def _hotfix(line: _Line, incident: int | None) -> Command:
    incident, action = line.reference(incident)
    if action is not None:
        return _about_action(line, incident, action)
    before = line.at
    first, second, after = line.take(), line.take(), line.peek()
    line.at = before
    if not second and first.casefold() in ("help", "--help", "-h", "?"):
        return ask.Help("hotfix")
    if not second and (verb := _verb("/incident", first)):
        line.wrong(f"`{first}` alone is a command of `/incident`.", verb, f"/incident {verb.name}")
    if (verb := _verb("/hotfix #7", first)) and (found := _REFERENCE.fullmatch(second)) and found[2]:
        paste = f"{line.command} {second} {verb.name}"
        what = f"The action stands first; to log a text that starts with `{first}`, put `--` before it."
        line.wrong(what, verb, None if after else paste)
    usage = _usage("/hotfix", "hotfix")
    options, _ = _options(line, usage, _LOG_OPTIONS)
    by = None
    if "by" in options:
        found = _PERSON.fullmatch(options["by"])
        by = found[1] if found else line.no_person(options["by"], usage)
    return ask.Log(
        text=line.text("What did you do?", usage),
        target=_straight(options.get("on")),
        path=_straight(options.get("file")),
        repo=_straight(options.get("repo")),
        kind=_kind(line, usage, _straight(options.get("kind"))),
        ephemeral="ephemeral" in options,
        by=by,
        at=_straight(options.get("at")),
        until=_straight(options.get("until")),
        incident=incident,
    )


def _about_action(line: _Line, incident: int | None, action: int) -> Command:
    before = line.at
    word = line.take()
    verb = _verb("/hotfix #7", word)
    if verb is None:
        line.at = before
        _no_such_action_verb(line)
    match verb.name:
        case "undone":
            return ask.Undone(action, incident, line.rest())
        case "waive":
            return ask.Waive(action, line.text("A waiver needs a reason.", verb), incident)
        case "strike":
            return ask.Strike(action, line.text("Striking needs a reason.", verb), incident)
        case "link":
            return _link(line, verb, incident, action)
        case "edit":
            return _edit(line, verb, incident, action)
        case "owner":
            raw = line.peek()
            if group := _GROUP.fullmatch(raw):
                line.take()
                return ask.Owner(action, group=group[1], incident=line.end(verb, incident))
            return ask.Owner(action, slack_id=line.person(verb), incident=line.end(verb, incident))
        case "confirm":
            return ask.Confirm(action, line.end(verb, incident))
        case _:
            return ask.Ephemeral(action, line.end(verb, incident))


def _edit(line: _Line, usage: Usage, incident: int | None, action: int) -> Command:
    options, _ = _options(line, usage, _EDIT_OPTIONS)
    text = line.rest()
    if not options and not text:
        line.wrong("What should change?", usage)
    return ask.Edit(
        action,
        text=text or None,
        target=_straight(options.get("on")),
        path=_straight(options.get("file")),
        repo=_straight(options.get("repo")),
        kind=_kind(line, usage, _straight(options.get("kind"))),
        at=_straight(options.get("at")),
        until=_straight(options.get("until")),
        incident=incident,
    )


def _no_such_action_verb(line: _Line) -> NoReturn:
    reference = line.typed(line.start, line.at).strip()
    word = line.take()
    log = "/hotfix" if line.command == "/incident" else line.command
    as_text = f"{log} -- {line.typed(line.start)}"
    if verb := _nearest_verb("/hotfix #7", word):
        what = (
            f"An action has no `{word[:40]}`. Did you mean `{verb.name}`? To log it as text, put `--` before."
        )
        line.wrong(what, verb, f"{line.command} {reference} {verb.name} {line.rest()}".rstrip())
    verbs = ", ".join(u.name for u in USAGES if u.where == "/hotfix #7")
    what = f"After `{reference}` stands one of {verbs}."
    if not word:
        line.wrong(what, _usage("/hotfix #7", "undone"))
    line.wrong(f"{what} To log this as text, put `--` before it.", _usage("/hotfix #7", "undone"), as_text)


def _options(line: _Line, usage: Usage, known: Sequence[str]) -> tuple[dict[str, str], bool]:
    """Take the options before the text: their values as Slack sent them, and whether `--` ended them."""
    given: dict[str, str] = {}
    while raw := line.peek():
        if raw.translate(_STRAIGHT) == "--":
            line.take()
            return given, True
        typed_name = _option_name(raw)
        if typed_name is None:
            break
        name = _OPTION_ALIASES.get(typed_name.casefold(), typed_name.casefold())
        if name not in known:
            _no_such_option(line, usage, typed_name, known)
        if name in given:
            line.wrong(f"`--{name}` stands twice.", usage)
        after_name = raw.index(typed_name) + len(typed_name)
        has_equals = raw[after_name : after_name + 1] == "="
        if name in _FLAGS and has_equals:
            line.wrong(f"`--{name}` takes no value.", usage)
        if has_equals:
            line.at += after_name + 1
        else:
            line.take()
        given[name] = "" if name in _FLAGS else line.value(name, usage)
    return given, False


def _option_name(raw: str) -> str | None:
    """The name in `--name` or `--name=value`, as typed; None for what is no option, like `-` or `-1`.

    One dash counts as two: there are no short options, and some keyboards make one long dash of two.
    """
    dashes = _DASHES.match(raw)
    if dashes is None or not raw[dashes.end() :][:1].isalpha():
        return None
    return raw[dashes.end() :].partition("=")[0]


def _no_such_option(line: _Line, usage: Usage, typed_name: str, known: Sequence[str]) -> NoReturn:
    what = f"There is no option `--{typed_name[:40]}` here."
    exist = f"There are {', '.join(f'--{name}' for name in known)}; `--` before the text ends them."
    before, rest = line.typed(line.start, line.at), line.rest()
    near = _nearest(typed_name, known)
    if near is None:
        line.wrong(f"{what} {exist}", usage, f"{line.command} {before}-- {rest}")
    after_name = line.at + line.peek().index(typed_name) + len(typed_name)
    paste = f"{line.command} {before}--{near}{line.typed(after_name)}"
    line.wrong(f"{what} Did you mean `--{near}`? {exist}", usage, paste)


def _straight(raw: str | None) -> str | None:
    """An option's value with dashes and quotes as they were meant."""
    return None if raw is None else readable(raw).translate(_STRAIGHT)


def _kind(line: _Line, usage: Usage, typed: str | None) -> ActionKind | None:
    if typed is None:
        return None
    kinds = [kind.value for kind in ActionKind]
    near = [kind for kind in kinds if kind.startswith(typed.casefold())]
    if len(near) == 1:
        return ActionKind(near[0])
    line.wrong(f"There is no kind `{typed[:40]}`. There are {', '.join(kinds)}.", usage)
