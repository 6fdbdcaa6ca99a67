"""The ids that Slack gives to blocks and elements that came without."""

import secrets
from typing import Any

from bot.playground.world import Json

_INTERACTIVE_KEYS = ("accessory", "element")


def with_ids(blocks: list[Any]) -> list[Json]:
    """The same blocks, each with a `block_id`, each interactive element with an `action_id`. Copies what it changes."""
    return [_block(block) for block in blocks]


def _block(block: Json) -> Json:
    filled = {**block, "block_id": block.get("block_id") or secrets.token_hex(3)}
    for key in _INTERACTIVE_KEYS:
        if isinstance(filled.get(key), dict):
            filled[key] = _element(filled[key])
    if filled["type"] == "actions":
        filled["elements"] = [_element(element) for element in filled["elements"]]
    return filled


def _element(element: Json) -> Json:
    if element["type"] == "image" or element.get("action_id"):
        return element
    return {**element, "action_id": secrets.token_hex(3)}
