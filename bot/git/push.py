"""A patch as one commit on a branch of its own, pushed: never to upstream, and over nobody's work."""

import tempfile

from bot.git.mirror import Mirror
from bot.git.run import environment, git

NAME, EMAIL = "Hotwash", "hotwash@localhost"  # by which our own branches are known


def push_patch(mirror: Mirror, tip: str, patch: bytes, branch: str, message: str, at: int) -> str:
    """Commit `patch` on top of `tip` and push that as `branch`; the commit. `at` is the commit's time in microseconds:
    with the same arguments it is the same commit, so that pushing it twice is pushing it once. Nothing is written to
    the mirror.

    Raises NotOurs where the branch holds what somebody else committed, and GitError.
    """
    with tempfile.TemporaryDirectory(prefix="hotwash-") as name:
        aside = {
            "GIT_INDEX_FILE": f"{name}/index",
            "GIT_OBJECT_DIRECTORY": name,
            "GIT_ALTERNATE_OBJECT_DIRECTORIES": str(mirror.directory / "objects"),
        }
        moment = f"{at // 1_000_000} +0000"
        who = {
            f"GIT_{role}_{what}": value
            for role in ("AUTHOR", "COMMITTER")
            for what, value in (("NAME", NAME), ("EMAIL", EMAIL), ("DATE", moment))
        }
        env = environment(more={**aside, **who})
        git(mirror.directory, "read-tree", tip, env=env)
        git(mirror.directory, "apply", "--cached", "-", input=patch, env=env)
        tree = git(mirror.directory, "write-tree", env=env).decode().strip()
        made = git(mirror.directory, "commit-tree", "-p", tip, "-F", "-", tree, input=message.encode(), env=env)
        commit = made.decode().strip()
        mirror.push(commit, branch, ours=EMAIL, more=aside)
    return commit
