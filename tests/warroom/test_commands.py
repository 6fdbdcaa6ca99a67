"""Each command as a person types it, with what they are told and what the room then shows."""

import json
import re

import pytest

from bot import ops
from bot.settings import load_settings
from tests.warroom.conftest import War, said


async def test_status_update_severity_lead(war: War) -> None:
    maya, sam = war.person("maya"), war.person("sam")
    room = await war.open(maya)
    assert "INC-1 · checkout answers 502" in said(await maya.command(room, "/incident status"))
    said(await maya.command(room, "/incident update we are raising the pool <!channel> & more"))
    shown = await maya.wait_for(room, "we are raising the pool")
    assert "<!channel> & more" in shown.text
    said(await maya.command(room, "/incident severity sev2"))
    await maya.wait_for(room, r"severity from sev1 to sev2")
    said(await maya.command(room, "/incident lead @sam"))
    await maya.wait_for(room, r"(?s)Lead.*@sam")
    assert room[1:] in await sam.channels()  # the new lead is in the room
    assert "no severity" in said(await maya.command(room, "/incident severity sev9")).lower()


async def test_the_life_of_an_incident(war: War) -> None:
    maya = war.person("maya")
    room = await war.open(maya)
    said(await maya.command(room, "/incident resolve pool raised"))
    await maya.wait_for(room, "resolved it: pool raised")
    assert "can't be resolved" in said(await maya.command(room, "/incident resolve"))
    said(await maya.command(room, "/incident reopen"))
    await maya.wait_for(room, "reopened it")
    said(await maya.command(room, "/incident close"))
    await maya.wait_for(room, "nothing was changed by hand|Nothing was changed by hand")
    kinds = [entry.kind for entry in await war.ledger(1)]
    assert kinds == [
        "incident.opened", "incident.resolved", "incident.reopened", "incident.resolved", "incident.closed",
    ]  # fmt: skip
    other = await war.open(maya, "false alarm")
    said(await maya.command(other, "/incident cancel the probe was wrong"))
    await maya.wait_for(other, "cancelled it: the probe was wrong")


async def test_closing_posts_and_keeps_current(war: War) -> None:
    maya = war.person("maya")
    room = await war.open(maya)
    await war.logged(maya, room, "kubectl scale deploy/web --replicas=8")
    await war.logged(maya, room, "--ephemeral systemctl restart nginx")
    said(await maya.command(room, "/incident close it is over"))
    checklist = await maya.wait_for(room, r"(?s)reconciliation checklist.*Drifting \(1\)")
    await maya.wait_for(room, r"(?s)INC-1 closed.*left to reconcile")
    said(await maya.command(room, "/hotfix #1 waive the host goes away on Friday"))
    await maya.wait_for(room, r"Everything of INC-1 is reconciled")
    await war.settled()
    again = next(m for m in await maya.sees(room) if m.ts == checklist.ts)
    assert "waived by @maya: the host goes away on Friday" in again.text
    head = (await war.ledger(1))[-1]
    assert head.kind == "incident.reconciled"
    assert any(head.hash in m.text for m in [*await maya.sees(room), *await maya.sees("#incidents")])


async def test_every_option_of_hotfix(war: War) -> None:
    maya, sam = war.person("maya"), war.person("sam")
    room = await war.open(maya)
    options = "—on web-1 --file “/etc/app/db.conf” --repo shop --kind config --by @sam --at 12:30 --until 18:00"
    answer = said(await maya.command(room, f"/hotfix {options} set a --b “c”"))
    assert "Logged INC-1#1 · config · set a --b “c”" in answer and "Owner: sam" in answer
    echo = await war.echo(maya, room, 1, "set a --b “c”")
    for wanted in ("web-1", "/etc/app/db.conf", "shop", "@sam", "12:30", "18:00"):
        assert wanted in echo.text, wanted
    assert "INC-1#1" in said(await sam.command("#general", "/incident drift"))


@pytest.mark.parametrize(
    ("typed", "kind"),
    [
        ("kubectl scale deploy/web --replicas=8", "cluster"),
        ("UPDATE settings SET pool = 80", "database"),
        ("vim /etc/app/db.conf", "file"),
        ("--ephemeral systemctl restart nginx", ""),
        ("docker build --file X .", ""),
    ],
)
async def test_what_is_typed_is_kept_and_its_kind_is_guessed(war: War, typed: str, kind: str) -> None:
    maya = war.person("maya")
    room = await war.open(maya)
    answer = said(await maya.command(room, f"/hotfix {typed}"))
    assert re.match(rf"Logged INC-1#1 · {kind}", answer)
    assert (await war.echo(maya, room, 1, typed.removeprefix("--ephemeral "))).text


async def test_the_kind_can_be_corrected_with_one_click(war: War) -> None:
    maya = war.person("maya")
    room = await war.open(maya)
    answer = await maya.command(room, "/hotfix flip the thing")
    assert answer.message is not None
    assert await maya.press(answer.message, action_id="hotwash.kind", value="1#1 flag") is None
    await war.echo(maya, room, 1, "flag")
    assert [e.kind for e in await war.ledger(1)][-1] == "action.edited"


async def test_rulings_owner_edit_strike(war: War) -> None:
    maya = war.person("maya")
    room = await war.open(maya)
    for number in range(1, 6):
        await war.logged(maya, room, f"change {number}")
    assert "is now undone" in said(await maya.command(room, "/hotfix #1 undone"))
    assert "needs a reason" in said(await maya.command(room, "/hotfix #2 waive"))
    assert "is now waived" in said(await maya.command("#general", "/hotfix INC-1#2 waive it goes away"))
    assert "is now ephemeral" in said(await maya.command(room, "/hotfix #3 ephemeral"))
    said(await maya.command(room, "/hotfix #4 edit --on db-1 change four, corrected"))
    await war.echo(maya, room, 4, "change four, corrected")
    said(await maya.command(room, "/hotfix #4 owner @sam"))
    await war.echo(maya, room, 4, "@sam")
    said(await maya.command(room, "/hotfix #5 strike logged twice"))
    await maya.wait_for(room, r"#5.* struck")
    kinds = [entry.kind for entry in await war.ledger(1)]
    assert kinds.count("action.ruled") == 4
    old = [json.loads(e.payload) for e in await war.ledger(1) if e.kind == "action.edited"]
    assert old[0]["before"]["text"] == "change 4"
    assert "no action #9" in said(await maya.command(room, "/hotfix #9 undone"))


async def test_lists_and_finds(war: War) -> None:
    maya = war.person("maya")
    assert "No incident" in said(await maya.command("#general", "/incident list"))
    room = await war.open(maya)
    await war.logged(maya, room, "UPDATE settings SET pool = 80")
    assert "INC-1 · open · sev1" in said(await maya.command("#general", "/incident list"))
    assert "INC-1#1" in said(await maya.command("#general", "/incident find POOL"))
    assert "Nothing" in said(await maya.command("#general", "/incident find 100%"))
    timeline = said(await maya.command("#general", "/incident timeline INC-1"))
    assert "maya logged #1 · database" in timeline
    assert "Here you can" in said(await maya.command(room, "/incident"))
    assert "/incident link" in said(await maya.command(room, "/incident help link"))


async def test_outside_a_room_the_incident_has_to_be_named(war: War) -> None:
    maya = war.person("maya")
    await war.open(maya)
    assert "Say which incident" in said(await maya.command("#general", "/incident status"))
    assert "INC-1 ·" in said(await maya.command("#general", "/incident status INC-1"))
    assert "no INC-7" in said(await maya.command("#general", "/incident status INC-7"))


MISTYPED = ("/incident statsu", "/incident opne sev1 x", "/hotfix --onn web x", "/hotfix #1 undnoe")


@pytest.mark.parametrize("typed", MISTYPED)
async def test_a_mistyped_command_is_answered_with_what_to_type(war: War, typed: str) -> None:
    maya = war.person("maya")
    answer = await maya.command("#general", typed)
    assert answer.message is not None and answer.message.only_visible_to_you
    assert typed.split(" ", 1)[1].split()[-1] in said(answer)  # what was typed is there, to paste


async def test_secrets_never_rest(war: War) -> None:
    maya = war.person("maya")
    room = await war.open(maya)
    answer = said(await maya.command(room, "/hotfix PGPASSWORD=hunter2secret psql -c 'SELECT 1'"))
    assert "rotate it" in answer
    echo = await war.echo(maya, room, 1)
    assert "hunter2secret" not in echo.text
    for entry in await war.ledger(1):
        assert "hunter2secret" not in entry.payload


async def test_one_trigger_is_one_action(war: War) -> None:
    maya = war.person("maya")
    room = await war.open(maya)
    await war.pg.client.fault("slash_commands", "duplicate")
    said(await maya.command(room, "/hotfix once"))
    await war.echo(maya, room, 1)
    await war.settled()
    assert [e.kind for e in await war.ledger(1)] == ["incident.opened", "action.logged"]


async def test_guests_may_look_only(war: War) -> None:
    maya, gwen = war.person("maya"), war.person("gwen")
    await war.open(maya)
    assert "full members" in said(await gwen.command("#general", "/hotfix INC-1 vim /etc/motd"))
    assert "full members" in said(await gwen.command("#general", "/incident open sev1 x"))
    assert "INC-1" in said(await gwen.command("#general", "/incident status INC-1"))


async def test_a_private_incident_is_nobody_elses(war: War) -> None:
    from sqlalchemy import insert, select, update

    from bot.ledger.tables import incidents, members, people

    maya, sam = war.person("maya"), war.person("sam")
    room = await war.open(maya)
    await war.logged(maya, room, "a secret change")

    def hide(conn) -> None:  # type: ignore[no-untyped-def]
        conn.execute(update(incidents).values(private=True))
        who = conn.scalar(select(people.c.id).where(people.c.slack_id == "U0000MAYA1"))
        row = conn.execute(select(incidents)).one()
        conn.execute(insert(members).values(workspace_id=row.workspace_id, incident_id=row.id, person_id=who))

    await war.db.write(hide)
    for command in ("list", "drift", "find change", "status INC-1", "timeline INC-1"):
        assert "secret" not in said(await sam.command("#general", f"/incident {command}"))
    assert "secret change" in said(await maya.command("#general", "/incident drift"))
    assert "no INC-1" in said(await sam.command("#general", "/hotfix INC-1 vim x"))


async def test_forms(war: War) -> None:
    maya = war.person("maya")
    room = await war.open(maya)
    card = await maya.wait_for(room, "Manual changes")
    await maya.press(card, "Log a change…")
    await maya.wait_for_modal("What did you change")
    assert (await maya.submit(text="vim /etc/motd", at="25:99")).keys() == {"at"}  # stays open, with the error on it
    assert (await maya.submit(at="", until="5m ago")).keys() == {"until"}
    filled = (await maya.modal() or {})["state"]["values"]
    assert filled["text"]["text"]["value"] == "vim /etc/motd"
    assert await maya.submit(until="") == {}
    echo = await war.echo(maya, room, 1)
    await maya.press(echo, "Waive…")
    await maya.wait_for_modal("Why may the difference stay")
    assert await maya.submit(why="it goes away") == {}
    await war.echo(maya, room, 1, "waived by @maya")


async def test_a_form_that_slack_does_not_open_is_said(war: War) -> None:
    maya = war.person("maya")
    room = await war.open(maya)
    echo = await war.logged(maya, room, "vim /etc/motd")
    await war.pg.client.fault("views.open", "error", error="internal_error")
    await maya.press(echo, "Link commit…")
    await maya.wait_for(room, r"Slack did not open the form.*/incident link")


@pytest.mark.sqlite_only
async def test_export_and_verify(war: War, database_url: str) -> None:
    maya = war.person("maya")
    room = await war.open(maya)
    await war.logged(maya, room, "vim /etc/motd")
    await maya.command(room, "/incident close it is over")
    await war.settled()
    settings = load_settings(database_url=database_url, slack_bot_token="xoxb-playground", slack_api_url=war.pg.api_url)
    markdown = await ops.export(settings, 1, "markdown")
    data = json.loads(await ops.export(settings, 1, "json"))
    assert "vim /etc/motd" in markdown and data["actions"][0]["text"] == "vim /etc/motd"
    report, fits = await ops.verify(settings, None, offline=False)
    assert fits, report
    assert "anchored up to entry" in report


class TestPolicyAboutClosing:
    @pytest.fixture(params=["reason", "refuse"])
    def policy(self, request: pytest.FixtureRequest) -> str:
        return f'[closing]\ndrifting = "{request.param}"\n'

    async def test_drift_holds_it_up(self, war: War) -> None:
        maya = war.person("maya")
        room = await war.open(maya)
        await war.logged(maya, room, "vim /etc/motd")
        await maya.say(room, "@Hotwash close")
        await maya.wait_for(room, "not reconciled")
        if war.hotwash.policy.closing.drifting == "reason":
            assert "closed" in said(await maya.command(room, "/incident close the rest is tracked in OPS-7"))
        else:
            await maya.command(room, "/hotfix #1 undone")
            assert "closed" in said(await maya.command(room, "/incident close"))


class TestRights:
    @pytest.fixture
    def policy(self) -> str:
        return '[rights]\nwaive = "lead"\nclose = "lead"\n'

    async def test_who_may_is_said(self, war: War) -> None:
        maya, sam = war.person("maya"), war.person("sam")
        room = await war.open(maya)
        await sam.do("join", channel=room)
        await war.logged(sam, room, "vim /etc/motd")
        assert "the lead" in said(await sam.command(room, "/hotfix #1 waive why not"))
        assert "is now waived" in said(await maya.command(room, "/hotfix #1 waive it goes away"))
