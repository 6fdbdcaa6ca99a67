"""Server-sent events that tell an open page that its incident moved on."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

from fastapi.responses import StreamingResponse

from bot.web.pages.render import SAFE

LOOK_EVERY = 0.4  # seconds: a change is on the page within one, whichever replica recorded it
STAYS = 300.0  # seconds; the browser then asks again, and who may look is decided anew
STILL_HERE = 15.0  # seconds after which a proxy must have seen something

Mark = Callable[[], Awaitable[int | None]]
"""The number of the incident's last entry; None when there is no such incident for that person any more."""


def stream(mark: Mark) -> StreamingResponse:
    """An event `moved`, with the number of the last entry, at once and after each change; `gone` where it is no longer
    theirs to see."""
    headers = SAFE | {"X-Accel-Buffering": "no"}  # nginx would keep events back
    return StreamingResponse(_events(mark), media_type="text/event-stream", headers=headers)


async def _events(mark: Mark) -> AsyncIterator[str]:
    loop = asyncio.get_running_loop()
    ends, told, said_at = loop.time() + STAYS, -1, loop.time()
    yield "retry: 1000\n\n"
    while loop.time() < ends:
        now = await mark()
        if now is None:
            yield "event: gone\ndata:\n\n"
            return
        if now != told or loop.time() - said_at > STILL_HERE:
            told, said_at = now, loop.time()
            yield f"event: moved\ndata: {now}\n\n"
        await asyncio.sleep(LOOK_EVERY)
