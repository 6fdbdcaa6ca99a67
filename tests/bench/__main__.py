"""`make bench`: Hotwash measured beside its baselines, in one run on one machine.

Ends with 0 whether or not a goal was reached, and with 1 if a log that was acknowledged is missing.
"""

import argparse
import json
import os
import platform
import tempfile
from pathlib import Path

import psutil
import uvloop
from rich.console import Console

from tests.bench import acks, footprint, opening, report_page, upstream
from tests.bench.report import table


def file_system(path: Path) -> str:
    """Type of the file system that holds `path`."""
    mounts = [mount for mount in psutil.disk_partitions(all=True) if path.is_relative_to(mount.mountpoint)]
    return max(mounts, key=lambda mount: len(mount.mountpoint)).fstype


def machine(folder: Path) -> str:
    return (
        f"{platform.system()} {platform.release()}, Python {platform.python_version()}, {os.cpu_count()} cores, "
        f"load {os.getloadavg()[0]:.1f} at the start; files on {file_system(folder)}"
    )


async def main() -> int:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write the figures to FILE")
    parser.add_argument("--count", type=int, default=3000, help="commands at one connection; twice as many at fifty")
    parser.add_argument("--on", type=Path, help="the folder to put the database into (default: the temporary one)")
    chosen = parser.parse_args()
    console = Console(highlight=False)
    if not console.is_terminal:
        console.width = 150
    with tempfile.TemporaryDirectory(prefix="hotwash-bench-", dir=chosen.on) as name:
        folder = Path(name)
        where = machine(folder)
        console.print(where)
        logged = await acks.measure(folder, chosen.count)
        console.print(table("Acknowledging /hotfix, durable write included", logged.lines))
        for note in logged.notes:
            console.print(note)
        opened = await opening.measure(folder)
        console.print(table("/incident open, at 100 ms a call to Slack", opened))
        footed = await footprint.measure(folder)
        console.print(table("Start-up and memory", footed))
        watched = await upstream.measure(folder)
        console.print(table("Watching a repository of 250,000 commits", watched))
        page = await report_page.measure(folder)
        console.print(table("The report of a large incident", page))
    for lost in logged.lost:
        console.print(f"[red]LOST[/] {lost}")
    if chosen.json:
        lines = [line.as_json() for line in (*logged.lines, *opened, *footed, *watched, *page)]
        chosen.json.write_text(json.dumps({"machine": where, "figures": lines, "notes": logged.notes}, indent=2))
    return 1 if logged.lost else 0


if __name__ == "__main__":
    raise SystemExit(uvloop.run(main()))
