"""`/incident duplicate`: two about the same become one; nothing that drifts is lost."""

import pytest

from tests.warroom.conftest import War, said


async def test_it_closes_with_a_pointer_and_its_actions_are_still_followed_up(war: War) -> None:
    maya, sam = war.person("maya"), war.person("sam")
    first = await war.open(maya, "checkout answers 502")
    second = await war.open(sam, "payments are down")
    await war.logged(sam, second, "kubectl scale deploy/pay --replicas=8")
    answer = said(await sam.command(second, "/incident duplicate INC-1"))
    assert answer == "INC-2: closed as a duplicate of INC-1. 1 action left to reconcile."
    await sam.wait_for(second, rf"sam closed it as a duplicate of INC-1, 1 not reconciled\. It goes on in {first}")
    await sam.wait_for(second, r"Duplicate of INC-1")  # on its card
    await war.settled()
    assert [e.kind for e in await war.ledger(2)][-1] == "incident.duplicate"
    assert "INC-1 · open" in said(await sam.command("#general", "/incident list"))
    war.move(hours=26)
    await war.rung()
    assert any("INC-2#1" in m.text for m in await sam.dms())  # its owner is reminded as ever
    said(await sam.command(second, "/incident reopen"))
    await war.settled()
    cards = [m for m in await sam.sees(second) if "Manual changes" in m.text]
    assert "Duplicate of" not in cards[0].text


async def test_it_counts_in_no_time_to_resolve(war: War) -> None:
    maya = war.person("maya")
    await war.open(maya)
    second = await war.open(maya, "the same")
    war.move(hours=3)
    said(await maya.command(second, "/incident duplicate INC-1"))
    assert "no incident that you can see was resolved" in said(await maya.command("#general", "/incident stats"))


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ("duplicate", "Of which incident?"),
        ("duplicate INC-9", "There is no INC-9 that you can see"),
        ("duplicate INC-2", "INC-2 can't be a duplicate of INC-2: no incident would go on"),
        ("duplicate INC-1 INC-2", "duplicate does not take INC-2"),
    ],
)
async def test_what_makes_no_sense_is_answered(war: War, typed: str, answer: str) -> None:
    maya = war.person("maya")
    await war.open(maya)
    second = await war.open(maya, "second")
    assert answer in said(await maya.command(second, f"/incident {typed}"))
    assert [e.kind for e in await war.ledger(2)] == ["incident.opened"]


async def test_no_circle_and_no_second_time(war: War) -> None:
    maya = war.person("maya")
    first = await war.open(maya)
    second = await war.open(maya, "second")
    said(await maya.command("#general", "/incident INC-2 duplicate INC-1"))
    assert "no incident would go on" in said(await maya.command(first, "/incident duplicate INC-2"))
    assert "INC-2 is closed" in said(await maya.command(second, "/incident duplicate INC-1"))


async def test_no_pointer_from_a_public_incident_to_a_private_one(war: War) -> None:
    maya, sam = war.person("maya"), war.person("sam")
    said(await maya.command("#general", "/incident open --private sev1 payroll leak"))
    await war.room(maya, 1)
    public = await war.open(maya, "second")
    assert "INC-1 is private" in said(await maya.command(public, "/incident duplicate INC-1"))
    await sam.do("join", channel=public)
    said(await maya.command(public, "/incident lead @sam"))
    assert "There is no INC-1 that you can see" in said(await sam.command(public, "/incident duplicate INC-1"))
    private = next(f"#{name}" for name in await maya.channels() if name.startswith("inc-1-"))
    assert "duplicate of INC-2" in said(await maya.command(private, "/incident duplicate INC-2"))
