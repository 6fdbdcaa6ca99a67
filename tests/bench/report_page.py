"""The page of a large incident: 200 actions and 5,000 entries, from the ledger to the last byte of its HTML."""

import asyncio
import statistics
import time
from pathlib import Path

from bot.forms import FORMS
from bot.ledger.migrate import upgrade
from tests.bench.report import Line
from tests.report import incidents

ROUNDS = 20
MOST_MS, MOST_KB = 200.0, 300.0


async def measure(folder: Path) -> list[Line]:
    """The median time to make it, and its size."""
    url = f"sqlite+aiosqlite:///{folder}/report.sqlite"
    await asyncio.to_thread(upgrade, url)
    book = incidents.Book(url)
    try:
        await incidents.large(book)
        took, page = [], ""
        for _ in range(ROUNDS):
            began = time.perf_counter()
            page = FORMS["html"](await book.report())
            took.append((time.perf_counter() - began) * 1000)
    finally:
        await book.close()
    size = len(page.encode()) / 1000
    median = statistics.median(took)
    what = "page of 200 actions and 5,000 entries"
    return [
        Line(f"{what}, median", median, "ms", MOST_MS, "what it may take", "under 200 ms", median < MOST_MS),
        Line(what, size, "kB", MOST_KB, "what it may have", "under 300 kB", size < MOST_KB),
    ]
