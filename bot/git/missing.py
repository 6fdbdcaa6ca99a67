"""What is missing of a change, as a patch that `git apply` takes at the tip of upstream."""

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from bot.git.compare import State, lines_of
from bot.git.objects import ABSENT, File, read_blobs, tree_entries
from bot.git.parts import Change, has_lines, parts_of
from bot.git.prove import FileProof, Proof
from bot.git.run import environment, git
from bot.rules.model import Verdict


def missing_patch(git_dir: Path, proof: Proof, changes: Sequence[Change]) -> bytes:
    """The missing parts of the changes as one patch to the tip of the proof, made for the names and places that they
    have there; empty if there is nothing that can be put in without a doubt. Nothing is written to the repository.

    Raises GitError.
    """
    wanted: dict[str, File] = {}
    for change, file in zip(changes, proof.files, strict=True):
        if file.verdict is not Verdict.UNKNOWN and any(hunk.state is State.MISSING for hunk in file.hunks):
            path = file.upstream_path or change.path
            wanted[path] = _completed(change, file, _file(git_dir, proof.tip, path))
    return _patch(git_dir, proof.tip, wanted) if wanted else b""


def _completed(change: Change, proof: FileProof, there: File) -> File:
    """The file at the tip with what it misses of the change."""
    (parts,) = parts_of([change])
    missing = [hunk.state is State.MISSING for hunk in proof.hunks]
    if parts.whole or (not there.there and not change.base.there):
        return change.live
    if not has_lines(there):
        return there
    lines = lines_of(there.content or b"")
    (placed,) = parts.at([there])
    for one, is_missing in reversed(list(zip(placed, missing, strict=True))[: len(parts.hunks)]):
        old, new = parts.base[one.hunk.a : one.hunk.b], parts.live[one.hunk.c : one.hunk.d]
        places = [at for at in range(one.start, one.end - len(old) + 1) if lines[at : at + len(old)] == old]
        if is_missing and len(places) == 1:
            lines[places[0] : places[0] + len(old)] = new
    mode = change.live.mode if parts.modes and missing[-1] else there.mode
    return File(mode, b"".join(lines))


def _file(git_dir: Path, tip: str, path: str) -> File:
    entry = tree_entries(git_dir, tip, [path]).get(path)
    return File(entry.mode, read_blobs(git_dir, [entry.blob])[entry.blob]) if entry else ABSENT


def _patch(git_dir: Path, tip: str, wanted: Mapping[str, File]) -> bytes:
    with tempfile.TemporaryDirectory(prefix="hotwash-") as name:
        # An index and new objects beside the repository, which only lends what it has.
        common = git(git_dir, "rev-parse", "--git-path", "objects").decode().strip()
        aside = environment(
            more={
                "GIT_INDEX_FILE": f"{name}/index",
                "GIT_OBJECT_DIRECTORY": name,
                "GIT_ALTERNATE_OBJECT_DIRECTORIES": str((git_dir / common).resolve()),
            }
        )
        git(git_dir, "read-tree", tip, env=aside)
        entries = []
        for path, file in wanted.items():
            blob = "0" * 40
            if file.there:
                content = file.content or b""
                blob = git(git_dir, "hash-object", "-w", "--stdin", input=content, env=aside).decode().strip()
            entries.append(f"{file.mode or '0'} {blob}\t{path}\0")
        index = "".join(entries).encode("utf-8", "surrogateescape")
        git(git_dir, "update-index", "-z", "--index-info", input=index, env=aside)
        show = ("--patch", "--binary", "--full-index", "--no-renames", "--no-ext-diff", "--no-textconv", "--no-color")
        return git(git_dir, "diff-index", "--cached", *show, tip, "--", env=aside)
