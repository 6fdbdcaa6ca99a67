"""The parts of a change to one file, and what became of each in some version of the file."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bot.git.compare import IN_PLACE, Edit, Placed, State, compare, fold, lines_of
from bot.git.edits import edits_between, merged
from bot.git.objects import SUBMODULE, SYMLINK, File, is_text

_NOWHERE = Edit(0, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Change:
    """What was done to one file by hand: `base`, as `base_commit` has it at `path`, became `live`. A new file has no
    base (ABSENT), a deleted one no live version. `read` is how upstream's versions of the file are read before they are
    compared: it hides in them what is hidden in these two."""

    path: str
    base_commit: str
    base: File
    live: File
    read: Callable[[bytes], bytes] = bytes


class Parts:
    """A change as the parts that can land one by one: its hunks, and its change of mode. A deletion, and a change from
    or to what has no lines (binary files, symbolic links, an empty new file), is one part."""

    def __init__(self, change: Change, hunks: list[Edit]) -> None:
        self.change = change
        self.base = lines_of(change.base.content or b"")
        self.live = lines_of(change.live.content or b"")
        self.whole = _whole(change)
        self.hunks = hunks
        before = change.base.mode if change.base.there else "100644"
        self.modes = (before, change.live.mode) if not self.whole and before != change.live.mode else None
        self.count = int(change.base != change.live) if self.whole else len(hunks) + (self.modes is not None)

    def at(self, versions: Sequence[File]) -> list[list[Placed]]:
        """What became of each part in each of several versions of the file; the hunks first, then the mode. Raises
        GitError."""
        return place([(self, version) for version in versions])

    def untouched(self, placed: Placed, version: File) -> bool:
        """Whether the version has the old lines of a hunk, and nothing else, where it belongs: it is surely missing.
        The states of what is no hunk are always sure."""
        if placed.hunk not in self.hunks:
            return True
        lines = lines_of(version.content or b"")[placed.start : placed.end]
        return placed.state is State.MISSING and lines == self.base[placed.hunk.a : placed.hunk.b]

    def but_for_whitespace(self, version: File) -> list[bool]:
        """Of each hunk whether it stands in the version if white space is left out of all three versions. Raises
        GitError."""
        versions = [fold(lines) for lines in (self.base, self.live, lines_of(version.content or b""))]
        base, live, there = versions
        texts = [b"".join(lines) for lines in versions]
        (to_live,) = edits_between([(texts[0], texts[1])], smallest=True)
        to_there, live_to_there = edits_between([(texts[0], texts[2]), (texts[1], texts[2])])
        folded = compare(base, live, there, to_live, to_there, live_to_there)
        answers = []
        for hunk in self.hunks:
            # The hunks of the folded versions that touch it; a hunk that changes only white space has none of its own.
            near = [one for one in folded if one.hunk.a <= hunk.b and one.hunk.b >= hunk.a]
            says_something = base[hunk.a : hunk.b] != live[hunk.c : hunk.d]
            answers.append(says_something and bool(near) and all(one.state in IN_PLACE for one in near))
        return answers

    def reads_both_ways(self, part: int, version: File) -> bool:
        """Whether git, asked to merge one hunk into a version in which the compare finds it, would still change that
        without a conflict. Then lines repeat so closely that its place can be read in two ways. Raises GitError."""
        hunk, there = self.hunks[part], version.content or b""
        alone = b"".join([*self.base[: hunk.a], *self.live[hunk.c : hunk.d], *self.base[hunk.b :]])
        return merged(self.change.base.content or b"", there, alone) not in (None, there)

    def state_of_whole(self, version: File) -> State:
        """What became of a change that is one part."""
        if version == self.change.live:
            return State.LANDED
        still = version.there if not self.change.live.there else version == self.change.base
        return State.MISSING if still else State.DIVERGED

    def state_of_mode(self, version: File) -> State:
        """What became of the change of mode."""
        if self.modes and version.mode == self.modes[1]:
            return State.LANDED
        return State.MISSING if self.modes and version.mode == self.modes[0] else State.DIVERGED


def parts_of(changes: Sequence[Change]) -> list[Parts]:
    """The parts of several changes, in one git process. Raises GitError."""
    by_line = [change for change in changes if not _whole(change)]
    pairs = [(change.base.content or b"", change.live.content or b"") for change in by_line]
    edits = iter(edits_between(pairs, smallest=True))
    return [Parts(change, [] if _whole(change) else next(edits)) for change in changes]


def place(several: Sequence[tuple[Parts, File]]) -> list[list[Placed]]:
    """What became of the parts of several changes, each in a version of its file, in one git process. Raises
    GitError."""
    pairs = [
        (content or b"", version.content or b"")
        for parts, version in several
        if not parts.whole and has_lines(version)
        for content in (parts.change.base.content, parts.change.live.content)
    ]
    edits = iter(edits_between(pairs))
    found = []
    for parts, version in several:
        if parts.whole:
            placed = [Placed(_NOWHERE, parts.state_of_whole(version))]
        elif has_lines(version):
            lines = lines_of(version.content or b"")
            placed = compare(parts.base, parts.live, lines, parts.hunks, next(edits), next(edits))
        else:
            state = State.DIVERGED if version.there or parts.change.base.there else State.MISSING
            placed = [Placed(hunk, state) for hunk in parts.hunks]
        if parts.modes:
            placed.append(Placed(_NOWHERE, parts.state_of_mode(version)))
        found.append(placed)
    return found


def _whole(change: Change) -> bool:
    base, live = change.base, change.live
    return not has_lines(live) or (base.there and not has_lines(base)) or not (base.there or live.content)


def has_lines(file: File) -> bool:
    """Whether it is a regular file of text."""
    return file.content is not None and file.mode not in (SYMLINK, SUBMODULE) and is_text(file.content)
