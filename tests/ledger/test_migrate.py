"""Migrations: up, down and up again on both databases, and always the tables that the code declares."""

import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, func, inspect, select, text
from sqlalchemy.exc import DBAPIError

from bot.ledger import migrate
from bot.ledger.tables import entries, metadata
from tests.ledger.build import engine_for, open_incident, say

ROOT = Path(__file__).resolve().parents[2]
GUARDS = {
    "sqlite": ["entries_no_change", "entries_no_delete", "entries_no_replace"],
    "postgresql": ["entries_no_change", "entries_no_truncate"],
}
TRIGGERS = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger' ORDER BY name",
    "postgresql": "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal ORDER BY tgname",
}


def triggers(conn: Connection) -> list[str]:
    return list(conn.scalars(text(TRIGGERS[conn.dialect.name])))


def row_counts(conn: Connection) -> dict[str, int]:
    return {table.name: conn.scalar(select(func.count()).select_from(table)) or 0 for table in metadata.sorted_tables}


def shape(engine: Engine) -> dict[str, Any]:
    """All that the database itself says about each table: columns with defaults, keys, checks, indexes."""
    seen = inspect(engine)

    def by_name(found: Sequence[Any]) -> list[dict[str, Any]]:
        plain = [{**one, "dialect_options": where(one)} for one in found]
        return sorted(plain, key=lambda one: str(one["name"]))

    def where(one: dict[str, Any]) -> list[str]:  # a partial index's WHERE, which compares by identity
        return sorted(str(option) for option in one.get("dialect_options", {}).values())

    return {
        table: (
            [{**column, "type": str(column["type"])} for column in seen.get_columns(table)],
            seen.get_pk_constraint(table),
            by_name(seen.get_unique_constraints(table)),
            by_name(seen.get_foreign_keys(table)),
            by_name(seen.get_check_constraints(table)),
            by_name(seen.get_indexes(table)),
        )
        for table in seen.get_table_names()
        if table != "alembic_version"
    }


def declared_shape(url: str) -> dict[str, Any]:
    engine = engine_for(url)
    metadata.create_all(engine)
    found = shape(engine)
    metadata.drop_all(engine)
    engine.dispose()
    return found


def test_migrations_are_named_in_the_order_in_which_they_run() -> None:
    scripts = ScriptDirectory(str(ROOT / "migrations"))
    in_order = [script.revision for script in scripts.walk_revisions()][::-1]
    names = sorted(Path(script.path).name for script in scripts.walk_revisions())
    assert [name.partition("_")[0] for name in names] == in_order
    assert migrate.head() == scripts.get_current_head()


def test_up_down_up_gives_the_declared_tables(empty_database_url: str, database_kind: str) -> None:
    declared = declared_shape(empty_database_url)
    engine = engine_for(empty_database_url)
    for _ in range(2):
        migrate.upgrade(empty_database_url)
        assert migrate.current(empty_database_url) == migrate.head()
        assert shape(engine) == declared
        with engine.connect() as conn:
            context = MigrationContext.configure(conn, opts={"compare_type": True})
            assert compare_metadata(context, metadata) == []
            assert triggers(conn) == GUARDS[database_kind]
            assert set(row_counts(conn).values()) == {0}

        migrate.downgrade(empty_database_url, "base")
        assert migrate.current(empty_database_url) is None
        assert inspect(engine).get_table_names() == ["alembic_version"]
        with engine.connect() as conn:
            assert triggers(conn) == []
            if database_kind == "postgresql":
                assert conn.scalar(text("SELECT count(*) FROM pg_proc WHERE proname = 'entries_guard'")) == 0
    engine.dispose()


LATER = """
import sqlalchemy as sa
from alembic import op

revision = "9999"
down_revision = "{head}"


def upgrade() -> None:
    with op.batch_alter_table("entries", recreate="{recreate}") as batch:
        batch.add_column(sa.Column("note", sa.Text()))
    with op.batch_alter_table("people", recreate="{recreate}") as batch:
        batch.alter_column("tz", type_=sa.String(80), existing_nullable=False)


def downgrade() -> None:
    with op.batch_alter_table("people", recreate="{recreate}") as batch:
        batch.alter_column("tz", type_=sa.String(64), existing_nullable=False)
    with op.batch_alter_table("entries", recreate="{recreate}") as batch:
        batch.drop_column("note")
"""


class NextVersion:
    """A Hotwash with one migration more, laid out as pip installs it, run from a directory of no account."""

    def __init__(self, home: Path, migration: str) -> None:
        self._packages = home / "site-packages at 100% with blanks"
        shutil.copytree(ROOT / "bot", self._packages / "bot")
        shutil.copytree(ROOT / "migrations", self._packages / "bot" / "_migrations")
        (self._packages / "bot" / "_migrations" / "versions" / "9999_later.py").write_text(migration)

    def run(self, call: str, url: str) -> subprocess.CompletedProcess[str]:
        code = f"import sys; from bot.ledger import migrate; migrate.{call}"
        return subprocess.run(
            [sys.executable, "-c", code, url],
            env={"PYTHONPATH": str(self._packages)}, cwd="/", text=True, capture_output=True,
        )  # fmt: skip


def test_a_later_migration_keeps_rows_and_guards(database_url: str, database_kind: str, tmp_path: Path) -> None:
    recreate = "always" if database_kind == "sqlite" else "never"
    version = NextVersion(tmp_path, LATER.format(head=migrate.head(), recreate=recreate))
    engine = engine_for(database_url)
    with engine.begin() as conn:
        place = open_incident(conn)
        say(conn, place, "one", "two")
        counts = row_counts(conn)
        rows = conn.execute(select(entries)).all()

    assert version.run("upgrade(sys.argv[1])", database_url).stderr == ""
    with engine.connect() as conn:
        assert row_counts(conn) == counts
        assert conn.execute(select(entries)).all() == rows
        assert triggers(conn) == GUARDS[database_kind]
        with pytest.raises(DBAPIError, match="entries never change"):  # the new column is guarded as well
            conn.execute(text("UPDATE entries SET note = 'x'"))
    with pytest.raises(migrate.SchemaOutOfDate, match="made by a newer Hotwash"):
        migrate.check(database_url)
    with pytest.raises(migrate.MigrationFailed, match="9999"):
        migrate.upgrade(database_url)

    assert version.run("downgrade(sys.argv[1], '-1')", database_url).stderr == ""
    with engine.connect() as conn:
        assert row_counts(conn) == counts
        assert conn.execute(select(entries)).all() == rows
        assert triggers(conn) == GUARDS[database_kind]
    migrate.check(database_url)
    engine.dispose()


CARELESS = """
from alembic import op

revision = "9999"
down_revision = "{head}"


def upgrade() -> None:
    op.execute("DELETE FROM people")
"""


@pytest.mark.sqlite_only
def test_a_migration_that_leaves_orphans_is_taken_back(database_url: str, tmp_path: Path) -> None:
    engine = engine_for(database_url)
    with engine.begin() as conn:
        say(conn, open_incident(conn), "one")
    result = NextVersion(tmp_path, CARELESS.format(head=migrate.head())).run("upgrade(sys.argv[1])", database_url)
    assert "MigrationFailed: The migration was taken back: it leaves 2 rows" in result.stderr
    migrate.check(database_url)
    with engine.connect() as conn:
        assert row_counts(conn)["people"] == 1
        assert triggers(conn) == GUARDS["sqlite"]
    engine.dispose()


def test_processes_that_migrate_at_once_take_turns(empty_database_url: str, tmp_path: Path) -> None:
    command = [
        sys.executable, "-c", "import sys; from bot.ledger import migrate; migrate.upgrade(sys.argv[1])",
        empty_database_url,
    ]  # fmt: skip
    running = [subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True) for _ in range(3)]
    assert [process.communicate()[1] for process in running] == ["", "", ""]
    migrate.check(empty_database_url)


def test_check_names_what_to_run(empty_database_url: str) -> None:
    with pytest.raises(migrate.SchemaOutOfDate, match=r"empty, this version needs \w+: run `hotwash migrate`"):
        migrate.check(empty_database_url)
    migrate.upgrade(empty_database_url)
    migrate.check(empty_database_url)


def test_to_look_at_a_file_that_is_not_there_makes_none(tmp_path: Path) -> None:
    missing = tmp_path / "missing.sqlite"
    assert migrate.current(f"sqlite:///{missing}") is None
    assert not missing.exists()
