"""Block Kit's rules: refuses what Slack refuses, in Slack's words and with a JSON pointer to the place."""

from collections.abc import Callable, Mapping
from typing import Any, Literal

from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from bot.playground.blockkit.layout import HomeBlocks, MessageBlocks, ModalBlocks, View

__all__ = ["check_blocks", "check_view"]

_BLOCKS: Mapping[str, TypeAdapter[Any]] = {
    "message": TypeAdapter(MessageBlocks),
    "modal": TypeAdapter(ModalBlocks),
    "home": TypeAdapter(HomeBlocks),
}
_VIEW: TypeAdapter[Any] = TypeAdapter(View)


def check_blocks(blocks: Any, surface: Literal["message", "modal", "home"]) -> list[str]:
    """What Slack would say against `blocks` on that surface; empty when it would accept them.

    Each message reads like `[ERROR] must be less than 3001 characters [json-pointer:/blocks/0/text/text]`.
    """
    return _check(_BLOCKS[surface], blocks, "/blocks")


def check_view(view: Any) -> list[str]:
    """What Slack would say against a modal or Home tab; empty when it would accept it."""
    return _check(_VIEW, view, "/view")


def _check(adapter: TypeAdapter[Any], payload: Any, root: str) -> list[str]:
    try:
        adapter.validate_python(payload)
    except ValidationError as refusal:
        return [_in_slacks_words(error, payload, root) for error in refusal.errors(include_url=False)]
    return []


def _in_slacks_words(error: ErrorDetails, payload: Any, root: str) -> str:
    path = _path(error["loc"], payload)
    context = error.get("ctx", {})
    match error["type"]:
        case "missing":
            message, path = f"missing required field: {path[-1]}", path[:-1]
        case "extra_forbidden":
            message, path = f"invalid additional property: {path[-1]}", path[:-1]
        case "union_tag_not_found":
            message = "missing required field: type"
        case "union_tag_invalid":
            message, path = f"unsupported type: {context['tag']}", [*path, "type"]
        case "rule":
            message, path = context["message"], [*path, *context["at"].split("/")[1:]]
        case kind:
            message = _SENTENCES[kind](context) if kind in _SENTENCES else error["msg"]
    pointer = "".join(f"/{part}" for part in path)
    return f"[ERROR] {message} [json-pointer:{root}{pointer}]"


_SENTENCES: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    "string_too_long": lambda ctx: f"must be less than {ctx['max_length'] + 1} characters",
    "string_too_short": lambda ctx: f"must be more than {ctx['min_length'] - 1} characters",
    "too_long": lambda ctx: f"no more than {ctx['max_length']} items allowed",
    "too_short": lambda ctx: f"no fewer than {ctx['min_length']} items allowed",
    "literal_error": lambda ctx: f"must be one of: {ctx['expected']}",
    "string_pattern_mismatch": lambda ctx: f"must match the pattern {ctx['pattern']}",
    "greater_than_equal": lambda ctx: f"must be greater than or equal to {ctx['ge']}",
    "less_than_equal": lambda ctx: f"must be less than or equal to {ctx['le']}",
    "string_type": lambda _: "must provide a string",
    "int_type": lambda _: "must provide a number",
    "bool_type": lambda _: "must provide a boolean",
    "list_type": lambda _: "must provide an array",
    "dict_type": lambda _: "must provide an object",
    "model_attributes_type": lambda _: "must provide an object",
}


def _path(loc: tuple[int | str, ...], payload: Any) -> list[int | str]:
    """The way to the fault through the payload: pydantic's, without the union tags (the `type` entered)."""
    path: list[int | str] = []
    node, tag_passed = payload, False
    for part in loc:
        if isinstance(node, dict) and not tag_passed and part == node.get("type"):
            tag_passed = True
            continue
        path.append(part)
        try:
            node, tag_passed = node[part], False
        except (KeyError, IndexError, TypeError):
            node = None
    return path
