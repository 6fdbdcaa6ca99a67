"""The processes that are measured, each with a playground of its own as its Slack."""

import asyncio
import os
import socket
import sys
import time
from asyncio.subprocess import Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from typing import Literal

from bot.playground import Playground
from bot.playground.app import APP_TOKEN, BOT_TOKEN, SIGNING_SECRET
from bot.slack.manifest import manifest

ROOT = Path(__file__).parents[2]
Transport = Literal["http", "socket"]


@dataclass(frozen=True, slots=True)
class Server:
    """`start_up`: seconds from the process's start until it could be sent a command."""

    process: Process
    slack: Playground
    transport: Transport
    port: int
    environment: dict[str, str]
    start_up: float


@asynccontextmanager
async def hotwash(transport: Transport, database: Path) -> AsyncIterator[Server]:
    """`hotwash serve` as users start it. It ends by SIGKILL: what was answered "Logged" must be there all the same."""
    tokens = {"SLACK_APP_TOKEN": APP_TOKEN} if transport == "socket" else {"SLACK_SIGNING_SECRET": SIGNING_SECRET}
    port = free_port()
    environment = {
        "DATABASE_URL": f"sqlite:///{database}",
        "SLACK_BOT_TOKEN": BOT_TOKEN,
        "PORT": str(port),
        "HOST": "127.0.0.1",
        **tokens,
    }
    async with _served(("bot", "serve"), environment, transport, port, over_http=True) as server:
        yield server


@asynccontextmanager
async def noop(transport: Transport) -> AsyncIterator[Server]:
    """A Bolt app that does nothing."""
    port = free_port()
    module = ("tests.bench.noop", transport, str(port))
    async with _served(module, {}, transport, port, over_http=transport == "http") as server:
        yield server


@asynccontextmanager
async def _served(
    module: tuple[str, ...], environment: dict[str, str], transport: Transport, port: int, *, over_http: bool
) -> AsyncIterator[Server]:
    async with Playground() as slack:
        await slack.client.post("app", manifest=manifest(None))
        environment = {"PATH": os.environ["PATH"], "SLACK_API_URL": slack.api_url, **environment}
        with TemporaryFile() as log:
            started = time.perf_counter()
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", *module), cwd=ROOT, env=environment, stdout=log, stderr=log
            )
            try:
                async with asyncio.timeout(60):
                    while (transport == "socket" and not slack.slack.deliveries.socket.connections) or (
                        over_http and not await _answers(port)
                    ):
                        if process.returncode is not None:
                            raise NotReady(f"{module} ended with {process.returncode}")
                        await asyncio.sleep(0.005)
                yield Server(process, slack, transport, port, environment, time.perf_counter() - started)
            except NotReady:
                log.seek(0)
                print(log.read().decode(), file=sys.stderr)
                raise
            finally:
                with suppress(ProcessLookupError):
                    process.kill()
                await process.wait()


class NotReady(Exception):
    """A server ended before it could be measured."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def _answers(port: int) -> bool:
    """Whether `GET /healthz` is answered."""
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    try:
        writer.write(b"GET /healthz HTTP/1.1\r\nHost: bench\r\nConnection: close\r\n\r\n")
        return bool(await reader.readline())
    except OSError:
        return False
    finally:
        writer.close()
