"""The report in Git: real repositories, pushed to by the bot and by people, and the ledger checked against them."""

import asyncio
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from bot.ledger.purge import purge
from bot.ledger.tables import outbox
from bot.ops import verify
from bot.rules.clean import redact
from bot.settings import load_settings
from tests.warroom.conftest import War, said
from tests.warroom.repo import Upstream

FILE = "incidents/2026/INC-1.md"
BRANCH = "origin/hotwash/INC-1"


@pytest.fixture
def upstream(tmp_path: Path) -> Upstream:
    return Upstream(tmp_path)


@pytest.fixture
def rules() -> str:
    return ""


@pytest.fixture
def policy(upstream: Upstream, rules: str) -> str:
    return f'{upstream.policy}[report]\nrepository = "shop"\n{rules}'


async def closed(war: War) -> str:
    maya = war.person("maya")
    room = await war.open(maya)
    await war.logged(maya, room, "vim /etc/db.conf on db-1")
    said(await maya.command(room, "/incident close it is over"))
    await war.settled()
    return room


def shown(upstream: Upstream, ref: str) -> str:
    upstream.git("fetch", "-q", "--prune", "origin")
    return upstream.git("show", f"{ref}:{FILE}")


async def committed(upstream: Upstream, ref: str, fits: Callable[[str], bool]) -> str:
    async with asyncio.timeout(20):
        while True:
            upstream.git("fetch", "-q", "--prune", "origin")
            listed = upstream.git("ls-tree", "-r", "--name-only", ref) if upstream.git("branch", "-rl", ref) else ""
            if FILE in listed.split() and fits(report := shown(upstream, ref)):
                return report
            await asyncio.sleep(0.05)


async def test_it_is_on_its_branch_at_close_and_follows_each_change(war: War, upstream: Upstream) -> None:
    room = await closed(war)
    report = shown(upstream, BRANCH)
    assert "1 drifting" in report
    last = (await war.ledger(1))[-1]
    message = upstream.git("log", "-1", "--format=%B", BRANCH)
    assert message.endswith(f"Incident: INC-1\nHotwash-Ledger: {last.seq} {last.hash}")
    assert last.hash in report
    assert upstream.git("rev-parse", f"{BRANCH}~1") == upstream.git("rev-parse", "origin/main")
    assert upstream.git("diff", "--name-only", "origin/main", BRANCH) == FILE

    said(await war.person("maya").command(room, "/hotfix #1 undone"))
    await war.settled()
    assert "- [x] #1" in shown(upstream, BRANCH)
    assert upstream.git("rev-parse", f"{BRANCH}~1") == upstream.git("rev-parse", "origin/main")
    assert not [row for row in await war.ledger(1) if row.kind in ("commit.seen", "evidence.found")]


async def test_nothing_is_committed_where_nothing_changed(war: War, upstream: Upstream) -> None:
    await closed(war)
    before, entries_before = shown(upstream, BRANCH), len(await war.ledger(1))
    commit = upstream.git("rev-parse", BRANCH)
    upstream.commit("Go on")
    upstream.push()
    war.move(minutes=5)  # less than any reminder waits
    again = update(outbox).where(outbox.c.kind == "report").values(wanted=outbox.c.wanted + 1, due_at=0)
    await war.db.write(lambda conn: conn.execute(again))
    await war.settled()
    assert shown(upstream, BRANCH) == before
    assert upstream.git("rev-parse", BRANCH) == commit
    assert len(await war.ledger(1)) == entries_before


async def test_a_purge_takes_the_text_out_of_the_report(war: War, upstream: Upstream) -> None:
    room = await closed(war)
    said(await war.person("maya").command(room, "/hotfix #1 waive the canary goes away on Friday"))
    await committed(upstream, BRANCH, lambda report: "canary" in report)
    ruled = next(row.seq for row in await war.ledger(1) if row.kind == "action.ruled")
    team, why = war.pg.slack.world.team_id, redact("a name").text
    await war.db.write(lambda conn: purge(conn, team, 1, ruled, why, actor_id=None, via="cli", at=war.clock.now()))
    report = await committed(upstream, BRANCH, lambda report: "canary" not in report)
    assert r"\[purged\]" in report


async def test_a_branch_of_somebody_else_is_left_alone_and_that_is_said(war: War, upstream: Upstream) -> None:
    upstream.git("push", "-q", "origin", "main:refs/heads/hotwash/INC-1")
    theirs = upstream.git("rev-parse", "main")
    room = await closed(war)
    await war.person("maya").wait_for(room, "could not commit the report.*Somebody else has committed")
    upstream.git("fetch", "-q", "origin")
    assert upstream.git("rev-parse", BRANCH) == theirs


async def test_private_incidents_and_drills_are_not_committed(war: War, upstream: Upstream) -> None:
    maya = war.person("maya")
    for way in ("--private", "--drill"):
        said(await maya.command("#general", f"/incident open {way} sev2 a leak"))
    for number in (1, 2):
        said(await maya.command("#general", f"/incident close INC-{number} it is over"))
    await war.settled()
    upstream.git("fetch", "-q", "origin")
    assert upstream.git("branch", "-r", "--list", "*hotwash*") == ""


class TestStraightOntoUpstream:
    @pytest.fixture
    def rules(self) -> str:
        return 'push = "upstream"\n'

    async def test_it_stands_on_top_of_what_people_pushed(self, war: War, upstream: Upstream) -> None:
        theirs = upstream.commit("Go on")
        upstream.push()
        room = await closed(war)
        assert "1 drifting" in shown(upstream, "origin/main")
        assert upstream.git("rev-parse", "origin/main~1") == theirs
        upstream.git("pull", "-q", "--rebase", "origin", "main")
        upstream.commit("And on", "other.conf")
        upstream.git("push", "-q", "origin", "main")
        said(await war.person("maya").command(room, "/hotfix #1 undone"))
        await committed(upstream, "origin/main", lambda report: "- [x] #1" in report)
        names = upstream.git("log", "--format=%s", "origin/main").splitlines()
        assert [name for name in names if "report" not in name] == ["And on", "Go on", "Start"]
        kinds = [row.kind for row in await war.ledger(1)]
        assert not {"commit.seen", "evidence.found"} & set(kinds)  # what it commits is news to nobody

    async def test_a_refused_push_is_tried_again(self, war: War, upstream: Upstream) -> None:
        hook = upstream.bare / "hooks" / "pre-receive"
        hook.parent.mkdir(exist_ok=True)
        hook.write_text("#!/bin/sh\necho no >&2\nexit 1\n")
        hook.chmod(0o755)
        maya = war.person("maya")
        room = await war.open(maya)
        said(await maya.command(room, "/incident close it is over"))

        def failed(conn: Any) -> bool:
            row = conn.execute(outbox.select().where(outbox.c.kind == "report")).first()
            return row is not None and row.error == "git:failed"

        async with asyncio.timeout(20):
            while not await war.db.read(failed):
                await asyncio.sleep(0.05)
        hook.unlink()
        await committed(upstream, "origin/main", lambda report: "checkout answers 502" in report)


async def test_verify_reads_the_reports_and_finds_a_ledger_that_was_written_anew(
    war: War, upstream: Upstream, database_url: str
) -> None:
    await closed(war)
    upstream.git("fetch", "-q", "origin")
    settings = load_settings(database_url=database_url)
    last = (await war.ledger(1))[-1].seq
    told, fits = await verify(settings, 1, offline=True, against=upstream.clone)
    assert fits
    assert re.search(rf"anchored up to entry {last}, 0 unanchored", told)

    forged = upstream.git("rev-parse", BRANCH)
    message = upstream.git("log", "-1", "--format=%B", BRANCH)
    other = re.sub(r"[0-9a-f]{64}$", "ab" * 32, message)
    upstream.git("checkout", "-q", "--detach", forged)
    upstream.git("commit", "-q", "--amend", "-m", other)
    upstream.git("branch", "-f", "altered", "HEAD")
    told, fits = await verify(settings, 1, offline=True, against=upstream.clone)
    assert not fits
    assert f"entry {last} does not fit: it, or one before it, was written anew: commit " in told
