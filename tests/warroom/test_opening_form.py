"""The form to open an incident: by the global shortcut, and by `/incident open` without a title."""

from typing import Any

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.playground import Playground
from tests.warroom.conftest import War, refused_payloads, said

OPEN = "hotwash.open"


def filled(form: dict[str, Any], field: str) -> Any:
    return form["state"]["values"][field][field]


@pytest.fixture
def policy() -> str:
    return '[[services]]\nname = "checkout"\n[[services]]\nname = "search"\n'


async def test_the_shortcut_opens_a_form_that_opens_an_incident(war: War) -> None:
    maya = war.person("maya")
    assert await maya.shortcut(OPEN) is None
    form = await maya.wait_for_modal("What is wrong?")
    assert "In this channel" not in str(form["blocks"])  # there is none
    assert filled(form, "severity")["selected_option"]["value"] == war.hotwash.policy.default_severity
    assert await maya.submit(title="502s on  pay", severity="sev1", service="checkout") == {}
    room = await war.room(maya, 1)
    card = await maya.wait_for(room, "(?s)INC-1 · checkout: 502s on pay.*Service.*checkout")
    assert "sev1" in card.text
    assert [message.text for message in await maya.dms() if "INC-1" in message.text]
    (opened, *_) = await war.ledger(1)
    assert (opened.kind, opened.via) == ("incident.opened", "modal")


async def test_what_was_typed_already_stands_in_the_form(war: War) -> None:
    maya = war.person("maya")
    await maya.do("create", name="payments")
    assert said(await maya.command("#payments", "/incident open sev1 --here --drill")) == ""
    form = await maya.wait_for_modal("What is wrong?")
    assert filled(form, "severity")["selected_option"]["value"] == "sev1"
    assert [one["value"] for one in filled(form, "ways")["selected_options"]] == ["here", "drill"]
    assert await maya.submit(title="502s on pay") == {}
    await maya.wait_for("#payments", "(?s)DRILL.*Manual changes")
    assert not [name for name in await maya.channels() if name.startswith("inc-1")]


async def test_an_error_stands_on_its_field_and_what_was_typed_stays(war: War) -> None:
    maya = war.person("maya")
    room = await war.open(maya)
    assert said(await maya.command(room, "/incident open")) == ""
    await maya.wait_for_modal("What is wrong?")
    errors = await maya.submit(title="502s on pay", ways=["here"])
    assert "is the room of INC-1 already" in errors["ways"]
    form = await maya.modal()
    assert form is not None and filled(form, "title")["value"] == "502s on pay"
    assert await maya.submit(ways=["private"]) == {}
    await war.room(maya, 2)
    assert "INC-2" not in said(await war.person("sam").command("#general", "/incident list"))


async def test_a_guest_is_told_on_the_form(war: War) -> None:
    gwen = war.person("gwen")
    await gwen.command("#general", "/incident open")
    await gwen.wait_for_modal("What is wrong?")
    assert "is for full members" in (await gwen.submit(title="502s on pay"))["title"]


@pytest.mark.parametrize("error", ["expired_trigger_id", "internal_error"])
async def test_where_it_cannot_open_a_sentence_says_what_to_type(war: War, error: str) -> None:
    maya = war.person("maya")
    await war.pg.client.fault("views.open", "error", error=error, times=2)
    await maya.command("#general", "/incident open sev1")
    told = await maya.wait_for("#general", "Slack did not open the form.*/incident open sev1 <title>")
    assert told.only_visible_to_you
    await maya.shortcut(OPEN)
    bot = (await maya.overview())["app"]["user"]
    await maya.wait_for(bot, "Slack did not open the form.*/incident open <title>")


async def test_in_a_direct_conversation_no_channel_is_offered(war: War) -> None:
    maya = war.person("maya")
    await maya.command("@sam", "/incident open")
    assert "In this channel" not in str((await maya.wait_for_modal("What is wrong?"))["blocks"])


async def test_a_payload_that_slack_refuses_is_found() -> None:
    async with Playground() as pg:
        slack = AsyncWebClient("xoxb-playground", base_url=pg.api_url)
        await slack.conversations_join(channel="C000000001")
        assert refused_payloads(pg) == []
        with pytest.raises(SlackApiError, match="invalid_blocks"):
            await slack.chat_postMessage(channel="C000000001", text="x", blocks=[{"type": "sectionn"}])
        assert len(refused_payloads(pg)) == 1
