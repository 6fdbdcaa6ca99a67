"""What people write of an incident: beside what is computed, in every form, with its history in the ledger."""

import json
from typing import Any

from bot.forms import FORMS
from bot.forms.gather import report_of
from bot.ledger import load
from bot.ledger.purge import purge
from bot.ledger.tables import incidents, retro
from bot.playground.client import Person
from bot.rules.clean import redact
from tests.warroom.conftest import War, said

FACTORS = "The pool was sized for last year.\n* <!channel> nobody watched it"


async def closed(war: War, who: Person) -> str:
    room = await war.open(who)
    await war.logged(who, room, "vim /etc/db.conf on db-1")
    said(await who.command(room, "/incident close it is over"))
    await war.settled()
    return room


async def press_below_the_summary(who: Person, room: str) -> None:
    summary = await who.wait_for(room, lambda m: "Drift debt" in m.text)
    assert await who.press(summary, "Write the retrospective…") is None
    await who.wait_for_modal()


async def report(war: War, form: str) -> str:
    def made(conn: Any) -> str:
        incident = load.incident(conn, incidents.c.number == 1)
        assert incident is not None
        return FORMS[form](report_of(conn, incident, war.hotwash.policy, war.clock.now()))

    return await war.db.read(made)


async def test_what_is_written_stands_below_what_is_computed_and_both_are_kept(war: War) -> None:
    maya = war.person("maya")
    room = await closed(war, maya)
    await press_below_the_summary(maya, room)
    assert await maya.submit(factors=FACTORS, follow_ups="Sam sizes the pool by Friday") == {}
    summary = await maya.wait_for(room, lambda m: "Drift debt" in m.text and "Contributing" in m.text)
    shown = summary.text
    assert shown.index("What is left") < shown.index("Contributing factors") < shown.index("Follow-ups")
    assert "<!channel> nobody watched it" in shown  # and nobody is notified
    assert "Lessons" not in shown

    said(await maya.command(room, "/hotfix #1 undone"))
    await war.settled()
    summary = await maya.wait_for(room, lambda m: "Everything is reconciled" in m.text and "Drift debt" in m.text)
    assert "Contributing factors" in summary.text

    text = await report(war, "markdown")
    assert text.index("## Timeline") < text.index("## Written by people") < text.index("Last entry of the ledger")
    assert "> The pool was sized for last year.\\\n> \\* \\<!channel\\> nobody watched it\n" in text
    assert "Sam sizes the pool by Friday" in await report(war, "html")
    told = json.loads(await report(war, "json"))["retrospective"]
    assert [(one["section"], one["text"]) for one in told] == [
        ("factors", FACTORS),
        ("follow_ups", "Sam sizes the pool by Friday"),
    ]


async def test_the_form_gives_back_what_is_written_and_the_ledger_keeps_what_was(war: War) -> None:
    maya = war.person("maya")
    room = await closed(war, maya)
    for lessons in ("Watch the pool", "Watch the pool, and alert at 80 %", ""):
        await press_below_the_summary(maya, room)
        assert await maya.submit(lessons=lessons) == {}
        await war.settled()
    await press_below_the_summary(maya, room)
    assert await maya.submit() == {}  # nothing was changed
    written = [json.loads(row.payload) for row in await war.ledger(1) if row.kind == "retro.written"]
    assert [one["text"] for one in written] == ["Watch the pool", "Watch the pool, and alert at 80 %", ""]
    assert "Written by people" not in await report(war, "markdown")


async def test_two_who_write_at_once_do_not_overwrite_each_other(war: War) -> None:
    maya, sam = war.person("maya"), war.person("sam")
    room = await closed(war, maya)
    await sam.do("join", channel=room)
    await press_below_the_summary(maya, room)
    await press_below_the_summary(sam, room)
    assert await maya.submit(lessons="Watch the pool") == {}
    assert await sam.submit(factors="It was too small") == {}  # another section
    await press_below_the_summary(sam, room)
    await press_below_the_summary(maya, room)
    assert await maya.submit(lessons="Watch it daily") == {}
    errors = await sam.submit(lessons="Watch it weekly")
    assert "Somebody else has written Lessons" in errors["factors"]
    assert "Watch it daily" in await report(war, "markdown")
    assert "weekly" not in await report(war, "json")


async def test_the_command_shows_what_is_written_and_offers_the_form(war: War) -> None:
    maya = war.person("maya")
    room = await war.open(maya)
    answer = await maya.command(room, "/incident retro")
    assert "nothing is written yet" in said(answer)
    assert "Write…" in str(answer.message)
    assert "INC-0" in (await maya.command(room, "/incident retro INC-0")).text


async def test_a_secret_is_taken_out_and_a_purge_blanks_what_is_shown(war: War) -> None:
    maya = war.person("maya")
    room = await closed(war, maya)
    await press_below_the_summary(maya, room)
    assert await maya.submit(lessons="the key AKIAIOSFODNN7EXAMPLQ was in the log, and so was Bob's number") == {}
    (entry,) = [row for row in await war.ledger(1) if row.kind == "retro.written"]
    assert "AKIAIOSFODNN7EXAMPLQ" not in entry.payload
    team, why = war.pg.slack.world.team_id, redact("a number").text
    await war.db.write(lambda conn: purge(conn, team, 1, entry.seq, why, actor_id=None, via="cli", at=1))
    assert "Bob" not in "".join([await report(war, form) for form in FORMS])
    assert await war.db.read(lambda conn: conn.scalar(retro.select().with_only_columns(retro.c.text))) == "[purged]"
