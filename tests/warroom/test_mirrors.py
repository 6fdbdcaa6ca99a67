"""What becomes of an incident while its repository's mirror, its host or the process that watches it fails."""

import asyncio
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, select

from bot.ledger.tables import repositories
from bot.playground import Playground
from tests.git.hosting import READ, Host, hosting
from tests.warroom.conftest import War, said
from tests.warroom.repo import Upstream
from tests.warroom.serving import serving

SOON = 20  # seconds: a poll, a record, a delivery, on a busy machine


@pytest.fixture
def host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Host]:
    monkeypatch.setenv("GIT_SSL_CAINFO", str(tmp_path / "host.pem"))
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    monkeypatch.setenv("SHOP_TOKEN", READ)
    with hosting(tmp_path) as running:
        yield running


@pytest.fixture
def upstream(host: Host) -> Upstream:
    return Upstream(host.root)


@pytest.fixture
def policy(host: Host, upstream: Upstream) -> str:
    return f'poll_seconds = 1\n[[repositories]]\nname = "shop"\nurl = "{host.url("shop")}"\ntoken_env = "SHOP_TOKEN"\n'


async def test_a_token_that_is_refused_is_said_with_what_to_do(
    war: War, host: Host, upstream: Upstream, tmp_path: Path
) -> None:
    maya = war.person("maya")
    room = await war.open(maya)
    await war.logged(maya, room, "vim /etc/app/db.conf")
    upstream.commit("Raise the pool\n\nReconciles: INC-1#1")
    upstream.push()
    await war.echo(maya, room, 1, "claimed by")
    host.tokens.clear()
    told = ""
    async with asyncio.timeout(SOON):
        while "The host refused the token that SHOP_TOKEN holds: set it to one" not in told:
            await asyncio.sleep(0.2)
            told = said(await maya.command(room, "/incident status"))
    assert READ not in told
    row = await _row(war, failures=3)
    assert row.leased_by is None and row.due_at - row.polled_at > 4_000_000  # it waits longer each time
    assert READ not in row.error
    await war.logged(maya, room, "vim /etc/app/web.conf")
    upstream.commit("Raise the limit\n\nReconciles: INC-1#2", "web.conf")
    upstream.push()
    host.tokens[READ] = "read"
    await war.echo(maya, room, 2, "claimed by")  # nothing was missed
    assert "refused" not in said(await maya.command(room, "/incident status"))
    files = [path for path in (tmp_path / "mirrors").rglob("*") if path.is_file()]
    assert files and not any(READ.encode() in path.read_bytes() for path in files)


async def _row(war: War, failures: int) -> Any:
    async with asyncio.timeout(SOON):
        while True:
            row = await war.db.read(lambda conn: conn.execute(select(repositories)).one())
            if row.failures >= failures and row.leased_by is None:
                return row
            await asyncio.sleep(0.1)


@pytest.mark.parametrize("damage", ["truncated pack", "no objects", "no HEAD", "garbage config", "gone"])
async def test_a_mirror_that_is_damaged_between_two_looks_loses_and_doubles_nothing(
    war: War, upstream: Upstream, tmp_path: Path, damage: str
) -> None:
    maya = war.person("maya")
    room = await war.open(maya)
    for number in (1, 2, 3):
        await war.logged(maya, room, f"vim /etc/app/{number}.conf")
    upstream.commit("One\n\nReconciles: INC-1#1")
    upstream.push()
    echo = await war.echo(maya, room, 1, "claimed by")
    await maya.press(echo, "Confirm")
    await war.echo(maya, room, 1, "confirmed by @maya")
    _damage(tmp_path / "mirrors" / "shop", damage)
    upstream.commit("Two\n\nReconciles: INC-1#2", "two")
    upstream.push()
    await war.echo(maya, room, 2, "claimed by")
    upstream.commit("Three\n\nReconciles: INC-1#3", "three")
    upstream.push()
    await war.echo(maya, room, 3, "claimed by")
    kinds = [entry.kind for entry in await war.ledger(1) if entry.kind.startswith("evidence.")]
    assert kinds == ["evidence.found", "evidence.confirmed", "evidence.found", "evidence.found"]
    assert "cannot be reached" not in said(await maya.command(room, "/incident status"))


def _damage(mirror: Path, how: str) -> None:
    assert (mirror / "HEAD").is_file()
    if how == "truncated pack":
        upstream_objects = [path for path in mirror.glob("objects/*/*") if path.suffix not in (".graph", ".rev")]
        for path in upstream_objects:
            if path.is_file():
                path.chmod(0o644)
                os.truncate(path, path.stat().st_size // 2)
    elif how == "no objects":
        shutil.rmtree(mirror / "objects")
        (mirror / "objects").mkdir()
    elif how == "no HEAD":
        (mirror / "HEAD").unlink()
    elif how == "garbage config":
        (mirror / "config").write_text("[[[\n")
    else:
        shutil.rmtree(mirror)


@pytest.mark.postgresql_only
@pytest.mark.timeout(180)
async def test_another_replica_takes_over_from_one_that_was_killed_while_it_looked(
    database_url: str, tmp_path: Path, host: Host, upstream: Upstream, policy: str
) -> None:
    async with (
        Playground(rate_limits=False) as pg,
        serving(pg, database_url, tmp_path / "one", policy) as one,
        serving(pg, database_url, tmp_path / "two", policy) as two,
    ):
        await asyncio.gather(one.ready(), two.ready())
        maya = pg.person("maya")
        for number in (1, 2):
            assert "Logged" in (await maya.command("#general", f"/hotfix vim /etc/{number}.conf")).text
        upstream.commit("One\n\nReconciles: INC-0#1")
        upstream.push()
        engine = create_engine(database_url)
        with engine.connect() as database:

            def watched() -> Any:
                row = database.execute(select(repositories)).one_or_none()
                database.rollback()
                return row

            async with asyncio.timeout(60):
                while (row := watched()) is None or row.tip != upstream.git("rev-parse", "main"):
                    await asyncio.sleep(0.1)
            host.answering.clear()
            async with asyncio.timeout(60):
                while (row := watched()).leased_by is None:
                    await asyncio.sleep(0.05)
            await asyncio.sleep(0.5)
            holder = row.leased_by
            killed, left = (one, two) if holder.startswith(f"{one.process.pid}-") else (two, one)
            await killed.kill()
            upstream.commit("Two\n\nReconciles: INC-0#2", "two")
            upstream.push()
            host.answering.set()
            async with asyncio.timeout(90):
                while watched().tip != upstream.git("rev-parse", "main"):
                    await asyncio.sleep(0.2)
        engine.dispose()
        drift = (await maya.command("#general", "/incident drift")).text
        assert "INC-0#1 claimed" in drift and "INC-0#2 claimed" in drift
        timeline = (await maya.command("#general", "/incident INC-0 timeline")).text
        assert timeline.count("says that it carries") == 2
        assert "Traceback" not in left.log
