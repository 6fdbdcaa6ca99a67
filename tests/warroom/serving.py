"""`hotwash serve` as its users run it: a process of its own."""

import asyncio
import os
import signal
import sys
from asyncio.subprocess import Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx

from bot.playground import Playground

PORTS = iter(range(8800 + os.getpid() % 500, 65000, 7))


class Serving:
    def __init__(self, process: Process, url: str, log: Path) -> None:
        self.process, self.url, self._log = process, url, log

    @property
    def log(self) -> str:
        return self._log.read_text()

    async def ready(self) -> None:
        async with httpx.AsyncClient() as client, asyncio.timeout(20):
            while True:
                assert self.process.returncode is None, self.log
                try:
                    if (await client.get(f"{self.url}/readyz")).status_code == 200:
                        return
                except httpx.TransportError:
                    await asyncio.sleep(0.05)
                else:
                    await asyncio.sleep(0.05)

    async def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        await self.process.wait()


@asynccontextmanager
async def serving(
    pg: Playground, database_url: str, folder: Path, policy: str, *, signing_secret: str | None = None
) -> AsyncIterator[Serving]:
    """Started in Socket Mode, or for HTTP with a signing secret; stopped by SIGTERM, which has to end it in 10 s."""
    folder.mkdir(exist_ok=True)
    (folder / "hotwash.toml").write_text(policy)
    port = next(PORTS)
    environment = os.environ | {
        "DATABASE_URL": database_url,
        "SLACK_BOT_TOKEN": "xoxb-playground",
        "SLACK_API_URL": pg.api_url,
        "HOTWASH_POLICY": str(folder / "hotwash.toml"),
        "HOTWASH_MIRRORS": str(folder / "mirrors"),
        "HOST": "127.0.0.1",
        "PORT": str(port),
    }
    if signing_secret is None:
        environment["SLACK_APP_TOKEN"] = "xapp-playground"
    else:
        environment["SLACK_SIGNING_SECRET"] = signing_secret
    log = folder / f"serve-{port}.log"
    with log.open("wb") as output:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot", "serve", env=environment, stdout=output, stderr=output
        )
    try:
        yield Serving(process, f"http://127.0.0.1:{port}", log)
    finally:
        if process.returncode is None:
            process.terminate()
            async with asyncio.timeout(10):
                await process.wait()
