"""Who is invited by severity and by service, and where an incident of a service is announced."""

import re

import pytest

from tests.warroom.conftest import War, said

POLICY = """
[[severities]]
name = "sev1"
title = "Customers cannot buy"
groups = ["{sre}"]
[[severities]]
name = "sev3"

[[services]]
name = "checkout"
people = ["U0000PRIYA", "U0000SAM01"]
channel = "team-checkout"
"""


@pytest.fixture
def policy() -> str:
    return POLICY.format(sre="S000000003")  # as the playground numbers it: after its two channels


async def members(war: War, room: str) -> set[str]:
    people = ("maya", "sam", "priya", "alex", "kenji", "gwen")
    return {name for name in people if room[1:] in await war.person(name).channels()}


async def test_a_severity_invites_its_group_and_says_what_it_stands_for(war: War) -> None:
    alex = war.person("alex")
    room = await war.open(alex)
    await war.settled()
    assert await members(war, room) == {"alex", "maya", "sam"}  # the user group sre
    await alex.wait_for(room, r"sev1 · Customers cannot buy")


async def test_a_service_is_recognised_and_its_people_invited(war: War) -> None:
    alex = war.person("alex")
    await alex.do("create", name="team-checkout")
    answer = await alex.command("#general", "/incident open sev3 Checkout: 502s on pay")
    assert "INC-1 (sev3) is recorded" in said(answer)
    room = await war.room(alex, 1)
    await war.settled()
    assert await members(war, room) == {"alex", "priya", "sam"}
    await alex.wait_for(room, r"(?s)Service\s+checkout")
    told = await alex.wait_for("#team-checkout", r"(?s)INC-1 .*open.*502s on pay")
    await alex.wait_for("#incidents", r"(?s)INC-1 .*502s on pay")
    said(await alex.command(room, "/incident resolve"))
    await war.settled()
    assert "resolved" in {m.ts: m for m in await alex.sees("#team-checkout")}[told.ts].text


async def test_other_titles_name_no_service(war: War) -> None:
    alex = war.person("alex")
    room = await war.open(alex, "search: slow", severity="sev3")
    await war.settled()
    assert await members(war, room) == {"alex"}
    assert not any("Service" in m.text for m in await alex.sees(room))


async def test_raising_the_severity_invites_who_is_named_for_it(war: War) -> None:
    alex = war.person("alex")
    room = await war.open(alex, severity="sev3")
    said(await alex.command(room, "/incident severity sev1"))
    await war.settled()
    assert await members(war, room) == {"alex", "maya", "sam"}


async def test_who_cannot_be_invited_keeps_nobody_out_and_is_said(war: War) -> None:
    alex = war.person("alex")
    await alex.do("create", name="team-checkout")
    await war.pg.client.post("people", name="priya", deleted=True)
    room = await war.open(alex, "checkout: 502s", severity="sev3")
    await alex.wait_for(room, re.escape("I could not invite everybody whom the policy names. Slack doesn't know them."))
    assert room[1:] in await war.person("sam").channels()


@pytest.mark.parametrize("method", ["conversations.invite", "usergroups.users.list"])
@pytest.mark.parametrize("fault", ["drop_after", "http_500", "rate_limited"])
async def test_nobody_is_left_out_where_an_answer_is_lost(war: War, method: str, fault: str) -> None:
    alex = war.person("alex")
    await war.pg.client.fault(method, fault, times=2)
    room = await war.open(alex)
    await war.settled()
    assert await members(war, room) == {"alex", "maya", "sam"}


async def test_a_channel_that_is_not_there_is_said(war: War) -> None:
    alex = war.person("alex")
    room = await war.open(alex, "checkout: 502s", severity="sev3")
    await alex.wait_for(room, "I could not announce this incident. I see no channel of the name")


class TestWithAGroupThatIsGone:
    @pytest.fixture
    def policy(self) -> str:
        return POLICY.format(sre="S0GONE")

    async def test_it_is_said(self, war: War) -> None:
        alex = war.person("alex")
        room = await war.open(alex)
        await alex.wait_for(room, "Slack knows no user group of the id in the policy")
