"""Commands, buttons, menus, modals, shortcuts and the Home tab, through a real bot on both transports."""

import asyncio
from typing import Any

import aiohttp
import pytest
from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot.playground import NotSeen, Person, Playground, Refused

from .bots import Bot, Json, just_ack

ROOM = "#incidents"


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def option(text: str) -> Json:
    return {"text": plain(text), "value": text.lower()}


def field(action_id: str, kind: str = "plain_text_input", *, optional: bool = False, **more: Any) -> Json:
    element = {"type": kind, "action_id": action_id, **more}
    return {
        "type": "input",
        "block_id": f"b_{action_id}",
        "label": plain(action_id),
        "element": element,
        "optional": optional,
    }


def modal(title: str, *blocks: Json, **more: Any) -> Json:
    shown = {
        "type": "modal",
        "callback_id": "form",
        "title": plain(title),
        "submit": plain("OK"),
        "blocks": list(blocks),
    }
    return {**shown, **more}


def actions(*elements: Json) -> list[Json]:
    return [{"type": "actions", "block_id": "row", "elements": list(elements)}]


def button(label: str, action_id: str, **more: Any) -> Json:
    return {"type": "button", "text": plain(label), "action_id": action_id, **more}


async def test_a_command_carries_what_slack_sends(bot: Bot, maya: Person) -> None:
    @bot.app.command("/log")
    async def log(ack: Any) -> None:
        await ack()

    answer = await maya.command(ROOM, "/log  a < b & c @sam #general https://x.example/y.")
    assert (answer.failure, answer.message) == (None, None)
    sent = await bot.hears(command="/log")
    assert sent["text"] == "a &lt; b &amp; c <@U0000SAM01|sam> <#C000000001|general> <https://x.example/y>."
    assert (sent["user_id"], sent["user_name"]) == ("U0000MAYA1", "maya")
    assert (sent["channel_id"], sent["channel_name"]) == ("C000000002", "incidents")
    assert (sent["team_id"], sent["api_app_id"]) == ("T0000ACME1", "A0000000APP")
    assert sent["trigger_id"] and sent["response_url"].startswith(bot.pg.url)


async def test_without_should_escape_names_arrive_as_typed(bot: Bot, maya: Person) -> None:
    bot.app.command("/log")(just_ack)
    await bot.pg.client.post("app", should_escape=False)
    await maya.command(ROOM, "/log @sam #general")
    assert (await bot.hears(command="/log"))["text"] == "@sam #general"


@pytest.mark.parametrize(
    ("answer", "shown", "private"),
    [
        ("just text", "just text", True),
        ({"text": "*a* dict"}, "a dict", True),
        ({"blocks": actions(button("Go", "go"))}, "[Go]", True),
        ({"text": "for all", "response_type": "in_channel"}, "for all", False),
    ],
)
async def test_an_acknowledgement_may_answer(
    bot: Bot, maya: Person, sam: Person, answer: Any, shown: str, private: bool
) -> None:
    @bot.app.command("/log")
    async def log(ack: Any) -> None:
        await ack(answer) if isinstance(answer, str) else await ack(**answer)

    got = await maya.command(ROOM, "/log")
    assert got.message is not None
    assert (got.text, got.message.only_visible_to_you) == (shown, private)
    assert (shown in [message.text for message in await sam.sees(ROOM)]) is not private


async def test_what_can_not_be_shown_is_a_failure(bot: Bot, maya: Person) -> None:
    bot.app.command("/log")(answers(blocks=[{"type": "poem"}]))
    answer = await maya.command(ROOM, "/log")
    assert answer.failure == '/log failed with the error "invalid_command_response"'
    assert (await maya.sees(ROOM))[-1].only_visible_to_you


async def test_a_command_unanswered_times_out(bot: Bot, maya: Person) -> None:
    await bot.pg.client.post("app", ack_seconds=0.3)

    @bot.app.command("/slow")
    async def slow(ack: Any) -> None:
        await asyncio.sleep(0.5)
        await ack("too late")

    answer = await maya.command(ROOM, "/slow")
    assert answer.failure == '/slow failed with the error "operation_timeout"'
    assert len([body for body in bot.heard if body.get("command") == "/slow"]) == 1, "a command is never sent again"


async def test_only_registered_commands_reach_the_app(bot: Bot, maya: Person) -> None:
    await bot.pg.client.post("app", commands=["/log"])
    bot.app.command("/log")(answers("logged"))
    assert (await maya.command(ROOM, "/log")).text == "logged"
    assert (await maya.command(ROOM, "/other")).failure == "/other is not a valid command."
    await bot.pg.client.post("app", scopes=["chat:write"])
    assert (await maya.command(ROOM, "/log")).failure == "/log is not a valid command."


async def test_a_response_url_works_five_times(bot: Bot, maya: Person, sam: Person) -> None:
    bot.app.command("/log")(answers("first"))
    await maya.command(ROOM, "/log")
    hook = AsyncWebhookClient((await bot.hears(command="/log"))["response_url"])
    assert (await hook.send(text="replaced", replace_original=True)).status_code == 200
    assert [message.text for message in await maya.sees(ROOM)][-1] == "replaced"
    await hook.send(text="beside")
    await hook.send(text="for all", response_type="in_channel")
    assert [message.text for message in await sam.sees(ROOM)][-1] == "for all"
    await hook.send(delete_original=True)
    assert "replaced" not in [message.text for message in await maya.sees(ROOM)]
    assert (await hook.send(text="fifth")).status_code == 200
    used = await hook.send(text="sixth")
    assert (used.status_code, used.body) == (404, '{"ok": false, "error": "used_url"}')


@pytest.mark.parametrize(
    ("payload", "status", "error"),
    [
        ({}, 400, "no_text"),
        ({"text": "x" * 40_001}, 400, "msg_too_long"),
        ({"blocks": [{"type": "poem"}]}, 400, "invalid_blocks"),
        ([], 400, "invalid_payload"),
        ({"text": ["x"]}, 400, "invalid_arguments"),
        ({"attachments": "{broken"}, 400, "invalid_attachments"),
        ({"text": "x", "thread_ts": "1.5"}, 400, "thread_not_found"),
        ({"delete_original": True}, 404, "message_not_found"),
    ],
)
async def test_a_response_url_refuses_what_a_message_can_not_be(
    bot: Bot, maya: Person, payload: Any, status: int, error: str
) -> None:
    bot.app.command("/log")(just_ack)
    await maya.command(ROOM, "/log")
    url = (await bot.hears(command="/log"))["response_url"]
    async with aiohttp.ClientSession() as session, session.post(url, json=payload) as response:
        assert (response.status, (await response.json())["error"]) == (status, error)


async def test_a_response_url_that_nobody_gave_out(pg: Playground) -> None:
    said = await AsyncWebhookClient(f"{pg.url}/commands/T0000ACME1/1/never").send(text="x")
    assert (said.status_code, said.body) == (404, '{"ok": false, "error": "expired_url"}')


async def test_a_button_carries_its_message_and_can_change_it(bot: Bot, maya: Person) -> None:
    @bot.app.action("go")
    async def go(ack: Any, respond: Any) -> None:
        await ack()
        await respond(text="gone", replace_original=True)

    blocks = actions(
        button("Go", "go", value="42"), {"type": "static_select", "action_id": "kind", "options": [option("A")]}
    )
    posted = await bot.client.chat_postMessage(channel="C000000002", text="card", blocks=blocks)
    card = await maya.wait_for(ROOM, r"\[Go\]")
    assert await maya.press(card, "Go") is None
    sent = await bot.hears(type="block_actions")
    (action,) = sent["actions"]
    assert {"type": "button", "action_id": "go", "block_id": "row", "value": "42"}.items() <= action.items()
    assert (sent["message"]["ts"], sent["container"]["message_ts"]) == (posted["ts"], posted["ts"])
    assert sent["channel"]["id"] == "C000000002" and sent["user"]["id"] == "U0000MAYA1"
    assert sent["state"]["values"] == {"row": {"kind": {"type": "static_select", "selected_option": None}}}
    await maya.wait_for(ROOM, "^gone$")


async def test_what_stands_in_an_attachment_can_be_pressed(bot: Bot, maya: Person) -> None:
    bot.app.action("kind")(just_ack)
    menu = {"type": "static_select", "action_id": "kind", "options": [option("A")]}
    attachment = {"color": "#cc0000", "blocks": actions(menu)}
    await bot.client.chat_postMessage(channel="C000000002", text="x", attachments=[attachment])
    message = (await maya.sees(ROOM))[-1]
    await maya.press(message, action_id="kind", value="A")
    sent = await bot.hears(type="block_actions")
    assert sent["state"]["values"]["row"]["kind"]["selected_option"] == option("A")


async def test_a_late_answer_goes_to_the_thread_that_it_names(bot: Bot, maya: Person) -> None:
    bot.app.action("go")(just_ack)
    parent = await maya.say(ROOM, "parent")
    await bot.client.chat_postMessage(
        channel="C000000002", text="x", blocks=actions(button("Go", "go")), thread_ts=parent.ts
    )
    reply = await maya.wait_for(ROOM, "Go", thread=parent)
    await maya.press(reply, "Go")
    sent = await bot.hears(type="block_actions")
    assert sent["container"]["thread_ts"] == parent.ts
    hook = AsyncWebhookClient(sent["response_url"])
    await hook.send_dict({"text": "in the thread", "thread_ts": parent.ts})
    await hook.send(text="in the channel")
    assert (await maya.sees(ROOM, parent))[-1].text == "in the thread"
    assert (await maya.sees(ROOM))[-1].text == "in the channel"


async def test_an_ephemeral_message_changes_only_through_its_press(bot: Bot, maya: Person, sam: Person) -> None:
    @bot.app.action("go")
    async def go(ack: Any, respond: Any) -> None:
        await ack()
        await respond(text="done", replace_original=True)

    await bot.client.chat_postEphemeral(
        channel="C000000002", user="U0000MAYA1", text="x", blocks=actions(button("Go", "go"))
    )
    whisper = await maya.wait_for(ROOM, r"\[Go\]")
    assert whisper.only_visible_to_you
    with pytest.raises(Refused, match="sees no message"):
        await sam.press(whisper, "Go")
    await maya.press(whisper, "Go")
    sent = await bot.hears(type="block_actions")
    assert "message" not in sent and sent["container"]["is_ephemeral"] is True
    assert (await maya.wait_for(ROOM, "^done$")).ts == whisper.ts
    assert whisper.ts not in [
        m["ts"] for m in (await bot.client.conversations_history(channel="C000000002"))["messages"]
    ]


MENUS: list[tuple[Json, Any, Json]] = [
    (
        {"type": "static_select", "options": [option("Red"), option("Blue")]},
        "Blue",
        {"selected_option": option("Blue")},
    ),
    ({"type": "overflow", "options": [option("Edit"), option("Drop")]}, "drop", {"selected_option": option("Drop")}),
    (
        {"type": "radio_buttons", "options": [option("Low"), option("High")]},
        "high",
        {"selected_option": option("High")},
    ),
    (
        {"type": "checkboxes", "options": [option("A"), option("B")]},
        ["a", "b"],
        {"selected_options": [option("A"), option("B")]},
    ),
    (
        {"type": "multi_static_select", "options": [option("A"), option("B")]},
        ["b"],
        {"selected_options": [option("B")]},
    ),
    ({"type": "users_select"}, "@sam", {"selected_user": "U0000SAM01"}),
    ({"type": "multi_users_select"}, ["sam", "priya"], {"selected_users": ["U0000SAM01", "U0000PRIYA"]}),
    ({"type": "conversations_select"}, "#general", {"selected_conversation": "C000000001"}),
    ({"type": "channels_select"}, "general", {"selected_channel": "C000000001"}),
    ({"type": "datepicker"}, "2026-11-24", {"selected_date": "2026-11-24"}),
    ({"type": "timepicker"}, "14:05", {"selected_time": "14:05"}),
    ({"type": "datetimepicker"}, 1_800_000_000, {"selected_date_time": 1_800_000_000}),
]


@pytest.mark.parametrize(("element", "value", "sent"), MENUS, ids=[element["type"] for element, _, _ in MENUS])
async def test_a_menu_sends_what_was_picked(bot: Bot, maya: Person, element: Json, value: Any, sent: Json) -> None:
    bot.app.action("menu")(just_ack)
    element = {**element, "action_id": "menu"}
    in_section = {"type": "section", "text": plain("Pick"), "accessory": element}
    blocks = actions(element) if element["type"] == "datetimepicker" else [in_section]
    posted = await bot.client.chat_postMessage(channel="C000000002", text="x", blocks=blocks)
    message = await maya.wait_for(ROOM, lambda message: message.ts == posted["ts"])
    await maya.press(message, action_id="menu", value=value)
    (action,) = (await bot.hears(type="block_actions"))["actions"]
    assert sent.items() <= action.items()
    assert action["type"] == element["type"]


async def test_a_press_on_what_is_not_there_says_what_is(bot: Bot, maya: Person) -> None:
    blocks = actions(button("Go", "go"), button("Stay", "stay"), button("Stay", "stay_too"))
    await bot.client.chat_postMessage(channel="C000000002", text="x", blocks=blocks)
    message = await maya.wait_for(ROOM, "Go")
    with pytest.raises(Refused, match=r"no element Run here; there are: 'Go' \(go\), 'Stay' \(stay\)"):
        await maya.press(message, "Run")
    with pytest.raises(Refused, match="more than one element Stay"):
        await maya.press(message, "Stay")


def answers(*args: Any, **more: Any) -> Any:
    """A listener that acknowledges with this."""

    async def listener(ack: Any) -> None:
        await ack(*args, **more)

    return listener


async def open_modal(bot: Bot, who: Person, view: Json) -> Json:
    """Have `who` open `view` with a command of its own."""
    command = f"/open-{len(bot.heard)}"

    @bot.app.command(command)
    async def open_it(ack: Any, body: Json) -> None:
        await ack()
        await bot.client.views_open(trigger_id=body["trigger_id"], view=view)

    await who.command(ROOM, command)
    return await who.wait_for_modal()


FIELDS: list[tuple[Json, Any, Json]] = [
    (field("f"), "typed", {"type": "plain_text_input", "value": "typed"}),
    (field("f", "email_text_input"), "a@b.example", {"type": "email_text_input", "value": "a@b.example"}),
    (field("f", "url_text_input"), "https://x.example", {"type": "url_text_input", "value": "https://x.example"}),
    (field("f", "number_input", is_decimal_allowed=False), "7", {"type": "number_input", "value": "7"}),
    *[
        (
            field("f", element["type"], **{k: v for k, v in element.items() if k != "type"}),
            value,
            {"type": element["type"], **sent},
        )
        for element, value, sent in MENUS
        if element["type"] != "overflow"
    ],
]


@pytest.mark.parametrize(("block", "value", "sent"), FIELDS, ids=[block["element"]["type"] for block, _, _ in FIELDS])
async def test_a_modal_sends_its_state(bot: Bot, maya: Person, block: Json, value: Any, sent: Json) -> None:
    bot.app.view("form")(just_ack)
    await open_modal(bot, maya, modal("Form", block, private_metadata="INC-42"))
    assert await maya.submit(f=value) == {}
    assert await maya.modal() is None
    view = (await bot.hears(type="view_submission"))["view"]
    assert view["state"]["values"] == {"b_f": {"f": sent}}
    assert (view["callback_id"], view["private_metadata"]) == ("form", "INC-42")


async def test_a_modal_takes_a_file(bot: Bot, maya: Person) -> None:
    bot.app.view("form")(just_ack)
    await open_modal(bot, maya, modal("Form", field("f", "file_input")))
    file = await maya.upload("fix.diff", b"+ workers: 32\n", "text/x-diff")
    assert await maya.submit(f=[file]) == {}
    view = (await bot.hears(type="view_submission"))["view"]
    (sent,) = view["state"]["values"]["b_f"]["f"]["files"]
    assert (sent["id"], sent["name"], sent["mimetype"], sent["size"]) == (file, "fix.diff", "text/x-diff", 14)
    assert sent["url_private"].startswith(bot.pg.slack.base_url)


CLIENT_REFUSES: list[tuple[Json, Any, str]] = [
    (field("f"), "", "Please complete this required field."),
    (field("f", "users_select"), None, "Please complete this required field."),
    (field("f", min_length=5), "four", "Enter at least 5 characters."),
    (field("f", max_length=3), "four", "Enter at most 3 characters."),
    (field("f"), "x" * 3001, "Enter at most 3000 characters."),
    (field("f", "email_text_input"), "nobody", "Enter a valid email address."),
    (field("f", "url_text_input"), "nowhere", "Enter a valid URL."),
    (field("f", "number_input", is_decimal_allowed=False), "many", "Enter a number."),
    (field("f", "number_input", is_decimal_allowed=False), "1.5", "Enter a whole number."),
    (field("f", "number_input", is_decimal_allowed=True, min_value="2"), "1.5", "Enter a number of at least 2."),
    (field("f", "number_input", is_decimal_allowed=True, max_value="2"), "2.5", "Enter a number of at most 2."),
    (field("f", "datepicker"), "tomorrow", "Enter a date as YYYY-MM-DD."),
    (field("f", "timepicker"), "noon", "Enter a time as HH:MM."),
    (field("f", "datetimepicker"), "noon", "Enter a date and time as seconds since the epoch."),
    (field("f", "static_select", options=[option("Red")]), "Blue", "There is no option 'Blue'; there are: 'Red'."),
    (field("f", "users_select"), "nobody", "There is no person 'nobody'."),
    (field("f", "conversations_select"), "#nowhere", "There is no conversation '#nowhere'."),
    (field("f", "multi_users_select", max_selected_items=1), ["sam", "priya"], "You can pick 1 at most."),
    (field("f", "file_input"), ["F999"], "There is no file F999: upload it first."),
]


@pytest.mark.parametrize("bot", ["socket"], indirect=True)
@pytest.mark.parametrize(("block", "value", "sentence"), CLIENT_REFUSES)
async def test_slacks_client_lets_no_bad_value_out(
    bot: Bot, maya: Person, block: Json, value: Any, sentence: str
) -> None:
    await open_modal(bot, maya, modal("Form", block))
    assert await maya.submit(f=value) == {"b_f": sentence}
    shown = await maya.modal()
    assert shown is not None and shown["errors"] == {"b_f": sentence}
    assert not [body for body in bot.heard if body.get("type") == "view_submission"]


async def test_an_optional_input_may_be_empty(bot: Bot, maya: Person) -> None:
    bot.app.view("form")(just_ack)
    await open_modal(bot, maya, modal("Form", field("f", optional=True)))
    assert await maya.submit() == {}
    view = (await bot.hears(type="view_submission"))["view"]
    assert view["state"]["values"]["b_f"]["f"]["value"] is None


async def test_a_modal_without_a_submit_button_is_not_submitted(bot: Bot, maya: Person) -> None:
    view = modal("Look", {"type": "divider"})
    del view["submit"]
    await open_modal(bot, maya, view)
    with pytest.raises(Refused, match="no submit button"):
        await maya.submit()


async def test_a_button_of_a_modal_takes_no_value(bot: Bot, maya: Person) -> None:
    await open_modal(bot, maya, modal("Form", *actions(button("Go", "go"))))
    assert await maya.submit(go="x") == {"row": "A button holds no value."}


async def test_a_value_for_no_input_is_refused(bot: Bot, maya: Person) -> None:
    await open_modal(bot, maya, modal("Form", field("f")))
    with pytest.raises(Refused, match="no input g; it has: f"):
        await maya.submit(f="x", g="y")


async def test_the_app_may_refuse_update_push_and_clear(bot: Bot, maya: Person) -> None:
    @bot.app.view("form")
    async def submitted(ack: Any, view: Json) -> None:
        match view["state"]["values"]["b_f"]["f"]["value"]:
            case "bad":
                await ack(response_action="errors", errors={"b_f": "Not that."})
            case "lost":
                await ack(response_action="errors", errors={"nowhere": "?"})
            case "next":
                await ack(response_action="update", view=modal("Second", field("f")))
            case "deeper":
                await ack(response_action="push", view=modal("Third", field("f")))
            case "broken":
                await ack(response_action="update", view={"type": "modal"})
            case "all":
                await ack(response_action="clear")
            case _:
                await ack()

    trouble = {"": "We had some trouble connecting. Try again?"}
    await open_modal(bot, maya, modal("First", field("f")))
    assert await maya.submit(f="bad") == {"b_f": "Not that."}
    assert await maya.submit(f="lost") == trouble
    assert await maya.submit(f="broken") == trouble
    assert await maya.submit(f="next") == {}
    second = await maya.wait_for_modal("Second")
    assert (second["errors"], second["depth"]) == ({}, 1)
    await maya.submit(f="deeper")
    third = await maya.wait_for_modal("Third")
    assert (third["depth"], third["previous_view_id"]) == (2, second["id"])
    assert await maya.submit(f="fine") == {}
    assert (await maya.wait_for_modal("Second"))["depth"] == 1, "the one below shows again"
    await maya.submit(f="deeper")
    await maya.submit(f="all")
    assert await maya.modal() is None


async def test_a_submission_unanswered_leaves_the_modal_open(bot: Bot, maya: Person) -> None:
    await bot.pg.client.post("app", ack_seconds=0.2)
    view = await open_modal(bot, maya, modal("Form", field("f")))
    assert await maya.submit(f="x") == {"": "We had some trouble connecting. Try again?"}
    shown = await maya.modal()
    assert shown is not None and shown["id"] == view["id"]


async def test_the_app_hears_of_a_closed_modal_where_it_asked_to(bot: Bot, maya: Person) -> None:
    bot.app.view_closed("form")(just_ack)
    await open_modal(bot, maya, modal("Quiet", field("f")))
    await maya.close_modal()
    assert await maya.modal() is None
    await open_modal(bot, maya, modal("Loud", field("f"), notify_on_close=True))
    await maya.close_modal(all_of_them=True)
    closed = await bot.hears(type="view_closed")
    assert (closed["is_cleared"], closed["view"]["title"]["text"]) == (True, "Loud")
    assert len([body for body in bot.heard if body.get("type") == "view_closed"]) == 1


async def test_a_press_in_a_modal_carries_the_view_and_can_push(bot: Bot, maya: Person) -> None:
    @bot.app.action("more")
    async def more(ack: Any, body: Json) -> None:
        await ack()
        await bot.client.views_push(trigger_id=body["trigger_id"], view=modal("Deeper", field("f")))

    bot.app.action("kind")(just_ack)
    quiet = field("quiet", "static_select", options=[option("A")])
    loud = {**field("kind", "static_select", options=[option("A"), option("B")]), "dispatch_action": True}
    await open_modal(bot, maya, modal("Form", quiet, loud, *actions(button("More", "more"))))
    await maya.press_in("modal", action_id="quiet", value="A")
    await maya.press_in("modal", action_id="kind", value="B")
    sent = await bot.hears(type="block_actions")
    assert sent["actions"][0]["action_id"] == "kind", "an input without dispatch_action stays silent"
    assert sent["view"]["state"]["values"]["b_quiet"]["quiet"]["selected_option"] == option("A")
    await maya.press_in("modal", "More")
    assert (await maya.wait_for_modal("Deeper"))["depth"] == 2


async def test_an_updated_modal_keeps_what_was_typed(bot: Bot, maya: Person) -> None:
    bot.app.action("kind")(just_ack)
    view = await open_modal(bot, maya, modal("Form", field("a"), field("kind", "static_select", options=[option("A")])))
    await maya.press_in("modal", action_id="a", value="typed")
    updated = modal("Form", field("a"), field("b"))
    await bot.client.views_update(view_id=view["id"], view=updated, hash=view["hash"])
    shown = await maya.wait_for_modal(r"b\n")
    assert shown["state"]["values"] == {
        "b_a": {"a": {"type": "plain_text_input", "value": "typed"}},
        "b_b": {"b": {"type": "plain_text_input", "value": None}},
    }


async def test_shortcuts_of_a_message_and_of_the_workspace(bot: Bot, maya: Person) -> None:
    @bot.app.shortcut("note")
    async def note(ack: Any, body: Json) -> None:
        await ack()
        await bot.client.views_open(trigger_id=body["trigger_id"], view=modal("Note", field("f")))

    message = await maya.say(ROOM, "restarted the pods")
    assert await maya.shortcut("note", message) is None
    sent = await bot.hears(type="message_action")
    assert (sent["callback_id"], sent["message"]["text"], sent["channel"]["id"]) == (
        "note",
        "restarted the pods",
        "C000000002",
    )
    await AsyncWebhookClient(sent["response_url"]).send(text="noted")
    assert (await maya.sees(ROOM))[-1].text == "noted"
    await maya.wait_for_modal("Note")
    assert await maya.shortcut("note") is None
    assert (await bot.hears(type="shortcut"))["callback_id"] == "note"


async def test_the_home_tab(bot: Bot, maya: Person, sam: Person) -> None:
    @bot.app.event("app_home_opened")
    async def opened(event: Json) -> None:
        home = {"type": "home", "blocks": [*actions(button("Refresh", "refresh")), field("f", optional=True)]}
        await bot.client.views_publish(user_id=event["user"], view=home)

    bot.app.action("refresh")(just_ack)
    with pytest.raises(Refused, match="no Home tab yet"):
        await maya.press_in("home", "Refresh")
    await maya.do("home")
    assert (await maya.wait_for_home("Refresh"))["type"] == "home"
    assert await maya.press_in("home", "Refresh") is None
    sent = await bot.hears(type="block_actions")
    assert sent["container"]["type"] == "view" and sent["view"]["type"] == "home"
    assert await sam.home() is None


async def test_an_external_select_asks_the_app(bot: Bot, maya: Person) -> None:
    @bot.app.options("which")
    async def options(ack: Any, body: Json) -> None:
        await ack(options=[option(f"{body['value']}-{number}") for number in (1, 2)])

    bot.app.action("which")(just_ack)
    element = {"type": "external_select", "action_id": "which", "min_query_length": 1}
    block = {"type": "section", "text": plain("Which?"), "accessory": element}
    await bot.client.chat_postMessage(channel="C000000002", text="x", blocks=[block])
    message = await maya.wait_for(ROOM, "Which")
    offered = await maya.do("options", channel=message.channel, ts=message.ts, action_id="which", value="INC")
    assert [o["text"]["text"] for o in offered["options"]] == ["INC-1", "INC-2"]
    await maya.press(message, action_id="which", value="inc-2")
    (action,) = (await bot.hears(type="block_actions"))["actions"]
    assert action["selected_option"]["value"] == "inc-2"


async def test_waiting_in_vain_says_what_was_seen(maya: Person) -> None:
    await maya.say(ROOM, "all is well")
    with pytest.raises(
        NotSeen, match=r"did not see 'on fire' in #incidents within 0.1 s, but:\n  \[maya\] all is well"
    ):
        await maya.wait_for(ROOM, "on fire", within=0.1)
    with pytest.raises(NotSeen, match="no modal with 'Form'"):
        await maya.wait_for_modal("Form", within=0.1)


async def test_waiting_ends_as_soon_as_it_is_there(pg: Playground, maya: Person, sam: Person) -> None:
    loop = asyncio.get_running_loop()
    waiting = asyncio.create_task(maya.wait_for(ROOM, "here it is", within=30))
    await asyncio.sleep(0.2)
    started = loop.time()
    said = await sam.say(ROOM, "here it is")
    assert (await waiting).ts == said.ts
    assert loop.time() - started < 1
