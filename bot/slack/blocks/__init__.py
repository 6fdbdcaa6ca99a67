"""Everything that builds Block Kit: one file a message, pure functions of plain data."""

from bot.slack.blocks.parts import Block, Message

__all__ = ["Block", "Message"]
