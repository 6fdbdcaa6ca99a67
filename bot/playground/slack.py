"""Everything that one local Slack holds, in one place."""

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

import orjson
from aiohttp import web

from bot.playground.app import App
from bot.playground.changes import Changes
from bot.playground.delivery import Deliveries
from bot.playground.faults import Faults
from bot.playground.handles import Handles
from bot.playground.openid import OpenId
from bot.playground.rate_limits import RateLimits
from bot.playground.world import Channel, Json, Message, World, acme

KEPT_CALLS = 100_000


@dataclass(frozen=True, slots=True)
class RecordedCall:
    """One Web API call: `at` in seconds since the epoch, `ms` how long it took, `status` 0 without an answer."""

    number: int
    at: float
    ms: float
    method: str
    args: Json
    status: int
    answer: bytes | None  # JSON, kept as it was sent: nothing is read that nobody asks for

    def as_json(self) -> Json:
        shown = {"number": self.number, "at": self.at, "ms": self.ms, "method": self.method, "args": self.args}
        return {**shown, "status": self.status, "response": orjson.loads(self.answer) if self.answer else None}


class Slack:
    """The workspace, the app that is installed in it, and what was ordered to go wrong."""

    def __init__(self, now: Callable[[], float], bot_name: str, rate_limits: bool) -> None:
        self.app = App(name=bot_name)
        self.changes = Changes()
        self.faults = Faults()
        self.limits = RateLimits(on=rate_limits)
        self.deliveries = Deliveries(self.app, self.faults, self.changes)
        self.handles = Handles()
        self.openid = OpenId()
        self.upload_tickets: dict[str, str] = {}  # secret part of an upload URL -> file id
        self.calls: deque[RecordedCall] = deque(maxlen=KEPT_CALLS)
        self.calls_made = 0
        self._now = now
        self.world = self._new_world()

    def _new_world(self) -> World:
        world = acme(self._now, self.changes, self.app.name)
        world.on_event = lambda event, channel: self.deliveries.event(world, event, channel)
        return world

    @property
    def base_url(self) -> str:
        return self.world.base_url

    def reset(self) -> None:
        """Start over: a fresh workspace, no faults, no recorded calls. The app stays installed and connected."""
        base_url = self.base_url
        self.world = self._new_world()
        self.world.base_url = base_url
        self.handles = Handles()
        self.upload_tickets.clear()
        self.faults.clear()
        self.limits.clear()
        self.calls.clear()
        self.changes.add("reset")

    def record(self, method: str, args: Json, started: float, response: web.Response | None) -> None:
        """Keep one Web API call; `started` is `time.monotonic()` at its arrival."""
        self.calls_made += 1
        ms = round((time.monotonic() - started) * 1000, 3)
        status, answer = 0, None
        if response is not None:
            status = response.status
            answer = response.body if response.content_type == "application/json" else None
        assert answer is None or isinstance(answer, bytes)
        self.calls.append(RecordedCall(self.calls_made, time.time(), ms, method, args, status, answer))
        self.changes.add("call", method=method, number=self.calls_made)

    def message_from_bot(self, channel: Channel, **fields: object) -> Message:
        """A message that the app writes, not yet posted."""
        world = self.world
        return Message(channel.id, world.new_ts(), world.bot_user, bot_id=world.bot_id, **fields)  # type: ignore[arg-type]
