"""Which action a commit or pull request most likely carries, by what is known before anybody looks."""

import re
from collections.abc import Collection, Iterable

from bot.rules.model import Action

_WORD = re.compile(r"[a-z0-9]{3,}")


def likely(actions: Iterable[Action], linked: Collection[int], author: int, said: str) -> list[Action]:
    """The actions that are not reconciled, the likeliest first: those that share words with what was `said` beside the
    link, then those of its `author` (a person's id), then those without a link (`linked`: ids of actions that have
    one), then the newest."""
    words = set(_WORD.findall(said.casefold()))

    def rank(action: Action) -> tuple[int, bool, bool, int]:
        about = " ".join(filter(None, (action.text, action.target, action.path))).casefold()
        shared = len(words & set(_WORD.findall(about)))
        return -shared, action.owner_id != author, action.id in linked, -action.number

    return sorted((action for action in actions if not action.state.reconciled), key=rank)
