"""The one place that starts git.

Every process gets the same environment: no configuration but ours, no prompts, no hooks, an allow-list of
protocols, messages in English. It runs in its own process group, which is ended as a whole on time-out, so
that a hung `ssh` or `git-remote-https` below it does not stay behind.
"""

import functools
import os
import re
import signal
import subprocess
import tempfile
import threading
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

MINIMUM = (2, 38)  # the first with `merge-tree --write-tree`
TIMEOUT = 60.0  # seconds
_GRACE = 2.0  # seconds between SIGTERM, at which git removes its lock files, and SIGKILL
_CREDENTIALS = re.compile(r"(?<=://)[^/\s]*@|(?i:authorization: )[^\r\n]+")
# What git prints about damage to the repository that it works in (found by damaging one in eighteen ways).
_CORRUPT = re.compile(
    r"^(?!remote:).*(?: is corrupt|bad object|missing object|broken ref|not a git repository: '|inflate: |"
    r"bad config line|unexpected line in \S+packed-refs|did not send all necessary objects|unresolved deltas|"
    r"object file \S+ is empty|unable to (?:unpack|read|parse) |is too small|is not a GIT packfile|"
    r"does not match index|refusing to fetch into branch|[Cc]ould not read [0-9a-f]{40}|Failed to traverse parents)",
    re.MULTILINE,
)
# What git prints, or passes on, when the other side does not let us in.
_DENIED = re.compile(
    r"Authentication failed|could not read (?:Username|Password)|Permission denied \(|Access denied|access rights|"
    r"returned error: 40[13]|Host key verification failed|[Rr]epository (?:'\S+' )?not found|deploy key|"
    r"Write access to repository not granted"
)
_LOCKED = re.compile(r"Unable to create '.*\.lock': File exists|cannot lock ref|Another git process")
_FULL = re.compile(r"No space left on device|Disk quota exceeded|File too large|died of signal 25")

_running_now: set["_Process"] = set()


class GitError(Exception):
    """Git could not do what was asked. The text says what, with the end of git's own words, no credentials.

    `code` is git's exit status (negative: the signal that ended it); None when it never started, ran out of time or was
    stopped. `corrupt` tells that the repository itself looks damaged: a fresh clone is the way out, not another try.
    `denied`: the other side did not let us in. `locked`: another git, or one that is dead, holds a lock. `full`: the
    disk, or what we may use of it, is full.
    """

    def __init__(self, what: str, stderr: str = "", code: int | None = None) -> None:
        said = "\n".join(dict.fromkeys(_CREDENTIALS.sub("", stderr).strip().splitlines()))
        super().__init__(_CREDENTIALS.sub("", what) + (f": {said[-2000:]}" if said else ""))
        self.code = code
        self.stderr = said
        self.corrupt = _CORRUPT.search(said) is not None
        self.denied = _DENIED.search(said) is not None
        self.locked = _LOCKED.search(said) is not None
        self.full = _FULL.search(said) is not None or code == -signal.SIGXFSZ


def environment(
    *, allow_file: bool = False, config: Mapping[str, str] | None = None, more: Mapping[str, str] | None = None
) -> dict[str, str]:
    """The environment of a git process. `config` adds settings for it alone, which then stand neither on the
    command line nor in a file; `more` are further variables."""
    settings = {
        "core.hooksPath": os.devnull,
        "core.fsmonitor": "false",
        "gc.auto": "0",
        "maintenance.auto": "false",
        "http.lowSpeedLimit": "1",  # byte a second: a server that still counts objects sends more than that …
        "http.lowSpeedTime": "120",  # … so less, for so many seconds, is a dead connection
        **(config or {}),
    }
    inherited = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("GIT_") or name in ("GIT_SSL_CAINFO", "GIT_SSL_CAPATH", "GIT_EXEC_PATH")
    }
    inherited.pop("SSH_ASKPASS", None)
    env = {
        **inherited,
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_ALLOW_PROTOCOL": "https:ssh:file" if allow_file else "https:ssh",
        "GIT_SSH_COMMAND": "ssh -oBatchMode=yes -oConnectTimeout=20 -oServerAliveInterval=15",
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_NO_REPLACE_OBJECTS": "1",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_CONFIG_COUNT": str(len(settings)),
        "LC_ALL": "C",
        **(more or {}),
    }
    for n, (key, value) in enumerate(settings.items()):
        env[f"GIT_CONFIG_KEY_{n}"] = key
        env[f"GIT_CONFIG_VALUE_{n}"] = value
    return env


def git(
    git_dir: Path | None,
    *args: str,
    input: bytes | None = None,
    timeout: float = TIMEOUT,
    ok: tuple[int, ...] = (0,),
    env: Mapping[str, str] | None = None,
    keep: tuple[int, ...] = (),
) -> bytes:
    """Run one git command and return what it printed. `git_dir` is the repository's own directory (git does
    not look in those above it: another repository must not answer for a damaged mirror), None for none. `keep` are
    file descriptors that stay open for as long as it, or anything that it started, runs.

    Raises GitError on an exit status that is not in `ok`, and on time-out (seconds).
    """
    stdin = subprocess.DEVNULL if input is None else subprocess.PIPE
    with _running(git_dir, args, timeout, env, stdin, keep) as process:
        out, _ = process.communicate(input)
        _finish(process, args, ok)
    return out


def asks(git_dir: Path, *args: str, timeout: float = TIMEOUT) -> bool:
    """A question to git that it answers with its exit status: 0 is yes, 1 is no, all else raises GitError."""
    with _running(git_dir, args, timeout, None) as process:
        process.communicate()
        return _finish(process, args, (0, 1)) == 0


def git_records(git_dir: Path, *args: str, timeout: float = TIMEOUT) -> Generator[bytes]:
    """Run one git command that prints NUL-ended records (`-z`) and yield them as they come."""
    with _running(git_dir, args, timeout, None) as process:
        assert process.stdout is not None
        rest = b""
        while chunk := os.read(process.stdout.fileno(), 1 << 16):
            *records, rest = (rest + chunk).split(b"\0")
            yield from records
        if rest:
            yield rest
        _finish(process, args, (0,))


@functools.cache
def git_version() -> tuple[int, ...]:
    """The version of the git on PATH. Raises GitError, naming what to install, if it is missing or too
    old."""
    text = git(None, "version").decode(errors="replace")
    found = re.search(r"(\d+)\.(\d+)(?:\.(\d+))?", text)
    if not found:
        raise GitError(f"`git version` answered {text.strip()[:80]!r}, which names no version")
    version = tuple(int(part or 0) for part in found.groups())
    if version < MINIMUM:
        raise GitError(f"git {'.'.join(map(str, version))} is too old: Hotwash needs 2.38 or newer")
    return version


def stop() -> None:
    """End every git that is running now; whoever waits for one gets a GitError. For the end of the program,
    so that it need not wait for a long fetch."""
    for process in tuple(_running_now):
        process.stopped = "was stopped, since the program is ending"
        _end(process)


class _Process(subprocess.Popen[bytes]):
    """A running git, the file that takes its stderr, and why we ended it, if we did."""

    errors: IO[bytes]
    stopped = ""


@contextmanager
def _running(
    git_dir: Path | None,
    args: tuple[str, ...],
    timeout: float,
    env: Mapping[str, str] | None,
    stdin: int = subprocess.DEVNULL,
    keep: tuple[int, ...] = (),
) -> Iterator[_Process]:
    with tempfile.TemporaryFile() as errors:
        try:
            process = _Process(
                ["git", *(["--git-dir", str(git_dir)] if git_dir else []), *args],
                stdin=stdin,
                stdout=subprocess.PIPE,
                stderr=errors,
                cwd=git_dir if git_dir and git_dir.is_dir() else tempfile.gettempdir(),
                env=environment() if env is None else env,
                start_new_session=True,
                pass_fds=keep,
            )
        except FileNotFoundError as error:
            raise GitError("git is not installed, or not on PATH: install git 2.38 or newer") from error
        except OSError as error:
            raise GitError(f"git could not be started: {error.strerror}") from error
        process.errors = errors
        timer = threading.Timer(timeout, _expire, (process, timeout))
        timer.daemon = True
        timer.start()
        _running_now.add(process)
        try:
            with process:
                try:
                    yield process
                finally:
                    if process.poll() is None:  # whoever was reading went away
                        _end(process)
        finally:
            _running_now.discard(process)
            timer.cancel()


def _finish(process: _Process, args: tuple[str, ...], ok: tuple[int, ...]) -> int:
    code = process.wait()
    verb = next((arg for arg in args if not arg.startswith("-")), "")
    if process.stopped:
        raise GitError(f"`git {verb}` {process.stopped}")
    process.errors.seek(max(0, process.errors.seek(0, os.SEEK_END) - 16_000))
    said = process.errors.read().decode(errors="replace")
    if code not in ok:
        raise GitError(f"`git {verb}` failed (exit {code})", said, code)
    # Some commands step over a damaged pack, and succeed without what was in it.
    damaged = GitError(f"`git {verb}` found the repository damaged", said, code)
    if damaged.corrupt:
        raise damaged
    return code


def _expire(process: _Process, timeout: float) -> None:
    process.stopped = f"did not end within {timeout:g} s and was stopped"
    _end(process)


def _end(process: _Process) -> None:
    """End the whole group: politely first, for git's lock files; what is left after the grace is killed."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGTERM)
    with suppress(subprocess.TimeoutExpired):
        process.wait(_GRACE)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
