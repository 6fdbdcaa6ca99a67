"""A report in Git: one file, committed on top of upstream without a work tree; and what such commits say of ledgers."""

import re
import tempfile
from collections.abc import Iterator
from pathlib import Path

from bot.git.message import REPORT_MARK
from bot.git.mirror import Mirror, Moved
from bot.git.push import EMAIL, NAME
from bot.git.run import environment, git, git_records

_TRIES = 3  # while upstream moves on
_SAID = re.compile(rf"^Incident: INC-(\d{{1,9}})\r?\n{REPORT_MARK}: (\d{{1,9}}) ([0-9a-f]{{64}})\r?$", re.MULTILINE)


def trailers(incident: int, seq: int, hash: str) -> str:
    """What the commit of a report ends with. It is no claim that anything landed (`message.py`)."""
    return f"Incident: INC-{incident}\n{REPORT_MARK}: {seq} {hash}"


def push_report(mirror: Mirror, path: str, content: bytes, message: str, at: int, branch: str | None) -> str | None:
    """Commit a file on top of the upstream tip, and push that as `branch`, or onto upstream itself. The commit that has
    it, which may be there already; None where upstream has the file as it is. `at` is the commit's time in
    microseconds: with the same arguments, on the same tip, it is the same commit.

    Raises NotOurs where the branch holds what somebody else committed, Moved where upstream moves too fast, GitError.
    """
    ref = [f"refs/heads/{branch}"] if branch else []
    for left in reversed(range(_TRIES)):
        fetched = mirror.fetch(linked=ref)
        with tempfile.TemporaryDirectory(prefix="hotwash-") as aside:
            where = {
                "GIT_INDEX_FILE": f"{aside}/index",
                "GIT_OBJECT_DIRECTORY": aside,
                "GIT_ALTERNATE_OBJECT_DIRECTORIES": str(mirror.directory / "objects"),
            }
            env = environment(more=where | _who(at))

            def run(*args: str, input: bytes | None = None, env: dict[str, str] = env) -> str:
                return git(mirror.directory, *args, input=input, env=env).decode().strip()

            blob = run("hash-object", "-w", "--stdin", input=content)
            for there in (fetched.new_tip, *fetched.linked.values()):
                if blob in run("ls-tree", there, "--", f":(literal){path}").split():
                    return None if there == fetched.new_tip else there
            run("read-tree", fetched.new_tip)
            run("update-index", "--add", "--cacheinfo", f"100644,{blob},{path}")
            commit = run("commit-tree", "-p", fetched.new_tip, "-F", "-", run("write-tree"), input=message.encode())
            try:
                if branch:
                    mirror.push(commit, branch, ours=EMAIL, more=where)
                else:
                    mirror.push_upstream(commit, more=where)
            except Moved:
                if not left:
                    raise
            else:
                return commit
    raise AssertionError("the last try returns or raises")


def committed_anchors(repository: Path) -> Iterator[tuple[int, int, str, str]]:
    """Incident number, entry, hash, and where it says so, of all reports on any branch of a clone. Raises GitError."""
    found = git(None, "-C", str(repository), "rev-parse", "--absolute-git-dir").decode().strip()
    for record in git_records(Path(found), "log", "--all", "-z", "--format=%H%n%B", f"--grep=^{REPORT_MARK}: "):
        sha, _, message = record.decode(errors="replace").partition("\n")
        for said in _SAID.finditer(message):  # a squash has several
            yield int(said[1]), int(said[2]), said[3], f"commit {sha[:12]}"


def _who(at: int) -> dict[str, str]:
    said = {"NAME": NAME, "EMAIL": EMAIL, "DATE": f"{at // 1_000_000} +0000"}
    return {f"GIT_{role}_{what}": value for role in ("AUTHOR", "COMMITTER") for what, value in said.items()}
