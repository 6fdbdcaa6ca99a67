"""Which upstream commit brought a part of a change, and which took it away: the compare, version by version."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.git.compare import IN_PLACE, Placed, State, lines_of, survives
from bot.git.edits import edits_between
from bot.git.objects import ABSENT, LARGEST, File, Version, blob_sizes, read_blobs, versions
from bot.git.parts import Parts, has_lines
from bot.git.run import git

_VERSIONS = 300  # of one file that are looked through; older ones leave the commit unnamed
_AT_ONCE = 16  # versions that are read and compared together
_HELD = 200_000  # bytes of a version that is kept in memory for a second look


@dataclass(slots=True)
class Fate:
    """What became of one part: its state at the tip, the commit that brought it, the one that undid it."""

    state: State
    commit: str | None = None
    undone_by: str | None = None


def fates(
    git_dir: Path, tip: str, names: Sequence[str], parts: Parts, placed: Sequence[Placed], there: File
) -> list[Fate]:
    """Go back through the versions of the file, from the tip to the base, and name the commits. `placed` is what the
    compare says at the tip, `there` the file as it stands there, `names` its names since the base.

    A hunk that the compare cannot make out among changed neighbours, but that stood in an earlier version and was left
    alone by all that came after, is in place: its state becomes NEIGHBOURS. Raises GitError.
    """
    base = parts.change.base_commit
    found = [Fate(one.state) for one in placed]
    following = set(range(len(found)))
    own = versions(git_dir, base, tip, names, first_parent=True, limit=_VERSIONS)
    later: list[tuple[str, File]] = []
    for version, file, then in _looked_at(git_dir, parts, own):
        for part in tuple(following):
            fate, stood = found[part], then[part].state in IN_PLACE
            if fate.state in IN_PLACE and stood:
                fate.commit = version.commit
            elif fate.state is State.DIVERGED and _outlived(parts, file, then[part], there):
                found[part] = Fate(State.NEIGHBOURS, version.commit)
            elif stood or fate.state in IN_PLACE:
                following.discard(part)
                if stood and later:
                    lost = (commit for commit, it in reversed(later) if not _outlived(parts, file, then[part], it))
                    fate.undone_by = next(lost, later[0][0])
        if not following:
            break
        later.append((version.commit, file if len(file.content or b"") < _HELD else ABSENT))
    if len(own) == _VERSIONS:
        for part in following:  # nobody looked as far back as to where it came
            found[part].commit = None
    _look_into_branches(git_dir, tip, names, parts, there, found)
    return found


def _look_into_branches(
    git_dir: Path, tip: str, names: Sequence[str], parts: Parts, there: File, found: list[Fate]
) -> None:
    """Upstream's own commits are often merges: find hunks that stood undisturbed in a branch only, and the commit of
    the branch that the merge brought in."""
    base = parts.change.base_commit
    unclear = {part for part, fate in enumerate(found) if fate.state is State.DIVERGED and not fate.undone_by}
    if unclear:
        every = versions(git_dir, base, tip, names, first_parent=False, limit=_VERSIONS)
        for version, file, then in _looked_at(git_dir, parts, every):
            for part in tuple(unclear):
                if then[part].state in IN_PLACE:
                    unclear.discard(part)
                    if _outlived(parts, file, then[part], there):
                        found[part] = Fate(State.NEIGHBOURS, version.commit)
            if not unclear:
                break
    for commit in {fate.commit for fate in found if fate.commit}:
        _, *parents = git(git_dir, "rev-list", "--no-walk", "--parents", "--end-of-options", commit).decode().split()
        if len(parents) < 2:
            continue
        inside = versions(git_dir, parents[0], commit, names, first_parent=False, limit=_VERSIONS)
        looked = list(_looked_at(git_dir, parts, inside[::-1]))
        for part, fate in enumerate(found):
            if fate.commit == commit:
                fate.commit = next((v.commit for v, _, then in looked if then[part].state in IN_PLACE), commit)


def _looked_at(git_dir: Path, parts: Parts, several: Sequence[Version]) -> Iterator[tuple[Version, File, list[Placed]]]:
    """Each version with its file, and with what became of the parts in it."""
    for chunk in (several[i : i + _AT_ONCE] for i in range(0, len(several), _AT_ONCE)):
        sizes = blob_sizes(git_dir, [version.blob for version in chunk if version.blob])
        contents = read_blobs(git_dir, [blob for blob, size in sizes.items() if size <= LARGEST])
        files = [File(v.mode, contents.get(v.blob)) if v.blob else ABSENT for v in chunk]
        yield from zip(chunk, files, parts.at(files), strict=True)


def _outlived(parts: Parts, version: File, placed: Placed, there: File) -> bool:
    """Whether a hunk that stood undisturbed in an earlier version is still in force in the file as it is now."""
    if placed.state not in IN_PLACE or placed.hunk not in parts.hunks or not has_lines(there):
        return False
    before, now = version.content or b"", there.content or b""
    (since,) = edits_between([(before, now)])
    old = parts.base[placed.hunk.a : placed.hunk.b]
    return survives(lines_of(before), placed, old, lines_of(now), since)
