"""What upstream misses of an action, as a file in its thread: made when asked for, and unasked once service is back."""

import asyncio
import subprocess
from pathlib import Path

import pytest

from bot.playground.client import Person, Seen
from bot.playground.world import File
from tests.warroom.conftest import War, said
from tests.warroom.repo import Upstream

BASE = "".join(f"option_{n} = {n}\n" for n in range(30))
LIVE = BASE.replace("option_4 = 4\n", "option_4 = 40\n").replace("option_20 = 20\n", "option_20 = 200\n")
CONF = "etc/app.conf"


@pytest.fixture
def upstream(tmp_path: Path) -> Upstream:
    made = Upstream(tmp_path)
    made.commit("Configure", CONF, BASE)
    made.push()
    return made


@pytest.fixture
def policy(upstream: Upstream) -> str:
    return upstream.policy


def diff(upstream: Upstream, live: str, path: str = CONF) -> bytes:
    (upstream.clone / path).write_text(live)
    made = subprocess.run(["git", "diff"], cwd=upstream.clone, capture_output=True, check=True).stdout
    upstream.git("checkout", "-q", "--", path)
    return made


async def changed(war: War, upstream: Upstream, who: Person, room: str, number: int, live: str = LIVE) -> Seen:
    """An action with a recorded change, which upstream lacks: its echo."""
    echo = await war.logged(who, room, f"vim /{CONF} ({number})")
    file = await who.upload("pool.diff", diff(upstream, live), "text/x-diff")
    await who.say(room, "this is what I did", thread=echo, files=[file])
    return await war.echo(who, room, number, "missing")


async def patches(war: War, many: int) -> list[File]:
    """The patches that were uploaded, once there are so many."""

    def uploaded() -> list[File]:
        return [file for file in war.pg.slack.world.files.values() if file.title.endswith(".patch")]

    async with asyncio.timeout(20):
        while len(uploaded()) < many:
            await asyncio.sleep(0.05)
    await war.settled()
    return uploaded()


async def test_the_patch_that_was_asked_for_brings_the_action_home(war: War, upstream: Upstream) -> None:
    maya = war.person("maya")
    room = await war.open(maya)
    echo = await changed(war, upstream, maya, room, 1)
    answer = await maya.press(echo, "Get the patch")
    assert answer is None or "comes into its thread" in str(answer)
    (patch,) = await patches(war, 1)
    in_thread = [message for message in await maya.sees(room, echo) if message.raw.get("files")]
    comment = in_thread[-1].text
    assert "hotwash/INC-1-1" in comment
    assert "Incident: INC-1\nReconciles: INC-1#1" in comment
    file = upstream.clone.with_name("the.patch")
    file.write_bytes(patch.content)
    upstream.git("apply", "--index", str(file))
    upstream.git("commit", "-q", "-m", "Bring it in\n\nIncident: INC-1\nReconciles: INC-1#1")
    upstream.push()
    await war.echo(maya, room, 1, "proven")
    kinds = [entry.kind for entry in await war.ledger(1)]
    assert kinds.count("patch.made") == 1


async def test_a_patch_is_made_anew_only_when_something_else_is_missing(war: War, upstream: Upstream) -> None:
    maya = war.person("maya")
    room = await war.open(maya)
    echo = await changed(war, upstream, maya, room, 1)
    await maya.press(echo, "Get the patch")
    (whole,) = await patches(war, 1)
    upstream.commit("Elsewhere in it", CONF, BASE.replace("option_29 = 29\n", "option_29 = 290\n"))
    upstream.push()
    upstream.commit("Half", CONF, BASE.replace("_29 = 29", "_29 = 290").replace("option_4 = 4\n", "option_4 = 40\n"))
    upstream.push()
    await war.echo(maya, room, 1, "1 of 2 parts")
    first, second = await patches(war, 2)
    assert first == whole
    assert b"+option_20 = 200\n" in second.content and b"option_4 = 40" not in second.content.replace(b" option_4", b"")
    echo = await war.echo(maya, room, 1)
    await maya.press(echo, "Get the patch")
    await maya.wait_for(room, "The patch is in the thread of INC-1#1", within=10)
    assert len(await patches(war, 2)) == 2


async def test_it_is_offered_unasked_once_service_is_back_and_once(war: War, upstream: Upstream) -> None:
    maya = war.person("maya")
    room = await war.open(maya)
    await changed(war, upstream, maya, room, 1)
    await war.settled()
    assert await patches(war, 0) == []
    said(await maya.command(room, "/incident resolve"))
    await patches(war, 1)
    said(await maya.command(room, "/incident close it is over"))
    upstream.commit("Something else", "other", "x\n")
    upstream.push()
    await asyncio.sleep(3)
    assert len(await patches(war, 1)) == 1


async def test_a_change_with_a_secret_gives_no_patch_and_says_why(war: War, upstream: Upstream) -> None:
    maya = war.person("maya")
    room = await war.open(maya)
    live = LIVE.replace("option_9 = 9\n", "password = hunter2-Xk39dkQ0zz\n")
    echo = await changed(war, upstream, maya, room, 1, live)
    await maya.press(echo, "Get the patch")
    await maya.wait_for(room, "There is no patch for INC-1#1: lines with secrets were taken out", within=10)
    said(await maya.command(room, "/incident resolve"))
    await asyncio.sleep(2)
    assert await patches(war, 0) == []


@pytest.mark.parametrize("trouble", ["http_500", "drop_before", "drop_after", "timeout_after"])
async def test_a_lost_answer_uploads_no_second_file(war: War, upstream: Upstream, trouble: str) -> None:
    maya = war.person("maya")
    room = await war.open(maya)
    echo = await changed(war, upstream, maya, room, 1)
    await war.pg.client.fault(
        "files.completeUploadExternal", trouble, **({"seconds": 12} if "timeout" in trouble else {})
    )
    await maya.press(echo, "Get the patch")
    await patches(war, 1)
    await asyncio.sleep(2)
    shown = [
        message for message in await maya.sees(room, echo) if message.raw.get("files") and message.author != "maya"
    ]
    assert len(shown) == 1
