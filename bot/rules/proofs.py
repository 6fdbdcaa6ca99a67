"""What a proof comes to, and how it is said in one plain sentence, the same on every surface."""

import json
from collections.abc import Iterable, Sequence
from pathlib import PurePosixPath

from bot.rules.clean import Clean
from bot.rules.model import FileProof, PartProof, PartState, Proof, Verdict

NOT_THERE = frozenset({Verdict.MISSING, Verdict.PARTLY, Verdict.DIVERGED})
_MOST = 6  # places that a sentence names


def together(verdicts: Iterable[Verdict]) -> Verdict:
    """The verdict on a whole of which these are those on its pieces; unknown where there are none."""
    kinds = set(verdicts)
    if not kinds or Verdict.UNKNOWN in kinds:
        return Verdict.UNKNOWN
    if len(kinds) == 1:
        return next(iter(kinds))
    if kinds == {Verdict.LANDED, Verdict.WHITESPACE}:
        return Verdict.WHITESPACE
    return Verdict.DIVERGED if kinds == {Verdict.MISSING, Verdict.DIVERGED} else Verdict.PARTLY


def verdict_of(proofs: Sequence[Proof]) -> Verdict | None:
    """The verdict on all that was recorded of one action, in whichever repositories; None if nothing was."""
    return together(proof.verdict for proof in proofs) if proofs else None


def finding(proofs: Sequence[Proof]) -> str:
    """What was found, plainly: `3 of 5 parts landed in a79f427; missing: nginx.conf lines 88 and 112`."""
    verdict = verdict_of(proofs)
    match verdict:
        case None:
            return "no change is recorded"
        case Verdict.UNKNOWN:
            return f"cannot tell: {_reasons(proofs)}"
        case Verdict.LANDED:
            return f"every part landed{_in_commits(proofs)}"
        case Verdict.WHITESPACE:
            return f"landed but for white space{_in_commits(proofs)}"
        case Verdict.MISSING:
            said = ["none of it is there"]
        case Verdict.DIVERGED:
            said = ["something else stands there"]
        case Verdict.PARTLY:
            landed, parts = parts_landed(proofs)
            said = [f"{landed} of {parts} parts landed{_in_commits(proofs)}"]
    missing = _places(proofs, PartState.MISSING)
    other = _places(proofs, PartState.DIVERGED, PartState.WHITESPACE)
    said += [f"missing: {missing}"] if missing else []
    said += [f"different: {other}"] if other else []
    return "; ".join(said)


def lacking(proofs: Sequence[Proof]) -> str:
    """What is not there, for a sentence about a commit that says it carries all: `2 of 5 parts are not there`."""
    landed, parts = parts_landed(proofs)
    return f"{parts - landed} of {parts} parts {'is' if parts - landed == 1 else 'are'} not there"


def missing(proof: Proof) -> str:
    """The parts that upstream misses, written the same way as long as they are the same; empty if it misses none."""
    parts = [(file.path, part.lines) for file, part in _parts([proof]) if part.state is PartState.MISSING]
    return json.dumps(parts) if parts else ""


def parts_landed(proofs: Sequence[Proof]) -> tuple[int, int]:
    """How many parts of the recorded changes landed, and how many there are."""
    states = [part.state for _, part in _parts(proofs)]
    return sum(state.in_place for state in states), len(states)


def commits_of(proofs: Sequence[Proof]) -> tuple[str, ...]:
    """The commits that brought parts of it, the newest first."""
    newest = [proof.commit for proof in proofs if proof.commit]
    return tuple(dict.fromkeys(newest + [part.commit for _, part in _parts(proofs) if part.commit]))


def instead(proofs: Sequence[Proof]) -> list[tuple[str, Clean]]:
    """Where something else stands, and what: `nginx.conf line 88` and the lines there, at most those of six places."""
    found = [
        (_place([part], PurePosixPath(file.path).name), part.stands)
        for file, part in _parts(proofs)
        if part.state is PartState.DIVERGED and part.stands
    ]
    return found[:_MOST]


def _parts(proofs: Sequence[Proof]) -> list[tuple[FileProof, PartProof]]:
    return [(file, part) for proof in proofs for file in proof.files for part in file.parts]


def _reasons(proofs: Sequence[Proof]) -> str:
    return "; ".join(dict.fromkeys(proof.why for proof in proofs if proof.verdict is Verdict.UNKNOWN))


def _in_commits(proofs: Sequence[Proof]) -> str:
    commits = commits_of(proofs)
    more = f" and {len(commits) - 3} more" if len(commits) > 3 else ""
    return f" in {', '.join(commit[:7] for commit in commits[:3])}{more}" if commits else ""


def _places(proofs: Sequence[Proof], *states: PartState) -> str:
    """`nginx.conf lines 88 and 112, run.sh`: by their lines in the base, file by file."""
    files = [(proof, file) for proof in proofs for file in proof.files]
    names = [PurePosixPath(file.path).name for _, file in files]
    said, left = [], _MOST
    for (proof, file), name in zip(files, names, strict=True):
        parts = [part for part in file.parts if part.state in states]
        if parts and left > 0:
            full = file.path if len(proofs) == 1 else f"{proof.repo}:{file.path}"
            said.append(_place(parts[:left], name if names.count(name) == 1 else full))
        left -= len(parts)
    return ", ".join(said) + (f" and {-left} more" if left < 0 else "")


def _place(parts: Sequence[PartProof], name: str) -> str:
    lines = [_lines(*part.lines) for part in parts if part.lines is not None]
    if not lines:
        return name
    listed = f"{', '.join(lines[:-1])} and {lines[-1]}" if len(lines) > 1 else lines[0]
    return f"{name} {'line' if listed.isdigit() else 'lines'} {listed}"


def _lines(first: int, last: int) -> str:
    return str(first) if last <= first else f"{first}–{last}"
