"""The loop: lease what is due, perform it side by side, mark it. A lane is in one hand at a time."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from functools import partial

import structlog
from slack_sdk.web.async_client import AsyncWebClient
from sqlalchemy import Connection
from sqlalchemy.exc import OperationalError

from bot import metrics
from bot.delivery import home, messages, nudges, patches, people, rooms, store
from bot.delivery.admit import Admitted, Doorkeeper, Place
from bot.delivery.hand import Hand, Paces, Refused, Wait
from bot.delivery.show import show
from bot.ledger import outbox
from bot.ledger.database import Database
from bot.ledger.outbox import Leased
from bot.rules.decision import Effect, EffectKind
from bot.rules.model import SECOND
from bot.rules.policy import Policy

log = structlog.get_logger()

Learn = Callable[[Connection], None]
Performer = Callable[[Hand], Awaitable[Learn | None]]
OnRefused = Callable[[int, str, Effect, str], Awaitable[None]]

PAUSE = 0.05  # seconds after a look that found only what has to wait: a look takes its time from people's commands
POLL = 1.0  # seconds: how soon the effects that other replicas recorded are seen
AT_ONCE = 32  # effects in hand
GRACE = 10.0  # seconds to finish what is in hand when stopping
LONGEST = 25.0  # seconds for one effect, less than its lease
STORE_AGAIN = (0.5, 1.5)  # seconds until the outcome is stored anew where the database is away; within the lease too

PERFORMERS: dict[EffectKind, Performer] = {
    EffectKind.WORKSPACE: people.workspace,
    EffectKind.PERSON: people.person,
    EffectKind.ROOM: rooms.room,
    EffectKind.INVITE: rooms.invite,
    EffectKind.RESPONDERS: rooms.responders,
    EffectKind.RENAME: rooms.rename,
    EffectKind.ARCHIVE: rooms.archive,
    EffectKind.TOPIC: rooms.set_topic,
    EffectKind.BOOKMARK: rooms.bookmark,
    EffectKind.PIN: rooms.pin,
    EffectKind.PATCH: patches.upload,
    EffectKind.NUDGE: nudges.nudge,
    EffectKind.NUDGE_REFRESH: nudges.refresh,
    EffectKind.HOME: home.home,
    **{kind: partial(show, render=r) for kind, r in (messages.RENDERS | nudges.RENDERS).items()},
}


class TakenOver(Exception):
    """The lease ran out, and another worker has the effect: what was learned here is theirs to find."""


class Delivery:
    """One worker. `now` is business time, in microseconds, and only for what messages show; leases and waits go by the
    database's clock.

    `on_refused` is told of an effect that was refused for good (workspace id, team id, effect, error code) before it is
    set aside; it may be told the same again. `elsewhere` performs the effects that are for others than Slack.
    """

    def __init__(
        self,
        db: Database,
        slack: AsyncWebClient,
        policy: Policy,
        now: Callable[[], int],
        worker: str,
        on_refused: OnRefused,
        *,
        elsewhere: Mapping[EffectKind, Performer] | None = None,
        at_once: int = AT_ONCE,
        poll: float = POLL,
        grace: float = GRACE,
    ) -> None:
        self._db, self._slack, self._policy, self._now = db, slack, policy, now
        self._worker, self._on_refused = worker, on_refused
        self._performers = PERFORMERS | dict(elsewhere or {})
        self._at_once, self._poll, self._grace = at_once, poll, grace
        self._poked = asyncio.Event()
        self._paces = Paces()
        self._door = Doorkeeper(worker)
        self._taking: asyncio.Task[bool] | None = None
        self._in_hand: set[asyncio.Task[None]] = set()

    def poke(self) -> None:
        """Something was recorded: look now, not at the next poll."""
        self._poked.set()

    async def run(self) -> None:
        """Deliver until cancelled; then `stop`."""
        try:
            while True:
                self._poked.clear()
                self._taking = asyncio.create_task(self._take())
                if await asyncio.shield(self._taking):  # what it leases must not be lost when the loop is cancelled
                    await asyncio.sleep(PAUSE)
                with suppress(TimeoutError):
                    async with asyncio.timeout(self._poll):
                        await self._poked.wait()
        finally:
            await self.stop()

    async def _take(self) -> bool:
        """Lease as many effects as there are free hands, and start on them. True if all that was found has to wait."""
        free = self._at_once - len(self._in_hand)
        if free <= 0:
            return False
        try:
            admitted, soonest, paced = await self._db.write(lambda conn: self._lease(conn, free))
        except Exception:  # the database is away; the loop must not be
            log.exception("delivery: cannot look for effects")
            return False
        for workspace_id, bucket, wait in paced:
            self._paces.hold(workspace_id, bucket, wait)
        for effect, place in admitted:
            task = asyncio.create_task(self._deliver(effect, place))
            self._in_hand.add(task)
            task.add_done_callback(self._finished)
        if soonest is not None:  # hands are still free, and the next to come may be due
            self.poke()
            self._poke_in(soonest)
        return soonest is not None and not admitted

    def _lease(self, conn: Connection, most: int) -> tuple[list[Admitted], int | None, list[tuple[int, str, int]]]:
        admitted, soonest = self._door.admit(conn, outbox.lease(conn, self._worker, most))
        return admitted, soonest, store.paced(conn)

    def _poke_in(self, wait: int) -> None:
        if wait < self._poll * SECOND:
            asyncio.get_running_loop().call_later(wait / SECOND, self.poke)

    def _finished(self, task: asyncio.Task[None]) -> None:
        self._in_hand.discard(task)
        self.poke()  # a hand is free, and what waited for this effect may be due

    async def _deliver(self, effect: Leased, place: Place | None) -> None:
        hand = Hand(effect, place, self._db, self._slack, self._policy, self._now, self._paces)
        try:
            await self._store(await self._perform(hand))
        except TakenOver:
            log.warning("delivery: lease ran out", effect=effect.lane)
        except Exception:  # the lease runs out, and whoever takes the effect next looks at Slack first
            log.exception("delivery: outcome not stored", effect=effect.lane)

    async def _store(self, mark: Callable[[Connection], None]) -> None:
        for wait in STORE_AGAIN:
            try:
                return await self._db.write(mark)
            except OperationalError as error:
                log.warning("delivery: outcome not stored yet", error=str(error.orig))
                await asyncio.sleep(wait)
        await self._db.write(mark)

    async def _perform(self, hand: Hand) -> Callable[[Connection], None]:
        """Do it, and return how to store what came of it."""
        effect = hand.effect
        begun = time.perf_counter()
        try:
            async with asyncio.timeout(LONGEST):
                learn = await self._performers[effect.kind](hand)
            metrics.effects[effect.kind.value, "done"] += 1
            return partial(self._done, effect, learn)
        except Wait as wait:
            return self._later(hand, wait)
        except Refused as refused:
            return await self._refused(effect, refused)
        except TimeoutError:
            return self._later(hand, Wait("too_slow", SECOND))
        except Exception as error:
            log.exception("delivery: failed", effect=effect.lane)
            return self._later(hand, Wait(type(error).__name__, hand.backoff()))
        finally:
            metrics.effect_seconds.add(time.perf_counter() - begun)

    def _done(self, effect: Leased, learn: Learn | None, conn: Connection) -> None:
        if learn is not None:
            learn(conn)
        if not outbox.done(conn, effect, self._worker):
            raise TakenOver

    async def _refused(self, effect: Leased, by: Refused) -> Callable[[Connection], None]:
        """Set the effect aside until somebody asks for it anew, and have it said where people see it."""
        incident_id, error = effect.incident_id or by.incident_id, by.error
        log.warning("delivery: refused", effect=effect.lane, incident=incident_id, error=error)
        metrics.effects[effect.kind.value, "refused"] += 1
        refused = Effect(effect.kind, incident_id, effect.key)
        await self._on_refused(effect.workspace_id, effect.team_id, refused, error)
        return lambda conn: outbox.park(conn, effect, self._worker, error)

    def _later(self, hand: Hand, wait: Wait) -> Callable[[Connection], None]:
        effect = hand.effect
        if wait.pace is not None:
            self._paces.hold(effect.workspace_id, wait.pace, wait.wait)
        metrics.effects[effect.kind.value, "later"] += 1
        about = {"effect": effect.lane, "incident": effect.incident_id}
        log.info("delivery: later", **about, error=wait.error, wait=wait.wait / SECOND)
        self._poke_in(wait.wait)

        def give_back(conn: Connection) -> None:
            if wait.pace is not None:
                outbox.pace(conn, effect.workspace_id, wait.pace, wait.wait)
            outbox.again(conn, effect, self._worker, wait.wait, wait.error, unsure=hand.unsure)

        return give_back

    async def stop(self) -> None:
        """Finish what is in hand, for a while. What is not finished by then is found by its lease, which runs out."""
        if self._taking is not None:
            await self._taking
        if self._in_hand:
            await asyncio.wait(self._in_hand, timeout=self._grace)
        for task in self._in_hand:
            task.cancel()
        await asyncio.gather(*self._in_hand, return_exceptions=True)
