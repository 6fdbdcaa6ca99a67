"""Start-up time and resident memory of `hotwash serve`, against what importing its largest parts takes."""

import asyncio
import statistics
import sys
import time
from pathlib import Path

import psutil

from tests.bench import servers
from tests.bench.report import Line

PARTS = "import slack_bolt, sqlalchemy, fastapi, uvicorn"
TIMES = 5
START_UP, RESIDENT = 1.5, 120.0  # seconds and MB, to reach
SETTLED = 1.5  # seconds after the start at which memory is read


async def measure(folder: Path) -> list[Line]:
    imports = [await _imports() for _ in range(TIMES)]
    fresh = [await _serve(folder / f"fresh-{number}.sqlite") for number in range(TIMES)]
    again = [await _serve(folder / "fresh-0.sqlite") for _ in range(TIMES)]
    import_time, import_size = (statistics.median(each) for each in zip(*imports, strict=True))
    fresh_time, size = (statistics.median(each) for each in zip(*fresh, strict=True))
    again_time = statistics.median(each[0] for each in again)
    parts, goal = f'python -c "{PARTS}"', f"under {START_UP:g} s"
    return [
        Line("start-up on a fresh database", fresh_time, "s", import_time, parts, goal, fresh_time < START_UP),
        Line("start-up on one that is there", again_time, "s", import_time, parts, goal, again_time < START_UP),
        Line("resident memory", size, "MB", import_size, parts, f"under {RESIDENT:g} MB", size < RESIDENT),
    ]


async def _serve(database: Path) -> tuple[float, float]:
    """Seconds until health is answered and Socket Mode is connected, and the megabytes that are then resident."""
    async with servers.hotwash("socket", database) as server:
        await asyncio.sleep(SETTLED)
        return server.start_up, resident(server.process.pid)


async def _imports() -> tuple[float, float]:
    """The same of a process that imports and does nothing."""
    started = time.perf_counter()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", f"{PARTS}; print(flush=True); input()"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    await process.stdout.readline()
    took, size = time.perf_counter() - started, resident(process.pid)
    await process.communicate(b"\n")
    return took, size


def resident(pid: int) -> float:
    return float(psutil.Process(pid).memory_info().rss) / 1e6
