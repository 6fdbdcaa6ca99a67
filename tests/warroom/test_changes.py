"""The change itself, handed in by form, file, code block and branch, and placed in a real repository."""

import asyncio
import re
from pathlib import Path

import pytest
from sqlalchemy import Connection

from bot.ledger import changes as stored
from bot.ledger.purge import carry_out, purge
from bot.ledger.tables import actions, incidents, repositories, sent_changes
from bot.playground.client import Person, Seen
from bot.rules.clean import Clean, veil
from bot.rules.model import RecordedChange
from bot.slack.files import code_in, of_slack
from tests.ledger.test_purge import holders
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
TOKEN = "ghp_0123456789abcdefghijklmnopqrstuvwxyzAB"


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
    assert "no diff" in refused["diff"]
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
    await war.pg.client.post("app", scopes=["chat:write", "channels:history"])
    await maya.say(room, "here", thread=echo, files=[await maya.upload("fix.diff", DIFF.encode())])
    await maya.wait_for(room, "Slack does not give me fix.diff", thread=echo, within=SOON)


async def test_a_secret_is_taken_out_line_by_line_and_said(war: War, upstream: Upstream) -> None:
    upstream.commit("Secret", "deploy/nginx/nginx.conf", CONF + f"{SECRET};\nlast;\ntoken: {TOKEN}\n")
    upstream.push()
    maya = war.person("maya")
    room = await war.open(maya)
    echo = await _form(war, maya, room)
    worse = f"@@ -19,4 +18,4 @@\n option_18 18;\n option_19 19;\n-{SECRET};\n+{SECRET}er;\n last;\n"
    assert await maya.submit(diff=DIFF + worse) == {}
    await _thread(maya, echo, "It held a password, taken out before it was stored: rotate it")
    await _thread(maya, echo, "recorded the change of #1: deploy/nginx/nginx.conf, +2 −3")
    (change,) = await _changes(war)
    assert change.veil is not None and len(change.veil) == 3  # old, new, and the token that the diff does not show
    for content in (change.base_content or b"", change.live_content or b""):
        assert b"hunter2" not in content and TOKEN.encode() not in content
        assert content.count(b"[redacted:") == 2 and b"\nlast;\n" in content
    assert await war.db.read(lambda conn: holders(conn, "hunter2")) == []
    assert await war.db.read(lambda conn: holders(conn, TOKEN)) == []
    key = war.hotwash.rooms.key
    fixed = (CONF + f"{SECRET}er;\nlast;\ntoken: {TOKEN}\n").replace("option_7 7;", "option_7 70;")
    assert veil(fixed.replace("option_9 9;\n", "").encode(), change.veil, key) == change.live_content


async def test_a_private_key_that_is_replaced_is_never_at_rest(war: War, upstream: Upstream) -> None:
    def pem(letter: str) -> str:
        body = "".join(f"{letter * 40}{n:02}{'=' * (n > 11)}\n" for n in range(13))
        return f"-----BEGIN PRIVATE KEY-----\n{body}-----END PRIVATE KEY-----\n"

    before = "".join(f"line {n}\n" for n in range(5)) + pem("Q") + "after\n"
    upstream.commit("Key", "deploy/tls.pem", before)
    upstream.push()
    maya = war.person("maya")
    room = await war.open(maya)
    echo = await _logged(war, maya, room, "--file deploy/tls.pem scp it")
    upstream.commit("Local", "deploy/tls.pem", before.replace("Q", "Z"))
    diff = upstream.git("diff", "HEAD~1", "HEAD") + "\n"
    await maya.say(room, "the key", thread=echo, files=[await maya.upload("key.diff", diff.encode(), "text/x-diff")])
    await _thread(maya, echo, "recorded the change of #1: deploy/tls.pem, +13 −13")
    for letter in "QZ":
        assert await war.db.read(lambda conn, mark=letter * 40: holders(conn, mark)) == []
    (change,) = await _changes(war)
    assert (change.live_content or b"").startswith(b"line 0\n") and (change.live_content or b"").endswith(b"after\n")


async def test_purging_the_entry_takes_the_change_with_it(war: War) -> None:
    maya = war.person("maya")
    room = await war.open(maya)
    echo = await _form(war, maya, room)
    assert await maya.submit(diff=DIFF) == {}
    await _thread(maya, echo, "recorded the change of #1")
    (entry,) = [entry for entry in await war.ledger(1) if entry.kind == "change.recorded"]
    team = war.pg.slack.world.team_id

    def work(conn: Connection) -> list[str]:
        return purge(conn, team, 1, entry.seq, Clean("why"), actor_id=None, via="cli", at=war.clock.now())

    copies = await carry_out(war.db, work)
    assert any(re.match(rf"entry {entry.seq - 1} of INC-1 says it too", copy) for copy in copies)
    assert await _changes(war) == []
    assert await war.db.read(lambda conn: holders(conn, "option_7")) == []
    await war.ledger(1)


async def test_what_was_sent_can_be_purged_before_it_is_placed(war: War, upstream: Upstream) -> None:
    upstream.bare.rename(upstream.bare.with_name("gone.git"))
    maya = war.person("maya")
    room = await war.open(maya)
    await _form(war, maya, room)
    assert await maya.submit(diff=DIFF) == {}
    (entry,) = [entry for entry in await war.ledger(1) if entry.kind == "change.sent"]
    team = war.pg.slack.world.team_id

    def work(conn: Connection) -> list[str]:
        return purge(conn, team, 1, entry.seq, Clean("why"), actor_id=None, via="cli", at=war.clock.now())

    await carry_out(war.db, work)
    assert await _held(war) == []
    assert await war.db.read(lambda conn: holders(conn, "option_7")) == []


async def test_a_change_waits_for_a_repository_that_cannot_be_reached(war: War, upstream: Upstream) -> None:
    upstream.bare.rename(upstream.bare.with_name("gone.git"))
    maya = war.person("maya")
    room = await war.open(maya)
    echo = await _logged(war, maya, room, "vim /etc/nginx/nginx.conf")
    await maya.say(room, f"```\n{DIFF}```", thread=echo)
    for _ in range(200):
        if "shop cannot be reached" in said(await maya.command(room, "/incident status")):
            break
        await asyncio.sleep(0.1)
    assert await war.db.read(lambda conn: len(conn.execute(sent_changes.select()).all())) == 1
    upstream.bare.with_name("gone.git").rename(upstream.bare)
    due = repositories.update().values(due_at=0)
    await war.db.write(lambda conn: conn.execute(due))
    await _thread(maya, echo, "maya recorded the change of #1")


@pytest.mark.parametrize("stashed", [False, True])
async def test_a_linked_branch_or_stash_is_the_change(war: War, upstream: Upstream, stashed: bool) -> None:
    base = upstream.git("rev-parse", "HEAD")
    file = upstream.clone / "deploy/nginx/nginx.conf"
    file.write_text(FIXED)
    if stashed:
        upstream.git("stash", "push", "-q")
        upstream.push("stash@{0}:refs/heads/hotfix/pool-size")
    else:
        upstream.git("checkout", "-q", "-b", "hotfix/pool-size")
        upstream.commit("Fix", "deploy/nginx/nginx.conf", FIXED)
        upstream.push("hotfix/pool-size")
    maya = war.person("maya")
    room = await war.open(maya)
    echo = await _logged(war, maya, room, "vim /etc/nginx/nginx.conf")
    said(await maya.command(room, "/incident link hotfix/pool-size"))
    told = f"recorded the change of #1: deploy/nginx/nginx.conf, +1 −2, made to {base[:7]} in shop"
    await _thread(maya, echo, f"{told}, as branch hotfix/pool-size has it")
    assert await _held(war) == [("deploy/nginx/nginx.conf", FIXED.encode())]


async def test_a_branch_leaves_the_change_alone_that_a_person_gave(war: War, upstream: Upstream) -> None:
    maya = war.person("maya")
    room = await war.open(maya)
    echo = await _logged(war, maya, room, "vim /etc/nginx/nginx.conf")
    await maya.say(room, f"```\n{DIFF}```", thread=echo)
    await _thread(maya, echo, "recorded the change of #1")
    upstream.git("checkout", "-q", "-b", "other")
    upstream.commit("Other", "deploy/nginx/nginx.conf", CONF.replace("7", "8"))
    upstream.push("other")
    said(await maya.command(room, "/incident link other"))
    await war.echo(maya, room, 1, "in review")
    assert await _held(war) == [("deploy/nginx/nginx.conf", FIXED.encode())]


class TestSeveralRepositories:
    @pytest.fixture
    def policy(self, upstream: Upstream) -> str:
        again = upstream.policy.partition("\n")[2].replace('"shop"', '"web"')
        return f'{upstream.policy}{again}paths = {{ "/etc/nginx/" = "deploy/nginx/" }}\n'

    async def test_the_paths_of_the_policy_tell_which(self, war: War) -> None:
        maya = war.person("maya")
        room = await war.open(maya)
        echo = await _logged(war, maya, room, "vim /etc/nginx/nginx.conf")
        await maya.say(room, f"```\n{DIFF}```", thread=echo)
        await _thread(maya, echo, "in web")

    async def test_else_they_ask(self, war: War) -> None:
        maya = war.person("maya")
        room = await war.open(maya)
        echo = await _logged(war, maya, room, "raised an option of the proxy")
        await maya.say(room, f"```\n{DIFF}```", thread=echo)
        await _thread(maya, echo, "Which repository is it in: shop, web? Type /hotfix INC-1#1 edit --repo shop")
        said(await maya.command(room, "/hotfix #1 edit --repo shop"))
        await maya.say(room, f"```\n{DIFF}```", thread=echo)
        await _thread(maya, echo, "in shop")

    async def test_the_form_offers_them(self, war: War) -> None:
        maya = war.person("maya")
        room = await war.open(maya)
        echo = await _form(war, maya, room, "--file proxy.conf vim it")
        assert "Which repository" in (await maya.submit(diff=DIFF))["diff"]
        assert await maya.submit(repo="web") == {}
        await _thread(maya, echo, "in web")


async def test_the_secret_itself_proves_the_change_and_what_stands_for_it_does_not(
    war: War, upstream: Upstream
) -> None:
    conf = CONF + f"{SECRET};\nlast;\n"
    upstream.commit("Secret", "deploy/nginx/nginx.conf", conf)
    upstream.push()
    maya = war.person("maya")
    room = await war.open(maya)
    echo = await _logged(war, maya, room, "vim /etc/nginx/nginx.conf")
    await _logged(war, maya, room, "kubectl scale deploy/web --replicas=8")
    change = f"@@ -20,3 +20,3 @@\n option_19 19;\n-{SECRET};\n+{SECRET}er;\n last;\n"
    await maya.say(room, f"```\n{''.join(DIFF.splitlines(keepends=True)[:2])}{change}```", thread=echo)
    await _thread(maya, echo, "recorded the change of #1: deploy/nginx/nginx.conf, +1 −1")
    ((_, shown),) = await _held(war)
    assert shown is not None and b"[redacted:" in shown
    upstream.commit("What was shown\n\nReconciles: INC-1#2", "deploy/nginx/nginx.conf", shown.decode())
    upstream.push()
    await war.echo(maya, room, 2, "claimed by")  # the same look proved the change again
    assert "drifting" in (await war.echo(maya, room, 1)).text
    fix = upstream.commit("The fix", "deploy/nginx/nginx.conf", conf.replace(SECRET, f"{SECRET}er"))
    upstream.push()
    await war.echo(maya, room, 1, f"proven · {fix[:7]}")


@pytest.mark.parametrize(
    ("url", "ours"),
    [
        ("https://files.slack.com/files-pri/T1-F1/fix.diff", True),
        ("https://slack.com/files/F1", True),
        ("http://files.slack.com/files-pri/T1-F1/fix.diff", False),
        ("https://files.slack.com.evil.example/fix.diff", False),
        ("https://evil.example/files.slack.com", False),
        ("https://files.slack.com@evil.example/fix.diff", False),
        ("https://docs.google.com/document/1", False),
    ],
)
def test_the_token_goes_to_slack_s_own_hosts_alone(url: str, ours: bool) -> None:
    assert of_slack(url, "https://slack.com/api/") is ours
    assert not of_slack("https://files.slack.com/x", "http://127.0.0.1:9/api/")


def test_a_code_block_is_read_as_it_was_typed() -> None:
    entities = "&lt;a&gt; &amp;amp; <https://x.example/a|x.example/a> <mailto:a@b.example|a@b.example>"
    text = f"look ```{entities}``` `no` ```\nb\n```"
    assert code_in({"text": text}) == "<a> &amp; x.example/a a@b.example\nb\n"
    assert code_in({"text": "none"}) == code_in({}) == ""
