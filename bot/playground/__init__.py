"""A faithful local Slack to try and test bots against: Web API, Socket Mode, signed HTTP, a page. See docs/playground.md."""

from bot.playground.server import Playground, serve

__all__ = ["Playground", "serve"]
