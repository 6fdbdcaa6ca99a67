"""`/hotfix` against a no-op Bolt command: latency and throughput of the ack, and whether what was acked is there."""

import asyncio
import itertools
import json
import re
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.ledger.database import Database
from bot.playground.world import Channel
from tests.bench import servers
from tests.bench.footprint import resident
from tests.bench.load import TYPED, Run, command, prepared, run
from tests.bench.report import Line
from tests.bench.servers import ROOT, Server

MANY = 50  # connections, or commands at a time on the one websocket
ROOMS = 5
WITHIN = 2.0  # ms above the no-op at one connection, to reach
DURABLE = 1000.0  # logs a second at fifty, to reach
PRAGMAS = ("journal_mode", "synchronous", "foreign_keys", "recursive_triggers", "secure_delete", "busy_timeout")
_NAMES = {"http": "signed HTTP", "socket": "Socket Mode"}


@dataclass(slots=True)
class Acks:
    lines: list[Line] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)


async def measure(folder: Path, count: int) -> Acks:
    """`count` commands at one connection, twice as many at fifty, over both transports."""
    found = Acks()
    pragmas = await _pragmas(folder / "pragmas.sqlite")
    found.notes.append("SQLite as Hotwash opens it, read back: " + ", ".join(f"{k}={v}" for k, v in pragmas.items()))
    floor = sorted(_bare_inserts(folder / "bare.sqlite", pragmas, count))
    for transport in ("http", "socket"):
        async with servers.noop(transport) as server:
            await hotfixes(server, list(server.slack.slack.world.channels.values())[:1], 200, 1)
            base = [await hotfixes(server, rooms(server, "general"), count * n, at) for n, at in ((1, 1), (2, MANY))]
        ledger = folder / f"{transport}.sqlite"
        async with servers.hotwash(transport, ledger) as server:
            acked = await opened(server)
            warm = await hotfixes(server, rooms(server, "inc-"), 200, 4)
            ours = [await hotfixes(server, rooms(server, "inc-"), count * n, at) for n, at in ((1, 1), (2, MANY))]
            size = resident(server.process.pid)
        acked += [text for each in (warm, *ours) for text in each.texts]
        found.lost += lost(ledger, acked, server.environment)
        found.notes.append(_counted(_NAMES[transport], acked, ledger))
        found.notes.append(f"{_NAMES[transport]}: {size:.0f} MB resident after that.")
        found.notes.append(_own_cost(_NAMES[transport], [*base, *ours]))
        found.lines += _lines(_NAMES[transport], base, ours, floor)
    return found


def _lines(name: str, base: Sequence[Run], ours: Sequence[Run], floor: Sequence[float]) -> list[Line]:
    (noop, noop_many), (one, many) = base, ours
    median = floor[len(floor) // 2]
    noop_is, fifty = "a no-op Bolt command", f"{name}, {MANY} at a time"
    return [
        Line(f"{name}, one connection: ack p50", one.p50, "ms", noop.p50, noop_is,
             f"within {WITHIN:g} ms of it", one.p50 - noop.p50 <= WITHIN),
        Line(f"{name}, one connection: ack p99", one.p99, "ms", noop.p99, noop_is),
        Line(f"{name}, one connection: what the ack adds", one.p50 - noop.p50, "ms", median, "a bare durable insert"),
        Line(f"{name}, one connection: throughput", one.rate, "/s", noop.rate, noop_is),
        Line(f"{fifty}: ack p50", many.p50, "ms", noop_many.p50, noop_is),
        Line(f"{fifty}: ack p99", many.p99, "ms", noop_many.p99, noop_is),
        Line(f"{fifty}: durable logs", many.rate, "/s", noop_many.rate, noop_is,
             f"at least {DURABLE:,.0f} /s", many.rate >= DURABLE),
    ]  # fmt: skip


def rooms(server: Server, name: str) -> list[Channel]:
    return [channel for channel in server.slack.slack.world.channels.values() if channel.name.startswith(name)]


async def hotfixes(server: Server, rooms: Sequence[Channel], count: int, at_once: int) -> Run:
    world = server.slack.slack.world
    bots = (world.bot_user, world.slackbot)
    people = [user for user in world.users.values() if not user.is_restricted and user.id not in bots]
    typed = zip(itertools.cycle(people), itertools.cycle(rooms), itertools.cycle(TYPED), range(count))
    requests = [
        prepared(server, command(server, who, where, "/hotfix", f"{what} ({number})"))
        for who, where, what, number in typed
    ]
    return await run(server, requests, at_once)


async def opened(server: Server) -> list[str]:
    """Open incidents, and wait for their rooms: the answers."""
    world = server.slack.slack.world
    (general,) = rooms(server, "general")
    opener = next(iter(world.users.values()))
    orders = [command(server, opener, general, "/incident", f"open sev2 load on shard {n}") for n in range(ROOMS)]
    answered = await run(server, [prepared(server, order) for order in orders], 1)
    changes = server.slack.slack.changes
    async with asyncio.timeout(30):
        while len(rooms(server, "inc-")) < ROOMS:
            await changes.wait(changes.last, 1)
    return list(answered.texts)


async def _pragmas(path: Path) -> dict[str, Any]:
    """What holds on the connection through which Hotwash writes."""
    db = Database(f"sqlite:///{path}")
    try:
        return await db.write(
            lambda conn: {name: conn.exec_driver_sql(f"PRAGMA {name}").scalar_one() for name in PRAGMAS}
        )
    finally:
        await db.close()


def _bare_inserts(path: Path, pragmas: dict[str, Any], count: int) -> Iterable[float]:
    """Milliseconds of one row in one commit, about as large as an entry, on the same disk with the same PRAGMAs."""
    row = ("x" * 400, b"s" * 16, "h" * 64, "h" * 64, "h" * 64)
    bare = sqlite3.connect(path, isolation_level=None)
    for name, value in pragmas.items():
        bare.execute(f"PRAGMA {name}={value}")
    bare.execute("CREATE TABLE entries (id INTEGER PRIMARY KEY, payload TEXT, salt BLOB, a TEXT, b TEXT, c TEXT)")
    for _ in range(count):
        started = time.perf_counter_ns()
        bare.execute("INSERT INTO entries (payload, salt, a, b, c) VALUES (?, ?, ?, ?, ?)", row)
        yield (time.perf_counter_ns() - started) / 1e6
    bare.close()


def _logged(texts: Iterable[str]) -> list[str]:
    """The actions that answers call logged: `INC-1#7`."""
    return [found[1] for text in texts if (found := re.match(r"Logged (INC-\d+#\d+) ", text))]


def _stored(ledger: Path) -> list[str]:
    with sqlite3.connect(ledger) as database:
        rows = database.execute(
            "SELECT number, payload FROM entries JOIN incidents ON incidents.id = incident_id"
            " WHERE kind = 'action.logged'"
        )
        return [f"INC-{number}#{json.loads(payload)['action']}" for number, payload in rows]


def lost(ledger: Path, acked: Sequence[str], environment: dict[str, str]) -> list[str]:
    """Where what was answered and what is stored differ; empty if all is there, once, and the chain verifies."""
    said, stored = _logged(acked), _stored(ledger)
    wrong = []
    if missing := set(said) - set(stored):
        wrong.append(f"{len(missing)} logs were answered and are not in the ledger, such as {min(missing)}")
    if len(said) != len(set(said)) or len(stored) != len(set(stored)):
        wrong.append("an action was logged twice under one number")
    if len(stored) != len(said):
        wrong.append(f"{len(said)} logs were answered, {len(stored)} are in the ledger")
    verify = [sys.executable, "-m", "bot", "verify", "--offline"]
    checked = subprocess.run(verify, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    if checked.returncode != 0:
        wrong.append(checked.stdout + checked.stderr)
    return wrong


def _counted(name: str, acked: Sequence[str], ledger: Path) -> str:
    said = len(_logged(acked))
    return (
        f'{name}: {said} acks said "Logged", {len(_stored(ledger))} entries are there after SIGKILL; '
        f"{len(acked) - said - ROOMS} acks said something else."
    )


def _own_cost(name: str, runs: Sequence[Run]) -> str:
    noop, noop_many, one, many = (f"{each.own_cost:.0f}" for each in runs)
    return (
        f"{name}: the generator, which is Slack as well, took {noop} and {noop_many} µs of CPU a request "
        f"with the no-op (at one and at {MANY}), {one} and {many} with Hotwash."
    )
