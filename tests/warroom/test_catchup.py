"""*Catch me up*: one private summary for whoever comes in, for a new lead, and for whoever asks."""

import asyncio
import re
from collections.abc import Awaitable
from typing import Any

from sqlalchemy import func, select

from bot.ledger.tables import receipts
from bot.playground.client import Person, Seen
from tests.warroom.conftest import War, said


async def greetings(who: Person) -> list[Seen]:
    return [m for m in await who.dms() if "says it anew" in m.text]


async def joining(war: War, order: Awaitable[Any]) -> None:
    """Do what makes somebody join, and wait for what comes of it."""

    def heard(conn: Any) -> int:
        return conn.scalar(select(func.count()).where(receipts.c.key.startswith("event:"))) or 0

    before = await war.db.read(heard)
    await order
    async with asyncio.timeout(5):
        while await war.db.read(heard) == before:
            await asyncio.sleep(0.02)
    await war.settled()


async def under_way(war: War) -> str:
    """An incident of twenty minutes, with one of each thing that happens."""
    maya = war.person("maya")
    room = await war.open(maya)
    await war.logged(maya, room, "kubectl scale deploy/web --replicas=8")
    await war.logged(maya, room, "vim /etc/app/db.conf")
    said(await maya.command(room, "/hotfix #2 undone it made things worse"))
    said(await maya.command(room, "/incident update half of the customers are back"))
    war.move(minutes=20)
    await war.rung()
    return room


async def test_whoever_joins_is_told_once_and_alone(war: War) -> None:
    sam = war.person("sam")
    room = await under_way(war)
    await joining(war, sam.do("join", channel=room))
    (told,) = await greetings(sam)
    for part in (
        "INC-1 is open · sev1 · checkout answers 502",
        "Opened 20 min ago by maya. maya leads.",
        "maya: half of the customers are back",
        "#1 kubectl scale deploy/web --replicas=8 · drifting, maya, live for 20 min",
        "#2 vim /etc/app/db.conf · undone: it made things worse",
    ):
        assert part in told.text, part
    assert "anew" not in "".join(m.text for m in await sam.sees(room))
    await sam.do("leave", channel=room)
    await joining(war, sam.do("join", channel=room))
    assert len(await greetings(sam)) == 1
    assert await greetings(war.person("maya")) == []  # she opened it


async def test_an_event_delivered_again_greets_once(war: War) -> None:
    sam = war.person("sam")
    room = await under_way(war)
    await war.pg.client.fault("events_api", "duplicate", match={"type": "event_callback"}, times=1)
    await joining(war, sam.do("join", channel=room))
    assert len(await greetings(sam)) == 1


async def test_handing_over_tells_the_new_lead(war: War) -> None:
    maya, sam, priya = war.person("maya"), war.person("sam"), war.person("priya")
    room = await under_way(war)
    await joining(war, sam.do("join", channel=room))
    war.move(minutes=40)
    said(await maya.command(room, "/incident lead @sam"))
    await war.settled()
    _, handed = await greetings(sam)
    assert "Opened 1 h ago by maya. sam leads." in handed.text
    said(await priya.command("#general", "/incident lead @priya INC-1"))  # who takes it is greeted as one who joins
    await war.settled()
    assert len(await greetings(priya)) == 1


async def test_a_lead_who_was_not_in_the_room_is_told_once(war: War) -> None:
    maya, sam = war.person("maya"), war.person("sam")
    room = await under_way(war)
    await joining(war, maya.command(room, "/incident lead @sam"))
    assert len(await greetings(sam)) == 1


async def test_anybody_can_ask(war: War) -> None:
    room = await under_way(war)
    answer = said(await war.person("priya").command("#general", "/incident catchup INC-1"))
    assert re.search(r"(?s)INC-1 is open.*What happened.*half of.*Live, and not in Git yet.*Also done by hand", answer)
    assert "What happened" in said(await war.person("maya").command(room, "/incident INC-1 catch-up"))


async def test_a_new_incident_has_little_to_tell(war: War) -> None:
    maya = war.person("maya")
    room = await war.open(maya)
    answer = said(await maya.command(room, "/incident catchup"))
    assert "Nothing was changed by hand yet" in answer and "What happened" not in answer
    said(await maya.command(room, "/hotfix <!channel> *restarted* `web` <https://evil.example|safe>"))
    assert "<!channel> restarted web <https" in said(await maya.command(room, "/incident catchup"))


async def test_a_long_incident_is_told_in_short(war: War) -> None:
    maya = war.person("maya")
    room = await war.open(maya)
    for number in range(12):
        said(await maya.command(room, f"/hotfix step {number}"))
        said(await maya.command(room, f"/incident update news {number}"))
    answer = said(await maya.command(room, "/incident catchup"))
    assert "news 11" in answer and "news 3" not in answer
    assert answer.count("… and 4 more") == 2
