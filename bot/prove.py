"""`hotwash prove`: is a change in Git? The engine alone, with no bot and no database; for CI and for a shell."""

import json
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from bot.git.changes import Unusable, change_to_live, changes_of_patch, find_base
from bot.git.compare import IN_PLACE
from bot.git.parts import Change
from bot.git.patch import NoPatch, read_patch
from bot.git.prove import FileProof, Proof, prove
from bot.git.run import GitError, git
from bot.rules.decision import CannotRun
from bot.rules.model import Verdict

LANDED, NOT_LANDED, CANNOT_TELL = 0, 1, 3  # exit statuses; 2 is a usage error


def run(
    repo: Path,
    upstream: str,
    base: str | None,
    path: str | None,
    live: Path | None,
    diff: Path | None,
    *,
    deleted: bool,
    as_json: bool,
) -> int:
    """Print the verdict and return the exit status. Raises CannotRun for what can't be read or makes no sense."""
    try:
        git_dir = Path(git(None, "-C", str(repo.absolute()), "rev-parse", "--absolute-git-dir").decode().strip())
        tip = _commit(git_dir, upstream)
        proof = prove(git_dir, tip, _changes(git_dir, tip, base and _commit(git_dir, base), path, live, deleted, diff))
    except (NoPatch, Unusable, GitError, OSError) as error:
        raise CannotRun(str(error)) from error
    if as_json:
        print(json.dumps(proof.as_json(), indent=2))
    else:
        _show(proof, Console(highlight=False))
    if proof.verdict is Verdict.UNKNOWN:
        return CANNOT_TELL
    return LANDED if proof.verdict is Verdict.LANDED else NOT_LANDED


def _commit(git_dir: Path, named: str) -> str:
    """The full sha of whatever a person calls a commit. Raises CannotRun."""
    try:
        found = git(git_dir, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{named}^{{commit}}")
    except GitError as error:
        raise CannotRun(f"There is no commit {named!r} in {git_dir}.") from error
    return found.decode().strip()


def _changes(
    git_dir: Path, tip: str, base: str | None, path: str | None, live: Path | None, deleted: bool, diff: Path | None
) -> list[Change]:
    if diff is not None:
        patches = read_patch(diff.read_bytes())
        return changes_of_patch(git_dir, base or find_base(git_dir, tip, patches), patches)
    if path is None or base is None or (live is None) is not deleted:
        raise CannotRun("Say what was changed: --diff FILE, or --base REV, --path P and --live FILE or --deleted.")
    return [change_to_live(git_dir, base, path, live.read_bytes() if live else None)]


def _show(proof: Proof, console: Console) -> None:
    console.print(
        Text(f"{proof.verdict.value}", style=_style(proof.verdict)), Text(f"at {proof.tip[:10]}. {proof.why}")
    )
    table = Table("file", "part", "state", "commit", box=None, pad_edge=False, header_style="bold")
    for file in proof.files:
        where = file.path if file.upstream_path in (None, file.path) else f"{file.path} → {file.upstream_path}"
        for hunk in file.hunks:
            lines = "whole" if hunk.base_lines is None else f"lines {hunk.base_lines[0]} to {hunk.base_lines[1]}"
            said = (hunk.commit or "")[:10] + (f", undone by {hunk.undone_by[:10]}" if hunk.undone_by else "")
            table.add_row(Text(where), lines, hunk.state.value, said)
        if not file.hunks:
            table.add_row(Text(where), "", file.verdict.value, Text(file.why))
    console.print(table)
    for file in proof.files:
        _show_missing(file, console)


def _show_missing(file: FileProof, console: Console) -> None:
    """The hunks that are not in upstream, as a diff."""
    for hunk in file.hunks:
        if hunk.state in IN_PLACE or hunk.base_lines is None:
            continue
        console.print(Text(f"\n{file.path}, from line {hunk.base_lines[0]}: {hunk.state.value}", style="bold"))
        for sign, style, lines in (("-", "red", hunk.removed), ("+", "green", hunk.added)):
            for line in lines:
                console.print(Text(sign + line.decode(errors="replace").rstrip("\r\n"), style=style))


def _style(verdict: Verdict) -> str:
    return {Verdict.LANDED: "bold green", Verdict.UNKNOWN: "bold yellow"}.get(verdict, "bold red")
