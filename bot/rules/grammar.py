"""From what people type to a typed command. What can't be read is answered with what to type instead."""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import NoReturn

from bot.rules import commands as ask
from bot.rules.commands import Command
from bot.rules.line import Line, Mistyped, nearest, readable, straight
from bot.rules.model import ActionKind
from bot.rules.usage import USAGES, Usage

__all__ = ["Mistyped", "Untitled", "parse_hotfix", "parse_incident", "parse_mention"]

_SEVERITY = re.compile(r"(?:severity|sev|s|p)[-_ ]?([0-9])", re.IGNORECASE)
_LOG_OPTIONS = ("on", "file", "repo", "kind", "ephemeral", "by", "at", "until")
_OPEN_OPTIONS = ("severity", "here", "drill", "private")
_EDIT_OPTIONS = ("on", "file", "repo", "kind", "at", "until")


class Untitled(Mistyped):
    """Only the title is missing of an incident to be opened; `so_far` is what was typed of it."""

    def __init__(self, wrong: Mistyped, so_far: ask.Open) -> None:
        super().__init__(wrong.sentence, wrong.typed, "", wrong.paste)
        self.so_far = so_far


def parse_incident(text: str, severities: Sequence[str]) -> Command:
    """Read the text of `/incident …`. `severities` are the policy's names. Raises Mistyped."""
    line = Line("/incident", text)
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
    if incident is not None and verb.name in ("open", "help", "find", "list", "drift", "stats", "offers"):
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
        case "stats":
            return _stats(line, verb)
        case "offers":
            return _offers(line, verb)
        case "link":
            return _link(line, verb, incident, None)
        case "duplicate":
            of = line.incident(None)
            if of is None:
                line.wrong("Of which incident?", verb)
            return ask.Duplicate(of, line.end(verb, incident))
        case "log":
            return _hotfix(Line(f"/incident {line.before()}".rstrip(), line.raw, line.at), incident)
    incident = line.incident(incident)
    match verb.name:
        case "update":
            return ask.Post(line.text("What is the update?", verb), incident)
        case "resolve":
            return ask.Resolve(line.rest(), incident)
        case "close":
            return ask.Close(line.rest(), incident)
        case "rename":
            return ask.Rename(" ".join(line.text("What is it called?", verb).split()), incident)
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
        case "role":
            role = line.take().casefold() or line.wrong("Which role?", verb)
            taker = line.person(verb) if line.peek().startswith("<@") else None
            return ask.Role(role, taker, line.end(verb, line.incident(incident)))
        case "catchup":
            return ask.CatchUp(line.end(verb, incident))
        case "retro":
            return ask.Retro(line.end(verb, incident))
        case "reopen":
            return ask.Reopen(line.end(verb, incident))
        case _:
            return ask.Status(line.end(verb, incident))


def parse_mention(text: str, severities: Sequence[str], about: tuple[int, int] | None) -> Command:
    """Read what follows our name in a message: all that the slash commands take. `about` names the action (incident and
    number) that the thread is about: it is meant where none is named. Raises Mistyped."""
    line = Line("@Hotwash", text)
    named = line.reference()[1] is not None
    verb = _verb("/hotfix #7", line.take())
    if not named and verb is not None and verb.name != "link" and line.reference()[1] is None:
        if about is None:
            line.wrong("Which action? Name it, or mention me in its thread.", verb)
        return parse_hotfix(f"INC-{about[0]}#{about[1]} {text}")
    try:
        command = parse_incident(text, severities)
    except Mistyped as wrong:
        paste = re.sub("^/(?:incident|hotfix)", "@Hotwash", wrong.paste)
        raise Mistyped(wrong.sentence, "@Hotwash", readable(text), paste) from None
    if isinstance(command, ask.LinkTo) and command.action is None and command.incident is None and about is not None:
        return replace(command, incident=about[0], action=about[1])
    return command


def parse_hotfix(text: str) -> Command:
    """Read the text of `/hotfix …`: a manual action to log, or `#7` and what happens to it. Raises Mistyped.

    Only `#7` and `INC-42#7` name an action: a text that starts with a bare number is text.
    """
    return _hotfix(Line("/hotfix", text), None)


def _verb(where: str, word: str) -> Usage | None:
    word = word.casefold().strip("-:.,!?")
    return next((u for u in USAGES if u.where == where and (word == u.name or word in u.aliases)), None)


def _usage(where: str, name: str) -> Usage:
    return next(u for u in USAGES if u.where == where and u.name == name)


def _nearest_verb(where: str, word: str) -> Usage | None:
    near = nearest(word, (name for u in USAGES if u.where == where for name in (u.name, *u.aliases)))
    return _verb(where, near) if near else None


def _no_such_verb(line: Line, severities: Sequence[str]) -> NoReturn:
    before = line.before()
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


def _severity(line: Line, usage: Usage, word: str, severities: Sequence[str]) -> str:
    if word.casefold() in ("sev", "severity"):  # "sev 1"
        word += line.take()
    if known := _as_severity(word, severities) or _as_severity(f"sev{word}", severities):
        return known
    near = nearest(word, severities)
    what = f"There is no severity `{word[:40]}`." if word else "Which severity?"
    did_you_mean = f" Did you mean `{near}`?" if near else ""
    line.wrong(f"{what}{did_you_mean} There are {', '.join(severities)}.", usage)


def _open(line: Line, usage: Usage, severities: Sequence[str]) -> Command:
    options, ended = line.options(usage, _OPEN_OPTIONS)
    severity = None
    if "severity" not in options and not ended:
        severity = _leading_severity(line, usage, severities)
        options |= line.options(usage, _OPEN_OPTIONS)[0]  # they may stand on either side of it
    if "severity" in options:
        severity = _severity(line, usage, readable(options["severity"]), severities)
    so_far = ask.Open("", severity, "here" in options, "drill" in options, "private" in options)
    try:
        title = line.text("An incident needs a title.", usage)
    except Mistyped as wrong:
        raise Untitled(wrong, so_far) from None
    return replace(so_far, title=" ".join(title.split()))


def _leading_severity(line: Line, usage: Usage, severities: Sequence[str]) -> str | None:
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


def _stats(line: Line, usage: Usage) -> Command:
    word = line.take()
    if line.peek() or (word and not re.fullmatch(r"[1-9]|[1-4][0-9]|5[0-2]", word)):
        line.wrong("`stats` takes only a number of weeks, 1 to 52.", usage)
    return ask.Stats(int(word)) if word else ask.Stats()


def _offers(line: Line, usage: Usage) -> Command:
    word = line.take().casefold()
    if word not in ("on", "off"):
        line.wrong("On or off?", usage)
    line.end(usage, None)
    return ask.Offers(word == "on")


def _link(line: Line, usage: Usage, incident: int | None, action: int | None) -> Command:
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


def _hotfix(line: Line, incident: int | None) -> Command:
    incident, action = line.reference(incident)
    if action is not None:
        return _about_action(line, incident, action)
    before = line.at
    first = line.take()
    if not line.peek() and first.casefold() in ("help", "--help", "-h", "?"):
        return ask.Help("hotfix")
    if not line.peek() and (verb := _verb("/incident", first)):
        line.wrong(f"`{first}` alone is a command of `/incident`.", verb, f"/incident {verb.name}")
    if (verb := _verb("/hotfix #7", first)) and line.reference(incident)[1] is not None:
        _verb_first(line, before, first, verb)
    line.at = before
    usage = _usage("/hotfix", "hotfix")
    options, _ = line.options(usage, _LOG_OPTIONS)
    return ask.Log(
        text=line.text("What did you do?", usage),
        target=straight(options.get("on")),
        path=straight(options.get("file")),
        repo=straight(options.get("repo")),
        kind=_kind(line, usage, straight(options.get("kind"))),
        ephemeral="ephemeral" in options,
        by=line.person_id(options["by"], usage) if "by" in options else None,
        at=straight(options.get("at")),
        until=straight(options.get("until")),
        incident=incident,
    )


def _verb_first(line: Line, at: int, word: str, verb: Usage) -> NoReturn:
    """`/hotfix undone #7`: neither a command nor, most likely, what somebody did."""
    why = line.rest()
    line.at = at
    line.take()
    action = line.rest().removesuffix(why).strip()
    what = f"The action stands first. To log a text that starts with `{word}`, put `--` before it."
    line.wrong(what, verb, f"{line.command} {action} {verb.name} {why}".rstrip())


def _about_action(line: Line, incident: int | None, action: int) -> Command:
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
            if group := line.group():
                return ask.Owner(action, group=group, incident=line.end(verb, incident))
            return ask.Owner(action, slack_id=line.person(verb), incident=line.end(verb, incident))
        case "confirm":
            return ask.Confirm(action, line.end(verb, incident))
        case _:
            return ask.Ephemeral(action, line.end(verb, incident))


def _edit(line: Line, usage: Usage, incident: int | None, action: int) -> Command:
    options, _ = line.options(usage, _EDIT_OPTIONS)
    text = line.rest()
    if not options and not text:
        line.wrong("What should change?", usage)
    return ask.Edit(
        action,
        text=text or None,
        target=straight(options.get("on")),
        path=straight(options.get("file")),
        repo=straight(options.get("repo")),
        kind=_kind(line, usage, straight(options.get("kind"))),
        at=straight(options.get("at")),
        until=straight(options.get("until")),
        incident=incident,
    )


def _no_such_action_verb(line: Line) -> NoReturn:
    reference = line.before().strip()
    whole = f"{line.before()}{line.rest()}"
    word = line.take()
    log = "/hotfix" if line.command == "/incident" else line.command
    as_text = f"{log} -- {whole}"
    if verb := _nearest_verb("/hotfix #7", word):
        what = f"An action has no `{word[:40]}`. Did you mean `{verb.name}`? To log it as text, put `--` before."
        line.wrong(what, verb, f"{line.command} {reference} {verb.name} {line.rest()}".rstrip())
    verbs = ", ".join(u.name for u in USAGES if u.where == "/hotfix #7")
    what = f"After `{reference}` stands one of {verbs}."
    if not word:
        line.wrong(what, _usage("/hotfix #7", "undone"))
    line.wrong(f"{what} To log this as text, put `--` before it.", _usage("/hotfix #7", "undone"), as_text)


def _kind(line: Line, usage: Usage, typed: str | None) -> ActionKind | None:
    if typed is None:
        return None
    kinds = [kind.value for kind in ActionKind]
    near = [kind for kind in kinds if kind.startswith(typed.casefold())]
    if len(near) == 1:
        return ActionKind(near[0])
    line.wrong(f"There is no kind `{typed[:40]}`. There are {', '.join(kinds)}.", usage)
