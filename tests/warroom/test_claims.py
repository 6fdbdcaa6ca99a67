"""Claims from a real repository: found, confirmed, reverted, brought back."""

import asyncio
from pathlib import Path

import pytest

from tests.warroom.conftest import War, said
from tests.warroom.repo import Upstream

SOON = 20  # seconds: a poll, a record, a delivery, on a busy machine


@pytest.fixture
def upstream(tmp_path: Path) -> Upstream:
    return Upstream(tmp_path)


@pytest.fixture
def policy(upstream: Upstream) -> str:
    return upstream.policy


async def test_a_trailer_claims_a_click_confirms_a_revert_regresses(war: War, upstream: Upstream) -> None:
    maya = war.person("maya")
    room = await war.open(maya)
    await war.logged(maya, room, "vim /etc/app/db.conf: pool 80")
    fix = upstream.commit("Raise the pool\n\nIncident: INC-1\nReconciles: INC-1#1")
    upstream.push()
    echo = await war.echo(maya, room, 1, f"claimed by {fix[:7]}, not confirmed")
    assert await maya.press(echo, "Confirm") is None
    await war.echo(maya, room, 1, "confirmed by @maya")
    said(await maya.command(room, "/incident close"))
    await maya.wait_for(room, "Everything of INC-1 is reconciled", within=SOON)
    upstream.git("revert", "--no-edit", fix)
    upstream.push()
    await war.echo(maya, room, 1, "regressed")
    await maya.wait_for(room, "No longer all reconciled: #1", within=SOON)
    await maya.wait_for("#incidents", "Regression in INC-1", within=SOON)
    assert any("Regression in INC-1" in m.text for m in await maya.dms())  # sev1: at any hour
    kinds = [entry.kind for entry in await war.ledger(1) if not entry.kind.startswith("incident.")]
    assert kinds[1:] == ["evidence.found", "evidence.confirmed", "evidence.lost"]

    upstream.git("revert", "--no-edit", "HEAD")  # the revert is reverted: the fix is back
    upstream.push()
    await war.echo(maya, room, 1, "confirmed by @maya")


async def test_a_squash_body_claims_several(war: War, upstream: Upstream) -> None:
    maya = war.person("maya")
    room = await war.open(maya)
    await war.logged(maya, room, "kubectl scale deploy/web --replicas=8")
    await war.logged(maya, room, "vim /etc/nginx/nginx.conf")
    upstream.commit(
        "Fix checkout (#12)\n\n* Scale\n\nReconciles: INC-1#1\n\n* Proxy\n\nReconciles: INC-1#2\n\nmore prose"
    )
    upstream.push()
    await war.echo(maya, room, 1, "claimed by")
    await war.echo(maya, room, 2, "claimed by")


async def test_a_linked_branch_is_in_review_until_merged(war: War, upstream: Upstream) -> None:
    maya = war.person("maya")
    room = await war.open(maya)
    await war.logged(maya, room, "vim /etc/app/db.conf")
    upstream.git("checkout", "-q", "-b", "fix/pool")
    upstream.commit("Raise the pool")
    upstream.push("fix/pool")
    assert "INC-1#1 is linked to branch fix/pool" in said(await maya.command(room, "/incident link fix/pool #1"))
    await war.echo(maya, room, 1, "in review · branch fix/pool is not upstream yet · none of it is there")
    upstream.git("checkout", "-q", "main")
    upstream.git("merge", "-q", "--no-ff", "--no-edit", "fix/pool")
    upstream.push()
    await war.echo(maya, room, 1, "landed · proven")


@pytest.mark.parametrize("digits", [40, 9])
async def test_linking_a_commit_that_is_upstream_already_claims_at_once(
    war: War, upstream: Upstream, digits: int
) -> None:
    maya = war.person("maya")
    room = await war.open(maya)
    await war.logged(maya, room, "vim /etc/app/db.conf")
    fix = upstream.commit("Raise the pool")
    upstream.push()
    await war.logged(maya, room, "vim /etc/app/web.conf")
    upstream.commit("Later\n\nReconciles: INC-1#2", "other", "z\n")
    upstream.push()
    await war.echo(maya, room, 2, "claimed by")  # the tip that holds the fix was seen
    await maya.command(room, f"/incident link {fix[:digits]} #1")
    await war.echo(maya, room, 1, "claimed by")


async def test_a_linked_commit_that_was_rebased_is_found(war: War, upstream: Upstream) -> None:
    maya = war.person("maya")
    room = await war.open(maya)
    await war.logged(maya, room, "vim /etc/app/db.conf")
    upstream.git("checkout", "-q", "-b", "fix/pool")
    sha = upstream.commit("Raise the pool")
    upstream.push("fix/pool")
    await maya.command(room, "/incident link fix/pool")
    await war.echo(maya, room, 1, "in review · branch fix/pool is not upstream yet · none of it is there")
    upstream.git("checkout", "-q", "main")
    upstream.commit("Something else", "other", "x\n")
    upstream.git("cherry-pick", sha)
    upstream.push()
    await war.echo(maya, room, 1, "landed · proven")


async def test_a_rewritten_branch_loses_the_claim(war: War, upstream: Upstream) -> None:
    maya = war.person("maya")
    room = await war.open(maya, severity="sev3")
    await war.logged(maya, room, "vim /etc/app/db.conf")
    before = upstream.git("rev-parse", "HEAD")
    upstream.commit("Raise the pool\n\nReconciles: INC-1#1")
    upstream.push()
    echo = await war.echo(maya, room, 1, "claimed by")
    await maya.press(echo, "Confirm")
    await war.echo(maya, room, 1, "confirmed by")
    upstream.git("reset", "-q", "--hard", before)
    upstream.commit("Another way", "other", "y\n")
    upstream.push()
    await war.echo(maya, room, 1, "regressed")


async def test_linking_a_commit_that_was_taken_back_claims_nothing(war: War, upstream: Upstream) -> None:
    maya = war.person("maya")
    room = await war.open(maya)
    await war.logged(maya, room, "vim /etc/app/db.conf")
    fix = upstream.commit("Raise the pool")
    upstream.git("revert", "--no-edit", fix)
    upstream.commit("Later", "other", "z\n")
    upstream.push()
    await maya.command(room, f"/incident link {fix} #1")
    await war.echo(maya, room, 1, "is not upstream yet")
    await war.logged(maya, room, "vim /etc/app/web.conf")
    upstream.commit("And later\n\nReconciles: INC-1#2", "other", "zz\n")
    upstream.push()
    await war.echo(maya, room, 2, "claimed by")  # so upstream was looked at since
    assert "claimed" not in (await war.echo(maya, room, 1)).text


async def test_an_unreachable_repository_is_said(war: War, upstream: Upstream) -> None:
    maya = war.person("maya")
    room = await war.open(maya)
    upstream.bare.rename(upstream.bare.with_name("gone.git"))
    for _ in range(100):
        if "shop cannot be reached" in said(await maya.command(room, "/incident status")):
            return
        await war.settled()
        await asyncio.sleep(0.2)
    raise AssertionError("nobody was told")


@pytest.mark.parametrize("ref", ["--upload-pack=touch /tmp/x", "a b", "https://elsewhere.example/acme/shop/commit/abc"])
async def test_what_is_no_link_is_refused_or_said(war: War, ref: str) -> None:
    maya = war.person("maya")
    room = await war.open(maya)
    await war.logged(maya, room, "vim /etc/app/db.conf")
    answer = said(await maya.command(room, f"/incident link {ref} #1"))
    assert "linked" not in answer or "No watched repository holds it" in answer
