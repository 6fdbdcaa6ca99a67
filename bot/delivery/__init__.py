"""Delivery: takes effects that are due from the outbox and brings them about, each once, whatever breaks."""

from bot.delivery.loop import Delivery

__all__ = ["Delivery"]
