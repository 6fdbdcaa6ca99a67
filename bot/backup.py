"""`hotwash backup` and `hotwash restore`: a SQLite ledger as one file, verified. PostgreSQL has tools of its own."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from sqlalchemy import create_engine, make_url

from bot.ledger import migrate
from bot.ledger.database import normalise_url
from bot.ledger.verify import verify
from bot.rules.decision import CannotRun


def backup(url: str, file: Path) -> tuple[str, bool]:
    """Copy the database into a new file, of one moment, while the bot runs and goes on writing: what to say, and
    whether every chain in the copy holds.

    Raises CannotRun where it is not SQLite, holds no ledger, or `file` is there already.
    """
    source = _sqlite_file(
        url, f'pg_dump --format=custom --file={file} "$DATABASE_URL", and for its way back pg_restore --no-owner'
    )
    if not _holds_ledger(source):
        raise CannotRun(f"{source} holds no ledger: there is nothing to back up.")
    _copy(source, file)
    said, fits = _verified(file)
    return f"{file}: {said}", fits


def restore(url: str, file: Path) -> tuple[str, bool]:
    """Put a backup where `url` says that the database is, and bring its schema up to date: what to say, and whether
    every chain in it holds.

    Raises CannotRun where it is not SQLite, where a database is there already, or where `file` holds no ledger.
    """
    target = _sqlite_file(url, f'pg_restore --no-owner --dbname="$DATABASE_URL" {file}, into an empty database')
    if not _holds_ledger(file):
        raise CannotRun(f"{file} holds no ledger. Nothing was changed.")
    beside = [Path(f"{target}{end}") for end in ("", "-wal", "-shm")]
    there = [str(path) for path in beside if path.exists()]
    if there:
        raise CannotRun(f"{' and '.join(there)} exists: stop the bot and move it away. Nothing was changed.")
    target.parent.mkdir(parents=True, exist_ok=True)
    _copy(file, target)
    migrate.upgrade(url)
    said, fits = _verified(target)
    return f"{target}: {said} `hotwash verify` compares it with the hashes that stand in Slack.", fits


def _sqlite_file(url: str, instead: str) -> Path:
    address = make_url(normalise_url(url))
    if not address.drivername.startswith("sqlite"):
        raise CannotRun(f"DATABASE_URL names a PostgreSQL database, which its own tools copy: {instead}.")
    return Path(address.database or "")


def _reading(file: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True)


def _holds_ledger(file: Path) -> bool:
    """Without a trace: what migrates a database would leave another journal mode in the file."""
    try:
        with closing(_reading(file)) as conn:
            return bool(conn.execute("SELECT count(*) FROM alembic_version").fetchone()[0])
    except sqlite3.Error:
        return False


def _copy(source: Path, target: Path) -> None:
    """Through SQLite, which reads one snapshot and never waits for the writer nor holds it up. `target` appears once it
    is whole. Raises CannotRun."""
    if target.exists():
        raise CannotRun(f"{target} exists: name a file that does not.")
    part = target.with_name(target.name + ".part")
    try:
        os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))  # nobody else's to read
        with closing(_reading(source)) as from_, closing(sqlite3.connect(part)) as to:
            from_.backup(to)
            to.execute("PRAGMA journal_mode=DELETE")  # one file, with no log beside it
        with part.open("rb") as written:
            os.fsync(written.fileno())
        part.rename(target)
    except FileExistsError as error:
        raise CannotRun(f"{part} exists: another copy is being made, or was broken off. Remove it.") from error
    except (sqlite3.Error, OSError) as error:
        part.unlink(missing_ok=True)
        raise CannotRun(f"{source} could not be copied to {target}: {error}. Nothing was kept.") from error


def _verified(file: Path) -> tuple[str, bool]:
    engine = create_engine(f"sqlite:///{file}")
    try:
        with engine.connect() as conn:
            verdicts = verify(conn).verdicts
    finally:
        engine.dispose()
    faults = [f"INC-{one.incident}: entry {one.fault.seq}: {one.fault.why}" for one in verdicts if one.fault]
    if faults:
        return f"the ledger does not fit: {'; '.join(faults)}.", False
    return f"{len(verdicts)} incidents, {sum(one.entries for one in verdicts)} entries, every chain holds.", True
