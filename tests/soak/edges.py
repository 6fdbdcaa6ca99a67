"""The points of one incident, and the same edges as the other side saw them: Slack its calls and acknowledgements, a
`git` on PATH its processes, the database its COMMITs."""

import os
import shutil
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bot.playground import Playground
from tests.soak.incident import Incident

KINDS = ("commit", "slack", "ack", "git")


@dataclass(frozen=True, slots=True)
class Edges:
    """`points`: their names, in order. The counts are by kind: how many edges we passed, and how many were seen."""

    points: list[str]
    passed: dict[str, int]
    seen: dict[str, int]


async def find(url: str, folder: Path, commits: Callable[[], int] | None = None, wanted: int = 5) -> Edges:
    """Play an incident in which nothing dies. `commits`: how many the database's server has seen so far; without it,
    SQLite's own trace is counted. Raises AssertionError if the incident does not come out whole."""
    folder.mkdir()
    before = commits() if commits else 0
    async with Playground(rate_limits=False) as pg:
        acks: list[str] = []
        taken = pg.slack.deliveries.socket._acknowledge
        pg.slack.deliveries.socket._acknowledge = lambda frame: (acks.append(frame), taken(frame))[1]  # type: ignore
        incident = Incident(pg, url, folder / "incident", lambda: None, wanted, environment=_counted(folder))
        wrong = await incident.play()
        assert not wrong, wrong
        seen = {
            "commit": commits() - before if commits else _lines(folder / "commits"),
            "slack": pg.slack.calls_made,
            "ack": len(acks),
            "git": _lines(folder / "git"),
        }
    points = incident.lives[0].passed()
    passed = Counter(point.split()[0] for point in points if " before " in point)
    return Edges(points, {kind: passed[kind] for kind in KINDS}, seen)


def _counted(folder: Path) -> dict[str, str]:
    """An environment in which `git` is a script that writes a line for each call, and SQLite does for each COMMIT."""
    script = folder / "bin" / "git"
    script.parent.mkdir()
    script.write_text(f'#!/bin/sh\necho "$1" >> {folder / "git"}\nexec {shutil.which("git")} "$@"\n')
    script.chmod(0o755)
    return {"PATH": f"{script.parent}:{os.environ['PATH']}", "SOAK_COMMITS": str(folder / "commits")}


def _lines(file: Path) -> int:
    return len(file.read_text().splitlines()) if file.exists() else 0
