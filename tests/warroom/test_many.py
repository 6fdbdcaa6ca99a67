"""Incidents far larger than usual, and titles that nobody should type: every list pages, Slack refuses nothing of it,
and nothing that was typed pings anybody."""

import asyncio
import json
import random
import re
from typing import Any

import pytest
from sqlalchemy import Connection, func, insert, select

from bot.delivery import admit
from bot.ledger import load
from bot.ledger.record import record
from bot.ledger.tables import actions, entries, incidents, people, workspaces
from bot.playground import acts
from bot.playground.client import Person
from bot.playground.world import User
from bot.rules.clean import Clean
from bot.rules.decision import Entry, Update
from bot.rules.effects import incident_changed
from bot.rules.model import MINUTE, SECOND, ActionKind, Incident
from tests.warroom.conftest import War, said

PEOPLE, ACTIONS, ENTRIES, INCIDENTS = 60, 200, 5000, 500

# What people would have to be stopped from typing, if Slack did not take it as text.
NASTY = (
    "<!channel> <!here> <!everyone> <@U0000MAYA1> <#C0000GEN01|general> <!subteam^S0000OPS01> <https://x.example|y>",
    "*bold* _it_ ~no~ `code` ```block``` > quote & &amp; &lt;!channel&gt; <!date^1^{date}|x>",
    "وقعت المشكلة في الدفع \u202eright to left\u202c \u2067isolated\u2069 שלום",
    "🔥🚒🧯👩‍🚒🏳️‍🌈",
    "x" * 3000,
    "<" * 1500 + "&" * 1500,
    "כשל" * 1000,
    "\u200b\u200d",  # nothing that shows
    "' OR 1=1 -- \\ % _ \t {} ${x} {{x}}",
    "lines\nover\n\n\nlines",
)


@pytest.fixture(autouse=True)
def swift(monkeypatch: pytest.MonkeyPatch) -> None:
    """The pace of posts is shown elsewhere: here fifty a second go out, and not one."""
    monkeypatch.setattr(admit, "INTERVAL", SECOND // 50)


def a_person(war: War, number: int) -> str:
    """Somebody new in this Slack: their id."""
    user = User(id=f"U0000N{number:04d}", name=f"n{number}", real_name=f"N {number}", tz="Europe/Berlin")
    acts.add_user(war.pg.slack.world, user)
    return user.id


class Builder:
    """Writes incidents through the ledger's own functions, many entries to a transaction."""

    def __init__(self, war: War, conn: Connection, owners: list[int]) -> None:
        self.conn, self.owners, self.now = conn, owners, war.clock.now()
        row = conn.execute(select(workspaces)).one()
        self.workspace, self.team = row.id, row.team_id
        self.chance = random.Random(4)

    def record(self, incident: Incident, new: list[Entry], *changes: Update, by: int | None = None) -> Incident:
        at = incident.opened_at + (incident.last_seq + 1) * 1000
        return record(
            self.conn, self.team, incident, actor_id=by or incident.opened_by, via="slash", at=at, entries=new,
            changes=changes, effects=incident_changed(incident) if changes else (),
        )  # fmt: skip

    def incident(self, number: int, title: str, state: str = "open") -> Incident:
        by, at = self.owners[number % len(self.owners)], self.now - number * MINUTE
        row = {
            "workspace_id": self.workspace, "number": number, "title": Clean(title), "severity": "sev2",
            "state": state, "opened_by": by, "lead_id": by, "opened_at": at,
            "resolved_at": None if state == "open" else at + MINUTE,
            "closed_at": at + MINUTE if state == "closed" else None,
        }  # fmt: skip
        made = self.conn.execute(insert(incidents).values(row).returning(incidents.c.id)).scalar_one()
        opened = Entry("incident.opened", {"title": Clean(title), "severity": Clean("sev2")})
        return self.record(load.incident_by_id(self.conn, made), [opened])

    def actions(self, incident: Incident, many: int, owner: int | None = None) -> Incident:
        """Log so many actions, each with a text that was not meant well."""
        kinds = list(ActionKind)
        new, first = [], incident.last_action
        for number in range(first + 1, first + many + 1):
            text = Clean(f"{NASTY[number % len(NASTY)]} #{number}"[:3000])
            owned = owner or self.owners[number % len(self.owners)]
            row: dict[str, Any] = {
                "number": number, "kind": kinds[number % len(kinds)].value, "text": text, "target": text, "path": text,
                "owner_id": owned, "logged_by": incident.opened_by, "logged_at": incident.opened_at + number,
                "done_at": incident.opened_at, "state": "drifting", "drifting_since": incident.opened_at,
            }  # fmt: skip
            self.conn.execute(insert(actions).values(workspace_id=self.workspace, incident_id=incident.id, **row))
            told = {key: row[key] for key in ("kind", "text", "target", "path", "done_at")}
            nothing = {"repo": None, "until": None, "ephemeral": False}
            new.append(Entry("action.logged", {**told, **nothing, "action": number, "owner": owned}))
        return self.record(incident, new, Update("incidents", incident.id, {"last_action": first + many}))

    def updates(self, incident: Incident, many: int) -> Incident:
        """So many status updates, each by somebody else."""
        for start in range(0, many, 500):
            said_ = [
                Entry("incident.update", {"text": Clean(f"{self.chance.choice(NASTY)} update {start + n}"[:3000])})
                for n in range(min(500, many - start))
            ]
            incident = self.record(incident, said_, by=self.owners[start // 500 % len(self.owners)])
        return incident


async def staff(war: War, many: int) -> list[int]:
    """Internal ids of people that Slack knows: maya first."""
    slack_ids = ["U0000MAYA1", *(a_person(war, number) for number in range(1, many))]

    def known(conn: Connection) -> list[int]:
        workspace = conn.scalar(select(workspaces.c.id))
        found = {row.slack_id: row.id for row in conn.execute(select(people))}
        for slack_id in slack_ids:
            if slack_id not in found:
                row = {"workspace_id": workspace, "slack_id": slack_id, "name": Clean(NASTY[len(found) % 5][:80])}
                added = insert(people).values(**row, kind="member", tz="Europe/Berlin").returning(people.c.id)
                found[slack_id] = conn.execute(added).scalar_one()
        return [found[slack_id] for slack_id in slack_ids]

    return await war.db.write(known)


async def pages(who: Person, command: str, button: str) -> list[str]:
    """What a command answers, and every page behind it, turned with its button until there is none."""
    answer = await who.command("#general", command)
    told = [said(answer)]
    message = answer.message
    while message is not None and f'"text": "{button}"' in json.dumps(message.raw):
        before = message
        assert await who.press(before, button) is None
        message = await who.wait_for("#general", lambda m: m.only_visible_to_you, after=before)
        told.append(message.text)
    return told


async def the_room(who: Person, number: int) -> str:
    """An incident's channel, whose name has only the number where the title has no letters for one."""
    async with asyncio.timeout(10):
        while True:
            names = [name for name in await who.channels() if re.match(rf"inc-{number}(?:-|\Z)", name)]
            if names:
                return f"#{names[0]}"
            await asyncio.sleep(0.02)


def check(war: War) -> None:
    """Of all that Slack was sent it refused nothing, and what was typed pings nobody."""
    refused = [(c.method, c.args) for c in war.pg.slack.calls if c.answer and b'"ok":false' in c.answer]
    assert [one for one in refused if one[0].startswith(("chat.", "views.", "conversations.setTopic"))] == []
    world = war.pg.slack.world
    shown = [
        m for channel in world.channels.values() for m in (*channel.messages.values(), *channel.ephemerals.values())
    ]
    contents = [{"text": m.text, "blocks": m.blocks} for m in shown if m.user == world.bot_user]
    contents += [home.content for home in world.homes.values()]
    texts = [text for content in contents for text in marked_up(content)]
    assert len(texts) > 20
    pinging = re.compile(r"<!(?:channel|here|everyone|subteam)|<#C0000GEN01|<https://x")
    assert [text for text in texts if pinging.search(text)] == []


def marked_up(value: Any) -> list[str]:
    """Every text in it that Slack reads as mrkdwn."""
    if isinstance(value, list):
        return [text for one in value for text in marked_up(one)]
    if not isinstance(value, dict) or value.get("type") in ("plain_text", "text"):
        return []
    own = [value["text"]] if isinstance(value.get("text"), str) else []
    return own + [text for one in value.values() for text in marked_up(one)]


async def test_one_incident_with_200_actions_60_people_and_5000_entries(war: War) -> None:
    maya = war.person("maya")
    room = await war.open(maya, NASTY[0])
    owners = await staff(war, PEOPLE)

    def build(conn: Connection) -> int:
        building = Builder(war, conn, owners)
        incident = load.incident_by_id(conn, conn.scalar(select(incidents.c.id)) or 0, lock=True)
        incident = building.actions(incident, ACTIONS)
        building.updates(incident, ENTRIES - incident.last_seq)
        return conn.scalar(select(func.count()).select_from(entries)) or 0

    assert await war.db.write(build) == ENTRIES
    assert len(await war.ledger(1)) == ENTRIES  # and its chain holds
    drift = await pages(maya, "/incident drift", "More")
    assert {int(n) for page in drift for n in re.findall(r"INC-1#(\d+)", page)} == set(range(1, ACTIONS + 1))
    status = said(await maya.command(room, "/incident status"))
    assert "200 actions: 200 drifting" in status and "185 more" in status
    for page, wanted in ((1, "4981 to 5000 of 5000"), (250, "1 to 20 of 5000"), (999, "1 to 20 of 5000")):
        assert wanted in said(await maya.command(room, f"/incident timeline {page}"))
    assert "INC-1" in said(await maya.command("#general", "/incident find <!channel>"))
    assert "200 changes made" in said(await maya.command("#general", "/incident stats"))
    await maya.do("home")
    await maya.wait_for_home(r"(?s)197 changes of others in incidents that you lead.*… and 182 more")
    said(await maya.command(room, "/incident close it is over"))
    await maya.wait_for(room, r"(?s)reconciliation checklist.*200 actions left.*… and 160 more", within=20)
    await maya.wait_for(room, r"(?s)INC-1 closed.*and \d+ more", within=20)
    said(await maya.command(room, "/hotfix #200 waive it goes away"))
    await maya.wait_for(room, "199 actions left to reconcile, 1 reconciled", within=20)
    war.move(hours=2)
    bot = (await war.pg.client.get("people"))["bot"]
    await maya.wait_for(bot, "3 changes that you own", within=60)  # all sixty hear in this hour
    check(war)


async def test_somebody_who_owns_all_of_200_actions(war: War) -> None:
    maya = war.person("maya")
    room = await war.open(maya, NASTY[4])
    owners = await staff(war, 2)

    def build(conn: Connection) -> None:
        incident = load.incident_by_id(conn, conn.scalar(select(incidents.c.id)) or 0, lock=True)
        Builder(war, conn, owners).actions(incident, ACTIONS, owner=owners[0])

    await war.db.write(build)
    await maya.do("home")
    await maya.wait_for_home(r"(?s)200 changes of yours.*Page 1 of 14")
    for page in range(2, 15):
        assert await maya.press_in("home", "More") is None
        await maya.wait_for_home(f"Page {page} of 14")
    said(await maya.command(room, "/incident resolve"))
    war.move(hours=2)
    await war.rung()
    (told,) = [m for m in await maya.dms() if "live in production" in m.text]
    assert "200 changes that you own" in told.text
    check(war)


async def test_500_incidents(war: War) -> None:
    maya = war.person("maya")
    said(await maya.command("#general", "/hotfix vim /etc/motd"))  # makes the workspace known
    owners = await staff(war, 5)

    def build(conn: Connection) -> None:
        building = Builder(war, conn, owners)
        for number in range(1, INCIDENTS + 1):
            building.incident(number, NASTY[number % len(NASTY)], ("open", "resolved", "closed")[number % 3])

    await war.db.write(build)
    listed = await pages(maya, "/incident list", "More")
    assert len(listed) == INCIDENTS // 20
    numbers = [int(n) for page in listed for n in re.findall(r"^INC-(\d+) ·", page, re.MULTILINE)]
    assert sorted(numbers) == list(range(1, INCIDENTS + 1))
    assert "INC-480 ·" in said(await maya.command("#general", "/incident list 2"))
    assert "INC-1 ·" in said(await maya.command("#general", "/incident list 99"))  # there are 25: the last
    assert "INC-" in said(await maya.command("#general", "/incident find <!channel>"))
    assert "334 incidents resolved" in said(await maya.command("#general", "/incident stats"))
    await maya.do("home")
    await maya.wait_for_home(r"(?s)Active incidents \(333\).*… and 318 more.*Closed last")
    check(war)


async def test_everything_that_can_be_typed(war: War) -> None:
    """Each verb that takes text, with texts that were not meant well, as Slack sends them."""
    maya = war.person("maya")
    for number, typed in enumerate(NASTY, 1):
        answer = await maya.command("#general", f"/incident open sev2 {typed}")
        assert answer.failure is None
        if "INC-" not in answer.text:  # Slack sends no text where nothing shows
            continue
        room = await the_room(maya, number)
        for line in (
            f"/hotfix {typed}",
            f"/hotfix --on web-1 -- {typed}",
            f"/hotfix #1 edit {typed}",
            f"/hotfix #1 waive {typed}",
            f"/hotfix #2 undone {typed}",
            f"/hotfix #2 strike {typed}",
            f"/incident update {typed}",
            f"/incident resolve {typed}",
            f"/incident close {typed}",
            "/incident status",
            "/incident timeline",
        ):
            assert (await maya.command(room, line)).failure is None, line
        assert (await maya.command("#general", f"/incident find {typed}")).failure is None
        assert (await maya.command("#general", f"/incident {typed}")).failure is None  # no verb at all
    await maya.do("home")
    await maya.wait_for_home("Closed last")
    await war.settled()
    check(war)
