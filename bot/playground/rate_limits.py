"""Slack's rate limits: token buckets per method, and per channel for posting. They run on real time, always.

Slack publishes the tiers as calls a minute per method and workspace, and about one `chat.postMessage` a second
per channel with short bursts above it; how long a burst may be is not published. Here a bucket holds a minute's
calls (at least 10) and a channel ten messages.
"""

import math
import time
from dataclasses import dataclass, field
from typing import Literal

Tier = Literal[1, 2, 3, 4, "special"]

_PER_MINUTE: dict[Tier, float] = {1: 1, 2: 20, 3: 50, 4: 100, "special": 600}
_SMALLEST_BURST = 10.0
_CHANNEL_PER_SECOND = 1.0
_CHANNEL_BURST = 10.0


@dataclass(slots=True)
class _Bucket:
    tokens: float
    at: float


@dataclass(slots=True)
class RateLimits:
    on: bool = True
    _buckets: dict[str, _Bucket] = field(default_factory=dict)

    def method(self, name: str, tier: Tier) -> int:
        """Count one call. 0 if it may go on, else the seconds after which to try again (`Retry-After`)."""
        per_minute = _PER_MINUTE[tier]
        return self._take(name, per_minute / 60, max(per_minute, _SMALLEST_BURST))

    def post(self, channel: str) -> int:
        """Count one message into a channel. Same answer as `method`."""
        return self._take(f"post/{channel}", _CHANNEL_PER_SECOND, _CHANNEL_BURST)

    def clear(self) -> None:
        self._buckets.clear()

    def _take(self, key: str, per_second: float, burst: float) -> int:
        if not self.on:
            return 0
        now = time.monotonic()
        bucket = self._buckets.setdefault(key, _Bucket(burst, now))
        bucket.tokens = min(burst, bucket.tokens + (now - bucket.at) * per_second)
        bucket.at = now
        if bucket.tokens >= 1:
            bucket.tokens -= 1
            return 0
        return max(1, math.ceil((1 - bucket.tokens) / per_second))
