"""`/incident open` on a Slack whose every call takes 100 ms: round trips and time until people can work in the room.

A round trip is counted from the playground's record of calls: a call that began after another had ended came a round
trip later than it; calls that overlap are one.
"""

import asyncio
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.playground.world import Channel, Json, User
from tests.bench import servers
from tests.bench.load import command, prepared
from tests.bench.report import Line
from tests.bench.servers import Server

CALL = 0.1  # seconds that each call takes
TIMES = 5
USABLE, COMPLETE = 2, 3  # round trips, to reach
COMPLETE_WITH = ("conversations.setTopic", "bookmarks.add", "chat.postMessage", "pins.add")


@dataclass(frozen=True, slots=True)
class Opened:
    """Round trips, and milliseconds from the command, until the declarer could type and until all was there."""

    usable: int
    usable_ms: float
    complete: int
    complete_ms: float


async def measure(folder: Path) -> list[Line]:
    async with servers.hotwash("socket", folder / "opening.sqlite") as server:
        stranger, known = [user for user in server.slack.slack.world.users.values() if not user.is_restricted][:2]
        await _open(server, known)
        await server.slack.client.fault("*", "latency", seconds=CALL, times=None)
        first = await _open(server, stranger)
        opened = [await _open(server, known) for _ in range(TIMES)]
    usable, complete = max(each.usable for each in opened), max(each.complete for each in opened)
    usable_ms = statistics.median(each.usable_ms for each in opened)
    complete_ms = statistics.median(each.complete_ms for each in opened)
    call = CALL * 1000
    return [
        Line("open: until the declarer can type", usable, "round trips", USABLE, "create, then invite",
             f"{USABLE}", usable <= USABLE),
        Line("open: until the declarer can type", usable_ms, "ms", USABLE * call, f"{USABLE} calls of {call:.0f} ms"),
        Line("open: until complete, card pinned", complete, "round trips", COMPLETE, "the same, then pin",
             f"{COMPLETE}", complete <= COMPLETE),
        Line("open: until complete, card pinned", complete_ms, "ms", COMPLETE * call, f"{COMPLETE} calls"),
        Line("open by somebody never seen: until they can type", first.usable_ms, "ms", (USABLE + 1) * call,
             f"{USABLE + 1} calls, the first asks who they are"),
    ]  # fmt: skip


async def _open(server: Server, who: User) -> Opened:
    """Open an incident, wait for its card to be pinned, and read the calls that it took."""
    world, changes = server.slack.slack.world, server.slack.slack.changes
    before, rooms = server.slack.slack.calls_made, _rooms(server)
    (general,) = [channel for channel in world.channels.values() if channel.is_general]
    order = prepared(server, command(server, who, general, "/incident", "open sev2 checkout answers 502"))
    sent = time.time()
    await server.slack.slack.deliveries.socket.send(order)
    async with asyncio.timeout(30):
        while not any(channel.pins for channel in _rooms(server) if channel not in rooms):
            await changes.wait(changes.last, 1)
    await asyncio.sleep(2 * CALL)  # whatever was still on its way
    return read(await server.slack.client.calls(after=before), sent)


def _rooms(server: Server) -> list[Channel]:
    return [channel for channel in server.slack.slack.world.channels.values() if channel.name.startswith("inc-")]


def read(calls: Sequence[Json], sent: float) -> Opened:
    """`calls` as the playground records them; `sent`: when the command was, in seconds since the epoch."""
    trips: dict[int, int] = {}
    for call in sorted(calls, key=_began):
        earlier = (trips[other["number"]] for other in calls if other["at"] < _began(call) and other["number"] in trips)
        trips[call["number"]] = 1 + max(earlier, default=0)
    invite = next(call for call in calls if call["method"] == "conversations.invite")
    last = max((call for call in calls if call["method"] in COMPLETE_WITH), key=lambda call: float(call["at"]))
    return Opened(
        trips[invite["number"]], (invite["at"] - sent) * 1000, trips[last["number"]], (last["at"] - sent) * 1000
    )


def _began(call: Json) -> float:
    return float(call["at"]) - float(call["ms"]) / 1000
