"""Proof by content: is a recorded change in the upstream branch? The ladder, strongest rung first, for each file:

1. the content and mode at the tip are those of the recorded live file
2. merging the change into the tip, anchored on its base, changes nothing, and each hunk stands where it belongs
3. each hunk stands where it belongs
4. each hunk stands where it belongs, some among neighbours that changed
5. each hunk stands where it belongs but for white space: a person decides, except where white space has a meaning

Only rungs 1 to 4 are *landed*. What cannot be looked at is *unknown*, with the reason, and never *missing*.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path, PurePosixPath
from typing import Any

from bot.git.compare import IN_PLACE, Placed, State, lines_of
from bot.git.edits import merged
from bot.git.fates import Fate, fates
from bot.git.mirror import commits_among
from bot.git.objects import ABSENT, LARGEST, SUBMODULE, Entry, File, read_blobs, renames, tree_entries
from bot.git.parts import Change, Parts, has_lines, parts_of, place
from bot.rules.model import Verdict
from bot.rules.proofs import together

_AT_ONCE = 32  # changes that share git processes
_LFS = b"version https://git-lfs.github.com/spec/"
_SPACED = re.compile(  # files in which white space means something
    r".*\.(?:py|pyi|pyx|ya?ml|mk|mak|bzl|star|sls|haml|slim|pug|jade|sass|styl|coffee|nim|hs|lhs|elm|fs|fsx|feature"
    r"|md|rst|tsv|patch|diff)|(?:GNU|BSD)?Makefile(?:\..*)?|makefile|Snakefile|SCons(?:truct|cript)|BUILD|WORKSPACE"
    r"|Tiltfile|[Jj]ustfile",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class HunkProof:
    """One part of a change. `base_lines` are the first and last line of the base that it replaces, counted from 1; an
    insertion comes before the first, and its last is one less. It is None for what concerns the whole file: its mode,
    its deletion, binary content.

    `removed` and `added` are its lines; `stands` is what the tip has at this place. `commit` is the upstream commit
    that brought the part, `undone_by` the one that took it away again; None if neither happened or it is not known.
    """

    base_lines: tuple[int, int] | None
    state: State
    removed: tuple[bytes, ...] = ()
    added: tuple[bytes, ...] = ()
    stands: tuple[bytes, ...] = ()
    commit: str | None = None
    undone_by: str | None = None


@dataclass(frozen=True, slots=True)
class FileProof:
    """What became of one changed file. `rung` is that of the ladder, None below it; `upstream_path` is where the file
    is now, None if it is nowhere."""

    path: str
    upstream_path: str | None
    verdict: Verdict
    rung: int | None
    why: str
    hunks: tuple[HunkProof, ...] = ()


@dataclass(frozen=True, slots=True)
class Proof:
    """What became of a change of one or more files at one tip. `rung` is the weakest that it stands on."""

    tip: str
    verdict: Verdict
    rung: int | None
    why: str
    files: tuple[FileProof, ...]

    def as_json(self) -> dict[str, Any]:
        """The shape that `hotwash prove --json` prints."""
        return {
            "verdict": self.verdict.value,
            "rung": self.rung,
            "why": self.why,
            "files": [
                {
                    "path": file.path,
                    "upstream_path": file.upstream_path,
                    "verdict": file.verdict.value,
                    "rung": file.rung,
                    "why": file.why,
                    "hunks": [
                        {
                            "base_lines": list(hunk.base_lines) if hunk.base_lines else None,
                            "state": hunk.state.value,
                            "commit": hunk.commit,
                            "undone_by": hunk.undone_by,
                        }
                        for hunk in file.hunks
                    ],
                }
                for file in self.files
            ],
        }


def prove(git_dir: Path, tip: str, changes: Sequence[Change], *, name_commits: bool = True) -> Proof:
    """Look for a change at the commit `tip` (a full sha). `name_commits` also finds which upstream commit brought or
    undid each part, which costs a look through the versions of each file since its base.

    Raises GitError.
    """
    return next(prove_each(git_dir, tip, [changes], name_commits=name_commits))


def prove_each(
    git_dir: Path, tip: str, several: Sequence[Sequence[Change]], *, name_commits: bool = True
) -> Iterator[Proof]:
    """Look for many changes at one tip, in their order, sharing git processes among them. Raises GitError."""
    for chunk in (several[i : i + _AT_ONCE] for i in range(0, len(several), _AT_ONCE)):
        found = _look_up(git_dir, tip, chunk)
        open_to_us = [one for one in found if not one.why]
        parts = parts_of([one.change for one in open_to_us])
        placed = place(list(zip(parts, (one.there for one in open_to_us), strict=True)))
        judged = iter(zip(parts, placed, strict=True))
        files = (
            FileProof(one.change.path, one.path, Verdict.UNKNOWN, None, one.why)
            if one.why
            else _judge(git_dir, tip, one, *next(judged), name_commits)
            for one in found
        )
        for changes in chunk:
            yield _together(tip, tuple(islice(files, len(changes))))


def _together(tip: str, files: tuple[FileProof, ...]) -> Proof:
    verdict = together(file.verdict for file in files)
    rungs = [file.rung for file in files if file.rung is not None]
    rung = max(rungs) if verdict in (Verdict.LANDED, Verdict.WHITESPACE) else None
    open_files = [file for file in files if file.verdict is not Verdict.LANDED]
    if len(files) > 1 and open_files:
        why = "; ".join(f"{file.path}: {file.why}" for file in open_files)
    else:
        why = "; ".join(dict.fromkeys(file.why for file in files))
    return Proof(tip, verdict, rung, why, files)


@dataclass(frozen=True, slots=True)
class _Found:
    """A changed file as it is at the tip. `names` are those that it had since its base; `why` says why nobody can look
    into it, if so."""

    change: Change
    names: tuple[str, ...]
    there: File
    why: str

    @property
    def path(self) -> str | None:
        return self.names[-1] if self.there.there else None


def _look_up(git_dir: Path, tip: str, several: Sequence[Sequence[Change]]) -> list[_Found]:
    entries = tree_entries(git_dir, tip, {change.path for changes in several for change in changes})
    looked: list[tuple[Change, list[str], Entry | None, str]] = []
    for changes in several:
        created = {change.path for change in changes if not change.base.there}
        for change in changes:
            names, entry = [change.path], entries.get(change.path)
            if entry is None and change.base.there and commits_among(git_dir, [change.base_commit]):
                moved = renames(git_dir, change.base_commit, tip, change.path)
                # A file that the change itself moved, from where it deletes it to where it makes it, is gone from here.
                if moved and (change.live.there or moved[-1] not in created):
                    names += moved
                    entry = tree_entries(git_dir, tip, names[-1:]).get(names[-1])
            looked.append((change, names, entry, _out_of_reach(tip, change, entry)))
    contents = read_blobs(git_dir, [entry.blob for _, _, entry, why in looked if entry and not why])
    found = []
    for change, names, entry, why in looked:
        content = contents.get(entry.blob) if entry else None
        if content is not None and content.startswith(_LFS):
            why = "upstream keeps the file in Git LFS, and has only a pointer to it"
        there = File(entry.mode, None if content is None else change.read(content)) if entry else ABSENT
        found.append(_Found(change, tuple(names), there, why))
    return found


def _judge(
    git_dir: Path, tip: str, one: _Found, parts: Parts, placed: Sequence[Placed], name_commits: bool
) -> FileProof:
    if not parts.count:
        why = "the live file is the same as its base: there is no change to look for"
        return FileProof(one.change.path, one.path, Verdict.UNKNOWN, None, why)
    there = one.there
    fated = [Fate(part.state, witness=there) for part in placed]
    unclear = any(part.state not in IN_PLACE and not parts.untouched(part, there) for part in placed)
    if (name_commits or unclear) and commits_among(git_dir, [one.change.base_commit]):
        fated = fates(git_dir, tip, one.names, parts, placed, there)
    states = [fate.state for fate in fated]
    spaced = _but_for_whitespace(parts, there, placed, states)
    if spaced and not _SPACED.fullmatch(PurePosixPath(one.names[-1]).name):
        states = [State.WHITESPACE if part in spaced else state for part, state in enumerate(states)]
    verdict, rung = _verdict(states), _rung(parts, there, states)
    if rung not in (1, 2) and _reads_both_ways(parts, fated):
        verdict, rung = Verdict.UNKNOWN, None
    only_spaces = all(state in IN_PLACE or part in spaced for part, state in enumerate(states))
    hunks = tuple(
        _hunk(parts, there, part, replace(fate, state=state))
        for part, fate, state in zip(placed, fated, states, strict=True)
    )
    return FileProof(one.change.path, one.path, verdict, rung, _why(verdict, rung, states, only_spaces, there), hunks)


def _out_of_reach(tip: str, change: Change, entry: Entry | None) -> str:
    """Why a file cannot be looked at, if so."""
    modes = {change.base.mode, change.live.mode, entry.mode if entry else ""}
    contents = [content for content in (change.base.content, change.live.content) if content is not None]
    if len(tip) != 40:
        return "the repository names its objects by SHA-256, which cannot be looked at yet"
    if SUBMODULE in modes:
        return "it is a submodule: the change is in another repository"
    if any(content.startswith(_LFS) for content in contents):
        return "the file is kept in Git LFS: the repository has only a pointer to it"
    if max([len(content) for content in contents] + [entry.size if entry else 0], default=0) > LARGEST:
        return f"the file has more than {LARGEST // 1_000_000} MB, too much to be compared"
    return ""


def _verdict(states: Sequence[State]) -> Verdict:
    if all(state in IN_PLACE for state in states):
        return Verdict.LANDED
    if all(state in (*IN_PLACE, State.WHITESPACE) for state in states):
        return Verdict.WHITESPACE
    if any(state in (*IN_PLACE, State.WHITESPACE) for state in states):
        return Verdict.PARTLY
    return Verdict.MISSING if set(states) == {State.MISSING} else Verdict.DIVERGED


def _but_for_whitespace(parts: Parts, there: File, placed: Sequence[Placed], states: Sequence[State]) -> frozenset[int]:
    """The hunks that are not in place, but would be if white space did not count."""
    unclear = {
        part
        for part, (one, state) in enumerate(zip(placed, states, strict=True))
        if state not in IN_PLACE and not parts.untouched(one, there)
    }
    if not unclear or not has_lines(there):
        return frozenset()
    return frozenset(part for part, yes in enumerate(parts.but_for_whitespace(there)) if yes and part in unclear)


def _rung(parts: Parts, there: File, states: Sequence[State]) -> int | None:
    """The rung that the file stands on, None if parts of it are not in place."""
    verdict = _verdict(states)
    if verdict is Verdict.WHITESPACE:
        return 5
    if verdict is not Verdict.LANDED:
        return None
    change = parts.change
    if there == change.live:
        return 1
    if has_lines(there):
        ours = there.content or b""
        if merged(change.base.content or b"", ours, change.live.content or b"") == ours:
            return 2
    return 4 if State.NEIGHBOURS in states else 3


def _reads_both_ways(parts: Parts, found: Sequence[Fate]) -> bool:
    """Whether any hunk that was found in place can also be read as not there."""
    return any(
        fate.state in IN_PLACE and fate.witness is not None and parts.reads_both_ways(part, fate.witness)
        for part, fate in enumerate(found[: len(parts.hunks)])
    )


def _why(verdict: Verdict, rung: int | None, states: Sequence[State], only_spaces: bool, there: File) -> str:
    match verdict:
        case Verdict.LANDED:
            return _LANDED_WHY[rung or 0]
        case Verdict.WHITESPACE:
            return "it stands there but for white space"
        case Verdict.UNKNOWN:
            return "the lines around it repeat, so that its place can be read in two ways"
    if not there.there:
        return "the file is not upstream"
    if only_spaces:
        return "it differs only in white space, which means something in this file"
    if verdict is Verdict.PARTLY:
        return f"{sum(state in IN_PLACE for state in states)} of {len(states)} parts landed"
    return "none of it is there" if verdict is Verdict.MISSING else "something else stands there"


_LANDED_WHY = {
    1: "the file upstream is the recorded one",
    2: "merging the change into upstream changes nothing",
    3: "every part stands where it belongs",
    4: "every part stands where it belongs, among lines that changed since",
}


def _hunk(parts: Parts, there: File, placed: Placed, fate: Fate) -> HunkProof:
    hunk = placed.hunk
    if placed.hunk not in parts.hunks:
        before, after = parts.modes or ("", "")
        return HunkProof(
            None,
            fate.state,
            (f"mode {before}\n".encode(),) if before else (),
            (f"mode {after}\n".encode(),) if after else (),
            (f"mode {there.mode}\n".encode(),) if before and there.there else (),
            fate.commit,
            fate.undone_by,
        )
    return HunkProof(
        (hunk.a + 1, hunk.b),
        fate.state,
        tuple(parts.base[hunk.a : hunk.b]),
        tuple(parts.live[hunk.c : hunk.d]),
        tuple(lines_of(there.content or b"")[placed.start : placed.end]),
        fate.commit,
        fate.undone_by,
    )
