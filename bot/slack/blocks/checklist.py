"""The checklist, as the close-out shows it: what is left first, each with the button that would settle it."""

from collections.abc import Sequence

from bot.rules.checklist import Checklist, Item
from bot.rules.words import count
from bot.slack.blocks import phrases
from bot.slack.blocks.parts import Block, Message, context, header, message, packed, section

# 50 blocks and what people still read decide: that many with a button, then that many lines, then a number.
_WITH_BUTTON, _OPEN_LINES, _RECONCILED_LINES = 20, 20, 20


def checklist(listed: Checklist) -> Message:
    incident, left = listed.incident, len(listed.left)
    if left:
        standing = f"{count(left, 'action')} left to reconcile, {len(listed.reconciled)} reconciled"
    else:
        standing = "everything is reconciled" if listed.reconciled else "nothing was changed by hand"
    blocks = [header(f"{incident.name} · reconciliation checklist"), context(standing[0].upper() + standing[1:])]
    blocks += _left("Drifting", listed.drifting, listed, _WITH_BUTTON)
    blocks += _left("In review", listed.in_review, listed, max(_WITH_BUTTON - len(listed.drifting), 5))
    if listed.reconciled:
        blocks.append(section(f"*Reconciled* ({len(listed.reconciled)})"))
        blocks += _lines(listed.reconciled, _RECONCILED_LINES, incident.name)
    return message(f"{incident.name} checklist: {standing}", blocks)


def _left(title: str, items: Sequence[Item], listed: Checklist, with_button: int) -> list[Block]:
    """One block an action, with the likeliest way to settle it beside it; the others stand in its echo."""
    if not items:
        return []
    shown = [
        section(phrases.line(item), phrases.settling(item, item.buttons[0], listed.incident))
        for item in items[:with_button]
    ]
    return [
        section(f"*{title}* ({len(items)})"),
        *shown,
        *_lines(items[with_button:], _OPEN_LINES, listed.incident.name),
    ]


def _lines(items: Sequence[Item], most: int, incident: str) -> list[Block]:
    blocks = packed([phrases.line(item) for item in items[:most]])
    if len(items) > most:
        blocks.append(context(f"… and {len(items) - most} more. `hotwash export {incident}` lists every one."))
    return blocks
