"""The pull request of a branch that was pushed: opened once, whatever becomes of the answer, or it is said why not."""

import asyncio
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.delivery import pull_requests
from bot.delivery.pull_requests import asked_to_wait
from bot.git.hosts.opening import GitHub, GitLab, host_of
from bot.playground.client import Seen
from bot.rules.model import HOUR, SECOND
from bot.rules.policy import Repository
from tests.git.forge import Fault, Forge, drop, slow, status
from tests.git.hosting import WRITE, Host, hosting
from tests.warroom.conftest import War, said
from tests.warroom.repo import Upstream
from tests.warroom.test_patches import BASE, CONF, LIVE, changed, diff

BRANCH = "hotwash/INC-1-1"
BOTH = pytest.mark.parametrize("kind", ["github", "gitlab"])


@pytest.fixture
def kind() -> str:
    return "github"


@pytest.fixture
def forge(tmp_path: Path) -> Forge:
    def head(branch: str) -> str | None:
        ask = ["git", "rev-parse", "--verify", "--quiet", f"refs/heads/{branch}"]
        found = subprocess.run(ask, cwd=tmp_path / "host" / "acme" / "shop.git", capture_output=True, text=True)
        return found.stdout.strip() or None

    return Forge(head)


@pytest.fixture
def host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, forge: Forge) -> Iterator[Host]:
    monkeypatch.setenv("GIT_SSL_CAINFO", str(tmp_path / "host.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "host.pem"))
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    monkeypatch.setenv("SHOP_TOKEN", WRITE)
    with hosting(tmp_path, forge.routes()) as running:
        (running.root / "acme").mkdir()
        yield running


@pytest.fixture
def upstream(host: Host) -> Upstream:
    made = Upstream(host.root / "acme")
    made.commit("Configure", CONF, BASE)
    made.push()
    return made


@pytest.fixture
def policy(host: Host, upstream: Upstream, kind: str) -> str:
    return (
        f'poll_seconds = 1\n[[repositories]]\nname = "shop"\nurl = "{host.url("acme/shop")}"\n'
        f'token_env = "SHOP_TOKEN"\npush = true\nhost = "{kind}"\n'
    )


async def pushed(war: War, upstream: Upstream) -> tuple[str, Seen, Seen]:
    """An action whose branch somebody asked for: its room, its echo, and the answer with the button."""
    maya = war.person("maya")
    room = await war.open(maya)
    echo = await changed(war, upstream, maya, room, 1)
    await maya.press(echo, "Get the patch")
    offered = await maya.wait_for(room, "comes into its thread", within=10)
    await maya.press(offered, f"Push {BRANCH}")
    return room, echo, offered


async def kinds(war: War, *beginnings: str) -> list[str]:
    return [entry.kind for entry in await war.ledger(1) if entry.kind.startswith(beginnings)]


@BOTH
async def test_the_pull_request_is_opened_linked_and_said(
    war: War, upstream: Upstream, forge: Forge, kind: str
) -> None:
    maya = war.person("maya")
    room, echo, _ = await pushed(war, upstream)
    name = "PR #1" if kind == "github" else "MR !1"
    shown = await war.echo(maya, room, 1, "in review")
    shown = await maya.wait_for(room, lambda m: m.ts == echo.ts and name in str(m.raw["blocks"]), within=20)
    (pull,) = forge.pulls
    assert pull["url"] in str(shown.raw["blocks"]) and "waiting for review" in str(shown.raw["blocks"])
    said = await maya.wait_for(room, "pull request 1 for #1", thread=echo, within=10)
    assert pull["url"] in said.text
    assert (pull["branch"], pull["base"]) == (BRANCH, "main")
    assert pull["title"].startswith("Bring in INC-1#1: vim") and pull["body"].startswith(
        "Incident: INC-1\nReconciles: "
    )
    upstream.git("fetch", "-q", "origin", BRANCH)
    assert f"{pull['title']}\n\n{pull['body']}".strip() == upstream.git("log", "-1", "--format=%B", "FETCH_HEAD")
    (sent,) = forge.sent
    assert len(sent) == 4  # and nothing else leaves
    linked = [entry for entry in await war.ledger(1) if entry.kind == "action.linked"]
    assert len(linked) == 2  # the branch, and the pull request that took its place
    await war.settled()
    assert await kinds(war, "push", "pull", "delivery") == ["push.asked", "push.done", "pull.opened"]


@BOTH
@pytest.mark.parametrize("fault", [drop, slow(3)])
async def test_an_answer_that_got_lost_opens_no_second_one(
    war: War, upstream: Upstream, forge: Forge, fault: Fault, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pull_requests, "TIMEOUT", 1.0)
    forge.faults.append(("POST", fault))
    maya = war.person("maya")
    room, echo, _ = await pushed(war, upstream)
    await maya.wait_for(room, "pull request 1 for #1", thread=echo, within=20)
    await war.settled()
    assert len(forge.pulls) == 1
    assert [method for method, _, _ in forge.calls] == ["GET", "POST", "GET"]
    assert await kinds(war, "pull", "delivery") == ["pull.opened"]


async def test_a_host_that_is_away_is_asked_again(war: War, upstream: Upstream, forge: Forge) -> None:
    forge.faults += [("GET", status(502)), ("POST", status(503)), ("GET", status(429, Retry_After="1"))]
    maya = war.person("maya")
    room, echo, _ = await pushed(war, upstream)
    await maya.wait_for(room, "pull request 1 for #1", thread=echo, within=20)
    assert len(forge.pulls) == 1 and forge.faults == []


async def test_a_second_press_pushes_into_the_one_that_is_open(war: War, upstream: Upstream, forge: Forge) -> None:
    maya = war.person("maya")
    room, echo, offered = await pushed(war, upstream)
    await maya.wait_for(room, "pull request 1 for #1", thread=echo, within=20)
    first = upstream.git("ls-remote", "origin", BRANCH)
    upstream.commit("Elsewhere", "other", "x\n")
    upstream.push()
    await maya.press(offered, f"Push {BRANCH}")
    async with asyncio.timeout(20):
        while (await kinds(war, "push")).count("push.done") < 2:
            await asyncio.sleep(0.1)
    await war.settled()
    assert upstream.git("ls-remote", "origin", BRANCH) != first
    assert len(forge.pulls) == 1
    assert (await kinds(war, "pull")) == ["pull.opened"]
    shown = await war.echo(maya, room, 1, "in review")
    assert "PR #1" in str(shown.raw["blocks"])


@BOTH
async def test_one_of_a_fork_is_not_taken_for_it(war: War, upstream: Upstream, forge: Forge, kind: str) -> None:
    theirs = {
        "number": 1, "title": "x", "body": "", "branch": BRANCH, "base": "main", "state": "open", "sha": "a" * 40,
        "url": "https://git.example/1", "at": "2026-11-24T10:00:00Z", "fork": True,
    }  # fmt: skip
    if kind == "github":  # there the query names whose branch it is
        theirs["branch"] = f"mallory:{BRANCH}"
    forge.pulls.append(theirs)
    maya = war.person("maya")
    room, echo, _ = await pushed(war, upstream)
    await maya.wait_for(room, "pull request 2 for #1", thread=echo, within=20)


@BOTH
@pytest.mark.parametrize(
    ("code", "advice"),
    [
        (401, "does not take the token"),
        (403, "may push, but not open pull requests"),
        (404, "needs the right to pull requests"),
        (422, "a rule for branches may forbid it"),
        (302, "has moved"),
    ],
)
async def test_a_refusal_is_said_in_the_thread_and_again_when_pressed_again(
    war: War, upstream: Upstream, forge: Forge, code: int, advice: str
) -> None:
    no = status(code, Location="https://127.0.0.1:1/elsewhere")
    forge.faults += [("POST", no)]
    maya = war.person("maya")
    room, echo, offered = await pushed(war, upstream)
    said = await maya.wait_for(room, "I could not open a pull request", thread=echo, within=20)
    assert advice in said.text and WRITE not in said.text
    shown = await war.echo(maya, room, 1, "in review")  # by its branch, which is there
    assert f"branch {BRANCH}" in str(shown.raw["blocks"])
    await war.settled()
    assert (await kinds(war, "pull", "delivery")) == ["delivery.refused"]
    assert all(
        path.startswith(("/api/v3/repos/acme/shop/", "/api/v4/projects/acme%2Fshop/")) for _, path, _ in forge.calls
    )
    if code == 403:
        await asyncio.sleep(1)  # its commit carries the second of the press
        await maya.press(offered, f"Push {BRANCH}")
        await maya.wait_for(room, "pull request 1 for #1", thread=echo, within=20)


def test_which_host_a_repository_has() -> None:
    def of(url: str, host: str | None = None, push: bool = True) -> GitHub | GitLab | None:
        return host_of(Repository(name="shop", url=url, token_env="SHOP_TOKEN", push=push, host=host))  # type: ignore[arg-type]

    assert of("https://github.com/acme/shop.git") == GitHub("https://api.github.com/repos/acme/shop/pulls", "acme")
    assert of("https://git.acme.example:8443/acme/shop", "github") == GitHub(
        "https://git.acme.example:8443/api/v3/repos/acme/shop/pulls", "acme"
    )
    assert of("https://oauth2@gitlab.com/acme/web/shop.git") == GitLab(
        "https://gitlab.com/api/v4/projects/acme%2Fweb%2Fshop/merge_requests"
    )
    assert of("https://git.acme.example/acme/shop.git") is None
    assert of("https://github.com/acme/shop/x.git") is None
    assert of("https://github.com/acme/shop.git", push=False) is None


@pytest.mark.parametrize(
    ("code", "headers", "wait"),
    [
        (429, {"retry-after": "30"}, 30 * SECOND),
        (429, {}, 60 * SECOND),
        (403, {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "1100"}, 100 * SECOND),
        (403, {"retry-after": "99999"}, HOUR),
        (403, {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "900"}, SECOND),
        (403, {"x-ratelimit-remaining": "55"}, None),
        (200, {"x-ratelimit-remaining": "0"}, None),
    ],
)
def test_how_long_a_host_wants_to_be_left_alone(code: int, headers: dict[str, str], wait: int | None) -> None:
    assert asked_to_wait(code, headers, now=1000.0) == wait


class TestOfAReport:
    @pytest.fixture
    def policy(self, host: Host, upstream: Upstream, kind: str) -> str:
        return (
            f'poll_seconds = 1\n[[repositories]]\nname = "shop"\nurl = "{host.url("acme/shop")}"\n'
            f'token_env = "SHOP_TOKEN"\npush = true\nhost = "{kind}"\n[report]\nrepository = "shop"\n'
        )

    @BOTH
    async def test_one_is_opened_and_follows_the_branch(
        self, war: War, upstream: Upstream, forge: Forge, kind: str
    ) -> None:
        maya = war.person("maya")
        room = await war.open(maya)
        await war.logged(maya, room, "vim /etc/db.conf on db-1")
        said(await maya.command(room, "/incident close it is over"))
        await war.settled()
        said(await maya.command(room, "/hotfix #1 undone"))
        await war.settled()
        (pull,) = forge.pulls
        assert (pull["branch"], pull["base"]) == ("hotwash/INC-1", "main")
        assert pull["title"] == "INC-1: the close-out report"
        upstream.git("fetch", "-q", "origin")
        assert "- [x] #1" in upstream.git("show", "origin/hotwash/INC-1:incidents/2026/INC-1.md")
        assert await kinds(war, "pull", "action.linked", "commit") == []

    async def test_that_none_could_be_opened_is_said(self, war: War, forge: Forge) -> None:
        forge.faults.append(("GET", status(403)))
        maya = war.person("maya")
        room = await war.open(maya)
        said(await maya.command(room, "/incident close it is over"))
        shown = await maya.wait_for(room, "The report is on its branch, but I could not open its pull request")
        assert "press the button" not in shown.text
        assert forge.pulls == []


async def test_a_change_outside_any_incident_is_told_as_well(war: War, upstream: Upstream, forge: Forge) -> None:
    maya = war.person("maya")
    await maya.command("#general", f"/hotfix vim /{CONF}")
    echo = await war.echo(maya, "#incidents", 1)
    file = await maya.upload("pool.diff", diff(upstream, LIVE), "text/x-diff")
    await maya.say("#incidents", "this is what I did", thread=echo, files=[file])
    echo = await war.echo(maya, "#incidents", 1, "missing")
    await maya.press(echo, "Get the patch")
    ready = await maya.wait_for(
        "#incidents", lambda m: m.ts == echo.ts and "Push hotwash/INC-0-1" in str(m.raw["blocks"]), within=20
    )
    forge.faults.append(("POST", status(403)))
    await maya.press(ready, "Push hotwash/INC-0-1")
    await maya.wait_for("#incidents", "I could not open a pull request", thread=echo, within=20)
    offered = await maya.wait_for("#incidents", "comes into its thread", within=10)
    await asyncio.sleep(1)  # its commit carries the second of the press
    await maya.press(offered, "Push hotwash/INC-0-1")
    await maya.wait_for("#incidents", "pull request 1 for #1", thread=echo, within=20)
    assert [pull["branch"] for pull in forge.pulls] == ["hotwash/INC-0-1"]
