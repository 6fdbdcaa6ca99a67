"""Pacing before anything is rendered: which of the leased effects may go out now, and when the others get their turn.

Slack takes about one message a second in a channel, with short bursts (https://docs.slack.dev/apis/web-api/rate-limits),
and 50 updates a minute for an app. What has to wait is given back at once, so that a thousand changes in a minute cost
a thousand rows in the outbox, and no work.
"""

import time
from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Connection

from bot.delivery import store
from bot.ledger import outbox
from bot.ledger.outbox import Leased
from bot.rules.decision import EffectKind
from bot.rules.model import SECOND

Place = tuple[str, str]

INTERVAL = SECOND  # between two posts in a channel, and between two updates
POST_BURST, UPDATE_BURST = 4, 8

_IN_ROOM = {
    EffectKind.CARD,
    EffectKind.ACTION,
    EffectKind.NOTE,
    EffectKind.CHECKLIST,
    EffectKind.SUMMARY,
    EffectKind.THREAD_NUDGE,
    EffectKind.UPDATE_NUDGE,
}
_TO_EVERYBODY = {EffectKind.ANNOUNCEMENT, EffectKind.ANCHOR, EffectKind.ALARM, EffectKind.DRIFT_NOTICE}


class Admitted(NamedTuple):
    """An effect that may go out now. `place`: channel and ts of its message, once that was posted."""

    effect: Leased
    place: Place | None


class Doorkeeper:
    """Remembers, for one worker, how long the queue for each bucket is, so that those who wait come back one by one in
    the order in which they came. What may go out is for the database to say, for all workers."""

    def __init__(self, worker: str) -> None:
        self._worker = worker
        self._last_turn: dict[str, float] = {}  # bucket → time.monotonic() of the turn that was given out last

    def admit(self, conn: Connection, leased: Sequence[Leased]) -> tuple[list[Admitted], int | None]:
        """Take turns for what was leased and give back what has to wait; the shortest of those waits (microseconds), if
        any has to."""
        if not leased:
            return [], None
        places = store.places(conn, leased)
        channels = store.channels(conn, leased)
        full: dict[tuple[int, str], int] = {}
        admitted, waiting = [], {}
        for effect in leased:
            place = places.get((effect.workspace_id, effect.lane))
            bucket = _bucket(effect, place, channels)
            wait = 0
            if bucket is not None:
                key = (effect.workspace_id, bucket)
                burst = POST_BURST if place is None else UPDATE_BURST
                wait = full.get(key) or outbox.turn(conn, *key, INTERVAL, burst)
                if wait:
                    full[key] = wait
                    waiting[effect] = self._delay(effect, bucket, wait)
            if not wait:
                admitted.append(Admitted(effect, place))
        store.set_aside(conn, self._worker, waiting)
        return admitted, min(waiting.values(), default=None)

    def _delay(self, effect: Leased, bucket: str, wait: int) -> int:
        if effect.attempts > 1:  # has queued, and somebody else was faster
            return wait
        now = time.monotonic()
        turn = max(now + wait / SECOND, self._last_turn.get(bucket, 0.0) + INTERVAL / SECOND)
        self._last_turn[bucket] = turn
        return int((turn - now) * SECOND)


def _bucket(effect: Leased, place: Place | None, channels: dict[tuple[int, int | None], str]) -> str | None:
    """What the effect's message counts towards; None where nothing is known to be paced."""
    if effect.kind is EffectKind.HOME:
        return f"views_publish/{effect.key}"  # ours, not Slack's: nobody reads faster than that
    if place is not None and effect.kind is not EffectKind.NUDGE:
        return f"chat_update/{place[0]}"
    if effect.kind in _IN_ROOM:
        channel = channels.get((effect.workspace_id, effect.incident_id))
    elif effect.kind in _TO_EVERYBODY:
        channel = channels.get((effect.workspace_id, None))
    else:
        return None
    return f"chat_postMessage/{channel}" if channel else None
