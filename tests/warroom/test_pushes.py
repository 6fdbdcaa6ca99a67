"""The branch that a button pushes: with a token that may, for who asked, and never over somebody's work."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.git.hosting import READ, WRITE, Host, hosting
from tests.warroom.conftest import War, said
from tests.warroom.repo import Upstream
from tests.warroom.test_patches import BASE, CONF, changed, patches

BRANCH = "hotwash/INC-1-1"


@pytest.fixture
def token() -> str:
    return WRITE


@pytest.fixture
def host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, token: str) -> Iterator[Host]:
    monkeypatch.setenv("GIT_SSL_CAINFO", str(tmp_path / "host.pem"))
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    monkeypatch.setenv("SHOP_TOKEN", token)
    with hosting(tmp_path) as running:
        yield running


@pytest.fixture
def upstream(host: Host) -> Upstream:
    made = Upstream(host.root)
    made.commit("Configure", CONF, BASE)
    made.push()
    return made


@pytest.fixture
def push() -> str:
    return "push = true\n"


@pytest.fixture
def policy(host: Host, upstream: Upstream, push: str) -> str:
    url = host.url("shop")
    return f'poll_seconds = 1\n[[repositories]]\nname = "shop"\nurl = "{url}"\ntoken_env = "SHOP_TOKEN"\n{push}'


async def test_a_press_pushes_the_branch_and_its_merge_proves_the_change(war: War, upstream: Upstream) -> None:
    maya = war.person("maya")
    room = await war.open(maya)
    tip = upstream.git("rev-parse", "main")
    await maya.press(await changed(war, upstream, maya, room, 1), "Get the patch")
    await patches(war, 1)
    offered = await maya.wait_for(room, "comes into its thread", within=10)
    await maya.press(offered, f"Push {BRANCH}")
    await war.echo(maya, room, 1, "in review")
    upstream.git("fetch", "-q", "origin")
    assert upstream.git("rev-parse", f"origin/{BRANCH}~1", "origin/main").split() == [tip, tip]
    assert "Reconciles: INC-1#1" in upstream.git("log", "-1", "--format=%B", f"origin/{BRANCH}")
    assert len(await patches(war, 1)) == 1
    kinds = [entry.kind for entry in await war.ledger(1)]
    assert [kind for kind in kinds if kind.startswith(("patch", "push"))] == ["patch.made", "push.asked", "push.done"]
    upstream.git("merge", "-q", "--no-ff", "--no-edit", f"origin/{BRANCH}")
    upstream.push()
    await war.echo(maya, room, 1, "proven")


async def test_the_echo_offers_the_push_once_its_patch_is_there(war: War, upstream: Upstream) -> None:
    maya = war.person("maya")
    room = await war.open(maya)
    echo = await changed(war, upstream, maya, room, 1)
    assert "Push" not in str(echo.raw["blocks"])
    said(await maya.command(room, "/incident resolve"))
    await patches(war, 1)
    offering = await maya.wait_for(room, lambda m: m.ts == echo.ts and f"Push {BRANCH}" in str(m.raw["blocks"]))
    assert "Get the patch" not in str(offering.raw["blocks"])
    await maya.press(offering, f"Push {BRANCH}")
    shown = await war.echo(maya, room, 1, "in review")
    assert "Get the patch" in str(shown.raw["blocks"]) and f"Push {BRANCH}" not in str(shown.raw["blocks"])
    upstream.git("fetch", "-q", "origin", BRANCH)
    assert "Reconciles: INC-1#1" in upstream.git("log", "-1", "--format=%B", "FETCH_HEAD")


async def test_what_somebody_else_committed_there_is_left_and_said(war: War, upstream: Upstream) -> None:
    maya = war.person("maya")
    room = await war.open(maya)
    upstream.git("checkout", "-q", "-b", BRANCH)
    theirs = upstream.commit("By hand", "other", "x\n")
    upstream.push(BRANCH)
    upstream.git("checkout", "-q", "main")
    echo = await changed(war, upstream, maya, room, 1)
    await maya.press(echo, "Get the patch")
    await maya.press(await maya.wait_for(room, "comes into its thread", within=10), f"Push {BRANCH}")
    await maya.wait_for(room, "holds what somebody else committed", thread=echo, within=20)
    upstream.git("fetch", "-q", "origin")
    assert upstream.git("rev-parse", f"origin/{BRANCH}") == theirs


@pytest.mark.parametrize("token", [READ])
async def test_a_token_that_may_not_push_is_said_once(war: War, upstream: Upstream, host: Host) -> None:
    maya = war.person("maya")
    room = await war.open(maya)
    echo = await changed(war, upstream, maya, room, 1)
    await maya.press(echo, "Get the patch")
    await maya.press(await maya.wait_for(room, "comes into its thread", within=10), f"Push {BRANCH}")
    note = await maya.wait_for(room, f"could not push {BRANCH}", thread=echo, within=20)
    assert "SHOP_TOKEN" in note.text and READ not in note.text
    await war.echo(maya, room, 1, "missing")  # the repository is looked at as before
    assert len([one for one in await war.ledger(1) if one.kind == "push.failed"]) == 1


@pytest.mark.parametrize("push", [""])
async def test_nothing_is_pushed_where_the_policy_does_not_say_so(war: War, upstream: Upstream, host: Host) -> None:
    maya = war.person("maya")
    room = await war.open(maya)
    await maya.press(await changed(war, upstream, maya, room, 1), "Get the patch")
    offered = await maya.wait_for(room, "comes into its thread", within=10)
    assert "Push" not in str(offered.raw["blocks"])
    assert not any("git-receive-pack" in path for path in host.requests)
