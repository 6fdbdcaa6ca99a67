"""Bringing a database's schema up to date, with the Alembic migrations that lie in `migrations/`.

Alembic itself (8 MB, 60 ms) is imported where there is something to migrate: most starts find all up to date.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from sqlalchemy import Connection, create_engine, inspect, make_url

from bot.ledger import guards
from bot.ledger.database import normalise_url, own_transactions
from bot.rules.decision import CannotRun

_ONE_AT_A_TIME = 0x686F7477617368  # PostgreSQL's advisory lock for migrations: "hotwash" in ASCII
_alembic = threading.Lock()  # Alembic keeps the running migration in module globals

# Making a table anew, as SQLite must to alter it, would otherwise count as deleting all that refers to it.
_PRAGMAS = (
    "PRAGMA foreign_keys=OFF",
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA busy_timeout=10000",
)


class SchemaOutOfDate(CannotRun):
    """The database's schema is not the one that this version of Hotwash works with."""


class MigrationFailed(SchemaOutOfDate):
    """The schema and all rows were left as they were."""


def _scripts() -> Path:
    """Where the migrations lie: inside the package once installed, beside it in a checkout."""
    package = Path(__file__).resolve().parents[1]
    installed = package / "_migrations"
    return installed if installed.is_dir() else package.parent / "migrations"


def _revisions() -> list[str]:
    """Revisions in the order in which they run: by it the files are named."""
    return sorted(path.name.partition("_")[0] for path in (_scripts() / "versions").glob("[0-9]*_*.py"))


@contextmanager
def _connection(url: str, begin: str = "BEGIN IMMEDIATE") -> Iterator[Connection]:
    """One transaction on a synchronous connection, as migrations need it. `begin` is SQLite's."""
    address = make_url(normalise_url(url))
    if address.drivername.startswith("sqlite"):
        engine = create_engine(address.set(drivername="sqlite"))
        own_transactions(engine, begin, _PRAGMAS)
    else:
        engine = create_engine(address)
    try:
        with engine.begin() as conn:
            yield conn
    finally:
        engine.dispose()


def _run(url: str, direction: Literal["upgrade", "downgrade"], revision: str) -> None:
    from alembic import command
    from alembic.config import Config
    from alembic.util import CommandError

    config = Config()
    config.set_main_option("script_location", str(_scripts()).replace("%", "%%"))
    with _alembic, _connection(url) as conn:
        if conn.dialect.name == "postgresql":
            conn.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_ONE_AT_A_TIME})")
        before = _revision(conn)
        config.attributes["connection"] = conn
        try:
            getattr(command, direction)(config, revision)
        except CommandError as error:
            raise MigrationFailed(f"Nothing was migrated: {error}.") from error
        if _revision(conn) == before:
            return
        guards.lay(conn)
        if conn.dialect.name == "sqlite":
            _refuse_orphans(conn)


def _revision(conn: Connection) -> str | None:
    """What Alembic noted in its own table."""
    if not inspect(conn).has_table("alembic_version"):
        return None
    found: str | None = conn.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
    return found


def _refuse_orphans(conn: Connection) -> None:
    orphans = conn.exec_driver_sql("PRAGMA foreign_key_check").all()
    if orphans:
        table, row, parent, _ = orphans[0]
        raise MigrationFailed(
            f"The migration was taken back: it leaves {len(orphans)} rows that refer to nothing, "
            f"the first in {table} (row {row}, to {parent})."
        )


def upgrade(url: str, revision: str = "head") -> None:
    """Bring the schema up to `revision`, in one transaction; others that want the same wait their turn.

    Raises MigrationFailed if the database was made by a newer Hotwash, or (SQLite) if rows would be left that
    refer to nothing.
    """
    database = make_url(normalise_url(url))
    if database.drivername.startswith("sqlite"):
        Path(database.database or "").parent.mkdir(parents=True, exist_ok=True)
    if revision != "head" or current(url) != head():
        _run(url, "upgrade", revision)


def downgrade(url: str, revision: str) -> None:
    """Take the schema back to `revision`; `base` drops all of it, the ledger too."""
    _run(url, "downgrade", revision)


def head() -> str:
    """The revision that this version of Hotwash works with."""
    return _revisions()[-1]


def current(url: str) -> str | None:
    """The revision of the database; None if it holds no schema yet."""
    address = make_url(normalise_url(url))
    if address.drivername.startswith("sqlite") and not Path(address.database or "").is_file():
        return None  # only looking makes no file
    with _connection(url, "BEGIN DEFERRED") as conn:
        return _revision(conn)


def check(url: str) -> None:
    """Raise SchemaOutOfDate, saying what to do, unless the schema is the one that this version works with."""
    found, wanted = current(url), head()
    if found == wanted:
        return
    if found is None or found in _revisions():
        raise SchemaOutOfDate(
            f"The database's schema is {found or 'empty'}, this version needs {wanted}: run `hotwash migrate`."
        )
    raise SchemaOutOfDate(
        f"The database's schema is {found}, made by a newer Hotwash than this one (up to {wanted}): run the newer one."
    )
