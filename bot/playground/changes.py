"""The numbered feed of what changed, so that a page or a test can wait instead of asking again and again."""

import asyncio
from collections import deque
from typing import Any

Json = dict[str, Any]


class Changes:
    """Keeps the last 10,000 changes. Each is `{"seq", "kind", …}`; `seq` grows by one and starts at 1."""

    def __init__(self) -> None:
        self.last = 0
        self._kept: deque[Json] = deque(maxlen=10_000)
        self._waiting: set[asyncio.Future[None]] = set()

    def add(self, kind: str, **what: Any) -> None:
        self.last += 1
        self._kept.append({"seq": self.last, "kind": kind, **what})
        for waiter in self._waiting:
            if not waiter.done():
                waiter.set_result(None)
        self._waiting.clear()

    def after(self, seq: int) -> list[Json]:
        """Changes later than `seq`, oldest first. Costs as much as there are to return."""
        found: list[Json] = []
        for change in reversed(self._kept):
            if change["seq"] <= seq:
                break
            found.append(change)
        return found[::-1]

    async def wait(self, after: int, seconds: float) -> list[Json]:
        """Changes later than `after`; waits up to `seconds` for the first one, then returns none."""
        if self.last <= after:
            waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._waiting.add(waiter)
            try:
                await asyncio.wait_for(waiter, seconds)
            except TimeoutError:
                return []
            finally:
                self._waiting.discard(waiter)
        return self.after(after)
