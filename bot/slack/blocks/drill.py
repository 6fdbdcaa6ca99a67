"""What every message about a practice begins with."""

from bot.slack.blocks.parts import Message, context, message

_MOST = 50  # Slack's limit of blocks for a message


def as_drill(shown: Message) -> Message:
    return message(f"DRILL · {shown.text}", [context("🧪 *DRILL* · a practice, not real"), *shown.blocks[: _MOST - 1]])
