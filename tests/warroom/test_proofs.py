"""Recorded changes in a real repository: proven, partly there, diverged, gone again; through the playground."""

import asyncio
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from bot.clock import Clock
from bot.ledger.tables import actions, proofs
from bot.playground import Playground
from bot.playground.client import Person, Seen
from tests.warroom.conftest import War, said, started
from tests.warroom.repo import Upstream

SOON = 20  # seconds: a look, a record, a delivery, on a busy machine

PATH = "deploy/nginx.conf"
CONF = "".join(f"option_{n} {n};\n" for n in range(1, 31))
HALF = CONF.replace("option_4 4;", "option_4 40;")
LIVE = HALF.replace("option_20 20;", "option_20 200;")


@pytest.fixture
def upstream(tmp_path: Path) -> Upstream:
    shop = Upstream(tmp_path)
    shop.commit("Proxy", PATH, CONF)
    shop.push()
    return shop


@pytest.fixture
def policy(upstream: Upstream) -> str:
    return "watch_days = 60\n" + upstream.policy


async def fixed(war: War, upstream: Upstream, who: Person, room: str, live: str = LIVE, path: str = PATH) -> Seen:
    """Log a change by hand, with the diff from what upstream has to what runs now in its thread; the echo, once it was
    compared with upstream."""
    echo = await war.logged(who, room, f"--file {path} vim it")
    file = upstream.clone / path
    there = file.read_text()
    file.write_text(live)
    diff = upstream.git("diff")
    file.write_text(there)
    await war.settled()  # whose thread it is has to be stored before somebody answers in it
    await who.say(room, f"```\n{diff}\n```", thread=echo)
    await who.wait_for(room, "recorded the change of", thread=echo, within=SOON)
    found = re.match(r"\S+ #(\d+)", echo.text)
    assert found
    return await war.echo(who, room, int(found[1]), "none of it is there")


def merge(shop: Upstream) -> str:
    shop.git("checkout", "-q", "-b", "fix")
    fix = shop.commit("Fix", PATH, LIVE)
    shop.git("checkout", "-q", "main")
    shop.commit("Meanwhile", "other", "x\n")
    shop.git("merge", "-q", "--no-ff", "--no-edit", "fix")
    return fix


def cherry_pick(shop: Upstream) -> str:
    shop.git("checkout", "-q", "-b", "fix")
    fix = shop.commit("Fix", PATH, LIVE)
    shop.git("checkout", "-q", "main")
    shop.commit("Meanwhile", "other", "x\n")
    shop.git("cherry-pick", fix)
    return shop.git("rev-parse", "HEAD")


def rebase(shop: Upstream) -> str:
    shop.git("checkout", "-q", "-b", "fix")
    shop.commit("Fix", PATH, LIVE)
    shop.git("checkout", "-q", "main")
    shop.commit("Meanwhile", PATH, CONF + "option_31 31;\n")
    shop.git("rebase", "-q", "main", "fix")
    shop.git("checkout", "-q", "main")
    shop.git("merge", "-q", "--ff-only", "fix")
    return shop.git("rev-parse", "HEAD")


def squash_of_several(shop: Upstream) -> str:
    shop.git("checkout", "-q", "-b", "fixes")
    shop.commit("One", PATH, HALF)
    shop.commit("Two", "etc/db.conf", "pool = 80\n")
    shop.commit("Three", PATH, LIVE)
    shop.git("checkout", "-q", "main")
    shop.git("merge", "-q", "--squash", "fixes")
    shop.git("commit", "-q", "-m", "Fix the outage (#12)")
    return shop.git("rev-parse", "HEAD")


def split_over_commits(shop: Upstream) -> str:
    shop.commit("The first half", PATH, HALF)
    return shop.commit("The second half", PATH, LIVE)


def rename_on_the_way(shop: Upstream) -> str:
    shop.git("mv", "deploy", "ops")
    shop.commit("Move the folder", "other", "x\n")
    return shop.commit("Fix", PATH.replace("deploy", "ops"), LIVE)


def neighbours_edited(shop: Upstream) -> str:
    fix = shop.commit("Fix", PATH, LIVE)
    shop.commit("Tune", PATH, LIVE.replace("option_5 5;", "option_5 50;").replace("option_19 19;\n", ""))
    return fix


@pytest.mark.parametrize(
    "lands",
    [merge, cherry_pick, rebase, squash_of_several, split_over_commits, rename_on_the_way, neighbours_edited],
    ids=lambda lands: lands.__name__,
)
async def test_a_change_is_proven_however_it_landed(
    war: War, upstream: Upstream, lands: Callable[[Upstream], str]
) -> None:
    maya = war.person("maya")
    room = await war.open(maya)
    await fixed(war, upstream, maya, room)
    brought_by = lands(upstream)
    upstream.push()
    echo = await war.echo(maya, room, 1, f"landed · proven · {brought_by[:7]}")
    assert "Confirm" not in echo.text
    found = [entry for entry in await war.ledger(1) if entry.kind == "proof.found"]
    assert ['"verdict":"missing"' in one.payload for one in found] == [True, False]
    assert brought_by in found[-1].payload and '"verdict":"landed"' in found[-1].payload


async def test_a_claim_and_the_proof_of_one_commit_change_the_state_once(war: War, upstream: Upstream) -> None:
    maya = war.person("maya")
    room = await war.open(maya)
    await fixed(war, upstream, maya, room)
    upstream.commit("Fix\n\nReconciles: INC-1#1", PATH, LIVE)
    upstream.push()
    await war.echo(maya, room, 1, "landed · proven")
    said(await maya.command(room, "/incident close"))
    await maya.wait_for(room, "Everything of INC-1 is reconciled", within=SOON)
    kinds = [entry.kind for entry in await war.ledger(1)]
    assert kinds.count("evidence.found") == 1 and "evidence.lost" not in kinds
    assert kinds.count("incident.reconciled") == 1 and "incident.unreconciled" not in kinds
    assert not any("Regression" in message.text for message in await maya.sees("#incidents"))
    await maya.wait_for(room, lambda m: "Manual changes" in m.text and "✅ 1 proven" in m.text, within=SOON)


async def test_a_trailer_that_lies_is_said_and_nobody_may_confirm_it(war: War, upstream: Upstream) -> None:
    maya = war.person("maya")
    room = await war.open(maya)
    echo = await fixed(war, upstream, maya, room)
    lie = upstream.commit("Fix\n\nReconciles: INC-1#1", "other", "x\n")
    upstream.push()
    but = f"{lie[:7]} says it carries it, but none of it is there"
    shown = await war.echo(maya, room, 1, f"drifting · {but}")
    assert "missing: nginx.conf lines 4 and 20" in shown.text and "[Confirm]" not in shown.text
    in_thread = f"{lie[:7]} in shop says that it carries #1, but 2 of 2 parts are not there"
    await maya.wait_for(room, in_thread, thread=echo, within=SOON)
    refused = said(await maya.command(room, "/hotfix #1 confirm"))
    assert "INC-1#1 can't be confirmed" in refused and "missing: nginx.conf lines 4 and 20" in refused
    assert "evidence.confirmed" not in [entry.kind for entry in await war.ledger(1)]


async def test_partly_is_said_part_by_part(war: War, upstream: Upstream) -> None:
    maya = war.person("maya")
    room = await war.open(maya)
    await fixed(war, upstream, maya, room)
    half = upstream.commit("Half of it\n\nReconciles: INC-1#1", PATH, HALF)
    upstream.push()
    shown = await war.echo(maya, room, 1, f"1 of 2 parts landed in {half[:7]}; missing: nginx.conf line 20")
    assert shown.text.startswith("🔴 #1 drifting") and "[Confirm]" not in shown.text
    assert "can't be confirmed" in said(await maya.command(room, "/hotfix #1 confirm"))
    said(await maya.command(room, "/incident close it is over"))
    await maya.wait_for(room, r"(?s)reconciliation checklist.*Drifting \(1\).*1 of 2 parts landed", within=SOON)
    rest = upstream.commit("The rest", PATH, LIVE)
    upstream.push()
    await war.echo(maya, room, 1, f"landed · proven · {rest[:7]}")
    await maya.wait_for(room, r"(?s)reconciliation checklist.*Reconciled \(1\).*proven", within=SOON)


async def test_what_a_hand_edit_takes_out_regresses_at_once_and_names_the_commit(war: War, upstream: Upstream) -> None:
    maya = war.person("maya")
    room = await war.open(maya)
    echo = await fixed(war, upstream, maya, room)
    fix = upstream.commit("Fix", PATH, LIVE)
    upstream.push()
    await war.echo(maya, room, 1, "landed · proven")
    said(await maya.command(room, "/incident close"))
    await maya.wait_for(room, "Everything of INC-1 is reconciled", within=SOON)

    war.move(days=30)  # "and is undone next month"
    upstream.commit("Tidy", "other", "x\n")
    undone = upstream.commit(
        "Bring the proxy in line with staging", PATH, LIVE.replace("option_20 200", "option_20 20")
    )
    upstream.commit("Tidy more", "other", "y\n")
    upstream.push()
    gone = f"{fix[:7]} is no longer upstream: taken out by {undone[:7]}"
    shown = await war.echo(maya, room, 1, f"regressed · {gone}")
    assert "1 of 2 parts landed" in shown.text and "missing: nginx.conf line 20" in shown.text
    await maya.wait_for("#incidents", f"(?s)Regression in INC-1.*{gone}", within=SOON)
    assert any("Regression in INC-1" in message.text for message in await maya.dms())  # sev1: at any hour
    in_thread = rf"#1 has regressed: {fix[:7]} in shop no longer stands, {undone[:7]} took it out"
    await maya.wait_for(room, in_thread, thread=echo, within=SOON)
    await maya.wait_for(room, "No longer all reconciled: #1", within=SOON)
    kinds = [entry.kind for entry in await war.ledger(1) if entry.kind.startswith(("evidence", "proof"))]
    assert kinds == ["proof.found", "proof.found", "proof.found", "evidence.lost"]

    again = upstream.commit("Raise it again", PATH, LIVE)
    upstream.push()
    await war.echo(maya, room, 1, f"landed · proven · {again[:7]}")


async def test_a_revert_of_a_claimed_and_proven_commit_is_one_regression(war: War, upstream: Upstream) -> None:
    maya = war.person("maya")
    room = await war.open(maya)
    await fixed(war, upstream, maya, room)
    fix = upstream.commit("Fix\n\nReconciles: INC-1#1", PATH, LIVE)
    upstream.push()
    await war.echo(maya, room, 1, "landed · proven")
    upstream.git("revert", "--no-edit", fix)
    upstream.push()
    await war.echo(maya, room, 1, "regressed")
    lost = [entry.payload for entry in await war.ledger(1) if entry.kind == "evidence.lost"]
    assert len(lost) == 1 and '"landed":true' in lost[0]


async def test_a_rewritten_branch_takes_the_proof_with_it(war: War, upstream: Upstream) -> None:
    maya = war.person("maya")
    room = await war.open(maya)
    await fixed(war, upstream, maya, room)
    before = upstream.git("rev-parse", "HEAD")
    fix = upstream.commit("Fix", PATH, LIVE)
    upstream.push()
    await war.echo(maya, room, 1, f"landed · proven · {fix[:7]}")
    upstream.git("reset", "-q", "--hard", before)
    upstream.commit("Another way", "other", "x\n")
    upstream.push()
    await war.echo(maya, room, 1, f"regressed · {fix[:7]} is no longer upstream")
    await maya.wait_for("#incidents", "Regression in INC-1", within=SOON)
    upstream.git("reset", "-q", "--hard", before)
    other = upstream.commit("The same lines by another commit", PATH, LIVE)
    upstream.push()
    await war.echo(maya, room, 1, f"landed · proven · {other[:7]}")


async def test_a_rewritten_branch_that_still_has_it_names_the_new_commit_without_alarm(
    war: War, upstream: Upstream
) -> None:
    maya = war.person("maya")
    room = await war.open(maya)
    await fixed(war, upstream, maya, room)
    before = upstream.git("rev-parse", "HEAD")
    upstream.commit("Fix", PATH, LIVE)
    upstream.push()
    await war.echo(maya, room, 1, "landed · proven")
    upstream.git("reset", "-q", "--hard", before)
    renamed = upstream.commit("Fix, signed off", PATH, LIVE)
    upstream.push()
    await war.echo(maya, room, 1, f"landed · proven · {renamed[:7]}")
    assert "evidence.lost" not in [entry.kind for entry in await war.ledger(1)]
    assert not any("Regression" in message.text for message in await maya.sees("#incidents"))


async def test_white_space_is_for_a_person_to_confirm(war: War, upstream: Upstream) -> None:
    maya = war.person("maya")
    room = await war.open(maya)
    await fixed(war, upstream, maya, room)
    upstream.commit("Fix and indent", PATH, "".join(f"    {line}\n" for line in LIVE.splitlines()))
    upstream.push()
    echo = await war.echo(maya, room, 1, "landed but for white space")
    assert await maya.press(echo, "Confirm") is None
    shown = await war.echo(maya, room, 1, "landed · confirmed by @maya")
    assert "landed but for white space" in shown.text and "proven" not in shown.text
    await maya.wait_for(room, lambda m: "Manual changes" in m.text and "☑️ 1 confirmed" in m.text, within=SOON)
    upstream.commit("Undo", PATH, CONF)
    upstream.push()
    await war.echo(maya, room, 1, "regressed")  # a confirmation is as good as what it was given for


async def test_where_nobody_can_tell_a_claim_may_be_confirmed(war: War, upstream: Upstream) -> None:
    maya = war.person("maya")
    room = await war.open(maya)
    await war.logged(maya, room, "bump the library")
    upstream.git("update-index", "--add", "--cacheinfo", f"160000,{'1' * 40},lib")
    upstream.git("commit", "-q", "-m", "Library")
    upstream.push()
    upstream.git("checkout", "-q", "-b", "fix/lib")
    upstream.git("update-index", "--cacheinfo", f"160000,{'2' * 40},lib")
    upstream.git("commit", "-q", "-m", "Bump the library")
    upstream.push("fix/lib")
    said(await maya.command(room, "/incident link fix/lib #1"))
    await war.echo(maya, room, 1, "cannot tell: it is a submodule")
    upstream.git("checkout", "-q", "main")
    upstream.git("merge", "-q", "--no-ff", "--no-edit", "fix/lib")
    upstream.push()
    echo = await war.echo(maya, room, 1, "claimed by")
    assert "cannot tell: it is a submodule" in echo.text
    assert await maya.press(echo, "Confirm") is None
    shown = await war.echo(maya, room, 1, "landed · confirmed by @maya")
    assert "cannot tell" in shown.text and "proven" not in shown.text


async def test_what_stands_there_instead_is_shown_without_its_secrets(war: War, upstream: Upstream) -> None:
    maya = war.person("maya")
    room = await war.open(maya)
    await fixed(war, upstream, maya, room)
    other = LIVE.replace("option_20 200;", "option_20 password=hunter2secret;\n<!channel>;")
    upstream.commit("Another value", PATH, other)
    upstream.push()
    shown = await war.echo(maya, room, 1, "different: nginx.conf line 20")
    assert "Upstream has there instead:" in shown.text
    assert "nginx.conf line 20:\noption_20 password=[redacted" in shown.text and "<!channel>" in shown.text
    assert "hunter2secret" not in str(shown.raw)

    def rest(conn: Any) -> list[str]:
        return list(conn.scalars(select(proofs.c.detail)))

    assert not any("hunter2secret" in detail for detail in await war.db.read(rest))


async def _tips(war: War) -> dict[int, str]:
    """Action number → the tip at which it was proven last."""

    def work(conn: Any) -> dict[int, str]:
        found = select(actions.c.number, proofs.c.tip).join(proofs, proofs.c.action_id == actions.c.id)
        return {row.number: row.tip for row in conn.execute(found)}

    return await war.db.read(work)


async def test_only_what_upstream_touched_is_proven_again(war: War, upstream: Upstream) -> None:
    upstream.commit("More files", "etc/db.conf", "pool = 8\n")
    upstream.commit("And more", "etc/web.conf", "port = 80\n")
    upstream.push()
    maya = war.person("maya")
    room = await war.open(maya)
    await fixed(war, upstream, maya, room)
    await fixed(war, upstream, maya, room, "pool = 80\n", "etc/db.conf")
    await fixed(war, upstream, maya, room, "port = 8080\n", "etc/web.conf")
    said(await maya.command(room, "/hotfix #3 waive the host goes away"))
    start = upstream.git("rev-parse", "HEAD")
    assert await _tips(war) == {1: start, 2: start, 3: start}
    upstream.git("mv", "etc", "conf")
    moved = upstream.commit("Move a folder", "README", "moved\n")
    upstream.commit("Unrelated\n\nReconciles: INC-1#1", "other", "x\n")
    upstream.push()
    await war.echo(maya, room, 1, "says it carries it, but")  # so the move was looked at
    tip = upstream.git("rev-parse", "HEAD")
    assert await _tips(war) == {1: start, 2: tip, 3: start}, moved
    fix = upstream.commit("Fix the pool under its new name", "conf/db.conf", "pool = 80\n")
    upstream.push()
    await war.echo(maya, room, 2, f"landed · proven · {fix[:7]}")
    assert await _tips(war) == {1: start, 2: fix, 3: start}


async def test_what_landed_is_watched_for_as_long_as_the_policy_says(war: War, upstream: Upstream) -> None:
    upstream.commit("More files", "etc/db.conf", "pool = 8\n")
    upstream.push()
    maya = war.person("maya")
    room = await war.open(maya)
    await fixed(war, upstream, maya, room)
    await fixed(war, upstream, maya, room, "pool = 80\n", "etc/db.conf")
    fix = upstream.commit("Fix one of two", PATH, LIVE)
    upstream.push()
    await war.echo(maya, room, 1, "landed · proven")
    war.move(days=61)
    upstream.commit("Undo it", PATH, CONF)
    landed = upstream.commit("Fix the other", "etc/db.conf", "pool = 80\n")
    upstream.push()
    await war.echo(maya, room, 2, "landed · proven")  # what drifts is looked for without end
    assert await _tips(war) == {1: fix, 2: landed}
    assert "landed · proven" in (await war.echo(maya, room, 1)).text


async def test_a_branch_that_is_gone_is_said_and_looked_at_again_when_it_is_back(war: War, upstream: Upstream) -> None:
    maya = war.person("maya")
    room = await war.open(maya)
    await fixed(war, upstream, maya, room)
    upstream.git("push", "-q", "origin", "main:trunk")
    upstream._git(upstream.bare, "symbolic-ref", "HEAD", "refs/heads/trunk")
    upstream._git(upstream.bare, "update-ref", "-d", "refs/heads/main")
    async with asyncio.timeout(SOON):
        while True:
            status = said(await maya.command(room, "/incident status"))
            if "the repository has no branch 'main' (its default branch is 'trunk')" in status:
                break
            await asyncio.sleep(0.2)
    upstream.commit("Fix", PATH, LIVE)
    upstream.push()
    await war.echo(maya, room, 1, "landed · proven", within=60)


async def test_another_upstream_branch_in_the_policy_is_compared_from_then_on(
    playground: Playground, clock: Clock, database_url: str, tmp_path: Path, upstream: Upstream
) -> None:
    async with started(playground, clock, database_url, tmp_path, upstream.policy) as war:
        maya = war.person("maya")
        room = await war.open(maya)
        await fixed(war, upstream, maya, room)
        start = upstream.git("rev-parse", "HEAD")
        upstream.commit("Fix", PATH, LIVE)
        upstream.push()
        await war.echo(maya, room, 1, "landed · proven")
        await war.settled()
    upstream.git("push", "-q", "origin", f"{start}:refs/heads/release")  # it was cut before the fix
    upstream._git(upstream.bare, "update-ref", "-d", "refs/heads/main")
    async with started(playground, clock, database_url, tmp_path, f'{upstream.policy}branch = "release"\n') as war:
        await war.echo(maya, room, 1, "regressed")
        upstream.git("checkout", "-q", "-b", "release", start)
        there = upstream.commit("Fix the release", PATH, LIVE)
        upstream.push("release")
        await war.echo(maya, room, 1, f"landed · proven · {there[:7]}")


async def test_a_later_change_of_the_same_file_drifts_and_is_no_regression(war: War, upstream: Upstream) -> None:
    maya = war.person("maya")
    room = await war.open(maya)
    echo = await fixed(war, upstream, maya, room, live=HALF)
    first = upstream.commit("Fix", PATH, HALF)
    upstream.push()
    await war.echo(maya, room, 1, f"proven · {first[:7]}")
    (upstream.clone / PATH).write_text(LIVE)
    diff = upstream.git("diff")
    upstream.git("checkout", "-q", "--", PATH)
    await maya.say(room, f"```\n{diff}\n```", thread=echo)
    again = await war.echo(maya, room, 1, "none of it is there")
    assert "drifting" in again.text and "regressed" not in again.text
    second = upstream.commit("Fix the rest", PATH, LIVE)
    upstream.push()
    await war.echo(maya, room, 1, f"proven · {second[:7]}")
    assert not any("Regression" in message.text for message in await maya.dms())
    assert "evidence.lost" not in [entry.kind for entry in await war.ledger(1)]
