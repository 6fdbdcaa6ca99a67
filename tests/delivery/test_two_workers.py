"""Two deliveries on one database share the work and double nothing."""

from contextlib import AsyncExitStack

from bot.ledger.database import Database
from tests.delivery.conftest import Stage


async def test_two_workers_share(stage: Stage) -> None:
    for number in range(1, 9):
        await stage.opened(f"incident {number}")
        await stage.log("sam", "raised the pool size", "scaled web", incident=number)
    await stage.pg.client.fault("*", "latency", seconds=0.05, times=None)
    async with AsyncExitStack() as stack:
        other = Database(stage.url)
        stack.push_async_callback(other.close)
        mine, stage.db = stage.db, other
        await stack.enter_async_context(stage.delivering("two", at_once=4))
        stage.db = mine
        await stack.enter_async_context(stage.delivering("one", at_once=4))
        await stage.all_done()
    world = stage.pg.slack.world
    made = [channel for channel in world.channels.values() if channel.creator == world.bot_user]
    assert len(made) == 8
    for room in made:
        marks = [post["meta"]["event_payload"]["effect"] for post in await stage.own_posts(room.id)]
        assert len(marks) == len(set(marks)) == 3
        assert (len(room.pins), len(room.bookmarks)) == (1, 1)
    announced = await stage.own_posts(world.names["incidents"])
    assert len(announced) == 8
