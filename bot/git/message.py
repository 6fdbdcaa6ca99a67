"""What a commit message says about incidents, actions and other commits. Pure text in, facts out.

Lines are read anywhere in the message, not only in its last paragraph: a squash puts the messages of many
commits into one body, each behind a bullet. Never read are lines that quote somebody (`> …`), and lines that
go on after the references in words (`Reconciles: INC-42#7 is still to do`): a note in parentheses may follow,
nothing else.
"""

import re
from dataclasses import dataclass

REPORT_MARK = "Hotwash-Ledger"
"""Trailer of the reports that Hotwash itself commits. Their `Incident:` is no fact about the incident: if it
were, each report would change the ledger, and so ask for the next report."""

_INDENT = r"^[ \t]*(?:[*+-][ \t]+)?"
_TRAILER = re.compile(
    _INDENT + rf"(?P<key>Incident|Reconciles|{REPORT_MARK})[ \t]*:[ \t]*(?P<value>[^\r\n]*)",
    re.IGNORECASE | re.MULTILINE,
)
_NOTE = re.compile(r"[ \t]*(?:\([^()]*\))?[ \t]*[.,;]?[ \t]*\Z")
_SEPARATOR = re.compile(r"[ \t]*[,;]?[ \t]*(?:(?:and|&)[ \t]+)?", re.IGNORECASE)
_ACTION = re.compile(r"INC-(0|[1-9]\d{0,8})[ \t]*#([1-9]\d{0,8})(?![\w#-])", re.ASCII | re.IGNORECASE)
_INCIDENT = re.compile(r"INC-(0|[1-9]\d{0,8})(?:[ \t]*#[1-9]\d{0,8})?(?![\w#-])", re.ASCII | re.IGNORECASE)

_SHA = r"[0-9a-f]{7,64}"
_SHAS = rf"{_SHA}(?:(?:\s*,\s*(?:and\s+)?|\s+and\s+){_SHA})*"
_REVERTS = re.compile(
    rf"^(?![ \t]*>).*?\bThis\s+reverts\s+commits?\s+(?P<shas>{_SHAS})\b"
    rf"(?:,?\s+(?:reversing|reverting)\s+changes\s+made\s+to\s+(?P<mainline>{_SHA})\b)?",
    re.IGNORECASE | re.MULTILINE,
)
_REVERTS_PULL = re.compile(
    r"^[ \t]*(?:[*+-][ \t]+)?(?:Reverts[ \t]+(?:[\w.-]+/[\w.-]+)?#|This reverts merge request (?:[\w./-]+)?!)"
    r"(?P<number>[1-9]\d{0,9})\b",
    re.ASCII | re.IGNORECASE | re.MULTILINE,
)
_PICKED = re.compile(rf"\(cherry picked from commit ({_SHA})\)")
_PULL_SUBJECT = re.compile(
    r"Merge pull request #(\d{1,10})\b|.*\(#(\d{1,10})\)\s*\Z|Merged in .* \(pull request #(\d{1,10})\)"
)
_PULL_BODY = re.compile(r"^See merge request [\w./-]*!(\d{1,10})\s*$", re.ASCII | re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Reverted:
    """A commit that a message says it takes back, as it names it (perhaps abbreviated). `mainline`: the
    commit is a merge, and this is its parent that stays."""

    sha: str
    mainline: str | None = None


@dataclass(frozen=True, slots=True)
class Message:
    """The facts of one message. `incidents` are numbers of incidents it names, `reconciles` are `(incident
    number, action number)` that it claims to carry, `reverts` and `reverts_pull` what it takes back, `picked`
    the commits it was cherry-picked from, `pull` the pull or merge request that it merges."""

    incidents: tuple[int, ...] = ()
    reconciles: tuple[tuple[int, int], ...] = ()
    reverts: tuple[Reverted, ...] = ()
    reverts_pull: tuple[int, ...] = ()
    picked: tuple[str, ...] = ()
    pull: int | None = None


def parse_message(text: str) -> Message:
    """Read one commit message. Never raises."""
    incidents: dict[int, None] = {}
    reconciles: dict[tuple[int, int], None] = {}
    report = False
    for line in _TRAILER.finditer(text):
        key, value = line["key"].lower(), line["value"]
        if key == "reconciles":
            reconciles.update(dict.fromkeys((int(i), int(a)) for i, a in _listed(_ACTION, value)))
        elif key == "incident":
            incidents.update(dict.fromkeys(int(i) for (i,) in _listed(_INCIDENT, value)))
        else:
            report = True
    reverts: dict[Reverted, None] = {}
    reverts_pull: dict[int, None] = {}
    if "reverts" in text.lower():  # few messages do, and the patterns are slow
        for found in _REVERTS.finditer(text):
            mainline = found["mainline"].lower() if found["mainline"] else None
            for sha in re.findall(_SHA, found["shas"], re.IGNORECASE):
                reverts[Reverted(sha.lower(), mainline)] = None
        reverts_pull.update(dict.fromkeys(int(found["number"]) for found in _REVERTS_PULL.finditer(text)))
    return Message(
        incidents=() if report else tuple(incidents),
        reconciles=tuple(reconciles),
        reverts=tuple(reverts),
        reverts_pull=tuple(reverts_pull),
        picked=tuple(dict.fromkeys(_PICKED.findall(text))),
        pull=_pull(text),
    )


def trailers(incident: int, actions: tuple[int, ...]) -> str:
    """The lines that a commit carries so that it is found again: `Incident: INC-42`, `Reconciles:
    INC-42#7`."""
    return "\n".join([f"Incident: INC-{incident}", *(f"Reconciles: INC-{incident}#{n}" for n in actions)])


def _listed(reference: re.Pattern[str], value: str) -> list[tuple[str, ...]]:
    """The references that a trailer's value lists; none if it goes on in words."""
    found: list[tuple[str, ...]] = []
    at = 0
    while match := reference.match(value, at):
        found.append(match.groups())
        if _NOTE.match(value, match.end()):
            return found
        separator = _SEPARATOR.match(value, match.end())
        at = separator.end() if separator else match.end()
    return []


def _pull(text: str) -> int | None:
    subject, _, body = text.partition("\n")
    found = _PULL_SUBJECT.match(subject) or _PULL_BODY.search(body)
    return int(next(number for number in found.groups() if number)) if found else None
