"""Every rule of Block Kit with a payload just inside and one just outside of it."""

import time
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.playground.blockkit import check_blocks, check_view

Json = dict[str, Any]


def plain(text: str = "Text", **more: Any) -> Json:
    return {"type": "plain_text", "text": text, **more}


def mrkdwn(text: str = "*Text*", **more: Any) -> Json:
    return {"type": "mrkdwn", "text": text, **more}


def section(**more: Any) -> Json:
    return {"type": "section", "text": mrkdwn(), **more}


def actions(*elements: Json, **more: Any) -> Json:
    return {"type": "actions", "elements": list(elements), **more}


def accessory(element: Json) -> Json:
    return section(accessory=element)


def input_of(element: Json, **more: Any) -> Json:
    return {"type": "input", "label": plain(), "element": element, **more}


def element(kind: str, **more: Any) -> Json:
    return {"type": kind, **more}


def button(**more: Any) -> Json:
    return {"type": "button", "text": plain(), **more}


def option(value: str = "v", **more: Any) -> Json:
    return {"text": plain(), "value": value, **more}


def pick(kind: str, **more: Any) -> Json:
    return accessory(element(kind, **more))


def select(**more: Any) -> Json:
    return pick("static_select", **{"options": [option()], **more})


def grouped(*groups: Json, **more: Any) -> Json:
    return pick("static_select", option_groups=list(groups), **more)


def text_input(**more: Any) -> Json:
    return input_of(element("plain_text_input", **more))


def number_input(**more: Any) -> Json:
    return input_of(element("number_input", is_decimal_allowed=True, **more))


def context(*elements: Json) -> Json:
    return {"type": "context", "elements": list(elements)}


def image(**more: Any) -> Json:
    return {"type": "image", "image_url": "https://x.test/a.png", "alt_text": "a", **more}


def rich(*parts: Json) -> Json:
    return {"type": "rich_text", "elements": list(parts)}


def rich_section(*spans: Json) -> Json:
    return {"type": "rich_text_section", "elements": list(spans)}


def span(kind: str, **more: Any) -> Json:
    return rich(rich_section(element(kind, **more)))


def rich_list(**more: Any) -> Json:
    return {"type": "rich_text_list", "style": "bullet", "elements": [rich_section()], **more}


def confirm(**more: Any) -> Json:
    return {"title": plain(), "text": mrkdwn(), "confirm": plain(), "deny": plain(), **more}


def confirmed(**more: Any) -> Json:
    return accessory(button(confirm=confirm(**more)))


def table(rows: int = 1, cells: int = 1, **more: Any) -> Json:
    return {"type": "table", "rows": [[{"type": "raw_text", "text": "c"}] * cells] * rows, **more}


def video(**more: Any) -> Json:
    return {
        "type": "video",
        "alt_text": "a",
        "title": plain(),
        "thumbnail_url": "https://x.test/t.png",
        "video_url": "https://x.test/v",
        **more,
    }


def modal(*blocks: Json, **more: Any) -> Json:
    return {"type": "modal", "title": plain(), "blocks": list(blocks), **more}


def home(*blocks: Json, **more: Any) -> Json:
    return {"type": "home", "blocks": list(blocks), **more}


def group(*options: Json, label: str = "Group") -> Json:
    return {"label": plain(label), "options": list(options)}


def option_text(text: Json) -> Json:
    return {"text": text, "value": "v"}


def without(payload: Json, key: str) -> Json:
    return {name: value for name, value in payload.items() if name != key}


HEADER: Json = {"type": "header", "text": plain()}
TEXT_INPUT = element("plain_text_input")
PLAIN = "must be one of: 'plain_text'"
STYLE = "must be one of: 'primary' or 'danger'"
AMONG = "must be one of the options"

# Texts: how a block is made around one, how many characters it holds at most, and where it stands.
TEXTS: list[tuple[str, Callable[[str], Json], int, str]] = [
    ("section", lambda t: section(text=mrkdwn(t)), 3000, "/text/text"),
    ("section field", lambda t: section(fields=[plain(t)]), 2000, "/fields/0/text"),
    ("block id", lambda t: section(block_id=t), 255, "/block_id"),
    ("header", lambda t: {"type": "header", "text": plain(t)}, 150, "/text/text"),
    ("context", lambda t: context(mrkdwn(t)), 3000, "/elements/0/text"),
    ("markdown", lambda t: {"type": "markdown", "text": t}, 12_000, "/text"),
    ("action id", lambda t: actions(button(action_id=t)), 255, "/elements/0/action_id"),
    ("button", lambda t: actions(button(text=plain(t))), 75, "/elements/0/text/text"),
    ("button value", lambda t: actions(button(value=t)), 2000, "/elements/0/value"),
    (
        "button label",
        lambda t: accessory(button(accessibility_label=t)),
        75,
        "/accessory/accessibility_label",
    ),
    ("confirm title", lambda t: confirmed(title=plain(t)), 100, "/accessory/confirm/title/text"),
    ("confirm text", lambda t: confirmed(text=mrkdwn(t)), 300, "/accessory/confirm/text/text"),
    ("confirm button", lambda t: confirmed(confirm=plain(t)), 30, "/accessory/confirm/confirm/text"),
    ("confirm deny", lambda t: confirmed(deny=plain(t)), 30, "/accessory/confirm/deny/text"),
    ("option", lambda t: select(options=[option_text(plain(t))]), 75, "/accessory/options/0/text/text"),
    ("option value", lambda t: select(options=[option(t)]), 150, "/accessory/options/0/value"),
    (
        "option description",
        lambda t: select(options=[option(description=plain(t))]),
        75,
        "/accessory/options/0/description/text",
    ),
    ("group", lambda t: grouped(group(option(), label=t)), 75, "/accessory/option_groups/0/label/text"),
    ("placeholder", lambda t: select(placeholder=plain(t)), 150, "/accessory/placeholder/text"),
    ("input label", lambda t: input_of(TEXT_INPUT, label=plain(t)), 2000, "/label/text"),
    ("input hint", lambda t: input_of(TEXT_INPUT, hint=plain(t)), 2000, "/hint/text"),
    ("image alt", lambda t: image(alt_text=t), 2000, "/alt_text"),
    ("image title", lambda t: image(title=plain(t)), 2000, "/title/text"),
    ("video title", lambda t: video(title=plain(t)), 200, "/title/text"),
    ("video author", lambda t: video(author_name=t), 50, "/author_name"),
]

# Lists: how a block is made around one of n items, how many it holds at most, and where it stands.
LISTS: list[tuple[str, Callable[[int], Json], int, str]] = [
    ("section fields", lambda n: section(fields=[plain()] * n), 10, "/fields"),
    ("context elements", lambda n: context(*[mrkdwn()] * n), 10, "/elements"),
    ("actions elements", lambda n: actions(*[button()] * n), 25, "/elements"),
    ("select options", lambda n: select(options=[option()] * n), 100, "/accessory/options"),
    ("select groups", lambda n: grouped(*[group(option())] * n), 100, "/accessory/option_groups"),
    (
        "group options",
        lambda n: grouped(group(*[option()] * n)),
        100,
        "/accessory/option_groups/0/options",
    ),
    ("overflow", lambda n: pick("overflow", options=[option()] * n), 5, "/accessory/options"),
    ("check boxes", lambda n: pick("checkboxes", options=[option()] * n), 10, "/accessory/options"),
    ("radio buttons", lambda n: pick("radio_buttons", options=[option()] * n), 10, "/accessory/options"),
    ("table rows", lambda n: table(rows=n), 100, "/rows"),
    ("table cells", lambda n: table(cells=n), 20, "/rows/0"),
    (
        "multi select options",
        lambda n: pick("multi_static_select", options=[option()] * n),
        100,
        "/accessory/options",
    ),
    (
        "multi select groups",
        lambda n: pick("multi_static_select", option_groups=[group(option())] * n),
        100,
        "/accessory/option_groups",
    ),
    (
        "multi select initial",
        lambda n: pick("multi_static_select", options=[option()], initial_options=[option()] * n),
        100,
        "/accessory/initial_options",
    ),
    (
        "multi external initial",
        lambda n: pick("multi_external_select", initial_options=[option()] * n),
        100,
        "/accessory/initial_options",
    ),
    (
        "check boxes initial",
        lambda n: pick("checkboxes", options=[option()], initial_options=[option()] * n),
        10,
        "/accessory/initial_options",
    ),
    (
        "dispatch triggers",
        lambda n: text_input(dispatch_action_config={"trigger_actions_on": ["on_enter_pressed"] * n}),
        2,
        "/element/dispatch_action_config/trigger_actions_on",
    ),
    (
        "conversation kinds",
        lambda n: pick("conversations_select", filter={"include": ["im"] * n}),
        4,
        "/accessory/filter/include",
    ),
]

# An element by itself, and with all that it may have: both are accepted.
PLACEHOLDER = {"placeholder": plain()}
SHARED = {"action_id": "a", "focus_on_load": True}
MENU = {**SHARED, **PLACEHOLDER, "confirm": confirm(style="danger")}
MULTI = {**MENU, "max_selected_items": 2}
FIELD = {**SHARED, **PLACEHOLDER, "dispatch_action_config": {"trigger_actions_on": ["on_character_entered"]}}
CONVERSATIONS = {"default_to_current_conversation": True, "filter": {"exclude_external_shared_channels": True}}
ELEMENTS: list[tuple[Json, Json]] = [
    (element("static_select", options=[option()]), {**MENU, "initial_option": option()}),
    (element("multi_static_select", options=[option()]), {**MULTI, "initial_options": [option()]}),
    (element("multi_static_select", option_groups=[group(option())]), {**MULTI, "initial_options": [option()]}),
    (element("external_select"), {**MENU, "initial_option": option(), "min_query_length": 0}),
    (
        element("multi_external_select"),
        {**MULTI, "initial_options": [option()], "min_query_length": 0},
    ),
    (element("users_select"), {**MENU, "initial_user": "U1"}),
    (element("multi_users_select"), {**MULTI, "initial_users": ["U1"]}),
    (
        element("conversations_select"),
        {**MENU, **CONVERSATIONS, "initial_conversation": "D1", "response_url_enabled": True},
    ),
    (element("multi_conversations_select"), {**MULTI, **CONVERSATIONS, "initial_conversations": ["D1"]}),
    (element("channels_select"), {**MENU, "initial_channel": "C1", "response_url_enabled": True}),
    (element("multi_channels_select"), {**MULTI, "initial_channels": ["C1"]}),
    (
        element("checkboxes", options=[option(description=plain())]),
        {**SHARED, "confirm": confirm(), "initial_options": [option(description=plain())]},
    ),
    (
        element("radio_buttons", options=[option()]),
        {**SHARED, "confirm": confirm(), "initial_option": option()},
    ),
    (element("datepicker"), {**MENU, "initial_date": "2026-11-24"}),
    (element("timepicker"), {**MENU, "initial_time": "00:00", "timezone": "UTC"}),
    (element("datetimepicker"), {**SHARED, "confirm": confirm(), "initial_date_time": 1_000_000_000}),
    (
        element("plain_text_input"),
        {**FIELD, "initial_value": "", "multiline": True, "min_length": 0, "max_length": 3000},
    ),
    (element("plain_text_input"), {"min_length": 3000}),
    (element("email_text_input"), {**FIELD, "initial_value": "a@x.test"}),
    (element("url_text_input"), {**FIELD, "initial_value": "https://x.test"}),
    (
        element("number_input", is_decimal_allowed=True),
        {**FIELD, "initial_value": "-1.5", "min_value": "-2", "max_value": "2"},
    ),
    (element("rich_text_input"), {**FIELD, "initial_value": {"type": "rich_text", "elements": []}}),
    (element("file_input"), {"action_id": "a", "filetypes": ["diff"], "max_files": 1}),
]

# The same for blocks.
BLOCKS: list[tuple[Json, Json]] = [
    (section(), {"fields": [plain()], "expand": True, "accessory": button()}),
    ({"type": "section", "fields": [plain()]}, {}),
    (actions(button()), {}),
    (context(mrkdwn()), {}),
    ({"type": "divider"}, {}),
    (HEADER, {}),
    (image(), {"title": plain()}),
    (input_of(TEXT_INPUT), {"dispatch_action": True, "optional": True, "hint": plain()}),
    ({"type": "markdown", "text": "x"}, {}),
    (rich(rich_section()), {}),
    (rich(rich_list(indent=0, offset=0, border=1)), {}),
    (rich({"type": "rich_text_quote", "elements": [], "border": 1}), {}),
    (rich({"type": "rich_text_preformatted", "elements": [], "border": 0, "language": "sql"}), {}),
    (rich({"type": "rich_text_quote", "elements": []}, {"type": "rich_text_preformatted", "elements": []}), {}),
    (span("link", url="https://x.test"), {}),
    (span("link", url="https://x.test", text="x", unsafe=True, style={"italic": True, "strike": True}), {}),
    (span("user", user_id="U1", style={"underline": True, "highlight": True}), {}),
    (span("usergroup", usergroup_id="S1", style={"client_highlight": True, "unlink": True}), {}),
    (span("channel", channel_id="C1", style={"code": True}), {}),
    (span("emoji", name="fire"), {}),
    (span("emoji", name="wave", unicode="1f44b", skin_tone=6), {}),
    (span("date", timestamp=1_700_000_000, format="{date}"), {}),
    (span("date", timestamp=0, format="{ago}", url="https://x.test", fallback="then"), {}),
    (table(), {"column_settings": []}),
    (
        video(),
        {
            "author_name": "a",
            "description": plain(),
            "provider_icon_url": "https://x.test/i",
            "provider_name": "p",
            "title_url": "https://x.test",
        },
    ),
]

# Everything else: a block that Slack accepts, the nearest that it refuses, why, and where.
RULES: list[tuple[str, Json, Json, str, str]] = [
    ("type", section(), without(section(), "type"), "missing required field: type", ""),
    ("unknown block", section(), {"type": "sektion"}, "unsupported type: sektion", "/type"),
    ("remote file", section(), {"type": "file"}, "unsupported type: file", "/type"),
    ("unknown key", section(), section(disabled=True), "invalid additional property: disabled", ""),
    ("null is not absent", section(), section(accessory=None), "must provide an object", "/accessory"),
    ("text object", section(), section(text="words"), "must provide an object", "/text"),
    (
        "section says something",
        {"type": "section", "fields": [plain()]},
        {"type": "section"},
        "must define either `text` or `fields`",
        "",
    ),
    ("expand", section(expand=True), section(expand="yes"), "must provide a boolean", "/expand"),
    (
        "emoji is for plain text",
        section(text=plain(emoji=True)),
        section(text=mrkdwn(emoji=True)),
        "invalid additional property: emoji",
        "/text",
    ),
    (
        "verbatim is for mrkdwn",
        section(text=mrkdwn(verbatim=True)),
        section(text=plain(verbatim=True)),
        "invalid additional property: verbatim",
        "/text",
    ),
    ("header is plain", HEADER, {**HEADER, "text": mrkdwn()}, PLAIN, "/text/type"),
    ("header text", HEADER, without(HEADER, "text"), "missing required field: text", ""),
    (
        "divider",
        {"type": "divider"},
        {"type": "divider", "text": plain()},
        "invalid additional property: text",
        "",
    ),
    ("context button", context(mrkdwn()), context(button()), "unsupported type: button", "/elements/0/type"),
    (
        "context image",
        context(image()),
        context(without(image(), "alt_text")),
        "missing required field: alt_text",
        "/elements/0",
    ),
    (
        "actions text input",
        actions(button()),
        actions(TEXT_INPUT),
        "unsupported type: plain_text_input",
        "/elements/0/type",
    ),
    ("actions image", actions(button()), actions(image()), "unsupported type: image", "/elements/0/type"),
    (
        "accessory text input",
        accessory(image()),
        accessory(TEXT_INPUT),
        "unsupported type: plain_text_input",
        "/accessory/type",
    ),
    (
        "accessory date and time",
        pick("datepicker"),
        pick("datetimepicker"),
        "unsupported type: datetimepicker",
        "/accessory/type",
    ),
    (
        "action id unique",
        actions(button(action_id="a"), button(action_id="b")),
        actions(button(action_id="a"), button(action_id="a")),
        'action_id "a" already exists',
        "/elements/1/action_id",
    ),
    ("button is plain", accessory(button()), accessory(button(text=mrkdwn())), PLAIN, "/accessory/text/type"),
    (
        "button url length",
        actions(button(url="https://x.test/" + "x" * 2985)),
        actions(button(url="https://x.test/" + "x" * 2986)),
        "must be less than 3001 characters",
        "/elements/0/url",
    ),
    (
        "button url",
        actions(button(url="slack://open")),
        actions(button(url="not a url")),
        "must match the pattern",
        "/elements/0/url",
    ),
    (
        "button style",
        accessory(button(style="danger")),
        accessory(button(style="red")),
        STYLE,
        "/accessory/style",
    ),
    (
        "button placeholder",
        select(placeholder=plain()),
        accessory(button(placeholder=plain())),
        "invalid additional property: placeholder",
        "/accessory",
    ),
    (
        "confirm complete",
        confirmed(),
        accessory(button(confirm=without(confirm(), "deny"))),
        "missing required field: deny",
        "/accessory/confirm",
    ),
    ("confirm style", confirmed(style="primary"), confirmed(style="red"), STYLE, "/accessory/confirm/style"),
    (
        "options or groups",
        select(),
        pick("static_select"),
        "must define either `options` or `option_groups`",
        "/accessory",
    ),
    (
        "options and groups",
        grouped(group(option())),
        select(option_groups=[group(option())]),
        "must define only one of `options` or `option_groups`",
        "/accessory",
    ),
    (
        "option is plain",
        pick("checkboxes", options=[option_text(mrkdwn())]),
        select(options=[option_text(mrkdwn())]),
        PLAIN,
        "/accessory/options/0/text/type",
    ),
    (
        "option url",
        pick("overflow", options=[option(url="https://x.test")]),
        select(options=[option(url="https://x.test")]),
        "invalid additional property: url",
        "/accessory/options/0",
    ),
    (
        "select initial",
        select(initial_option=option()),
        select(initial_option=option("other")),
        AMONG,
        "/accessory/initial_option",
    ),
    (
        "select initial in a group",
        grouped(group(option("a"), option("b")), initial_option=option("b")),
        grouped(group(option("a"), option("b")), initial_option=option("c")),
        AMONG,
        "/accessory/initial_option",
    ),
    (
        "check boxes initial",
        pick("checkboxes", options=[option()], initial_options=[option()]),
        pick("checkboxes", options=[option()], initial_options=[option(), option("x")]),
        AMONG,
        "/accessory/initial_options/1",
    ),
    (
        "radio initial",
        pick("radio_buttons", options=[option()], initial_option=option()),
        pick("radio_buttons", options=[option()], initial_option=option("x")),
        AMONG,
        "/accessory/initial_option",
    ),
    ("placeholder is plain", select(), select(placeholder=mrkdwn()), PLAIN, "/accessory/placeholder/type"),
    (
        "selected at first",
        pick("multi_users_select", initial_users=["U1", "U2"], max_selected_items=2),
        pick("multi_users_select", initial_users=["U1", "U2"], max_selected_items=1),
        "no more than 1 items allowed",
        "/accessory/initial_users",
    ),
    (
        "selected at most",
        pick("multi_users_select", max_selected_items=1),
        pick("multi_users_select", max_selected_items=0),
        "must be greater than or equal to 1",
        "/accessory/max_selected_items",
    ),
    (
        "initial user",
        pick("users_select", initial_user="U123"),
        pick("users_select", initial_user="@maya"),
        "must match the pattern",
        "/accessory/initial_user",
    ),
    (
        "initial channel",
        pick("channels_select", initial_channel="C123"),
        pick("channels_select", initial_channel="#general"),
        "must match the pattern",
        "/accessory/initial_channel",
    ),
    (
        "initial conversation",
        pick("conversations_select", initial_conversation="D123"),
        pick("conversations_select", initial_conversation="general"),
        "must match the pattern",
        "/accessory/initial_conversation",
    ),
    (
        "conversation filter",
        pick("conversations_select", filter={"include": ["public"]}),
        pick("conversations_select", filter={"include": ["open"]}),
        "must be one of",
        "/accessory/filter/include/0",
    ),
    (
        "empty conversation filter",
        pick("conversations_select", filter={"exclude_bot_users": True}),
        pick("conversations_select", filter={}),
        "must define at least one filter",
        "/accessory/filter",
    ),
    (
        "query length",
        pick("external_select", min_query_length=0),
        pick("external_select", min_query_length=-1),
        "must be greater than or equal to 0",
        "/accessory/min_query_length",
    ),
    (
        "date",
        pick("datepicker", initial_date="2024-02-29"),
        pick("datepicker", initial_date="2023-02-29"),
        "must be a date of the form YYYY-MM-DD",
        "/accessory/initial_date",
    ),
    (
        "form of a date",
        pick("datepicker", initial_date="2024-02-09"),
        pick("datepicker", initial_date="9.2.2024"),
        "must match the pattern",
        "/accessory/initial_date",
    ),
    (
        "time",
        pick("timepicker", initial_time="23:59"),
        pick("timepicker", initial_time="24:00"),
        "must match the pattern",
        "/accessory/initial_time",
    ),
    (
        "time zone",
        pick("timepicker", timezone="Europe/Berlin"),
        pick("timepicker", timezone="Europe/Atlantis"),
        "must be an IANA time zone",
        "/accessory/timezone",
    ),
    (
        "date and time too late",
        actions(element("datetimepicker", initial_date_time=9_999_999_999)),
        actions(element("datetimepicker", initial_date_time=10_000_000_000)),
        "must be less than or equal to",
        "/elements/0/initial_date_time",
    ),
    (
        "least length of text",
        text_input(min_length=3000),
        text_input(min_length=3001),
        "must be less than or equal to 3000",
        "/element/min_length",
    ),
    (
        "multi select initial among options",
        pick("multi_static_select", options=[option("a")], initial_options=[option("a")]),
        pick("multi_static_select", options=[option("a")], initial_options=[option("b")]),
        AMONG,
        "/accessory/initial_options/0",
    ),
    (
        "multi select options or groups",
        pick("multi_static_select", options=[option()]),
        pick("multi_static_select"),
        "must define either `options` or `option_groups`",
        "/accessory",
    ),
    (
        "multi select option by its description",
        pick("multi_static_select", options=[option(description=plain())]),
        pick("multi_static_select", options=[option(description=plain())], initial_options=[option()]),
        AMONG,
        "/accessory/initial_options/0",
    ),
    (
        "table column settings",
        table(column_settings=[{"is_wrapped": True}] * 20),
        table(column_settings=[{}] * 21),
        "no more than 20 items allowed",
        "/column_settings",
    ),
    (
        "time zone of a time",
        pick("timepicker", timezone="UTC"),
        pick("timepicker", timezone=""),
        "must be an IANA time zone",
        "/accessory/timezone",
    ),
    (
        "date and time",
        actions(element("datetimepicker", initial_date_time=1_700_000_000)),
        actions(element("datetimepicker", initial_date_time=170_000_000)),
        "must be greater than or equal to",
        "/elements/0/initial_date_time",
    ),
    (
        "input label",
        input_of(TEXT_INPUT),
        without(input_of(TEXT_INPUT), "label"),
        "missing required field: label",
        "",
    ),
    (
        "input of a button",
        input_of(TEXT_INPUT),
        input_of(button()),
        "unsupported type: button",
        "/element/type",
    ),
    (
        "input of an overflow",
        input_of(element("radio_buttons", options=[option()])),
        input_of(element("overflow", options=[option()])),
        "unsupported type: overflow",
        "/element/type",
    ),
    (
        "input optional",
        input_of(TEXT_INPUT, optional=True),
        input_of(TEXT_INPUT, optional=1),
        "must provide a boolean",
        "/optional",
    ),
    (
        "longest text",
        text_input(max_length=3000),
        text_input(max_length=3001),
        "must be less than or equal to 3000",
        "/element/max_length",
    ),
    (
        "shortest longest text",
        text_input(max_length=1),
        text_input(max_length=0),
        "must be greater than or equal to 1",
        "/element/max_length",
    ),
    (
        "lengths in order",
        text_input(min_length=5, max_length=5),
        text_input(min_length=6, max_length=5),
        "must be no more than `max_length`",
        "/element/min_length",
    ),
    (
        "initial text",
        text_input(initial_value="x" * 3000),
        text_input(initial_value="x" * 3001),
        "must be less than 3001 characters",
        "/element/initial_value",
    ),
    (
        "dispatch",
        text_input(dispatch_action_config={"trigger_actions_on": ["on_enter_pressed"]}),
        text_input(dispatch_action_config={"trigger_actions_on": ["on_blur"]}),
        "must be one of",
        "/element/dispatch_action_config/trigger_actions_on/0",
    ),
    (
        "number input",
        number_input(),
        input_of(element("number_input")),
        "missing required field: is_decimal_allowed",
        "/element",
    ),
    (
        "numbers in order",
        number_input(min_value="1", max_value="1"),
        number_input(min_value="2", max_value="1"),
        "must be no more than `max_value`",
        "/element/min_value",
    ),
    (
        "number is a string",
        number_input(initial_value="1.5"),
        number_input(initial_value=1.5),
        "must provide a string",
        "/element/initial_value",
    ),
    (
        "url input",
        input_of(element("url_text_input", initial_value="https://x.test")),
        input_of(element("url_text_input", initial_value="x.test")),
        "must match the pattern",
        "/element/initial_value",
    ),
    (
        "email input",
        input_of(element("email_text_input", placeholder=plain())),
        input_of(element("email_text_input", multiline=True)),
        "invalid additional property: multiline",
        "/element",
    ),
    (
        "image address",
        image(),
        without(image(), "image_url"),
        "must define either `image_url` or `slack_file`",
        "",
    ),
    (
        "image with two addresses",
        image(),
        image(slack_file={"id": "F1"}),
        "must define only one of `image_url` or `slack_file`",
        "",
    ),
    (
        "image by file",
        without(image(slack_file={"id": "F1"}), "image_url"),
        without(image(slack_file={}), "image_url"),
        "must define either `id` or `url`",
        "/slack_file",
    ),
    (
        "image url length",
        image(image_url="https://x.test/" + "x" * 2985),
        image(image_url="https://x.test/" + "x" * 2986),
        "must be less than 3001 characters",
        "/image_url",
    ),
    ("image scheme", image(), image(image_url="javascript:alert(1)"), "must match the pattern", "/image_url"),
    (
        "file types",
        input_of(element("datepicker")),
        input_of(element("file_input", filetypes=[""])),
        "must be more than 0 characters",
        "/element/filetypes/0",
    ),
    (
        "context image by file",
        context(without(image(slack_file={"url": "https://x.test/f"}), "image_url")),
        context(without(image(slack_file={"id": "f1"}), "image_url")),
        "must match the pattern",
        "/elements/0/slack_file/id",
    ),
    ("video address", video(), without(video(), "video_url"), "missing required field: video_url", ""),
    ("empty rich text", rich(rich_section()), rich(), "no fewer than 1 items allowed", "/elements"),
    (
        "rich text part",
        rich(rich_section()),
        rich({"type": "rich_text_heading", "elements": []}),
        "unsupported type: rich_text_heading",
        "/elements/0/type",
    ),
    (
        "rich text words",
        span("text", text="x"),
        span("text", text=""),
        "must be more than 0 characters",
        "/elements/0/elements/0/text",
    ),
    (
        "rich text broadcast",
        span("broadcast", range="here"),
        span("broadcast", range="all"),
        "must be one of",
        "/elements/0/elements/0/range",
    ),
    (
        "rich text style",
        span("text", text="x", style={"bold": True}),
        span("text", text="x", style={"loud": True}),
        "invalid additional property: loud",
        "/elements/0/elements/0/style",
    ),
    (
        "rich text link",
        span("link", text="x", url="https://x.test"),
        span("link", text="x"),
        "missing required field: url",
        "/elements/0/elements/0",
    ),
    (
        "rich text colour",
        span("color", value="#00ff00"),
        span("color", value="green"),
        "must match the pattern",
        "/elements/0/elements/0/value",
    ),
    (
        "skin tone",
        span("emoji", name="w", skin_tone=6),
        span("emoji", name="w", skin_tone=7),
        "must be less than or equal to 6",
        "/elements/0/elements/0/skin_tone",
    ),
    (
        "no skin tone",
        span("emoji", name="w", skin_tone=1),
        span("emoji", name="w", skin_tone=0),
        "must be greater than or equal to 1",
        "/elements/0/elements/0/skin_tone",
    ),
    (
        "date format",
        span("date", timestamp=0, format="x"),
        span("date", timestamp=0, format=""),
        "must be more than 0 characters",
        "/elements/0/elements/0/format",
    ),
    *(
        (
            f"border of {kind}",
            rich({"type": kind, "elements": [], "border": 0}, {"type": kind, "elements": [], "border": 1}),
            rich({"type": kind, "elements": [], "border": 2}),
            "must be one of: 0 or 1",
            "/elements/0/border",
        )
        for kind in ("rich_text_preformatted", "rich_text_quote")
    ),
    (
        "border of a list",
        rich(rich_list(border=0)),
        rich(rich_list(border=2)),
        "must be one of: 0 or 1",
        "/elements/0/border",
    ),
    (
        "rich list style",
        rich(rich_list()),
        rich(rich_list(style="dash")),
        "must be one of: 'bullet' or 'ordered'",
        "/elements/0/style",
    ),
    (
        "rich list indent",
        rich(rich_list(indent=8)),
        rich(rich_list(indent=9)),
        "must be less than or equal to 8",
        "/elements/0/indent",
    ),
    (
        "rich list of sections",
        rich(rich_list()),
        rich(rich_list(elements=[{"type": "text", "text": "x"}])),
        "must be one of: 'rich_text_section'",
        "/elements/0/elements/0/type",
    ),
    (
        "table columns",
        table(column_settings=[None, {"align": "right"}]),
        table(column_settings=[{"align": "up"}]),
        "must be one of",
        "/column_settings/0/align",
    ),
]


def refuses(refusal: list[str], reason: str, pointer: str) -> bool:
    return any(line.startswith(f"[ERROR] {reason}") and line.endswith(f"[json-pointer:{pointer}]") for line in refusal)


@pytest.mark.parametrize(("make", "most", "at"), [row[1:] for row in TEXTS], ids=[row[0] for row in TEXTS])
def test_text_from_one_character_to_the_most(make: Callable[[str], Json], most: int, at: str) -> None:
    assert check_blocks([make("x")], "message") == []
    assert check_blocks([make("x" * most)], "message") == []
    too_long = check_blocks([make("x" * (most + 1))], "message")
    assert too_long == [f"[ERROR] must be less than {most + 1} characters [json-pointer:/blocks/0{at}]"]
    empty = check_blocks([make("")], "message")
    assert empty == [f"[ERROR] must be more than 0 characters [json-pointer:/blocks/0{at}]"]


@pytest.mark.parametrize(("make", "most", "at"), [row[1:] for row in LISTS], ids=[row[0] for row in LISTS])
def test_list_from_one_item_to_the_most(make: Callable[[int], Json], most: int, at: str) -> None:
    assert check_blocks([make(1)], "message") == []
    assert check_blocks([make(most)], "message") == []
    too_many = check_blocks([make(most + 1)], "message")
    assert too_many == [f"[ERROR] no more than {most} items allowed [json-pointer:/blocks/0{at}]"]
    empty = check_blocks([make(0)], "message")
    assert empty == [f"[ERROR] no fewer than 1 items allowed [json-pointer:/blocks/0{at}]"]


@pytest.mark.parametrize(("bare", "more"), ELEMENTS, ids=[row[0]["type"] for row in ELEMENTS])
def test_element_with_nothing_and_with_all_that_it_may_have(bare: Json, more: Json) -> None:
    assert check_blocks([input_of(bare), input_of({**bare, **more})], "modal") == []
    for key in more:
        assert check_blocks([input_of({**bare, key: None})], "modal") != []


@pytest.mark.parametrize(("bare", "more"), BLOCKS, ids=[row[0]["type"] for row in BLOCKS])
def test_block_with_nothing_and_with_all_that_it_may_have(bare: Json, more: Json) -> None:
    assert check_blocks([bare], "message") == []
    assert check_blocks([{**bare, **more, "block_id": "b"}], "message") == []
    for key in more:
        assert check_blocks([{**bare, key: None}], "message") != []


@pytest.mark.parametrize("kind", ["users", "conversations", "channels", "static", "external"])
def test_no_more_chosen_at_first_than_may_be_chosen(kind: str) -> None:
    ids = {"users": ["U1", "U2"], "conversations": ["C1", "C2"], "channels": ["C1", "C2"]}
    field = "options" if kind in ("static", "external") else kind
    initial = ids.get(kind, [option("a"), option("b")])
    more = {"options": initial} if kind == "static" else {}
    select = element(f"multi_{kind}_select", **{f"initial_{field}": initial}, **more)
    assert check_blocks([accessory({**select, "max_selected_items": 2})], "message") == []
    assert check_blocks([accessory({**select, "max_selected_items": 1})], "message") == [
        f"[ERROR] no more than 1 items allowed [json-pointer:/blocks/0/accessory/initial_{field}]"
    ]


@pytest.mark.parametrize(
    ("accepted", "refused", "reason", "at"), [row[1:] for row in RULES], ids=[row[0] for row in RULES]
)
def test_rule(accepted: Json, refused: Json, reason: str, at: str) -> None:
    assert check_blocks([accepted], "message") == []
    refusal = check_blocks([refused], "message")
    assert refuses(refusal, reason, f"/blocks/0{at}"), refusal


@pytest.mark.parametrize(
    ("surface", "most"), [("message", 50), ("modal", 100), ("home", 100)], ids=["message", "modal", "home"]
)
def test_number_of_blocks(surface: Any, most: int) -> None:
    assert check_blocks([section()] * most, surface) == []
    assert check_blocks([section()] * (most + 1), surface) == [
        f"[ERROR] no more than {most} items allowed [json-pointer:/blocks]"
    ]


def test_blocks_are_an_array_of_objects() -> None:
    assert check_blocks([], "message") == []
    assert check_blocks({}, "message") == ["[ERROR] must provide an array [json-pointer:/blocks]"]
    assert check_blocks("[]", "message") == ["[ERROR] must provide an array [json-pointer:/blocks]"]
    assert check_blocks(["divider"], "message") == ["[ERROR] must provide an object [json-pointer:/blocks/0]"]


def test_block_id_is_unique_in_the_message_and_action_id_in_its_block() -> None:
    row = actions(button(action_id="a"))
    assert check_blocks([{**row, "block_id": "1"}, {**row, "block_id": "2"}, row, row], "message") == []
    assert check_blocks([{**row, "block_id": "1"}, section(), {**row, "block_id": "1"}], "message") == [
        '[ERROR] block_id "1" already exists [json-pointer:/blocks/2/block_id]'
    ]


@pytest.mark.parametrize("surface", ["message", "modal", "home"])
def test_block_id_is_unique_on_each_surface(surface: Any) -> None:
    assert check_blocks([section(block_id="1"), section(block_id="2")], surface) == []
    assert check_blocks([section(block_id="1"), section(block_id="1")], surface) == [
        '[ERROR] block_id "1" already exists [json-pointer:/blocks/1/block_id]'
    ]


def test_every_fault_is_named() -> None:
    assert check_blocks([{"type": "header"}, section(), {"type": "divider", "x": 1}], "message") == [
        "[ERROR] missing required field: text [json-pointer:/blocks/0]",
        "[ERROR] invalid additional property: x [json-pointer:/blocks/2]",
    ]


@pytest.mark.parametrize("block", [{"type": "markdown", "text": "x"}, table()], ids=["markdown", "table"])
def test_blocks_of_messages_alone(block: Json) -> None:
    assert check_blocks([block], "message") == []
    for surface in ("modal", "home"):
        assert check_blocks([block], surface) == [
            f"[ERROR] unsupported type: {block['type']} [json-pointer:/blocks/0/type]"
        ]


def test_all_markdown_of_a_message_counts_together() -> None:
    half: Json = {"type": "markdown", "text": "x" * 6000}
    assert check_blocks([half, half], "message") == []
    assert "together" in check_blocks([half, half, {"type": "markdown", "text": "x"}], "message")[0]


def test_one_table_a_message() -> None:
    assert check_blocks([section(), table()], "message") == []
    assert check_blocks([table(), section(), table()], "message") == [
        "[ERROR] no more than 1 table allowed [json-pointer:/blocks/2]"
    ]


def test_file_input_is_refused_in_messages() -> None:
    upload = input_of(element("file_input", max_files=10))
    assert check_blocks([upload], "modal") == []
    assert check_blocks([input_of(element("file_input", max_files=11))], "modal") != []
    assert check_blocks([upload], "message") == [
        "[ERROR] unsupported type: file_input [json-pointer:/blocks/0/element/type]"
    ]


def test_response_url_only_in_modals() -> None:
    pick = input_of(element("channels_select", response_url_enabled=True))
    assert check_blocks([pick], "modal") == []
    for surface in ("message", "home"):
        assert "only allowed in input blocks of a modal" in check_blocks([pick], surface)[0]


def test_one_element_has_the_focus() -> None:
    focused = input_of(element("plain_text_input", focus_on_load=True))
    assert check_blocks([focused, input_of(element("plain_text_input"))], "modal") == []
    assert check_blocks([focused, section(), focused], "modal") == [
        "[ERROR] only one element can have focus_on_load [json-pointer:/blocks/2/element/focus_on_load]"
    ]


# A view that Slack accepts, the nearest that it refuses, why, and where.
VIEWS: list[tuple[str, Json, Json, str, str]] = [
    (
        "title",
        modal(title=plain("x" * 24)),
        modal(title=plain("x" * 25)),
        "must be less than 25",
        "/title/text",
    ),
    ("title is there", modal(), without(modal(), "title"), "missing required field: title", ""),
    ("title is plain", modal(), modal(title=mrkdwn()), PLAIN, "/title/type"),
    (
        "submit",
        modal(submit=plain("x" * 24)),
        modal(submit=plain("x" * 25)),
        "must be less than 25",
        "/submit/text",
    ),
    (
        "close",
        modal(close=plain("x" * 24)),
        modal(close=plain("x" * 25)),
        "must be less than 25",
        "/close/text",
    ),
    (
        "inputs need submit",
        modal(input_of(TEXT_INPUT), submit=plain()),
        modal(input_of(TEXT_INPUT)),
        "missing required field: submit",
        "",
    ),
    (
        "private metadata",
        modal(private_metadata="x" * 3000),
        modal(private_metadata="x" * 3001),
        "must be less than 3001",
        "/private_metadata",
    ),
    (
        "callback id",
        modal(callback_id="x" * 255),
        modal(callback_id="x" * 256),
        "must be less than 256",
        "/callback_id",
    ),
    (
        "external id",
        home(external_id="x" * 255),
        home(external_id="x" * 256),
        "must be less than 256",
        "/external_id",
    ),
    ("blocks are there", home(), without(home(), "blocks"), "missing required field: blocks", ""),
    ("blocks", modal(*[section()] * 100), modal(*[section()] * 101), "no more than 100", "/blocks"),
    ("a block's fault", modal(section()), modal({"type": "x"}), "unsupported type: x", "/blocks/0/type"),
    ("home has no title", home(), home(title=plain()), "invalid additional property: title", ""),
    ("home has no submit", home(), home(submit=plain()), "invalid additional property: submit", ""),
    ("type", home(), {**home(), "type": "dialog"}, "unsupported type: dialog", "/type"),
    (
        "notify on close",
        modal(notify_on_close=True),
        modal(notify_on_close="true"),
        "must provide a boolean",
        "/notify_on_close",
    ),
    (
        "ids may be empty",
        modal(private_metadata="", callback_id="", external_id=""),
        modal(private_metadata=None),
        "must provide a string",
        "/private_metadata",
    ),
    (
        "all of a modal",
        modal(clear_on_close=True, notify_on_close=True, submit_disabled=True, close=plain(), title=plain("x")),
        modal(submit=plain("")),
        "must be more than 0 characters",
        "/submit/text",
    ),
    (
        "block ids unique",
        modal(section(block_id="a"), section(block_id="b")),
        modal(section(block_id="a"), section(block_id="a")),
        'block_id "a" already exists',
        "/blocks/1/block_id",
    ),
]


@pytest.mark.parametrize(
    ("accepted", "refused", "reason", "at"), [row[1:] for row in VIEWS], ids=[row[0] for row in VIEWS]
)
def test_view(accepted: Json, refused: Json, reason: str, at: str) -> None:
    assert check_view(accepted) == []
    refusal = check_view(refused)
    assert refuses(refusal, reason, f"/view{at}"), refusal


def test_a_view_is_an_object() -> None:
    assert check_view([]) == ["[ERROR] must provide an object [json-pointer:/view]"]


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=5)
    | st.sampled_from(["section", "modal"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["type", "text", "blocks", "elements", "x"]), inner, max_size=3)
    ),
    max_leaves=12,
)


@given(JSON)
def test_whatever_comes_is_answered(payload: Any) -> None:
    for refusal in (check_blocks(payload, "message"), check_blocks([payload], "home"), check_view(payload)):
        assert all(line.startswith("[ERROR] ") for line in refusal)


def test_checking_is_no_burden_on_a_post() -> None:
    """Twenty blocks take well under a millisecond; the bound leaves room for a slow machine."""
    blocks = [section(block_id=str(n), text=mrkdwn("x" * 500), accessory=button(action_id="a")) for n in range(20)]
    fastest = min(_seconds_to_check(blocks) for _ in range(20))
    assert fastest < 0.001


def _seconds_to_check(blocks: list[Json]) -> float:
    start = time.perf_counter()
    assert check_blocks(blocks, "message") == []
    return time.perf_counter() - start
