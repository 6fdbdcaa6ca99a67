"""What people put into interactive elements, in the shapes that Slack sends: `{"type": …, "value": …}` and the like."""

import re
from collections.abc import Iterator
from typing import Any

from bot.playground import shapes
from bot.playground.errors import NotPossible
from bot.playground.world import Json, World

MAX_TYPED = 3000  # characters in a plain_text_input

# Element type -> (key of its value, key of what it starts with, whether it holds several)
_SINGLE = {
    "plain_text_input": ("value", "initial_value"),
    "email_text_input": ("value", "initial_value"),
    "url_text_input": ("value", "initial_value"),
    "number_input": ("value", "initial_value"),
    "datepicker": ("selected_date", "initial_date"),
    "timepicker": ("selected_time", "initial_time"),
    "datetimepicker": ("selected_date_time", "initial_date_time"),
    "static_select": ("selected_option", "initial_option"),
    "external_select": ("selected_option", "initial_option"),
    "radio_buttons": ("selected_option", "initial_option"),
    "users_select": ("selected_user", "initial_user"),
    "conversations_select": ("selected_conversation", "initial_conversation"),
    "channels_select": ("selected_channel", "initial_channel"),
    "rich_text_input": ("rich_text_value", "initial_value"),
}
_SEVERAL = {
    "checkboxes": ("selected_options", "initial_options"),
    "multi_static_select": ("selected_options", "initial_options"),
    "multi_external_select": ("selected_options", "initial_options"),
    "multi_users_select": ("selected_users", "initial_users"),
    "multi_conversations_select": ("selected_conversations", "initial_conversations"),
    "multi_channels_select": ("selected_channels", "initial_channels"),
    "file_input": ("files", ""),
}
_OPTION_TYPES = ("selected_option", "selected_options")


class BadInput(NotPossible):
    """What was put into an element is none of its values; the text is what Slack's client says, or what there is."""


def elements(blocks: list[Json]) -> Iterator[tuple[Json, Json]]:
    """Every interactive element with its block."""
    for block in blocks:
        for element in (block.get("accessory"), block.get("element"), *_listed(block)):
            if isinstance(element, dict) and element.get("action_id"):
                yield block, element


def _listed(block: Json) -> list[Any]:
    return list(block.get("elements", [])) if block["type"] == "actions" else []


def holds_value(element: Json) -> bool:
    return element["type"] in _SINGLE or element["type"] in _SEVERAL


def initial_state(blocks: list[Json]) -> Json:
    """The state of a surface nobody has touched: block_id -> action_id -> value."""
    state: Json = {}
    for block, element in elements(blocks):
        if holds_value(element):
            state.setdefault(block["block_id"], {})[element["action_id"]] = _initial(element)
    return state


def _initial(element: Json) -> Json:
    if element["type"] in _SINGLE:
        key, start = _SINGLE[element["type"]]
        return {"type": element["type"], key: element.get(start)}
    key, start = _SEVERAL[element["type"]]
    return {"type": element["type"], key: element.get(start, [])}


def is_empty(value: Json) -> bool:
    return all(not content for key, content in value.items() if key != "type")


def read(element: Json, given: Any, world: World) -> Json:
    """What Slack sends for `given`: text, an option's value or label, a person's name, a list of those.

    Raises BadInput with what Slack's client shows when it doesn't let that through.
    """
    kind = element["type"]
    if kind in _SINGLE:
        key, _ = _SINGLE[kind]
        return {"type": kind, key: None if given in (None, "") else _one(element, key, given, world)}
    if kind in _SEVERAL:
        key, _ = _SEVERAL[kind]
        several = given if isinstance(given, list) else [] if given in (None, "") else [given]
        most = element.get("max_selected_items") or element.get("max_files") or 10**6
        if len(several) > most:
            raise BadInput(f"You can pick {most} at most.")
        return {"type": kind, key: [_one(element, key, one, world) for one in several]}
    raise BadInput(f"A {kind} holds no value.")


def _one(element: Json, key: str, given: Any, world: World) -> Any:
    if key in _OPTION_TYPES:
        return pick(element, str(given))
    if key.startswith("selected_user"):
        return person(world, str(given))
    if key.startswith(("selected_conversation", "selected_channel")):
        return conversation(world, str(given))
    if key == "files":
        if str(given) not in world.files:
            raise BadInput(f"There is no file {given}: upload it first.")
        return shapes.file_json(world, world.files[str(given)])
    if key == "selected_date_time":
        if not isinstance(given, int):
            raise BadInput("Enter a date and time as seconds since the epoch.")
        return given
    if key == "rich_text_value":
        return given
    return _typed(element, str(given))


_FORMS = {
    "email_text_input": (r"[^@\s]+@[^@\s]+\.[^@\s]+", "Enter a valid email address."),
    "url_text_input": (r"https?://\S+", "Enter a valid URL."),
    "number_input": (r"-?\d+(\.\d+)?", "Enter a number."),
    "datepicker": (r"\d{4}-\d{2}-\d{2}", "Enter a date as YYYY-MM-DD."),
    "timepicker": (r"\d{2}:\d{2}", "Enter a time as HH:MM."),
}


def _typed(element: Json, text: str) -> str:
    kind = element["type"]
    form, sentence = _FORMS.get(kind, (r"[\s\S]*", ""))
    if not re.fullmatch(form, text):
        raise BadInput(sentence)
    if kind == "number_input":
        _check_number(element, text)
        return text
    shortest, longest = element.get("min_length", 0), element.get("max_length", MAX_TYPED)
    if len(text) < shortest:
        raise BadInput(f"Enter at least {shortest} characters.")
    if len(text) > longest:
        raise BadInput(f"Enter at most {longest} characters.")
    return text


def _check_number(element: Json, text: str) -> None:
    if "." in text and not element.get("is_decimal_allowed"):
        raise BadInput("Enter a whole number.")
    if "min_value" in element and float(text) < float(element["min_value"]):
        raise BadInput(f"Enter a number of at least {element['min_value']}.")
    if "max_value" in element and float(text) > float(element["max_value"]):
        raise BadInput(f"Enter a number of at most {element['max_value']}.")


def pick(element: Json, wanted: str) -> Json:
    """The option with this value or label."""
    options = list(element.get("options", []))
    for group in element.get("option_groups", []):
        options += group["options"]
    for option in options:
        if wanted in (option.get("value"), option["text"]["text"]):
            return dict(option)
    if element["type"].endswith("external_select"):
        return {"text": {"type": "plain_text", "text": wanted}, "value": wanted}
    offered = ", ".join(repr(option["text"]["text"]) for option in options)
    raise BadInput(f"There is no option {wanted!r}; there are: {offered or 'none'}.")


def person(world: World, wanted: str) -> str:
    """The id of a person by id or handle."""
    name = wanted.removeprefix("@")
    for user in world.users.values():
        if wanted == user.id or name == user.name:
            return user.id
    raise BadInput(f"There is no person {wanted!r}.")


def conversation(world: World, wanted: str) -> str:
    """The id of a conversation by id or name."""
    name = wanted.removeprefix("#")
    channel = world.channels.get(wanted) or world.channel_named(name)
    if channel is None:
        raise BadInput(f"There is no conversation {wanted!r}.")
    return channel.id
