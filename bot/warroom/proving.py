"""Proving recorded changes at the upstream tip: which of them a move of upstream concerns, and what became of each.

The reading is for a thread, and some actions at a time, so that no more than their contents is held at once; what was
found is recorded afterwards, together with the claims of the same look.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import groupby
from pathlib import Path

from bot.git import moves
from bot.git.mirror import Fetched, commits_among
from bot.git.objects import ABSENT, File, is_text
from bot.git.parts import Change
from bot.git.prove import FileProof as FoundFile
from bot.git.prove import HunkProof as FoundPart
from bot.git.prove import Proof as Found
from bot.git.prove import prove_each
from bot.git.run import GitError
from bot.ledger.proofs import Watched
from bot.rules.clean import Clean, Redacted, veil
from bot.rules.model import FileProof, PartProof, PartState, Proof, RecordedChange, Verdict

AT_ONCE = 32  # actions whose contents are held at once
NAMED_AT_ONCE = 20  # up to so many, each proof also names its commits; of more, only those that came out otherwise
_NO_KEY = "lines of it hold secrets, and without HOTWASH_KEY they cannot be compared"
_LINES, _WIDTH = 6, 160  # that are kept of what stands upstream instead


@dataclass(frozen=True, slots=True)
class Proven:
    """What a look found of one action. `change_id` is the newest of the changes that it looked for; `news` tells
    whether it differs from what the last look found. `found_at` is where the files are now, by the paths under which
    they were recorded; only those that moved."""

    incident_id: int
    proof: Proof
    change_id: int
    news: bool
    found_at: Mapping[Clean, Clean]


def due(git_dir: Path, watched: Sequence[Watched], old_tip: str | None, fetched: Fetched) -> list[Watched]:
    """Those to prove again: whose files upstream touched since the tip of the last look, and whose changes no look has
    looked for. All of them at a first look, and where the branch was rewritten. Raises GitError."""
    if old_tip is None or fetched.forced:
        return list(watched)
    unseen = [one for one in watched if not one.looked]
    if fetched.new_tip == old_tip or len(unseen) == len(watched):
        return unseen
    move = moves.move(git_dir, old_tip, fetched.new_tip)
    return [one for one in watched if not one.looked or move.concerns(one.paths)]


def prove_some(
    git_dir: Path,
    tip: str,
    changes: Sequence[RecordedChange],
    before: Mapping[int, Proof],
    *,
    name_all: bool,
    redactor: Callable[[str], Redacted],
    key: bytes | None,
    at: int,
) -> list[Proven]:
    """Prove the changes of some actions in one repository, given ordered by action. `before` are the proofs of the last
    look by action id. Raises GitError."""
    by_action = {number: list(some) for number, some in groupby(changes, lambda change: change.action_id)}
    asked = {
        number: [as_change(change, key) for change in some]
        for number, some in by_action.items()
        if all(change.comparable for change in some)
    }
    found = _look_for(git_dir, tip, asked, name_commits=name_all)
    stored = partial(_as_stored, git_dir, tip, redactor=redactor, at=at)
    proofs = {number: stored(some, found.get(number, _NO_KEY)) for number, some in by_action.items()}
    if not name_all:
        same = {number for number, proof in proofs.items() if number in before and alike(before[number], proof)}
        proofs |= {number: _named_as(before[number], proofs[number]) for number in same}
        unnamed = {number: one for number, one in asked.items() if number not in same}
        named = _look_for(git_dir, tip, unnamed, name_commits=True)
        proofs |= {number: stored(by_action[number], one) for number, one in named.items()}
    return [
        Proven(
            some[0].incident_id,
            proofs[number],
            max(one.id for one in some),
            number not in before or not says_the_same(before[number], proofs[number]),
            _moved(some, proofs[number]),
        )
        for number, some in by_action.items()
    ]


def _look_for(
    git_dir: Path, tip: str, asked: Mapping[int, Sequence[Change]], *, name_commits: bool
) -> dict[int, Found | str]:
    """What became of each; why nobody can tell, where git fails on that one alone: it must not keep the others from
    being looked for. Raises GitError where git fails as such."""
    try:
        return dict(zip(asked, prove_each(git_dir, tip, list(asked.values()), name_commits=name_commits), strict=True))
    except GitError as error:
        if error.code is None or error.corrupt or error.locked or error.full or not commits_among(git_dir, [tip]):
            raise
        if len(asked) == 1:
            return dict.fromkeys(asked, f"git could not compare it: {str(error)[:300]}")
    found: dict[int, Found | str] = {}
    for number, changes in asked.items():
        found |= _look_for(git_dir, tip, {number: changes}, name_commits=name_commits)
    return found


def alike(one: Proof, other: Proof) -> bool:
    """Whether two proofs of the same change say the same, but for the tip and the commits that they name."""
    return one.looked and other.looked and _said(one) == _said(other)


def says_the_same(one: Proof, other: Proof) -> bool:
    """Whether they also name the same commit; that the later one finds none any more, in a long history, is no news."""
    return alike(one, other) and other.commit in (None, one.commit)


def _said(proof: Proof) -> tuple[object, ...]:
    """What people are told of it. By which rung a part landed, and which neighbours changed, is no news."""
    parts = [
        [("" if part.state.in_place else part.state.value, part.stands) for part in file.parts] for file in proof.files
    ]
    return proof.verdict, proof.why if proof.verdict is Verdict.UNKNOWN else "", parts


def _named_as(before: Proof, proof: Proof) -> Proof:
    """A proof that says the same, with the commits that the one before names."""
    files = tuple(
        replace(
            file,
            parts=tuple(
                replace(part, commit=old.commit, undone_by=old.undone_by)
                for part, old in zip(file.parts, known.parts, strict=True)
            ),
        )
        for file, known in zip(proof.files, before.files, strict=True)
    )
    return replace(proof, files=files, commit=before.commit, undone_by=before.undone_by)


def as_change(change: RecordedChange, key: bytes | None) -> Change:
    """A recorded change as it is looked for. `key` is the team's, by which lines with secrets are compared."""
    base = File(change.base_mode, change.base_content) if change.base_mode else ABSENT
    live = File(change.live_mode, change.live_content) if change.live_mode else ABSENT
    return Change(change.path, change.base_commit, base, live, partial(_read, lines=change.veil or {}, key=key))


def _read(content: bytes, lines: Mapping[str, str], key: bytes | None) -> bytes:
    """A version of upstream's, with the lines hidden that are hidden in what is stored."""
    return veil(content, lines, key) if is_text(content) else content


def _as_stored(
    git_dir: Path,
    tip: str,
    changes: Sequence[RecordedChange],
    found: Found | str,
    *,
    redactor: Callable[[str], Redacted],
    at: int,
) -> Proof:
    """As it is stored; `found` says why, where the changes cannot be compared."""
    about, repo = changes[0].action_id, changes[0].repo

    def clean(text: str) -> Clean:
        return redactor(text).text

    if isinstance(found, str):
        return Proof(about, repo, Verdict.UNKNOWN, clean(found), tip, at=at)
    parts = [part for file in found.files for part in file.hunks]
    return Proof(
        about,
        repo,
        found.verdict,
        clean(found.why),
        tip,
        found.rung,
        tuple(_as_file(change.path, file, clean) for change, file in zip(changes, found.files, strict=True)),
        moves.newest(git_dir, [part.commit for part in parts if part.commit]),
        moves.newest(git_dir, [part.undone_by for part in parts if part.undone_by]),
        at,
    )


def _as_file(path: Clean, file: FoundFile, clean: Callable[[str], Clean]) -> FileProof:
    parts = tuple(
        PartProof(part.base_lines, part.state, part.commit, part.undone_by, _stands(part, clean)) for part in file.hunks
    )
    return FileProof(path, Clean(_storable(file.upstream_path or "")), file.verdict, clean(file.why), parts)


def _stands(part: FoundPart, clean: Callable[[str], Clean]) -> Clean | None:
    if part.state is not PartState.DIVERGED or not part.stands:
        return None
    lines = [line.decode("utf-8", "replace").rstrip("\r\n") for line in part.stands[:_LINES]]
    more = ["…"] if len(part.stands) > _LINES else []
    return clean("\n".join([line if len(line) <= _WIDTH else line[: _WIDTH - 1] + "…" for line in lines] + more))


def _storable(path: str) -> str:
    """A path that is not UTF-8 has no place in a database; what it is like is still told."""
    return path.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _moved(changes: Sequence[RecordedChange], proof: Proof) -> dict[Clean, Clean]:
    now = {file.path: file.upstream_path for file in proof.files}
    return {one.path: now[one.path] for one in changes if now.get(one.path, one.upstream_path) != one.upstream_path}
