"""The load: slash commands that are made beforehand and sent as fast as they are answered, a fixed number at a time.

Over HTTP, signed requests on raw connections; over Socket Mode, envelopes on the playground's own websocket. The
generator's own CPU time is counted, so that a run shows what of the machine it took.
"""

import asyncio
import gc
import hashlib
import hmac
import re
import secrets
import statistics
import time
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import orjson

from bot.playground import payloads
from bot.playground.app import SIGNING_SECRET
from bot.playground.envelope import Envelope
from bot.playground.world import Channel, Json, User
from tests.bench.servers import Server

TYPED = (
    "kubectl scale deploy/web --replicas=8",
    "--on db-1 UPDATE settings SET pool_size = 80 WHERE host = 'db-1'",
    "vim /etc/nginx/nginx.conf: worker_connections 4096",
    "--ephemeral systemctl restart checkout",
    "turned the flag checkout.new_cart off for everybody",
    "--file deploy/values.yaml --repo shop raised the memory limit of the cart to 2Gi",
    "cherry-picked the fix of the retry loop onto the hotfix branch and deployed it",
    "aws rds modify-db-instance --db-instance-identifier shop --max-allocated-storage 500",
)

Send = Callable[[Any], Awaitable[Any]]
_LENGTH = re.compile(rb"\r\ncontent-length: (\d+)\r\n", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Run:
    """`latencies` in milliseconds, `seconds` from the first request to the last answer, `cpu` of this process."""

    latencies: Sequence[float]
    texts: Sequence[str]
    seconds: float
    cpu: float

    @property
    def p50(self) -> float:
        return statistics.median(self.latencies)

    @property
    def p99(self) -> float:
        return statistics.quantiles(self.latencies, n=100)[98]

    @property
    def rate(self) -> float:
        return len(self.latencies) / self.seconds

    @property
    def own_cost(self) -> float:
        """Microseconds of this process's CPU for one request, the playground's other work included."""
        return self.cpu / len(self.latencies) * 1e6


def command(server: Server, user: User, channel: Channel, name: str, text: str) -> Json:
    """The payload of a slash command; its trigger id is new, so that it is no repetition."""
    world = server.slack.slack.world
    url = f"{server.slack.url}/commands/{world.team_id}/bench"
    return payloads.slash_command(world, user, channel, name, text, secrets.token_hex(24), url)


def prepared(server: Server, payload: Json) -> Any:
    """A command, ready to be sent."""
    if server.transport == "socket":
        return Envelope("slash_commands", payload)
    body = urlencode(payload)
    timestamp = str(int(time.time()))
    signature = hmac.new(SIGNING_SECRET.encode(), f"v0:{timestamp}:{body}".encode(), hashlib.sha256).hexdigest()
    head = (
        "POST /slack/events HTTP/1.1\r\nHost: bench\r\nContent-Type: application/x-www-form-urlencoded\r\n"
        f"X-Slack-Request-Timestamp: {timestamp}\r\nX-Slack-Signature: v0={signature}\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return (head + body).encode()


@asynccontextmanager
async def _connection(server: Server) -> Any:
    """A way to send one request after the other: an HTTP connection, or a place on the one websocket."""
    if server.transport == "socket":
        yield server.slack.slack.deliveries.socket.send
        return
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)

    async def send(request: bytes) -> bytes:
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        length = _LENGTH.search(head)
        assert head.startswith(b"HTTP/1.1 200 ") and length, head
        return await reader.readexactly(int(length[1]))

    try:
        yield send
    finally:
        writer.close()


async def run(server: Server, requests: Sequence[Any], at_once: int) -> Run:
    """Send all of them, `at_once` at a time."""
    waiting = iter(requests)
    latencies: list[float] = []
    answers: list[Any] = []
    async with AsyncExitStack() as stack:
        sends = [await stack.enter_async_context(_connection(server)) for _ in range(at_once)]
        with _no_collection():
            started, cpu = time.perf_counter(), time.process_time()
            await asyncio.gather(*(_one_after_the_other(send, waiting, latencies, answers) for send in sends))
            seconds, cpu = time.perf_counter() - started, time.process_time() - cpu
    return Run(latencies, list(map(_text, answers)), seconds, cpu)


async def _one_after_the_other(send: Send, requests: Iterable[Any], latencies: list[float], answers: list[Any]) -> None:
    for request in requests:
        sent = time.perf_counter_ns()
        answers.append(await send(request))
        latencies.append((time.perf_counter_ns() - sent) / 1e6)


@contextmanager
def _no_collection() -> Iterator[None]:
    """The generator's own garbage collection is no part of what is measured."""
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _text(answer: Any) -> str:
    if isinstance(answer, bytes):
        answer = orjson.loads(answer) if answer.startswith(b"{") else {}
    return str((answer or {}).get("text", ""))
