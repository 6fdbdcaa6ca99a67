"""What a renderer sees, and what it hands back.

A renderer is a plain function of one snapshot of the database: it says what to show and where at the moment at which
the message goes out, or None if there is nothing to show (any more).
"""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import Connection

from bot.delivery import store
from bot.delivery.hand import Json, Wait
from bot.ledger import load, outbox
from bot.ledger.outbox import Leased
from bot.ledger.tables import entries
from bot.rules.checklist import Item, checklist
from bot.rules.decision import Effect, EffectKind
from bot.rules.model import SECOND, Line, Person, WarRoom
from bot.rules.nudges import Audience, audience
from bot.rules.policy import Policy
from bot.slack.blocks import Message


@dataclass(frozen=True, slots=True)
class AnnounceChannel:
    """Wherever incidents are announced: found when it is needed."""


@dataclass(frozen=True, slots=True)
class ServiceChannel:
    """The channel that the policy names for a service: found when it is needed."""

    name: str


@dataclass(frozen=True, slots=True)
class Shown:
    """A message and where it goes: to a channel by id, to a person directly, or to the announce channel."""

    to: str | Person | AnnounceChannel | ServiceChannel
    message: Message
    thread: str | None = None
    anchor: Json | None = None


@dataclass(frozen=True, slots=True)
class Scene:
    conn: Connection
    effect: Leased
    policy: Policy
    now: int

    def room(self, *numbers: int) -> WarRoom:
        """The incident with those of its actions that are spoken of, or none."""
        return store.part_of_room(self.conn, self._incident_id, numbers)

    def whole_room(self) -> WarRoom:
        return load.war_room(self.conn, self._incident_id)

    def counts(self) -> dict[str, int]:
        return store.counts(self.conn, self._incident_id)

    def line(self) -> Line:
        """The ledger entry that the effect is about."""
        (line,) = load.lines(self.conn, self._incident_id, entries.c.seq == int(self.effect.key.partition(".")[0]))
        return line

    def items(self, room: WarRoom) -> dict[int, Item]:
        """The actions that count, by number."""
        listed = checklist(room, self.now)
        return {item.action.number: item for item in (*listed.left, *listed.reconciled)}

    def thread_of(self, number: int) -> str | None:
        """The ts of an action's echo, in whose thread it is spoken of; None if it was never posted.

        Raises Wait while it is still to be posted.
        """
        return self._place_of(Effect(EffectKind.ACTION, self._incident_id, str(number)), SECOND)

    def below(self, kind: EffectKind) -> None:
        """Raises Wait while the incident's message of that kind is still to be posted: this one stands below it."""
        self._place_of(Effect(kind, self._incident_id), SECOND // 5)

    def _place_of(self, other: Effect, wait: int) -> str | None:
        place = outbox.place(self.conn, self.effect.workspace_id, other.lane)
        if place is None and store.waits(self.conn, self.effect.workspace_id, other):
            raise Wait(f"{other.kind.value}_pending", wait)
        return place[1] if place else None

    def everybody(self, room: WarRoom) -> str | Person | AnnounceChannel | None:
        """The announce channel; for a private incident, or where the policy names none, the incident's own room, and
        its lead where that is archived."""
        incident = room.incident
        if audience(incident, self.policy) is Audience.ANNOUNCE:
            return AnnounceChannel()
        if incident.archived_at is not None:
            return room.person(incident.lead_id or incident.opened_by)
        return incident.channel_id

    @property
    def _incident_id(self) -> int:
        assert self.effect.incident_id is not None, self.effect.lane
        return self.effect.incident_id


Render = Callable[[Scene], Shown | None]
