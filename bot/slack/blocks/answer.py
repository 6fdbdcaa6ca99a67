"""What the person who asked is told, to them alone."""

from bot.rules.decision import Answer, Menu
from bot.slack import mrkdwn
from bot.slack.blocks.parts import Block, Message, actions, button, context, message, packed, plain_text, verbatim

_PASTED = 2500  # characters to a block
_MOST_SECTIONS = 8  # an answer is for reading, not for scrolling


def answer(told: Answer) -> Message:
    """Backticks in the text make code; everything else that people typed shows as they typed it."""
    lines = mrkdwn.escape(told.text).strip().split("\n")
    sections = packed(lines)
    more = (
        context("… and more. Add a page number, or name what you look for.") if len(sections) > _MOST_SECTIONS else None
    )
    buttons = [
        button(each.verb, each.label, each.value, str(place), style=each.style)
        for place, each in enumerate(told.buttons)
    ]
    menu = [_menu(told.menu)] if told.menu else []
    to_copy = [
        verbatim(line[start : start + _PASTED], as_code=True)
        for line in told.paste
        for start in range(0, len(line), _PASTED)
    ]
    return message(lines[0], [*sections[:_MOST_SECTIONS], more, *to_copy, actions(*menu, *buttons)])


def _menu(menu: Menu) -> Block:
    """A select carries no value of its own: each option's value is the menu's, a space, and the option."""
    options = {
        option: {"text": plain_text(option, 75), "value": f"{menu.value} {option}"} for option in menu.options[:100]
    }
    select: Block = {
        "type": "static_select",
        "action_id": f"hotwash.{menu.verb}",
        "placeholder": plain_text(menu.label, 150),
        "options": list(options.values()),
    }
    return select | {"initial_option": options[menu.chosen]} if menu.chosen in options else select
