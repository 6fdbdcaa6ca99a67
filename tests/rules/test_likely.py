"""Which action is offered first for a link."""

from bot.rules.clean import Clean
from bot.rules.likely import likely
from bot.rules.model import Action, ActionState, Ruling
from tests.rules.builders import ADA, BEN, action, ruled

POOL = action(1, text=Clean("raised the pool of orders-db"), owner_id=BEN.id)
SCALED = action(2, text=Clean("kubectl scale deploy/checkout --replicas=12"), target=Clean("deploy/checkout"))
FLAG = action(3, text=Clean("flipped async_invoices"), owner_id=BEN.id)
NEWEST = action(4, text=Clean("restarted web-1"), state=ActionState.IN_REVIEW)


def numbers(said: str, *actions: Action, linked: tuple[int, ...] = (), author: int = ADA.id) -> list[int]:
    return [one.number for one in likely(actions, linked, author, said)]


def test_shared_words_count_most() -> None:
    assert numbers("Pool of ORDERS in git", FLAG, NEWEST, POOL, SCALED)[0] == 1
    assert numbers("checkout replicas", FLAG, NEWEST, POOL, SCALED)[0] == 2


def test_then_the_author_then_what_has_no_link_then_the_newest() -> None:
    assert numbers("", POOL, SCALED, FLAG, NEWEST) == [4, 2, 3, 1]
    assert numbers("", POOL, SCALED, FLAG, NEWEST, linked=(NEWEST.id,)) == [2, 4, 3, 1]
    assert numbers("", POOL, SCALED, FLAG, NEWEST, author=BEN.id) == [3, 1, 4, 2]


def test_what_is_reconciled_is_not_offered() -> None:
    assert numbers("", ruled(1, Ruling.UNDONE), action(2, state=ActionState.LANDED), ruled(3, Ruling.STRUCK)) == []
