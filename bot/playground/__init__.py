"""A faithful local Slack to try and test bots against; `docs/playground.md` says how."""

from bot.playground.client import Answer, Client, NotSeen, Person, Refused, Seen
from bot.playground.server import Playground, serve

__all__ = ["Answer", "Client", "NotSeen", "Person", "Playground", "Refused", "Seen", "serve"]
