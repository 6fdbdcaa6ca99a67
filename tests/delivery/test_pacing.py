"""What has to wait is set aside before any work is done for it, and comes back in order."""

import time
from itertools import pairwise

from sqlalchemy import Connection, delete

from bot.delivery.admit import POST_BURST, UPDATE_BURST, Doorkeeper
from bot.ledger import outbox
from bot.ledger.tables import pacing
from bot.rules.decision import Effect, EffectKind
from bot.rules.model import SECOND
from tests.delivery.conftest import Stage


async def rested(stage: Stage) -> None:
    """A room in which nothing was said for a while."""
    await stage.opened()
    await stage.deliver()
    await stage.db.write(lambda conn: conn.execute(delete(pacing)))


async def test_a_burst_goes_out_and_the_rest_queues_second_by_second(stage: Stage) -> None:
    await rested(stage)
    await stage.log("sam", *(f"change {number}" for number in range(20)))
    door = Doorkeeper("w")

    def take(conn: Connection) -> list[str]:
        admitted, _ = door.admit(conn, outbox.lease(conn, "w", 100))
        return [one.effect.key for one in admitted if one.effect.kind is EffectKind.ACTION]

    numbers = [str(number) for number in range(1, 21)]
    assert await stage.db.write(take) == numbers[:POST_BURST]
    waiting = sorted((row.due_at, row.key) for row in await stage.outbox("action") if row.leased_by is None)
    assert [key for _, key in waiting] == numbers[POST_BURST:]
    assert all(0.9 * SECOND < later - sooner < 1.2 * SECOND for (sooner, _), (later, _) in pairwise(waiting))
    assert not any(row.unsure for row in await stage.outbox("action") if row.leased_by is None)
    assert await stage.db.write(take) == []


async def test_a_card_that_changes_all_the_time_is_not_updated_all_the_time(stage: Stage) -> None:
    await rested(stage)
    door = Doorkeeper("w")

    def change_and_take(conn: Connection) -> int:
        outbox.ask(conn, stage.workspace, [Effect(EffectKind.CARD, 1)])
        admitted, _ = door.admit(conn, outbox.lease(conn, "w", 100))
        return sum(outbox.done(conn, one.effect, "w") for one in admitted)

    begin = time.monotonic()
    shown = await stage.db.write(lambda conn: sum(change_and_take(conn) for _ in range(5 * UPDATE_BURST)))
    assert UPDATE_BURST <= shown <= UPDATE_BURST + time.monotonic() - begin
    (card,) = await stage.outbox("card")
    assert card.wanted > card.done  # the last change is still to be shown
