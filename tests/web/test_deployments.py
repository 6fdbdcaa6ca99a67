"""What runs where, and the warning before a deploy undoes what was changed by hand."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

from bot.ledger import tokens
from bot.ledger.tables import incidents, workspaces
from bot.playground.client import Person
from bot.rules.clean import Clean
from bot.rules.model import Role
from tests.warroom.conftest import War
from tests.warroom.repo import Upstream
from tests.web import hosts
from tests.web.test_webhooks import looked

NOON = "2026-11-23T12:00:{:02}Z"
Told = Callable[..., Awaitable[dict[str, Any]]]


@pytest.fixture
async def tell(war: War, http: httpx.AsyncClient) -> Told:
    """Tell of a deployment as a pipeline does, once the workspace is known and upstream was looked at."""
    await looked(war)

    def make(conn: Any) -> str:
        workspace = conn.execute(workspaces.select()).one().id
        return tokens.create(conn, workspace, Clean("ci"), Role.DEPLOY, 90, war.clock.now())

    headers = {"Authorization": f"Bearer {await war.db.write(make)}"}

    async def told(sha: str, state: str = "starting", environment: str = "production", **more: str) -> dict[str, Any]:
        said = {"repository": "shop", "environment": environment, "sha": sha, "state": state, **more}
        response = await http.post("/api/v1/deployments", json=said, headers=headers)
        assert response.status_code == 200, response.text
        found: dict[str, Any] = response.json()
        return found

    return told


DIFF = """\
--- a/etc/db.conf
+++ b/etc/db.conf
@@ -1 +1 @@
-pool = 20
+pool = 80
"""


async def changed(war: War, maya: Person, room: str) -> None:
    """An action with the change itself, which is not upstream."""
    echo = await war.logged(maya, room, "vim /etc/app/db.conf: pool 80")
    await war.settled()  # so that the thread is known as the action's
    await maya.say(room, f"```\n{DIFF}```", thread=echo)
    async with asyncio.timeout(20):
        while "missing" not in (await war.echo(maya, room, 1)).text:
            war.hotwash.hurry()
            await asyncio.sleep(0.2)


async def test_a_deploy_without_the_change_is_warned_of(war: War, upstream: Upstream, tell: Told) -> None:
    maya, sam = war.person("maya"), war.person("sam")
    room = await war.open(maya)
    base = upstream.commit("Pool", text="pool = 20\n")
    upstream.push()
    await changed(war, maya, room)
    await maya.do("invite", channel=room, user="sam")
    await war.logged(sam, room, "restart it all by hand")  # words that no commit carries: nobody can judge them

    answer = await tell(base)
    assert answer == {"judged": True, "undoes": ["INC-1#1"], "said": "It undoes INC-1#1."}
    title = f"Deploying {base[:7]} to production will undo INC-1#1"
    for place in (room, "#incidents"):
        seen = await maya.wait_for(place, title, within=15)
        assert "vim /etc/app/db.conf: pool 80" in seen.text
    await war.settled()
    assert [title in one.text for one in await maya.dms()] == [True]
    assert not [one for one in await sam.dms() if "undo INC" in one.text]

    fixed = upstream.commit("Raise the pool", text="pool = 80\n")  # the content is there: no word was needed
    upstream.push()
    assert (await tell(fixed))["undoes"] == []
    assert (await tell(base))["undoes"] == ["INC-1#1"]  # asked again: told again, and nobody else is
    await war.settled()
    entries = [one for one in await war.ledger(1) if one.kind == "deployment.warned"]
    assert len(entries) == 1
    for place in (room, "#incidents"):
        assert len([one for one in await maya.sees(place) if title in one.text]) == 1


async def test_a_fix_that_is_deployed(war: War, upstream: Upstream, tell: Told) -> None:
    maya = war.person("maya")
    room = await war.open(maya)
    await war.logged(maya, room, "vim /etc/app/db.conf: pool 80")
    before = upstream.git("rev-parse", "HEAD")
    fix = upstream.commit("Raise the pool\n\nReconciles: INC-1#1")
    upstream.push()
    await tell(before, "success")  # marks it due: the claim is seen
    echo = await war.echo(maya, room, 1, "claimed by")
    await maya.press(echo, "Confirm")
    await war.echo(maya, room, 1, "confirmed by")
    assert (await tell(before, "starting", id="again"))["undoes"] == ["INC-1#1"]  # it landed, but not in that commit
    await war.echo(maya, room, 1, "not deployed to production yet")
    later = upstream.commit("Something else", "other", "x\n")
    upstream.push()
    assert (await tell(later))["undoes"] == []
    assert "not deployed" in (await war.echo(maya, room, 1)).text  # it only began
    await tell(later, "success")
    await war.echo(maya, room, 1, "in production since")
    await tell(later)
    await tell(later, "failure")  # what ran before that runs on
    await war.settled()
    assert "in production since" in (await war.echo(maya, room, 1)).text
    await tell(before, "success", id="rolled back")
    await war.echo(maya, room, 1, "not deployed to production yet")
    await tell(fix, "failure", id="failed")
    await war.settled()
    assert "not deployed to production yet" in (await war.echo(maya, room, 1)).text


async def test_a_claim_that_the_deploy_lacks(war: War, upstream: Upstream, tell: Told) -> None:
    """Words-only actions are judged by the commits that are said to carry them, and by what took those out again."""
    maya = war.person("maya")
    room = await war.open(maya)
    await war.logged(maya, room, "vim /etc/app/db.conf: pool 80")
    before = upstream.git("rev-parse", "HEAD")
    fix = upstream.commit("Raise the pool\n\nReconciles: INC-1#1")
    upstream.push()
    assert (await tell(before))["undoes"] == []  # nothing is known yet that carries it
    await war.echo(maya, room, 1, "claimed by")
    assert (await tell(before, id="2"))["undoes"] == ["INC-1#1"]
    assert (await tell(fix))["undoes"] == []
    upstream.git("revert", "--no-edit", fix)
    upstream.push()
    reverted = upstream.git("rev-parse", "HEAD")
    await tell(fix, id="3")  # marks it due
    await war.echo(maya, room, 1, "drifting")
    assert (await tell(reverted))["undoes"] == ["INC-1#1"]
    assert (await tell(fix, id="4"))["undoes"] == []  # it was in force there


async def test_a_deployment_that_github_tells_of(war: War, http: httpx.AsyncClient, upstream: Upstream) -> None:
    maya, url = war.person("maya"), upstream.url
    room = await war.open(maya)
    base = upstream.commit("Pool", text="pool = 20\n")
    upstream.push()
    await looked(war)
    await changed(war, maya, room)
    for environment in ("staging", "production"):
        id = {"staging": 7, "production": 8}[environment]
        told = hosts.deployment(url, base, "in_progress", NOON.format(5), id, environment)
        assert (await hosts.github("deployment_status", told).sent(http)).status_code == 202
    await maya.wait_for("#incidents", f"Deploying {base[:7]} to production will undo INC-1#1", within=15)
    late = hosts.deployment(url, base, "queued", NOON.format(3), 8)
    done = hosts.deployment(url, base, "success", NOON.format(9), 8)
    for told in (done, late, done):
        await hosts.github("deployment_status", told).sent(http)
    await war.settled()
    assert [one.kind for one in await war.ledger(1)].count("deployment.warned") == 1
    said = [one.text for one in await maya.sees("#incidents") if "will undo" in one.text]
    assert len(said) == 1


async def test_a_deploy_that_nobody_announced(war: War, upstream: Upstream, tell: Told) -> None:
    maya = war.person("maya")
    room = await war.open(maya)
    base = upstream.commit("Pool", text="pool = 20\n")
    upstream.push()
    await changed(war, maya, room)
    assert (await tell(base, "success"))["undoes"] == ["INC-1#1"]
    await maya.wait_for(room, f"{base[:7]} was deployed to production and undoes INC-1#1", within=15)


async def test_a_private_incident_is_warned_of_in_private(war: War, upstream: Upstream, tell: Told) -> None:
    maya = war.person("maya")
    room = await war.open(maya)
    base = upstream.commit("Pool", text="pool = 20\n")
    upstream.push()
    await changed(war, maya, room)
    await war.db.write(lambda conn: conn.execute(incidents.update().values(private=True)))
    assert (await tell(base))["undoes"] == ["INC-1#1"]
    title = f"Deploying {base[:7]} to production will undo INC-1#1"
    await maya.wait_for(room, title, within=15)
    await war.settled()
    assert [title in one.text for one in await maya.dms()] == [True]
    assert not [one for one in await maya.sees("#incidents") if "undo" in one.text]


@pytest.mark.sqlite_only
async def test_what_is_not_judged_says_why(war: War, upstream: Upstream, tell: Told) -> None:
    assert await tell("a" * 40) == {
        "judged": False, "undoes": [], "said": "The commit could not be looked at in time."
    }  # fmt: skip
    tip = upstream.git("rev-parse", "HEAD")
    assert (await tell(tip, environment="staging"))["said"] == "staging is no production environment."
    assert (await tell(tip, "failure"))["said"] == "It failed, and so undoes nothing."
