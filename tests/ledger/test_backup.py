"""Backups of SQLite: taken while it is written to, put back, verified."""

import asyncio
import os
import sqlite3
import stat
from pathlib import Path

import pytest
from sqlalchemy import make_url

from bot.backup import backup, restore
from bot.rules import commands as ask
from bot.rules.decision import CannotRun
from tests.delivery.conftest import Stage, stage

__all__ = ["stage"]


@pytest.mark.sqlite_only
async def test_a_backup_is_of_one_moment_while_the_bot_writes(stage: Stage, tmp_path: Path) -> None:
    await stage.opened()
    writing = asyncio.create_task(stage.log("sam", *(f"change {n}" for n in range(300))))
    await stage.until(lambda: stage.db.read(lambda conn: _logged(conn) > 20))
    said, fits = await asyncio.to_thread(backup, stage.url, tmp_path / "b.db")
    assert not writing.done()
    assert fits and said.startswith(f"{tmp_path}/b.db: 1 incidents, ") and said.endswith("every chain holds.")
    assert stat.S_IMODE((tmp_path / "b.db").stat().st_mode) == 0o600
    assert sorted(os.listdir(tmp_path)).count("b.db") == 1 and not (tmp_path / "b.db-wal").exists()
    await writing
    said, fits = restore(f"sqlite:///{tmp_path}/new.sqlite", tmp_path / "b.db")
    assert fits
    with sqlite3.connect(tmp_path / "new.sqlite") as conn:
        (actions,) = conn.execute("SELECT count(*) FROM actions").fetchone()
        (counted,) = conn.execute("SELECT last_action FROM incidents").fetchone()
    assert 20 < actions == counted < 300


def _logged(conn: object) -> int:
    return int(conn.exec_driver_sql("SELECT count(*) FROM actions").scalar_one())  # type: ignore[attr-defined]


@pytest.mark.sqlite_only
async def test_a_broken_chain_is_told(stage: Stage, tmp_path: Path) -> None:
    await stage.opened()
    with sqlite3.connect(str(make_url(stage.url).database)) as conn:
        conn.execute("UPDATE incidents SET head_hash = 'another'")
    said, fits = backup(stage.url, tmp_path / "b.db")
    assert not fits
    assert "INC-1: entry 1: the incident names another hash" in said


@pytest.mark.sqlite_only
async def test_nothing_is_overwritten(stage: Stage, tmp_path: Path) -> None:
    await stage.ask("maya", ask.Open("checkout", "sev2"))
    backup(stage.url, tmp_path / "b.db")
    before = (tmp_path / "b.db").read_bytes()
    with pytest.raises(CannotRun, match="exists: name a file that does not"):
        backup(stage.url, tmp_path / "b.db")
    with pytest.raises(CannotRun, match="exists: stop the bot and move it away"):
        restore(stage.url, tmp_path / "b.db")
    (tmp_path / "log.sqlite-wal").touch()
    with pytest.raises(CannotRun, match=r"log\.sqlite-wal exists"):
        restore(f"sqlite:///{tmp_path}/log.sqlite", tmp_path / "b.db")
    assert (tmp_path / "b.db").read_bytes() == before


def test_what_is_no_ledger_is_refused(tmp_path: Path) -> None:
    (tmp_path / "text").write_text("no database")
    for file in ("text", "missing"):
        with pytest.raises(CannotRun):
            restore(f"sqlite:///{tmp_path}/new.sqlite", tmp_path / file)
    with pytest.raises(CannotRun, match="holds no ledger"):
        backup(f"sqlite:///{tmp_path}/missing.sqlite", tmp_path / "b.db")
    assert sorted(os.listdir(tmp_path)) == ["text"]


def test_postgresql_is_left_to_its_own_tools(tmp_path: Path) -> None:
    with pytest.raises(CannotRun, match="pg_dump"):
        backup("postgresql://db/shop", tmp_path / "b.dump")
    with pytest.raises(CannotRun, match="pg_restore"):
        restore("postgresql://db/shop", tmp_path / "b.dump")
