"""The process that polls: the bot's own watcher on a database of its own, told on standard input what to do.

It answers each line with one line of JSON. `late` is the longest that a task which sleeps for a millisecond was late
meanwhile, in milliseconds: for so long the event loop answered nobody.
"""

import asyncio
import gc
import json
import resource
import sys
import time
from functools import partial
from pathlib import Path
from typing import Any

import uvloop
from sqlalchemy import select, update

from bot.git.objects import read_blobs, tree_entries
from bot.ledger import changes, migrate
from bot.ledger.database import Database
from bot.ledger.tables import actions, proofs, repositories, workspaces
from bot.logs import configure
from bot.rules import commands as ask
from bot.rules.clean import Clean, redact
from bot.rules.model import RecordedChange, Verdict
from bot.rules.policy import Policy, Repository
from bot.warroom.handle import WarRooms
from bot.warroom.scope import Request, know_workspace
from bot.warroom.watch import Watcher

TEAM = "T0BENCH"


class Polling:
    def __init__(self, folder: Path, remote: str) -> None:
        policy = Policy(repositories=(Repository(name="shop", url=remote),))
        database = f"sqlite:///{folder / 'polling.sqlite'}"
        migrate.upgrade(database)
        self.rooms = WarRooms(Database(database), policy, partial(redact, key=b"bench"))
        self.mirror = folder / "mirrors" / "shop"
        self.looked = asyncio.Event()
        self.watcher = Watcher(self.rooms, folder / "mirrors", "bench", self.looked.set, tokens={}, allow_file=True)
        self.late = 0.0

    async def watch_the_loop(self) -> None:
        while True:
            started = time.perf_counter()
            await asyncio.sleep(0.001)
            self.late = max(self.late, (time.perf_counter() - started - 0.001) * 1000)

    async def wait(self, seconds: float) -> dict[str, Any]:
        """Nothing: how late the loop is on this machine while somebody else works."""
        await asyncio.sleep(seconds)
        return {}

    async def poll(self) -> dict[str, Any]:
        """One look, as the bell makes it, until what was seen is recorded."""
        await self.rooms.db.write(lambda conn: conn.execute(update(repositories).values(due_at=0)))
        self.looked.clear()
        started = time.perf_counter()
        await self.watcher.look(now())
        await self.looked.wait()
        seconds = time.perf_counter() - started
        row = await self.rooms.db.read(lambda conn: conn.execute(select(repositories)).one())
        assert row.error is None, row.error
        found = await self.rooms.db.read(lambda conn: conn.execute(select(proofs.c.tip, proofs.c.verdict)).all())
        return {
            "seconds": seconds,
            "tip": row.tip,
            "looked_for": sum(one.tip == row.tip for one in found),
            "landed": sum(one.verdict == Verdict.LANDED for one in found),
        }

    async def act(self, paths: list[str]) -> dict[str, Any]:
        """Log an action for each file, with a recorded change: its first line, as it says in production."""
        for path in paths:
            request = Request(TEAM, "U0MAYA", "maya", "bench", f"log {path}", now())
            await self.rooms.handle(request, ask.Log(f"vim {path}"))
        tip = (await self.poll())["tip"]
        entries = tree_entries(self.mirror, tip, paths)
        blobs = read_blobs(self.mirror, [entry.blob for entry in entries.values()])

        def record(conn: Any) -> None:
            rows = conn.execute(select(actions).order_by(actions.c.id)).all()
            recorded = []
            for row, path in zip(rows, paths, strict=True):
                base = blobs[entries[path].blob]
                live = b"live\n" + base.partition(b"\n")[2]
                recorded.append(RecordedChange(
                    0, row.id, row.incident_id, "shop", Clean(path), tip, "100644", base, "100644", live, {},
                    Clean(path), row.logged_by, row.logged_at))  # fmt: skip
            changes.store(conn, conn.scalar(select(workspaces.c.id)), recorded, seq=1)

        await self.rooms.db.write(record)
        return {}

    async def memory(self) -> dict[str, Any]:
        """The largest that this process, and any git that it started, has been, in megabytes."""
        return {
            who: resource.getrusage(of).ru_maxrss * 1024 / 1e6
            for who, of in (("own", resource.RUSAGE_SELF), ("gits", resource.RUSAGE_CHILDREN))
        }


def now() -> int:
    return time.time_ns() // 1000


async def main() -> None:
    gc.freeze()  # as `hotwash serve` does with what it has imported
    configure("warning")  # to standard error: standard output is for answers
    polling = Polling(Path(sys.argv[1]), sys.argv[2])
    await polling.rooms.db.write(lambda conn: know_workspace(conn, TEAM, now()))
    watching = asyncio.create_task(polling.watch_the_loop())
    while line := await asyncio.to_thread(sys.stdin.readline):
        order, *given = json.loads(line)
        await asyncio.sleep(0)
        polling.late = 0.0
        answer = await getattr(polling, order)(*given)
        print(json.dumps({**answer, "late": polling.late}), flush=True)
    watching.cancel()
    await polling.watcher.stop()
    await polling.rooms.db.close()


if __name__ == "__main__":
    uvloop.run(main())
