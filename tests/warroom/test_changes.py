"""The change itself, handed in by form, file, code block and branch, and placed in a real repository."""

import asyncio
import re
from pathlib import Path

import pytest
from sqlalchemy import Connection

from bot.ledger import changes as stored
from bot.ledger.tables import actions, incidents, sent_changes
from bot.playground.client import Person, Seen
from bot.rules.model import RecordedChange
from tests.warroom.conftest import War, said
from tests.warroom.repo import Upstream

SOON = 20  # seconds: a look, a record, a delivery, on a busy machine

CONF = "".join(f"option_{n} {n};\n" for n in range(20))
FIXED = CONF.replace("option_7 7;", "option_7 70;").replace("option_9 9;\n", "")
DIFF = """\
--- a/deploy/nginx/nginx.conf
+++ b/deploy/nginx/nginx.conf
@@ -5,7 +5,6 @@
 option_4 4;
 option_5 5;
 option_6 6;
-option_7 7;
+option_7 70;
 option_8 8;
-option_9 9;
 option_10 10;
"""
SECRET = "password = hunter2secret"


@pytest.fixture
def upstream(tmp_path: Path) -> Upstream:
    shop = Upstream(tmp_path)
    shop.commit("Proxy", "deploy/nginx/nginx.conf", CONF)
    shop.push()
    return shop


@pytest.fixture
def policy(upstream: Upstream) -> str:
    return upstream.policy + 'paths = { "/etc/nginx/" = "deploy/nginx/" }\n'


async def _changes(war: War, number: int = 1) -> list[RecordedChange]:
    """The changes that an action of INC-1 holds."""

    def work(conn: Connection) -> list[RecordedChange]:
        incident = conn.execute(incidents.select().where(incidents.c.number == 1)).one()
        of = (actions.c.incident_id == incident.id, actions.c.number == number)
        return stored.changes_of(conn, [conn.execute(actions.select().where(*of)).one().id])

    return await war.db.read(work)


async def _held(war: War) -> list[tuple[str, bytes | None]]:
    """Path and live content of what INC-1#1 holds, once nothing waits."""
    async with asyncio.timeout(SOON):
        while await war.db.read(lambda conn: conn.execute(sent_changes.select()).all()):
            await asyncio.sleep(0.05)
    return [(change.path, change.live_content) for change in await _changes(war)]


async def _form(war: War, who: Person, room: str, what: str = "--file /etc/nginx/nginx.conf vim it") -> Seen:
    """Log an action and open the form for its change, from the answer; the action's echo."""
    answer = await who.command(room, f"/hotfix {what}")
    assert answer.message is not None and answer.text.startswith("Logged INC-1#"), answer.text
    assert await who.press(answer.message, "Add the change…") is None
    await who.wait_for_modal("The change itself")
    return await war.echo(who, room, 1)


async def _logged(war: War, who: Person, room: str, what: str) -> Seen:
    """Log an action and wait until its thread is known to be its own; its echo."""
    echo = await war.logged(who, room, what)
    await war.settled()
    return echo


async def _thread(who: Person, echo: Seen, wanted: str) -> Seen:
    """The first line in the thread of an action that says so."""
    return await who.wait_for(echo.channel, re.escape(wanted), thread=echo, within=SOON)


async def test_a_pasted_diff_is_recorded_to_the_commit_that_it_was_made_to(war: War, upstream: Upstream) -> None:
    base = upstream.git("rev-parse", "HEAD")
    upstream.commit("Meanwhile", "deploy/nginx/nginx.conf", CONF.replace("option_5 5;", "option_5 50;"))
    upstream.push()
    maya = war.person("maya")
    room = await war.open(maya)
    echo = await _form(war, maya, room)
    assert await maya.submit(diff=DIFF) == {}
    told = f"maya recorded the change of #1: deploy/nginx/nginx.conf, +1 −2, made to {base[:7]} in shop"
    await _thread(maya, echo, told)
    assert told in said(await maya.command(room, "/incident timeline"))
    (change,) = await _changes(war)
    assert (change.base_content, change.live_content) == (CONF.encode(), FIXED.encode())
    assert (change.base_commit, change.path, change.veil) == (base, "deploy/nginx/nginx.conf", {})
    sent, recorded = [entry for entry in await war.ledger(1) if entry.kind.startswith("change.")]
    assert (sent.kind, sent.via, recorded.kind, recorded.via) == ("change.sent", "modal", "change.recorded", "modal")
    assert (recorded.actor_id, recorded.ref_seq) == (sent.actor_id, sent.seq)


async def test_a_later_change_of_the_same_file_takes_its_place(war: War, upstream: Upstream) -> None:
    maya = war.person("maya")
    room = await war.open(maya)
    echo = await _logged(war, maya, room, "--file /etc/nginx/nginx.conf vim it")
    await maya.say(room, f"```\n{DIFF}```", thread=echo)
    first = await _thread(maya, echo, "+1 −2")
    await maya.say(room, f"no, that:\n```\n{DIFF.replace('70', '71')}```", thread=echo)
    await maya.wait_for(room, "recorded the change", thread=echo, after=first, within=SOON)
    (change,) = await _changes(war)
    assert change.live_content == FIXED.replace("70", "71").encode()


async def test_the_form_keeps_what_can_t_be_used(war: War) -> None:
    maya = war.person("maya")
    room = await war.open(maya)
    await _form(war, maya, room)
    assert await maya.submit() == {"diff": "Paste the diff here, or add it as a file below."}
    assert "no diff of a named file" in (await maya.submit(diff="I raised option 7"))["diff"]
    assert "cut off" in (await maya.submit(diff=DIFF.partition(" option_8")[0]))["diff"]
    both = await maya.submit(diff=DIFF, file=[await maya.upload("fix.diff", DIFF.encode())])
    assert "send one, then the other" in both["diff"]
    assert await maya.submit(diff="", file=[await maya.upload("fix.diff", DIFF.encode())]) == {}
    assert await _held(war) == [("deploy/nginx/nginx.conf", FIXED.encode())]


@pytest.mark.parametrize(
    ("name", "mimetype"),
    [("fix.diff", "text/x-diff"), ("untitled", "text/plain"), ("x.bin", "application/octet-stream")],
)
async def test_a_file_in_the_thread_is_the_change(war: War, name: str, mimetype: str) -> None:
    maya, sam = war.person("maya"), war.person("sam")
    room = await war.open(maya)
    await sam.do("join", channel=room)
    echo = await _logged(war, maya, room, "vim /etc/nginx/nginx.conf")
    await sam.say(room, "here", thread=echo, files=[await sam.upload(name, DIFF.encode(), mimetype)])
    await _thread(sam, echo, "sam recorded the change of #1")
    assert await _held(war) == [("deploy/nginx/nginx.conf", FIXED.encode())]


async def test_what_is_no_diff_in_a_thread_is_none_of_our_business(war: War) -> None:
    maya = war.person("maya")
    room = await war.open(maya)
    echo = await _logged(war, maya, room, "vim /etc/nginx/nginx.conf")
    picture = await maya.upload("graph.png", b"\x89PNG\n--- a\n", "image/png")
    notes = await maya.upload("notes.txt", b"--- not a diff ---\n", "text/plain")
    await maya.say(room, "look ```3c3\nwhatever```", thread=echo, files=[picture, notes])
    await maya.say(room, f"```\n{DIFF}```")  # outside the thread
    await maya.say(room, f"```\n{DIFF}```", thread=echo)
    await _thread(maya, echo, "recorded the change of #1")
    entries = [entry.kind for entry in await war.ledger(1) if entry.kind.startswith("change.")]
    assert entries == ["change.sent", "change.recorded"]
    shown = [m for m in (*await maya.sees(room, echo), *await maya.sees(room)) if m.only_visible_to_you]
    assert [m.text for m in shown if "Logged" not in m.text] == []


async def test_an_event_that_comes_twice_is_taken_once(war: War) -> None:
    maya = war.person("maya")
    room = await war.open(maya)
    echo = await _logged(war, maya, room, "vim /etc/nginx/nginx.conf")
    await war.pg.client.fault("events_api", "duplicate", match={"subtype": "file_share"})
    await maya.say(room, "here", thread=echo, files=[await maya.upload("fix.diff", DIFF.encode())])
    await _thread(maya, echo, "recorded the change of #1")
    await war.settled()
    entries = [entry.kind for entry in await war.ledger(1) if entry.kind.startswith("change.")]
    assert entries == ["change.sent", "change.recorded"]


async def test_the_live_file_itself(war: War, upstream: Upstream) -> None:
    """Binary content has no diff; a text file may be sent so too."""
    upstream.commit("Logo", "deploy/logo", text="\0old")
    upstream.push()
    maya = war.person("maya")
    room = await war.open(maya)
    echo = await _logged(war, maya, room, "--repo shop --file deploy/logo scp it over")
    other = await maya.upload("another", b"\0other")
    logo = await maya.upload("logo", b"\0new\xff")
    await maya.say(room, "here", thread=echo, files=[other, logo])
    await _thread(maya, echo, "recorded the change of #1: deploy/logo")
    (change,) = await _changes(war)
    assert (change.base_content, change.live_content) == (b"\0old", b"\0new\xff")
    assert change.base_commit == upstream.git("rev-parse", "HEAD")


async def test_the_form_to_log_takes_the_change_too(war: War) -> None:
    maya = war.person("maya")
    room = await war.open(maya)
    card = await maya.wait_for(room, "Manual changes")
    await maya.press(card, "Log a change…")
    await maya.wait_for_modal("What did you change")
    refused = await maya.submit(text="raised option 7", diff="nonsense")
    assert "no diff" in refused["text"]
    assert await maya.submit(text="raised option 7", diff=DIFF) == {}
    await _thread(maya, await war.echo(maya, room, 1), "maya recorded the change of #1")
    assert [entry.kind for entry in await war.ledger(1)].count("action.logged") == 1


async def test_a_diff_that_fits_nowhere_is_kept_as_words(war: War) -> None:
    maya = war.person("maya")
    room = await war.open(maya)
    echo = await _form(war, maya, room)
    odd = DIFF.replace("option_6 6", f"{SECRET};")
    assert await maya.submit(diff=odd) == {}
    note = await _thread(maya, echo, "can't be compared with shop")
    assert "applies to no version of upstream" in note.text and "git diff" in note.text
    (entry,) = [entry for entry in await war.ledger(1) if entry.kind == "change.unusable"]
    assert "option_7 70" in entry.payload and "hunter2secret" not in entry.payload
    assert await _held(war) == []


async def test_what_is_too_much_is_refused_at_once(war: War) -> None:
    maya = war.person("maya")
    room = await war.open(maya)
    echo = await _logged(war, maya, room, "vim /etc/nginx/nginx.conf")
    head, _, rest = DIFF.partition("-option_7")
    many = "".join(f"--- a/f{n}\n+++ b/f{n}\n@@ -1 +1 @@\n-a\n+b\n" for n in range(101))
    for content, told in (
        (b"x" * 10_000_000, "10,000,000 bytes, and 2,000,000 are the most"),
        ((head + "+x\n" * 100_000 + "-option_7" + rest).encode(), "100,011 lines"),
        (many.encode(), "101 files"),
    ):
        await maya.say(room, "here", thread=echo, files=[await maya.upload("fix.diff", content)])
        await maya.wait_for(room, told, thread=echo, within=SOON)
    assert not any(entry.kind.startswith("change.") for entry in await war.ledger(1))


async def test_a_file_that_slack_does_not_give_is_said(war: War) -> None:
    maya = war.person("maya")
    room = await war.open(maya)
    echo = await _logged(war, maya, room, "vim /etc/nginx/nginx.conf")
    scopes = (await war.pg.client.get("app"))["app"]["scopes"] or []
    await war.pg.client.post("app", scopes=["commands", "chat:write", "channels:history", *scopes])
    await maya.say(room, "here", thread=echo, files=[await maya.upload("fix.diff", DIFF.encode())])
    await maya.wait_for(room, "Slack does not give me fix.diff", thread=echo, within=SOON)
