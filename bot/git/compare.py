"""The anchored compare: does the tip of upstream hold what was changed by hand?

Three versions of one file: *base* (what the change was made to), *live* (what it was made into), *tip* (what
stands upstream now). Each hunk of base→live is looked for in the tip at the one place to which base→tip carries
it, never elsewhere: the same lines in another block are not the fix.

A false *landed* is the worst answer there is, so whatever is not certain is *diverged*. Pure: the line edits
between the versions come in as arguments.
"""

import difflib
import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from bot.rules.model import PartState

State = PartState
IN_PLACE = tuple(state for state in State if state.in_place)

Lines = Sequence[bytes]  # each with its line end

_TELLING = re.compile(rb"[0-9A-Za-z\x80-\xff]")  # braces and blank lines are anywhere
_ALIKE = 0.6  # by difflib's ratio: `debug = true` and `debug = yes` have 0.78
_COMPARED = 10_000  # pairs of lines whose likeness is looked at; where there are more, the deletion is not sure


@dataclass(frozen=True, slots=True)
class Edit:
    """Lines [a, b) of the left version became lines [c, d) of the right one; from 0, end excluded. Edits come in
    order, with at least one unchanged line between two."""

    a: int
    b: int
    c: int
    d: int


@dataclass(frozen=True, slots=True)
class Placed:
    """What became of one hunk. `hunk` is from base to live; lines [start, end) of the tip stand where it belongs,
    between the nearest lines that base and tip share. `added` are those of them that the hunk added."""

    hunk: Edit
    state: State
    start: int = 0
    end: int = 0
    added: tuple[int, ...] = ()


def compare(
    base: Lines, live: Lines, tip: Lines, to_live: Sequence[Edit], to_tip: Sequence[Edit], live_to_tip: Sequence[Edit]
) -> list[Placed]:
    """Look for each hunk of `to_live` in the tip. `to_tip` are the edits from base to tip, `live_to_tip` those
    from live to tip."""
    placed = []
    for hunk in to_live:
        above, start = _kept_above(to_tip, hunk.a)
        below, end = _kept_below(to_tip, hunk.b, len(base), len(tip))
        old, new, there = base[hunk.a : hunk.b], live[hunk.c : hunk.d], tip[start:end]
        old_kept = sum(_image(to_tip, line) is not None for line in range(hunk.a, hunk.b))
        added: tuple[int, ...] = ()
        if (above, below) == (hunk.a, hunk.b) and list(there) == list(new):
            state, added = State.LANDED, tuple(range(start, end))
        elif old_kept == len(old) and not set(new).difference(old).intersection(there):
            state = State.MISSING
        elif old_kept:
            state = State.DIVERGED
        elif not new:  # deleted, and perhaps its neighbours with it
            state = State.NEIGHBOURS if not there and _unmistakable(old, (base,), tip) else State.DIVERGED
        else:
            added = _standing(base, live, tip, hunk, (above, below), (start, end), live_to_tip)
            state = State.NEIGHBOURS if added else State.DIVERGED
        placed.append(Placed(hunk, state, start, end, added))
    return placed


def carry(placed: Placed, deleted: Lines, version: Lines, following: Lines, edits: Sequence[Edit]) -> Placed | None:
    """Where a hunk that is in place in a `version` of the file is in the `following` one; None if it was undone.
    `edits` are those between the two, `deleted` the lines that the hunk took away.

    Added lines must all be left, and the old ones must not have come back beside them. After a mere deletion, nothing
    may have come to its place that is more like what was deleted than like what it replaces.
    """
    first, last = (placed.added[0], placed.added[-1] + 1) if placed.added else (placed.start, placed.end)
    above, start = _kept_above(edits, first)
    below, end = _kept_below(edits, last, len(version), len(following))
    if not placed.added:  # it stands between two lines, and with all that came between them since
        if _came_back(deleted, version[above:below], following[start:end]):
            return None
        return Placed(placed.hunk, State.NEIGHBOURS, start, end)
    added = tuple(image for line in placed.added if (image := _image(edits, line)) is not None)
    beside = {following[line] for line in range(start, end) if line not in added}
    back = beside.intersection(deleted).difference(version[above:below])
    if len(added) < len(placed.added) or any(map(_TELLING.search, back)):
        return None
    return Placed(placed.hunk, State.NEIGHBOURS, added[0], added[-1] + 1, added)


def advance(
    span: tuple[int, int], new: Lines, hunk: Edit, length: int, following: Lines, edits: Sequence[Edit]
) -> Placed | tuple[int, int] | None:
    """Where the old lines of a hunk that has not landed, `span` in a version of `length` lines, are in the `following`
    one; or the hunk, if this very step put its `new` lines to their place. None if neither is sure."""
    start, end = span
    old = hunk.b - hunk.a
    step = _put(span, old, new, following, edits)
    if step is not None:
        return Placed(hunk, State.NEIGHBOURS, step.c, step.d, tuple(range(step.c, step.d)))
    if not old:  # between two lines, and all that came between them since
        return _kept_above(edits, start)[1], _kept_below(edits, end, length, len(following))[1]
    images = [_image(edits, line) for line in range(start, end)]
    first = images[0]
    if first is None or images != list(range(first, first + len(images))):
        return None
    return first, first + len(images)


def retreat(placed: Placed, old: Lines, following: Lines, edits: Sequence[Edit]) -> tuple[int, int] | None:
    """Where the `old` lines of a hunk are, if this step put exactly them back in place of the hunk."""
    added = placed.added
    span = (added[0], added[-1] + 1) if added else (placed.start, placed.end)
    step = _put(span, len(added), old, following, edits)
    return (step.c, step.d) if step else None


def lines_of(content: bytes) -> list[bytes]:
    """The lines of a file as git sees them: they end at a line feed, and nowhere else."""
    return re.findall(rb"[^\n]*\n|[^\n]+", content)


def fold(lines: Lines) -> list[bytes]:
    """The lines without white space and line ends, as `git diff -w` compares them."""
    return [b"".join(line.split()) + b"\n" for line in lines]


def _standing(
    base: Lines,
    live: Lines,
    tip: Lines,
    hunk: Edit,
    in_base: tuple[int, int],
    in_tip: tuple[int, int],
    live_to_tip: Sequence[Edit],
) -> tuple[int, ...]:
    """Where the new lines of a hunk stand among changed neighbours; nothing unless that is sure: all of them together,
    on the right side of what became of the neighbours, with at least one that could not be there by chance, and with
    nothing left of the old ones."""
    start, end = in_tip
    new = live[hunk.c : hunk.d]
    first = _image(live_to_tip, hunk.c)
    if first is None or [_image(live_to_tip, line) for line in range(hunk.c, hunk.d)] != [
        *range(first, first + len(new))
    ]:
        return ()
    before, after = hunk.a - in_base[0], in_base[1] - hunk.b  # neighbours in base …
    before_now, after_now = first - start, end - first - len(new)  # … and what is there now
    if before_now < 0 or after_now < 0:
        return ()  # it stands elsewhere
    if (before and not before_now and after_now > after) or (after and not after_now and before_now > before):
        return ()  # a neighbour seems to have changed sides
    left_over = set(base[hunk.a : hunk.b]).difference(new).intersection(tip[start:end])
    if any(map(_TELLING.search, left_over)) or not _unmistakable(new, (live, tip), base):
        return ()
    return tuple(range(first, first + len(new)))


def _unmistakable(lines: Lines, once_in: Sequence[Lines], not_in: Lines) -> bool:
    """Whether one of these lines says something, stands once in some versions, and is not in another."""
    counts = [Counter(version) for version in once_in]
    return any(
        _TELLING.search(line) and all(count[line] == 1 for count in counts) for line in set(lines).difference(not_in)
    )


def _put(span: tuple[int, int], old: int, by: Lines, following: Lines, edits: Sequence[Edit]) -> Edit | None:
    """The edit that put exactly these lines to the place of the `old` lines of a span; if there are none, between any
    two lines of the span."""
    for edit in edits:
        there = (edit.a, edit.b) == span if old else span[0] <= edit.a == edit.b <= span[1]
        if there and list(following[edit.c : edit.d]) == list(by):
            return edit
    return None


def _image(edits: Sequence[Edit], line: int) -> int | None:
    """Where an unchanged line of the left version stands in the right one; None if it was changed."""
    index = bisect_right(edits, line, key=lambda edit: edit.a) - 1
    if index < 0:
        return line
    edit = edits[index]
    return None if line < edit.b else line - edit.b + edit.d


def _kept_above(edits: Sequence[Edit], line: int) -> tuple[int, int]:
    """The end of the nearest unchanged lines above `line`, in the left and in the right version."""
    if line == 0:
        return 0, 0
    image = _image(edits, line - 1)
    if image is not None:
        return line, image + 1
    covering = edits[bisect_right(edits, line - 1, key=lambda edit: edit.a) - 1]
    return covering.a, covering.c


def _kept_below(edits: Sequence[Edit], line: int, left: int, right: int) -> tuple[int, int]:
    """The start of the nearest unchanged lines from `line` on, in the left and in the right version, which are
    `left` and `right` lines long."""
    while line < left:
        image = _image(edits, line)
        if image is not None:
            return line, image
        line = edits[bisect_right(edits, line, key=lambda edit: edit.a) - 1].b
    return left, right


def _came_back(deleted: Lines, replaced: Lines, there: Lines) -> bool:
    telling = [line for line in deleted if _TELLING.search(line)]
    if not telling:  # braces and blank lines: only all of them together tell
        return any(list(there[i : i + len(deleted)]) == list(deleted) for i in range(len(there) - len(deleted) + 1))
    if (len(telling) + len(replaced)) * len(there) > _COMPARED:
        return True
    for line in there:
        likeness = max(_likeness(line, one) for one in telling)
        if likeness >= _ALIKE and likeness > max((_likeness(line, one) for one in replaced), default=0):
            return True
    return False


def _likeness(one: bytes, other: bytes) -> float:
    matcher = difflib.SequenceMatcher(None, one.strip().decode("latin-1"), other.strip().decode("latin-1"), False)
    return matcher.ratio() if matcher.quick_ratio() >= _ALIKE else 0.0
