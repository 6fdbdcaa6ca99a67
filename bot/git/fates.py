"""Which upstream commit brought a part of a change, and which took it away: the compare, version by version."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from bot.git.compare import IN_PLACE, Edit, Placed, State, advance, carry, lines_of, retreat
from bot.git.edits import edits_between
from bot.git.objects import ABSENT, File, Version, blob_sizes, read_blobs, versions
from bot.git.parts import Parts, has_lines

_VERSIONS = 300  # of one file that are looked through; older ones leave the commit unnamed
_AT_ONCE = 16  # versions that are read and compared together
_LARGEST = 1_000_000  # bytes of a version that is still looked at


@dataclass(slots=True)
class Fate:
    """What became of one part: its state at the tip, the commit that brought it, the one that undid it."""

    state: State
    commit: str | None = None
    undone_by: str | None = None
    place: Placed | None = None  # where it was in the last version that was looked at, if it was in place
    witness: File | None = None  # the last version in which the compare itself finds it


def fates(
    git_dir: Path, tip: str, names: Sequence[str], parts: Parts, placed: Sequence[Placed], there: File
) -> list[Fate]:
    """Follow the parts through the versions of the file, from the base to the tip, and name the commits. `placed` is
    what the compare says at the tip, `there` the file as it stands there, `names` its names since the base.

    Where the compare of three versions cannot make out a hunk among changed neighbours, the steps between may: a hunk
    that stood in an earlier version, and was left alone by all that came after, is in place, as NEIGHBOURS. Raises
    GitError.
    """
    base = parts.change.base_commit
    found = [Fate(State.MISSING) for _ in placed]
    own = versions(git_dir, base, tip, names, first_parent=True, limit=_VERSIONS)
    _follow(git_dir, parts, own[::-1], found)
    for fate, one in zip(found, placed, strict=True):
        if one.state in IN_PLACE or fate.place is None or parts.untouched(one, there):
            fate.state = one.state
            fate.witness = there
            if (one.state in IN_PLACE) != (fate.place is not None):
                fate.commit = fate.undone_by = None  # no version of the branch itself says so
        else:
            fate.state = State.NEIGHBOURS
        if len(own) == _VERSIONS and fate.commit == own[-1].commit:
            fate.commit = None  # it may be older than what was looked at
    if any(fate.state is State.DIVERGED and not fate.undone_by for fate in found):
        _look_into_branches(git_dir, tip, names, parts, there, found)
    for version in own:
        if len(version.parents) > 1 and any(fate.commit == version.commit for fate in found):
            _name_in_merge(git_dir, version, names, parts, found)
    return found


def _follow(git_dir: Path, parts: Parts, several: Sequence[Version], found: list[Fate]) -> None:
    """Take the parts from the base through these versions, oldest first."""
    spans = {part: (hunk.a, hunk.b) for part, hunk in enumerate(parts.hunks)}  # the old lines of what is not in place
    last = parts.change.base
    for chunk in (several[i : i + _AT_ONCE] for i in range(0, len(several), _AT_ONCE)):
        files = _files(git_dir, chunk, parts.change.read)
        pairs = list(pairwise([last, *files]))
        steps = edits_between([(one.content or b"", other.content or b"") for one, other in pairs])
        for version, (before, file), edits, now in zip(chunk, pairs, steps, parts.at(files), strict=True):
            for part, fate in enumerate(found):
                stood = fate.place
                if now[part].state in IN_PLACE:
                    fate.place, fate.witness = now[part], file
                elif stood is not None:
                    fate.place = _carried(parts, stood, before, file, edits)
                elif part in spans:
                    fate.place = _arrived(parts, part, spans, before, file, edits)
                if fate.place is not None and stood is None:
                    fate.commit, fate.undone_by = version.commit, None
                    spans.pop(part, None)
                elif fate.place is None and stood is not None:
                    fate.commit, fate.undone_by = None, version.commit
                    _left(parts, part, spans, stood, file, edits)
        last = files[-1]


def _arrived(
    parts: Parts, part: int, spans: dict[int, tuple[int, int]], before: File, file: File, edits: Sequence[Edit]
) -> Placed | None:
    """The hunk, if this step brought it to where its old lines were followed to; else they are followed on."""
    hunk, span = parts.hunks[part], spans.pop(part)
    if not has_lines(file):
        return None
    length = len(lines_of(before.content or b""))
    after = advance(span, parts.live[hunk.c : hunk.d], hunk, length, lines_of(file.content or b""), edits)
    if not isinstance(after, tuple):
        return after
    spans[part] = after
    return None


def _left(
    parts: Parts,
    part: int,
    spans: dict[int, tuple[int, int]],
    stood: Placed,
    file: File,
    edits: Sequence[Edit],
) -> None:
    """Follow the old lines of a hunk again, if this step put them back."""
    if part < len(parts.hunks) and has_lines(file):
        hunk = parts.hunks[part]
        span = retreat(stood, parts.base[hunk.a : hunk.b], lines_of(file.content or b""), edits)
        if span is not None:
            spans[part] = span


def _carried(parts: Parts, placed: Placed, last: File, file: File, edits: Sequence[Edit]) -> Placed | None:
    if placed.hunk not in parts.hunks or not has_lines(last) or not has_lines(file):
        return None
    deleted = parts.base[placed.hunk.a : placed.hunk.b]
    return carry(placed, deleted, lines_of(last.content or b""), lines_of(file.content or b""), edits)


def _look_into_branches(
    git_dir: Path, tip: str, names: Sequence[str], parts: Parts, there: File, found: list[Fate]
) -> None:
    """Find hunks that stood undisturbed only in a branch, before the merge that brought them with other changes."""
    unclear = {part for part, fate in enumerate(found) if fate.state is State.DIVERGED and not fate.undone_by}
    standing: set[int] = set()
    every = versions(git_dir, parts.change.base_commit, tip, names, first_parent=False, limit=_VERSIONS)
    for chunk in (every[i : i + _AT_ONCE] for i in range(0, len(every), _AT_ONCE)):
        files = _files(git_dir, chunk, parts.change.read)
        for version, file, then in zip(chunk, files, parts.at(files), strict=True):
            standing = {part for part in standing if then[part].state in IN_PLACE}
            for part in standing:
                found[part].commit = version.commit  # it stood before what was found first
            for part in [part for part in unclear if then[part].state in IN_PLACE]:
                unclear.discard(part)
                (since,) = edits_between([(file.content or b"", there.content or b"")])
                if _carried(parts, then[part], file, there, since):
                    found[part] = Fate(State.NEIGHBOURS, version.commit, witness=file)
                    standing.add(part)
        if not unclear and not standing:
            break


def _name_in_merge(git_dir: Path, merge: Version, names: Sequence[str], parts: Parts, found: list[Fate]) -> None:
    """Name the commit of the branch instead of the merge that brought it upstream."""
    inside = versions(git_dir, merge.parents[0], merge.commit, names, first_parent=False, limit=_VERSIONS)
    fates_inside = [Fate(State.MISSING) for _ in found]
    _follow(git_dir, parts, inside[::-1], fates_inside)
    for fate, inner in zip(found, fates_inside, strict=True):
        if fate.commit == merge.commit:
            fate.commit = inner.commit or merge.commit


def _files(git_dir: Path, several: Sequence[Version], read: Callable[[bytes], bytes]) -> list[File]:
    """The file in each version; its content is left out where it is too large."""
    sizes = blob_sizes(git_dir, [version.blob for version in several if version.blob])
    contents = read_blobs(git_dir, [blob for blob, size in sizes.items() if size <= _LARGEST])
    read_contents = {blob: read(content) for blob, content in contents.items()}
    return [File(one.mode, read_contents.get(one.blob)) if one.blob else ABSENT for one in several]
