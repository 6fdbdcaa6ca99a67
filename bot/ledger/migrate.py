"""Bringing a database's schema up to date, with the Alembic migrations that lie in `migrations/`."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, create_engine, make_url

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


def _run(url: str, migrate: Callable[[Config, str], None], revision: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(_scripts()).replace("%", "%%"))
    with _alembic, _connection(url) as conn:
        if conn.dialect.name == "postgresql":
            conn.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_ONE_AT_A_TIME})")
        before = MigrationContext.configure(conn).get_current_revision()
        config.attributes["connection"] = conn
        try:
            migrate(config, revision)
        except CommandError as error:
            raise MigrationFailed(f"Nothing was migrated: {error}.") from error
        if MigrationContext.configure(conn).get_current_revision() == before:
            return
        guards.lay(conn)
        if conn.dialect.name == "sqlite":
            _refuse_orphans(conn)


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
    _run(url, command.upgrade, revision)


def downgrade(url: str, revision: str) -> None:
    """Take the schema back to `revision`; `base` drops all of it, the ledger too."""
    _run(url, command.downgrade, revision)


def head() -> str:
    """The revision that this version of Hotwash works with."""
    return str(ScriptDirectory(str(_scripts())).get_current_head())


def current(url: str) -> str | None:
    """The revision of the database; None if it holds no schema yet."""
    address = make_url(normalise_url(url))
    if address.drivername.startswith("sqlite") and not Path(address.database or "").is_file():
        return None  # only looking makes no file
    with _connection(url, "BEGIN DEFERRED") as conn:
        return MigrationContext.configure(conn).get_current_revision()


def check(url: str) -> None:
    """Raise SchemaOutOfDate, saying what to do, unless the schema is the one that this version works with."""
    found, wanted = current(url), head()
    if found == wanted:
        return
    known = {script.revision for script in ScriptDirectory(str(_scripts())).walk_revisions()}
    if found is None or found in known:
        raise SchemaOutOfDate(
            f"The database's schema is {found or 'empty'}, this version needs {wanted}: run `hotwash migrate`."
        )
    raise SchemaOutOfDate(
        f"The database's schema is {found}, made by a newer Hotwash than this one (up to {wanted}): run the newer one."
    )
