"""What an operator does from the command line: export, verify, purge and erase a ledger, and hand out tokens."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from sqlalchemy import Connection, select

from bot.forms import FORMS
from bot.forms.gather import report_of
from bot.git.report import committed_anchors
from bot.git.run import GitError
from bot.ledger import load, tokens
from bot.ledger import purge as purging
from bot.ledger import verify as verifying
from bot.ledger.database import Database
from bot.ledger.migrate import check
from bot.ledger.tables import incidents, workspaces
from bot.ledger.tokens import Token
from bot.rules.clean import redact
from bot.rules.decision import CannotRun, Refusal
from bot.rules.model import Incident, Role
from bot.rules.policy import Policy, load_policy
from bot.rules.report import Report
from bot.settings import Settings
from bot.web import share as sharing
from bot.web.seal import Seal


@asynccontextmanager
async def _database(settings: Settings) -> AsyncIterator[Database]:
    """Raises CannotRun for a database that holds no ledger, or that of another version."""
    await asyncio.to_thread(check, settings.database_url)
    db = Database(settings.database_url)
    try:
        yield db
    finally:
        await db.close()


def _now() -> int:
    return time.time_ns() // 1000


def _team(conn: Connection) -> str:
    """The workspace that is meant where nobody says: the only one."""
    teams = conn.scalars(select(workspaces.c.team_id)).all()
    if len(teams) != 1:
        raise CannotRun(f"This database holds {len(teams)} workspaces; this command needs one that holds one.")
    return str(teams[0])


async def export(settings: Settings, number: int, form: str) -> str:
    """The report of an incident as `json`, `markdown`, `html` or `csv`. Raises Refusal where there is no such incident,
    PolicyError for a policy that can't be used."""
    policy = load_policy(settings.policy_file)
    async with _database(settings) as db:
        report = await db.read(lambda conn: _report(conn, number, policy))
    return FORMS[form](report)


def _report(conn: Connection, number: int, policy: Policy) -> Report:
    return report_of(conn, _incident(conn, number), policy, _now())


def _incident(conn: Connection, number: int) -> Incident:
    workspace = load.workspace_id(conn, _team(conn))
    found = load.incident(conn, incidents.c.workspace_id == workspace, incidents.c.number == number)
    if found is None:
        raise Refusal(f"There is no INC-{number} in this database.")
    return found


async def share(settings: Settings, number: int, days: int) -> str:
    """A link to the report of an incident, private ones as well. Raises Refusal where there is no such incident or a
    setting is missing."""
    if not (settings.url and settings.key_bytes):
        raise Refusal("A link takes HOTWASH_URL and HOTWASH_KEY, as the bot has them.")
    async with _database(settings) as db:
        found = await db.read(lambda conn: _incident(conn, number))
    address, _ = sharing.link(Seal(settings.key_bytes), settings.url, found.id, days)
    return address


async def verify(
    settings: Settings, number: int | None, *, offline: bool, against: Path | None = None
) -> tuple[str, bool]:
    """What the walk found, a line an incident, and whether all fits. Anchors are read back from Slack unless
    `offline`, or where no token is set; then that is said. `against` is a clone of the repository to which the reports
    are committed: each names an entry and its hash. Raises CannotRun where it can't be read."""
    anchors: list[verifying.Anchor] = []
    said = []
    if offline or settings.slack_bot_token is None:
        said.append("Anchors were not read back from Slack: entries that were cut off at the end would not be noticed.")
    else:
        from bot.slack.anchors import read_anchors, reading_client

        client = reading_client(settings.slack_bot_token.get_secret_value(), settings.slack_api_url)
        anchors, unread = await read_anchors(client)
        said += [f"#{name} could not be read: its anchors are not among those checked." for name in unread]
    async with _database(settings) as db:
        if against is not None:
            team = await db.read(_team)
            committed = await asyncio.to_thread(_committed, against)
            anchors += [verifying.Anchor(team, *one) for one in committed]
            said.append(f"{len(committed)} reports in {against} name an entry of a ledger.")
        report = await db.read(lambda conn: verifying.verify(conn, number, anchors))
    said += [_verdict(verdict, bool(anchors)) for verdict in report.verdicts]
    if not report.verdicts:
        said.append("There is no incident yet.")
    return "\n".join(said), report.fits


def _committed(repository: Path) -> list[tuple[int, int, str, str]]:
    try:
        return list(committed_anchors(repository))
    except GitError as error:
        raise CannotRun(f"{repository} can't be read as a Git repository: {error}") from error


def _verdict(verdict: verifying.Verdict, anchored: bool) -> str:
    name = f"INC-{verdict.incident}"
    if verdict.fault is not None:
        return f"{name}: entry {verdict.fault.seq} does not fit: {verdict.fault.why}."
    parts = [f"{verdict.entries} entries, the chain holds"]
    if verdict.purged:
        parts.append(f"{verdict.purged} purged")
    if anchored:
        parts.append(f"anchored up to entry {verdict.anchored}, {verdict.unanchored} unanchored")
    return f"{name}: {'; '.join(parts)}."


async def purge(settings: Settings, number: int, entry: int, why: str) -> list[str]:
    """Blank an entry's text; the lines to print. Raises Refusal."""
    reason = redact(why, key=settings.key_bytes).text

    def work(conn: Connection) -> list[str]:
        return purging.purge(conn, _team(conn), number, entry, reason, actor_id=None, via="cli", at=_now())

    return await _carry_out(settings, work, f"Entry {entry} of INC-{number} is purged. The bot rewrites its messages.")


async def erase(settings: Settings, slack_id: str) -> list[str]:
    """Erase a person; the lines to print. Raises Refusal."""
    work = partial(_erase, slack_id)
    return await _carry_out(settings, work, f"{slack_id} is erased: what they did is by someone now.")


def _erase(slack_id: str, conn: Connection) -> list[str]:
    return purging.erase_person(conn, _team(conn), slack_id)


async def _carry_out(settings: Settings, work: Callable[[Connection], list[str]], done: str) -> list[str]:
    async with _database(settings) as db:
        copies = await purging.carry_out(db, work)
    return [done, "Copies that Hotwash cannot reach:", *(f"- {copy}" for copy in copies)]


async def create_token(settings: Settings, name: str, role: Role, days: int) -> str:
    """The token, which is kept nowhere. Raises Refusal where one in force has that name."""
    clean = redact(name, key=settings.key_bytes).text
    if clean != name or not name.strip():
        raise Refusal("A token's name tells it from others. It is shown, so put no secret in it.")
    async with _database(settings) as db:
        return await db.write(lambda conn: tokens.create(conn, _workspace(conn), clean, role, days, _now()))


async def list_tokens(settings: Settings) -> list[str]:
    """A line for each that was ever made."""
    async with _database(settings) as db:
        found = await db.read(lambda conn: tokens.known(conn, _workspace(conn)))
    return [_told(one) for one in found] or ["There is no token yet."]


async def revoke_token(settings: Settings, name: str) -> None:
    """Raises Refusal where no token in force has that name."""
    async with _database(settings) as db:
        await db.write(lambda conn: tokens.revoke(conn, _workspace(conn), name, _now()))


def _told(one: Token) -> str:
    if one.revoked_at is not None:
        until = f"revoked {_day(one.revoked_at)}"
    elif one.expires_at <= _now():
        until = f"expired {_day(one.expires_at)}"
    else:
        until = f"in force until {_day(one.expires_at)}"
    used = f"last used {_day(one.used_at)}" if one.used_at is not None else "never used"
    return f"{one.name}: {one.role}, made {_day(one.created_at)}, {until}, {used}"


def _day(at: int) -> str:
    return datetime.fromtimestamp(at / 1_000_000, UTC).date().isoformat()


def _workspace(conn: Connection) -> int:
    found = load.workspace_id(conn, _team(conn))
    assert found is not None
    return found
