"""Every scope that something here asks for."""

from bot.playground.app import EVENT_SCOPES
from bot.playground.methods.table import METHODS

# Not asked for at a method's door, but by its arguments, or before a command is delivered.
_INNER = {"commands", "chat:write.customize", "chat:write.public"}


def all_scopes() -> frozenset[str]:
    """What an app has that was not narrowed: the scopes of methods, events and commands together."""
    methods = {scope for method in METHODS.values() if method.auth == "bot" for scope in method.scopes}
    return frozenset(methods | {scope for scope in EVENT_SCOPES.values() if scope} | _INNER)
