"""The Procfile's two processes run for real, and `serve` says why where it must not run."""

import asyncio
import os
import re
import signal
import socket
import sys
from asyncio.subprocess import PIPE, STDOUT, Process
from pathlib import Path

import httpx
import pytest

from bot.playground import Playground

ROOT = Path(__file__).parents[2]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def ready(url: str, process: Process) -> None:
    """Wait until `/readyz` says so, for as long as the process lives."""
    async with httpx.AsyncClient(base_url=url, trust_env=False) as http:
        while process.returncode is None:
            try:
                if (await http.get("/readyz")).status_code == 200:
                    return
            except httpx.TransportError:
                pass  # it does not listen yet
            await asyncio.sleep(0.1)
    raise AssertionError(f"it ended with {process.returncode} before it was ready")


@pytest.mark.timeout(180)
async def test_the_procfile_migrates_and_then_serves(
    runtime_python: Path, empty_database_url: str, tmp_path: Path
) -> None:
    """`release` must end before `web` starts, as hosts do it: `honcho start` with both would end the two at once."""
    (tmp_path / "no.env").touch()  # a developer's own .env stays out of it
    port = free_port()
    async with Playground() as slack:
        environment = {
            "PATH": f"{runtime_python.parent}:{os.environ['PATH']}",
            "HOME": str(tmp_path),
            "DATABASE_URL": empty_database_url,
            "SLACK_API_URL": slack.api_url,
            "SLACK_BOT_TOKEN": "xoxb-playground",
            "SLACK_APP_TOKEN": "xapp-playground",
            "PORT": str(port),
        }

        async def start(name: str) -> Process:
            honcho = ["-m", "honcho", "-e", str(tmp_path / "no.env"), "start", name]
            return await asyncio.create_subprocess_exec(
                sys.executable, *honcho, cwd=ROOT, env=environment, stdout=PIPE, stderr=STDOUT
            )

        release = await start("release")
        said, _ = await release.communicate()
        assert release.returncode == 0, said.decode()

        web = await start("web")
        assert web.stdout is not None
        said_by_web = asyncio.create_task(web.stdout.read())
        try:
            await asyncio.wait_for(ready(f"http://127.0.0.1:{port}", web), 30)
            answer = await slack.person("maya").command("#general", "/hotfix restarted nginx on web-2")
            assert answer.failure is None
            assert re.search("(?i)logged", answer.text)
        finally:
            if web.returncode is None:
                web.send_signal(signal.SIGTERM)
            ended = await asyncio.wait_for(web.wait(), 20)
            print((await said_by_web).decode())
        assert ended in (0, 128 + signal.SIGTERM, -signal.SIGTERM)
        with pytest.raises(ConnectionRefusedError):
            await asyncio.open_connection("127.0.0.1", port)


async def refused(**environment: str) -> str:
    """What `serve` says on its way out."""
    tokens = {"SLACK_BOT_TOKEN": "xoxb-playground", "SLACK_SIGNING_SECRET": "playground"}
    serve = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "serve"), cwd=ROOT, env=tokens | environment, stdout=PIPE, stderr=STDOUT
    )
    said, _ = await asyncio.wait_for(serve.communicate(), 30)
    assert serve.returncode not in (0, None)
    assert b"Traceback" not in said
    return said.decode()


@pytest.mark.parametrize(
    ("variable", "host"),
    [("DYNO", "Heroku"), ("GAE_INSTANCE", "Google App Engine"), ("GAE_SERVICE", "Google App Engine")],
)
async def test_serve_refuses_sqlite_where_the_disk_is_thrown_away(variable: str, host: str, tmp_path: Path) -> None:
    ledger = tmp_path / "hotwash.sqlite"
    said = await refused(DATABASE_URL=f"sqlite:///{ledger}", **{variable: "web.1"})
    assert host in said and "PostgreSQL" in said and "DATABASE_URL" in said
    assert not ledger.exists()


async def test_serve_names_a_missing_git(tmp_path: Path) -> None:
    policy = tmp_path / "hotwash.toml"
    policy.write_text('[[repositories]]\nname = "shop"\nurl = "https://git.example/shop.git"\n')
    said = await refused(
        DATABASE_URL=f"sqlite:///{tmp_path / 'hotwash.sqlite'}", HOTWASH_POLICY=str(policy), PATH=str(tmp_path)
    )
    assert re.search(r"\bgit\b.*(not found|install|missing|PATH)", said)


@pytest.mark.parametrize("missing", ["SLACK_BOT_TOKEN", "SLACK_SIGNING_SECRET"])
async def test_serve_names_the_setting_that_is_missing(missing: str, tmp_path: Path) -> None:
    said = await refused(DATABASE_URL=f"sqlite:///{tmp_path / 'hotwash.sqlite'}", **{missing: ""})
    assert missing in said


@pytest.mark.postgresql_only
async def test_serve_on_an_old_postgresql_schema_names_the_command(empty_database_url: str) -> None:
    assert "hotwash migrate" in await refused(DATABASE_URL=empty_database_url, PATH=os.environ["PATH"])
