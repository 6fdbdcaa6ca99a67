"""The Web API's methods, one file per family. Importing this package fills `METHODS`."""

from bot.playground.methods import (
    apps,
    bookmarks,
    chat,
    conversations,
    files,
    history,
    members,
    pins,
    reactions,
    users,
    views,
)
from bot.playground.methods.table import METHODS, Method

__all__ = [
    "METHODS",
    "Method",
    "apps",
    "bookmarks",
    "chat",
    "conversations",
    "files",
    "history",
    "members",
    "pins",
    "reactions",
    "users",
    "views",
]
