"""Secrets of the bot itself are in nothing that it writes: a canary in each secret setting, an incident in which things
go wrong, then a search."""

import asyncio
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from sqlalchemy import create_engine, make_url, text

from bot.ledger.database import normalise_url
from bot.ledger.tables import metadata
from bot.playground import Playground
from bot.settings import Settings
from tests.warroom.repo import Upstream
from tests.warroom.serving import serving

# In the order of the settings: their names, and a value that nothing else would hold.
CANARIES = {
    "HOTWASH_KEY": "canary-key-5f1d7c2a",
    "HOTWASH_WEBHOOK_SECRET": "canary-webhook-8e2b4d6f",
    "SLACK_CLIENT_SECRET": "canary-sign-in-7d4e0b9c",
    "SHOP_TOKEN": "canary-repository-3c9a1e7b",  # of a repository, which the policy names
}
FIXED = {"slack_bot_token": "xoxb-playground", "slack_app_token": "xapp-playground"}  # what this Slack takes


def secrets_of_settings() -> set[str]:
    fields = Settings.model_fields.items()
    return {str(field.alias) for _, field in fields if "SecretStr" in str(field.annotation)}


def test_no_secret_setting_is_without_a_canary() -> None:
    known = {*CANARIES, "SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "SLACK_SIGNING_SECRET"}
    assert secrets_of_settings() <= known


@pytest.mark.timeout(180)
async def test_the_bots_own_secrets_are_in_nothing_that_it_writes(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    upstream = Upstream(tmp_path)
    # beside one that can be read, one that can't be reached: git's words about it are shown
    policy = (
        upstream.policy
        + '[[repositories]]\nname = "away"\nurl = "https://127.0.0.1:9/away.git"\ntoken_env = "SHOP_TOKEN"\n'
    )
    for name, canary in {**CANARIES, "HOTWASH_ALLOW_FILE_REMOTES": "true", "LOG_LEVEL": "debug"}.items():
        monkeypatch.setenv(name, canary)
    folder = tmp_path / "serve"
    answers: list[str] = []
    async with Playground(rate_limits=False) as pg, serving(pg, database_url, folder, policy) as serve:
        await serve.ready()
        maya = pg.person("maya")
        await pg.client.fault("chat.postMessage", "error", error="invalid_auth", times=2)
        await pg.client.fault("conversations.setTopic", "http_500", times=1)
        for line in (
            "/incident open sev2 checkout answers 502",
            "/hotfix INC-1 vim /etc/motd, password=hunter2secret",
            "/incident link a79f427 INC-1#1",
            "/incident status INC-1",
            "/incident nonsense",
            "/incident close INC-1 it is over",
        ):
            answers.append((await maya.command("#general", line)).text)
        async with httpx.AsyncClient(base_url=serve.url, timeout=30) as http:
            for path in ("/healthz", "/readyz", "/metrics", "/openapi.json", "/nowhere"):
                answers.append((await http.get(path)).text)
            forged = {"X-Hub-Signature-256": "sha256=00", "Content-Type": "application/json", "X-GitHub-Event": "push"}
            answers.append((await http.post("/webhooks/github", content=b"{}", headers=forged)).text)
            async with asyncio.timeout(60):  # until the repository that is away was looked for
                while "away: " not in (ready := (await http.get("/readyz")).text):
                    await asyncio.sleep(0.2)
            answers.append(ready)
        shown = [str(vars_of(message)) for c in pg.slack.world.channels.values() for message in c.messages.values()]
        log = serve.log
    export = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-m", "bot", "export", "INC-1", "--format", "json"],
        env={"PATH": "/usr/bin:/bin", "DATABASE_URL": database_url, **CANARIES},
        capture_output=True,
        text=True,
        check=True,
    )
    stored = await asyncio.to_thread(dump, database_url)
    written = {
        "log": log,
        "answers": "\n".join(answers),
        "Slack": "\n".join(shown),
        "database": stored,
        "export": export.stdout + export.stderr,
        "mirrors": "".join(path.read_text(errors="replace") for path in (folder / "mirrors").rglob("config")),
    }
    assert all(written.values()), {name: len(text) for name, text in written.items()}
    secrets = {**CANARIES, **FIXED, "typed": "hunter2secret"}
    assert [
        (name, where) for name, secret in secrets.items() for where, text in written.items() if secret in text
    ] == []


def vars_of(message: object) -> dict[str, object]:
    return {name: getattr(message, name) for name in message.__slots__}  # type: ignore[attr-defined]


def dump(url: str) -> str:
    """All rows of all tables, and for SQLite what stands in the file beside them."""
    engine = create_engine(normalise_url(url).replace("+aiosqlite", ""))
    with engine.connect() as conn:
        rows = [str(tuple(row)) for table in metadata.sorted_tables for row in conn.execute(table.select())]
        assert conn.execute(text("SELECT count(*) FROM entries")).scalar_one() > 3
    engine.dispose()
    file = make_url(normalise_url(url)).database or ""
    if "sqlite" in url:
        rows += [path.read_bytes().decode("latin-1") for path in Path(file).parent.glob(f"{Path(file).name}*")]
    return "\n".join(rows)
