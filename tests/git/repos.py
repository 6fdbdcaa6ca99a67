"""Real repositories for the tests: every commit has a fixed author and its own second, so that shas repeat."""

import os
import subprocess
from pathlib import Path

START = 1_750_000_000  # seconds since the epoch: when the first commit of every repository was made
DAY = 86_400


class Work:
    """A repository with a work tree, driven by git itself. `clock` is the time of the next commit, in seconds."""

    def __init__(self, path: Path, branch: str = "main", object_format: str = "sha1") -> None:
        path.mkdir(parents=True)
        self.path = path
        self.clock = START
        self.git("init", "-q", "-b", branch, f"--object-format={object_format}")

    @property
    def url(self) -> str:
        return f"file://{self.path}"

    def git(self, *args: str, input: str | None = None, may_fail: bool = False) -> str:
        moment = f"{self.clock} +0000"
        env = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.path),
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_AUTHOR_NAME": "Ada", "GIT_AUTHOR_EMAIL": "ada@example.com", "GIT_AUTHOR_DATE": moment,
            "GIT_COMMITTER_NAME": "Ada", "GIT_COMMITTER_EMAIL": "ada@example.com", "GIT_COMMITTER_DATE": moment,
            "GIT_EDITOR": "true", "GIT_MERGE_AUTOEDIT": "no", "LC_ALL": "C",
        }  # fmt: skip
        done = subprocess.run(
            ["git", "-c", "advice.detachedHead=false", *args],
            cwd=self.path, env=env, input=input, capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode and not may_fail:
            raise AssertionError(f"git {' '.join(args)}: {done.stderr}{done.stdout}")
        return done.stdout.strip()

    def write(self, path: str, content: str | bytes) -> None:
        file = self.path / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content.encode() if isinstance(content, str) else content)

    def commit(self, message: str = "change", files: dict[str, str | bytes] | None = None) -> str:
        """Commit these files with this message; without files a new one is made. Returns the sha."""
        self.clock += 60
        for path, content in (files or {f"new/{self.clock}": "new\n"}).items():
            self.write(path, content)
        self.git("add", "--all")
        self.git("commit", "-q", "--allow-empty", "--cleanup=verbatim", "-F", "-", input=message)
        return self.head()

    def head(self, rev: str = "HEAD") -> str:
        return self.git("rev-parse", "--verify", rev)

    def branch(self, name: str, start: str = "HEAD") -> None:
        self.git("checkout", "-q", "-B", name, start)

    def checkout(self, name: str) -> None:
        self.git("checkout", "-q", name)

    def merge(self, name: str, message: str | None = None) -> str:
        self.clock += 60
        self.git("merge", "-q", "--no-ff", "-m", message or f"Merge branch '{name}'", name)
        return self.head()

    def squash(self, name: str, message: str) -> str:
        self.git("merge", "-q", "--squash", name)
        self.clock += 60
        self.git("commit", "-q", "--cleanup=verbatim", "-F", "-", input=message)
        return self.head()

    def cherry_pick(self, *args: str) -> str:
        self.clock += 60
        self.git("cherry-pick", *args)
        return self.head()

    def rebase(self, branch: str, onto: str) -> str:
        self.clock += 60
        self.git("rebase", "-q", onto, branch)
        return self.head(branch)

    def revert(self, *args: str) -> str:
        self.clock += 60
        self.git("revert", "--no-edit", *args)
        return self.head()

    def fast_import(self, count: int, subject: str = "change") -> str:
        """Append `count` small commits to `main` quickly, each with its number in the message. The work tree stays as
        it was. Returns the sha of the last."""
        stream = []
        for n in range(count):
            self.clock += 60
            message = f"{subject} {n}\n"
            start = "from refs/heads/main^0\n" if n == 0 else ""
            stream.append(
                f"commit refs/heads/main\ncommitter Ada <ada@example.com> {self.clock} +0000\n"
                f"data {len(message)}\n{message}{start}M 100644 inline f{n % 50}\ndata {len(str(n))}\n{n}\n"
            )
        self.git("fast-import", "--quiet", input="".join(stream) + "done\n")
        return self.head("main")

    def history(self, path: str, contents: list[bytes]) -> list[str]:
        """Commit these contents of one file to `main`, one after another, quickly. Returns the shas. The work tree
        stays as it was."""
        stream = []
        for n, content in enumerate(contents):
            self.clock += 60
            start = "from refs/heads/main^0\n" if n == 0 and self.git("branch", "--list", "main") else ""
            stream.append(
                f"commit refs/heads/main\nmark :{n + 1}\ncommitter Ada <ada@example.com> {self.clock} +0000\n"
                f"data 2\nx\n{start}M 100644 inline {path}\ndata {len(content)}\n{content.decode()}\n"
            )
        marks = self.path / ".git" / "marks"
        self.git("fast-import", "--quiet", "--force", f"--export-marks={marks}", input="".join(stream) + "done\n")
        shas = dict(line.split() for line in marks.read_text().splitlines())
        return [shas[f":{n + 1}"] for n in range(len(contents))]
