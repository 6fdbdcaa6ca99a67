"""Polls of a large repository against the plain `git fetch` and `git log` that each has to do, in turns."""

import asyncio
import json
import statistics
import subprocess
import sys
import time
from asyncio.subprocess import PIPE, Process
from collections.abc import Collection, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from tests.bench.report import Line
from tests.bench.servers import ROOT

COMMITS, FILES, LINES, ACTIONS = 250_000, 4_000, 20, 1_000
RATIO, LATE, MEMORY = 1.5, 20.0, 200.0  # times plain git, ms and MB, to reach
POLLS = (15, 9, 5)
EVERY = 600  # seconds between two commits: all of them in some five years
PLAIN = "plain git fetch + git log"
_FETCH = ("fetch", "--quiet", "--no-tags", "--no-write-fetch-head", "origin", "+refs/heads/main:refs/heads/main")
_LOG = ("log", "-z", "--format=%H%x1f%P%x1f%ct%x1f%an%x1f%B")


async def measure(
    folder: Path, commits: int = COMMITS, actions: int = ACTIONS, polls: Sequence[int] = POLLS
) -> list[Line]:
    """`polls`: how many of each kind: idle, with 200 new commits, with 2,000."""
    upstream = Upstream(folder / "shop.git")
    upstream.grow(number * 7919 % FILES for number in range(commits))
    plain = Plain(folder / "plain.git", upstream)
    polling = Polling(folder, upstream)
    await polling.start()
    try:
        await polling.poll()  # the first look, which clones
        lines = [
            await _polls("an idle poll", 0, polls[0], upstream, plain, polling),
            await _polls("a poll with 200 new commits", 200, polls[1], upstream, plain, polling),
            await _polls("a poll with 2,000 new commits", 2_000, polls[2], upstream, plain, polling),
            *await _proofs(actions, upstream, plain, polling),
        ]
        quiet, _ = await asyncio.gather(polling.ask("wait", 1.0), plain.busy(1.0))
        memory = await polling.ask("memory")
    finally:
        await polling.stop()
    beside = "the same loop while plain git works beside it"
    late = max(polling.late)
    return [
        *lines,
        Line("the event loop, longest wait while polling, clone included", late, "ms", quiet["late"], beside,
             f"under {LATE:g} ms", late < LATE),
        Line("the process that polls, largest", memory["own"], "MB", memory["gits"], "the largest git that it started",
             f"under {MEMORY:g} MB", memory["own"] < MEMORY),
    ]  # fmt: skip


async def _polls(what: str, commits: int, times: int, upstream: "Upstream", plain: "Plain", polling: "Polling") -> Line:
    """The median of `times` polls, each beside the plain git of the same commits; who goes first takes turns."""
    ours, theirs = [], []
    for turn in range(times):
        upstream.grow((turn * commits + number) * 6007 % FILES for number in range(commits))
        if turn % 2:
            theirs.append(await plain.poll())
        ours.append((await polling.poll())["seconds"])
        if not turn % 2:
            theirs.append(await plain.poll())
    took, base = statistics.median(ours) * 1000, statistics.median(theirs) * 1000
    return Line(what, took, "ms", base, PLAIN, f"at most {RATIO:g} times it", took <= RATIO * base)


async def _proofs(actions: int, upstream: "Upstream", plain: "Plain", polling: "Polling") -> list[Line]:
    """So many actions, each with a recorded change in a file of its own, while upstream moves: which of them are looked
    for, and what that takes. Some of 200 new commits touch their files, one in ten with the change itself.
    """
    await polling.ask("act", [upstream.file(number) for number in range(actions)])
    first = await polling.poll()
    assert (first["looked_for"], first["landed"]) == (actions, 0), first
    per_action = first["seconds"] * 1000 / actions
    await plain.poll()
    landed, lines = 0, []
    for turn, touched in enumerate((0, actions // 50, actions // 5)):
        begin = turn * actions // 5
        files = [begin + number if number < touched else FILES - 1 - number for number in range(200)]
        upstream.grow(files, landing=files[:touched:10])
        base, poll = await plain.poll(), await polling.poll()
        landed += len(files[:touched:10])
        assert poll["landed"] == landed, poll
        lines += [
            Line(f"{actions:,} open actions, {touched} touched by 200 new commits: looked for", poll["looked_for"],
                 "actions", touched, "those touched", "just those", poll["looked_for"] == touched),
            Line("the same, the whole poll", poll["seconds"] * 1000, "ms", base * 1000, PLAIN),
        ]  # fmt: skip
    return [*lines, Line(f"{actions:,} recorded at once, each looked for", per_action, "ms", base * 1000, PLAIN)]


class Upstream:
    """A bare repository that grows by git fast-import: each commit changes one line of one file."""

    def __init__(self, path: Path) -> None:
        self.path, self._made = path, 0
        self._clock = int(time.time()) - COMMITS * EVERY
        self._lines = [[f"option_{line} = {file}\n" for line in range(LINES)] for file in range(FILES)]
        _git("init", "--quiet", "--bare", "--initial-branch=main", str(path))

    def file(self, number: int) -> str:
        return f"deploy/{number % 64:02}/service-{number:04}.conf"

    def grow(self, files: Iterable[int], landing: Collection[int] = ()) -> None:
        """A commit to each of these files. To those in `landing` it brings what actions did to their first line."""
        importing = subprocess.Popen(
            ("git", "--git-dir", str(self.path), "fast-import", "--quiet", "--force"), stdin=subprocess.PIPE
        )
        with importing:
            assert importing.stdin is not None
            importing.stdin.writelines(self._commits(files, landing))
        assert importing.returncode == 0

    def _commits(self, files: Iterable[int], landing: Collection[int]) -> Iterator[bytes]:
        parent = "from refs/heads/main^0\n" if self._made else ""
        for file in files:
            self._made += 1
            self._clock += EVERY
            lines = self._lines[file]
            if file in landing:
                lines[0] = "live\n"
            else:
                lines[10 + self._made % (LINES - 10)] = f"option = {self._made}\n"
            message = f"Tune service {file} (#{self._made})\n\nSeen on the dashboard: the old value was too low.\n"
            content = "".join(lines)
            yield (
                f"commit refs/heads/main\ncommitter Ada <ada@example.com> {self._clock} +0000\n"
                f"data {len(message)}\n{message}{parent}"
                f"M 100644 inline {self.file(file)}\ndata {len(content)}\n{content}\n"
            ).encode()
            parent = ""

    def tip(self) -> str:
        return _git("--git-dir", str(self.path), "rev-parse", "refs/heads/main")


class Plain:
    """What git alone takes, in a bare clone that is kept as well as ours is."""

    def __init__(self, path: Path, upstream: Upstream) -> None:
        self._path = path
        _git("init", "--quiet", "--bare", str(path))
        for name, value in (("remote.origin.url", f"file://{upstream.path}"), ("gc.auto", "0")):
            _git("--git-dir", str(path), "config", name, value)
        _git("--git-dir", str(path), *_FETCH)
        _git("--git-dir", str(path), "commit-graph", "write", "--reachable")
        self._tip = upstream.tip()

    async def poll(self) -> float:
        """Seconds to fetch, and to read what is new."""
        old = self._tip
        started = time.perf_counter()
        await self._git(*_FETCH)
        await self._git(*_LOG, f"{old}..refs/heads/main")
        took = time.perf_counter() - started
        self._tip = _git("--git-dir", str(self._path), "rev-parse", "refs/heads/main")
        return took

    async def busy(self, seconds: float) -> None:
        end = time.perf_counter() + seconds
        while time.perf_counter() < end:
            await self.poll()

    async def _git(self, *args: str) -> None:
        process = await asyncio.create_subprocess_exec("git", "--git-dir", str(self._path), *args, stdout=PIPE)
        assert process.stdout is not None
        while await process.stdout.read(1 << 16):
            pass
        assert await process.wait() == 0


class Polling:
    """The bot's watcher in a process of its own. `late` has the longest wait of its event loop in each poll, in ms."""

    def __init__(self, folder: Path, upstream: Upstream) -> None:
        self._folder, self._upstream = folder, upstream
        self._process: Process | None = None
        self.late: list[float] = []

    async def start(self) -> None:
        module = ("-m", "tests.bench.polling", str(self._folder), f"file://{self._upstream.path}")
        self._process = await asyncio.create_subprocess_exec(
            sys.executable, *module, cwd=ROOT, stdin=PIPE, stdout=PIPE, limit=1 << 20
        )

    async def ask(self, *order: Any) -> dict[str, Any]:
        assert self._process is not None and self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.write(json.dumps(order).encode() + b"\n")
        answer = await self._process.stdout.readline()
        assert answer, "the process that polls has ended"
        found: dict[str, Any] = json.loads(answer)
        return found

    async def poll(self) -> dict[str, Any]:
        poll = await self.ask("poll")
        assert poll["tip"] == self._upstream.tip()
        self.late.append(poll["late"])
        return poll

    async def stop(self) -> None:
        assert self._process is not None and self._process.stdin is not None
        self._process.stdin.close()
        await self._process.wait()


def _git(*args: str) -> str:
    return subprocess.run(("git", *args), check=True, capture_output=True, text=True).stdout.strip()
