"""A recorded change of one file as a diff that people read: bounded, and each hunk with what became of it upstream."""

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from bot.rules.model import FileProof, PartState, RecordedChange

MOST_LINES = 80  # of one file's diff
_MOST_COMPARED = 1_500  # lines between the first and the last that differ: beyond, comparing would take seconds
_CONTEXT = 3
_LONGEST = 300  # characters of a line


@dataclass(frozen=True, slots=True)
class Hunk:
    """`lines` begin with a space, `-` or `+`. `state` is the worst that was found of its parts upstream; None where
    nothing was looked for."""

    header: str
    lines: tuple[str, ...]
    state: PartState | None = None


@dataclass(frozen=True, slots=True)
class FileDiff:
    """`note` says what lines do not show: that the file is new, deleted, binary, or has another mode. `left_out` lines
    are more than a report shows. `redacted`: lines with secrets stand as `[redacted:…]`."""

    action_id: int
    repo: str
    path: str
    by: int
    at: int
    base_commit: str
    note: str
    added: int
    removed: int
    hunks: tuple[Hunk, ...]
    left_out: int
    redacted: bool


def file_diff(change: RecordedChange, proof: FileProof | None = None) -> FileDiff:
    """The diff of a recorded change; `proof` is what the last look found of this file."""
    before, after = change.base_content or b"", change.live_content or b""
    notes = [_file_note(change)]
    hunks: list[Hunk] = []
    added = removed = 0
    if b"\0" in before[:8000] or b"\0" in after[:8000]:
        notes.append(f"binary, {len(before)} → {len(after)} bytes")
    elif _unread(change):
        notes.append("its content was not read")
    else:
        old, new = _lines(before), _lines(after)
        start, old_end, new_end = _differing(old, new)
        added, removed = new_end - start, old_end - start
        if max(added, removed) > _MOST_COMPARED:
            notes.append(f"too long to show line by line: lines {start + 1} to {old_end} became {added} others")
            added = removed = 0
        else:
            hunks, added, removed = _hunks(old, new, start, old_end, new_end, proof)
    shown, left_out = _bounded(hunks)
    return FileDiff(
        change.action_id,
        change.repo,
        change.path,
        change.by,
        change.at,
        change.base_commit,
        ", ".join(note for note in notes if note),
        added,
        removed,
        shown,
        left_out,
        change.redacted,
    )


def _file_note(change: RecordedChange) -> str:
    if change.base_mode is None:
        return "new file"
    if change.live_mode is None:
        return "deleted"
    return f"mode {change.base_mode} → {change.live_mode}" if change.base_mode != change.live_mode else ""


def _unread(change: RecordedChange) -> bool:
    return (change.base_mode is not None and change.base_content is None) or (
        change.live_mode is not None and change.live_content is None
    )


def _lines(content: bytes) -> list[str]:
    """Without line ends: a last line that lacks its own reads like one that has it."""
    text = content.decode(errors="replace")
    return text.removesuffix("\n").split("\n") if text else []


def _differing(old: Sequence[str], new: Sequence[str]) -> tuple[int, int, int]:
    """The first line that differs, and the ends of what differs in both: what comparing takes goes by that alone."""
    least = min(len(old), len(new))
    start = next((i for i in range(least) if old[i] != new[i]), least)
    same = next((i for i in range(least - start) if old[-1 - i] != new[-1 - i]), least - start)
    return start, len(old) - same, len(new) - same


def _hunks(
    old: Sequence[str], new: Sequence[str], start: int, old_end: int, new_end: int, proof: FileProof | None
) -> tuple[list[Hunk], int, int]:
    """The hunks with three lines around each, and how many lines were added and removed."""
    hunks, added, removed = [], 0, 0
    matcher = _Matcher(old, new, start, old_end, new_end)
    for group in matcher.get_grouped_opcodes(_CONTEXT):
        lines: list[str] = []
        touched: list[tuple[int, int]] = []
        for what, i, j, k, m in group:
            if what == "equal":
                lines += [f" {line}" for line in old[i:j]]
                continue
            touched.append((i + 1, j))
            lines += [f"-{line}" for line in old[i:j]] + [f"+{line}" for line in new[k:m]]
            added, removed = added + m - k, removed + j - i
        first, last = group[0], group[-1]
        header = f"@@ -{_range(first[1], last[2])} +{_range(first[3], last[4])} @@"
        hunks.append(Hunk(header, tuple(map(_short, lines)), _state(touched, proof)))
    return hunks, added, removed


class _Matcher(SequenceMatcher[str]):
    """Compares only what lies between the lines with which both versions begin and end."""

    def __init__(self, old: Sequence[str], new: Sequence[str], start: int, old_end: int, new_end: int) -> None:
        super().__init__(None, old[start:old_end], new[start:new_end])
        self._start, self._ends, self._lengths = start, (old_end, new_end), (len(old), len(new))

    def get_opcodes(self) -> list[Any]:
        start, (i, k), (j, m) = self._start, self._ends, self._lengths
        before = [("equal", 0, start, 0, start)] if start else []
        between = [(one[0], *(at + start for at in one[1:])) for one in super().get_opcodes()]
        return [*before, *between, *([("equal", i, j, k, m)] if i < j else [])]


def _range(start: int, end: int) -> str:
    """As unified diffs write it: of an empty range the line before it."""
    return f"{start + (end > start)},{end - start}"


def _short(line: str) -> str:
    return line if len(line) <= _LONGEST else f"{line[:_LONGEST]}…"


_WORST = (PartState.MISSING, PartState.DIVERGED, PartState.WHITESPACE, PartState.NEIGHBOURS, PartState.LANDED)


def _state(touched: Sequence[tuple[int, int]], proof: FileProof | None) -> PartState | None:
    """The worst state of the parts at these lines of the base; an insertion's last line is one less than its first."""
    states = {
        part.state
        for part in (proof.parts if proof else ())
        if part.lines is None
        or any(part.lines[0] <= last + 1 and first <= part.lines[1] + 1 for first, last in touched)
    }
    return next((state for state in _WORST if state in states), None)


def _bounded(hunks: Sequence[Hunk]) -> tuple[tuple[Hunk, ...], int]:
    """The first `MOST_LINES` lines, and how many are left out."""
    shown: list[Hunk] = []
    room = MOST_LINES
    for hunk in hunks:
        if room > 0:
            shown.append(Hunk(hunk.header, hunk.lines[:room], hunk.state))
        room -= len(hunk.lines)
    return tuple(shown), max(0, -room)
