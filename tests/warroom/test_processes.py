"""Real processes: two on one PostgreSQL send each reminder once; after a kill, the next goes on where it stopped."""

import asyncio
from pathlib import Path

import pytest

from bot.playground import Playground
from bot.playground.client import Person, Seen
from tests.warroom.serving import serving

# Reminders are due at once and at any hour, so that no clock has to be moved in another process.
EAGER = """
[nudges]
quiet_minutes = 0
after_resolve_minutes = 0
workday_start = 00:00:00
workday_end = 23:59:59
working_days = [0, 1, 2, 3, 4, 5, 6]
"""
PEOPLE = ("maya", "sam", "priya", "alex", "kenji")


async def told(person: Person) -> list[Seen]:
    return [message for message in await person.dms() if "live in production" in message.text]


@pytest.mark.postgresql_only
@pytest.mark.timeout(120)
async def test_two_replicas_send_one_reminder_each(database_url: str, tmp_path: Path) -> None:
    async with (
        Playground(rate_limits=False) as pg,
        serving(pg, database_url, tmp_path / "one", EAGER) as one,
        serving(pg, database_url, tmp_path / "two", EAGER) as two,
    ):
        await asyncio.gather(one.ready(), two.ready())
        people = [pg.person(name) for name in PEOPLE]
        for person in people:
            assert "Logged" in (await person.command("#general", f"/hotfix vim /etc/motd as {person.name}")).text
        async with asyncio.timeout(40):
            while not all([await told(person) for person in people]):
                await asyncio.sleep(0.2)
        await asyncio.sleep(16)  # the other replica's bell has rung as well
        for person in people:
            assert len(await told(person)) == 1
        posts = await pg.client.calls("chat.postMessage")
        assert len([call for call in posts if "live in production" in str(call["args"])]) == len(PEOPLE)
        answers = [await person.press((await person.dms())[-1], "Snooze 4 h") for person in people]
        assert answers == [None] * len(PEOPLE)
        assert "Traceback" not in one.log + two.log


async def test_what_was_answered_before_a_kill_happens_after(database_url: str, tmp_path: Path) -> None:
    async with Playground(rate_limits=False) as pg:
        maya = pg.person("maya")
        async with serving(pg, database_url, tmp_path / "one", "") as one:
            await one.ready()
            await pg.client.fault("*", "latency", seconds=0.2, times=None)
            await maya.command("#general", "/incident open sev1 checkout answers 502")
            logged = [(await maya.command("#general", f"/hotfix INC-1 restart {n}")).text for n in range(8)]
            await one.kill()
        assert [text.split(" · ")[0] for text in logged] == [f"Logged INC-1#{n + 1}" for n in range(8)]
        await pg.client.clear_faults()
        async with serving(pg, database_url, tmp_path / "two", "") as two:
            await two.ready()
            async with asyncio.timeout(60):
                while not (rooms := [name for name in await maya.channels() if name.startswith("inc-1")]):
                    await asyncio.sleep(0.1)
            for n in range(8):
                await maya.wait_for(f"#{rooms[0]}", rf"(?m)^\S+ #{n + 1}\b", within=60)
            await asyncio.sleep(2)
            seen = [m.text.splitlines()[0] for m in await maya.sees(f"#{rooms[0]}")]
            echoes = [line.split()[1] for line in seen if len(line.split()) > 1 and line.split()[1].startswith("#")]
            assert sorted(echoes) == sorted(f"#{n + 1}" for n in range(8))
            assert len(rooms) == 1
            assert len([line for line in seen if line.startswith("INC-1 ·")]) == 1  # one card
            assert "Traceback" not in two.log
