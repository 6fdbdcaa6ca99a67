"""The processes that are measured, each with a playground of its own as its Slack."""

import asyncio
import os
import signal
import socket
import sys
from asyncio.subprocess import Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from bot.playground import Playground
from bot.playground.app import APP_TOKEN, BOT_TOKEN, SIGNING_SECRET
from bot.slack.manifest import manifest

ROOT = Path(__file__).parents[2]
Transport = Literal["http", "socket"]


@dataclass(frozen=True, slots=True)
class Server:
    process: Process
    slack: Playground
    transport: Transport
    port: int
    environment: dict[str, str]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def hotwash_environment(slack: Playground, transport: Transport, database: Path, port: int) -> dict[str, str]:
    tokens = {"SLACK_APP_TOKEN": APP_TOKEN} if transport == "socket" else {"SLACK_SIGNING_SECRET": SIGNING_SECRET}
    return {
        "PATH": os.environ["PATH"],
        "DATABASE_URL": f"sqlite:///{database}",
        "SLACK_API_URL": slack.api_url,
        "SLACK_BOT_TOKEN": BOT_TOKEN,
        "PORT": str(port),
        "HOST": "127.0.0.1",
        **tokens,
    }


@asynccontextmanager
async def hotwash(transport: Transport, database: Path) -> AsyncIterator[Server]:
    """`hotwash serve` as users start it. It ends by SIGKILL: what was answered "Logged" must be there all the same."""
    port = free_port()
    async with Playground(bot_name="hotwash") as slack:
        await slack.client.post("app", manifest=manifest(None))
        environment = hotwash_environment(slack, transport, database, port)
        with database.with_suffix(".log").open("wb") as log:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "bot", "serve"), cwd=ROOT, env=environment, stdout=log, stderr=log
            )
        async with _killed_at_the_end(process):
            server = Server(process, slack, transport, port, environment)
            await ready(server)
            yield server


@asynccontextmanager
async def noop(transport: Transport) -> AsyncIterator[Server]:
    """A Bolt app that does nothing."""
    port = free_port()
    async with Playground(bot_name="noop") as slack:
        await slack.client.post("app", manifest=manifest(None))
        environment = {"PATH": os.environ["PATH"], "SLACK_API_URL": slack.api_url}
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.bench.noop", transport, str(port)), cwd=ROOT, env=environment
        )
        async with _killed_at_the_end(process):
            server = Server(process, slack, transport, port, environment)
            await ready(server)
            yield server


@asynccontextmanager
async def _killed_at_the_end(process: Process) -> AsyncIterator[None]:
    try:
        yield
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGKILL)
        await process.wait()


async def ready(server: Server) -> None:
    """Wait until the server can be sent a command. Raises RuntimeError if it ends before."""
    async with asyncio.timeout(30):
        while server.process.returncode is None:
            if server.transport == "socket":
                if server.slack.slack.deliveries.socket.connections:
                    return
            elif await get(server.port, "/healthz") is not None:
                return
            await asyncio.sleep(0.002)
    raise RuntimeError(f"{server.process} ended with {server.process.returncode} before it could be measured")


async def get(port: int, path: str) -> int | None:
    """The status of an answer over HTTP; None where nothing listens yet."""
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return None
    try:
        writer.write(f"GET {path} HTTP/1.1\r\nHost: bench\r\nConnection: close\r\n\r\n".encode())
        status = (await reader.readline()).split()
        return int(status[1]) if len(status) > 1 else None
    except OSError:
        return None
    finally:
        writer.close()
