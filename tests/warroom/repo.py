"""A real upstream with a clone to commit in, for tests of what Git shows."""

import subprocess
from pathlib import Path


class Upstream:
    """`url` is what the policy watches; commits are made in a clone of it and pushed."""

    def __init__(self, folder: Path) -> None:
        self.bare, self.clone = folder / "shop.git", folder / "clone"
        self._git(folder, "init", "-q", "--bare", "-b", "main", str(self.bare))
        self._git(folder, "init", "-q", "-b", "main", str(self.clone))
        self.git("remote", "add", "origin", str(self.bare))
        self.commit("Start", "README", "shop\n")
        self.push()

    @property
    def url(self) -> str:
        return f"file://{self.bare}"

    @property
    def policy(self) -> str:
        return f'poll_seconds = 1\n[[repositories]]\nname = "shop"\nurl = "{self.url}"\n'

    def git(self, *args: str) -> str:
        return self._git(self.clone, *args)

    def commit(self, message: str, file: str = "etc/db.conf", text: str = "pool = 80\n") -> str:
        path = self.clone / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        self.git("add", ".")
        self.git("commit", "-q", "--allow-empty", "-m", message)
        return self.git("rev-parse", "HEAD")

    def push(self, *refs: str) -> None:
        self.git("push", "-q", "--force", "origin", *(refs or ("main",)))

    @staticmethod
    def _git(cwd: Path, *args: str) -> str:
        who = {f"GIT_{role}_{what}": value for role in ("AUTHOR", "COMMITTER") for what, value in (
            ("NAME", "Maya"), ("EMAIL", "maya@example.com"))}  # fmt: skip
        env = {"PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": "/nonexistent", "GIT_CONFIG_NOSYSTEM": "1", **who}
        done = subprocess.run(["git", *args], cwd=cwd, env=env, capture_output=True, text=True, check=True)
        return done.stdout.strip()
