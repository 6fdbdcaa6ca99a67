"""Reminders and alarms: to the owner, in an action's thread, to the lead, to everybody."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from bot.delivery import store
from bot.delivery.hand import Hand, Refused, Wait
from bot.delivery.scene import AnnounceChannel, Render, Scene, Shown
from bot.ledger import load, outbox
from bot.rules.checklist import Item, checklist
from bot.rules.decision import Effect, EffectKind
from bot.rules.model import SECOND, ActionState, Line, Person, WarRoom
from bot.slack.blocks import Message, deployment
from bot.slack.blocks import nudge as blocks

Learn = Callable[[Connection], None]
Place = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Direct:
    """A person's message as it should read now. `due`: something of it is still to be reconciled."""

    person: Person
    message: Message
    due: bool


async def nudge(hand: Hand) -> Learn | None:
    """Post a person's one message anew, so that it notifies them, and then delete the one before. Where all was settled
    meanwhile there is nothing to notify of: the one before says so."""
    person_id, old = int(hand.effect.key), hand.place
    told = await hand.read(lambda conn: _direct(conn, hand, person_id))
    if told is None or not told.due:
        await _bring_up_to_date(hand, told, old)
        return None
    metadata = hand.metadata()
    channel = await hand.direct(told.person.slack_id)
    ts = await hand.find(channel, None, not_ts=old[1] if old else None) if hand.unsure else None
    if ts is None or not await hand.update(channel, ts, told.message, metadata):
        ts = await hand.post(channel, told.message, None, metadata)
    if old is not None:
        await _delete(hand, old)
    stands_at = ts
    return lambda conn: outbox.learn_place(conn, hand.effect.workspace_id, hand.effect.lane, channel, stands_at)


async def refresh(hand: Hand) -> None:
    """Bring the message up to date where it stands. Nobody who has none gets one by this, and one that is being
    replaced is left to its successor."""
    workspace_id = hand.effect.workspace_id
    posted = Effect(EffectKind.NUDGE, None, hand.effect.key)
    if await hand.read(lambda conn: store.waits(conn, workspace_id, posted)):
        raise Wait("nudge_pending", SECOND)
    told, place = await hand.read(
        lambda conn: (
            _direct(conn, hand, int(hand.effect.key)),
            outbox.place(conn, workspace_id, posted.lane),
        )
    )
    await _bring_up_to_date(hand, told, place)


async def _bring_up_to_date(hand: Hand, told: Direct | None, place: Place | None) -> None:
    if told is not None and place is not None:
        await hand.update(*place, told.message, hand.metadata())


def _direct(conn: Connection, hand: Hand, person_id: int) -> Direct | None:
    """None for somebody who was never told of anything that is still theirs."""
    now = hand.now()
    items = []
    for incident, numbers in store.last_told(conn, person_id):
        listed = checklist(store.part_of_room(conn, incident.id, numbers), now)
        items += [(item, incident) for item in (*listed.left, *listed.reconciled)]
    if not items:
        return None
    due = any(not item.action.state.reconciled for item, _ in items)
    message = blocks.direct(items, now, hand.policy.nudges.snooze_hours)
    return Direct(load.person(conn, person_id), message, due)


async def _delete(hand: Hand, place: Place) -> None:
    try:
        await hand.call(hand.slack.chat_delete, channel=place[0], ts=place[1])
    except Refused as refused:
        if refused.error != "message_not_found":
            raise


def _in_thread(scene: Scene) -> Shown | None:
    room, items = _still_drifting(scene, scene.line())
    channel = room.incident.room
    if not items or channel is None:
        return None
    return Shown(channel, blocks.in_thread(items[0], room), scene.thread_of(items[0].action.number))


def _to_lead(scene: Scene) -> Shown | None:
    line = scene.line()
    room, items = _still_drifting(scene, line)
    to = line.payload.get("to") if line.payload else None
    if not items or not isinstance(to, int):
        return None
    return Shown(load.person(scene.conn, to), blocks.to_lead(items, room))


def _to_everybody(scene: Scene) -> Shown | None:
    line = scene.line()
    room, items = _still_drifting(scene, line)
    to = scene.everybody(room)
    if not items or to is None:
        return None
    return Shown(to, blocks.to_everybody(items, room))


def _digest(scene: Scene) -> Shown | None:
    """What five messages did not settle, over all incidents: to a lead, or to everybody."""
    reader = int(scene.effect.key.partition(".")[0])
    drift = load.past_nudging(scene.conn, scene.effect.workspace_id, scene.policy.nudges.most_per_action)
    told = []
    for incident in {incident.id: incident for _, incident in drift}.values():
        theirs = reader in (0, incident.lead_id or incident.opened_by) and not (incident.private and reader == 0)
        if theirs and incident.settled:
            numbers = [action.number for action, of in drift if of.id == incident.id]
            listed = checklist(store.part_of_room(scene.conn, incident.id, numbers), scene.now)
            told += [(item, incident) for item in listed.left]
    if not told:
        return None
    to = load.person(scene.conn, reader) if reader else AnnounceChannel()
    return Shown(to, blocks.digest(told))


def _alarm(scene: Scene) -> Shown | None:
    room, items = _regressed(scene)
    to = scene.everybody(room)
    if not items or to is None:
        return None
    lead = room.person(room.incident.lead_id) if room.incident.lead_id else None
    return Shown(to, blocks.alarm(items[0], room, lead))


def _alarm_owner(scene: Scene) -> Shown | None:
    room, items = _regressed(scene)
    return Shown(items[0].owner, blocks.alarm(items[0], room, None)) if items else None


def _deploying(scene: Scene) -> Shown | None:
    room, items, said = _undone(scene)
    channel = room.incident.room
    return Shown(channel, deployment.undoing(items, said, room, None)) if items and channel else None


def _deploying_to_everybody(scene: Scene) -> Shown | None:
    room, items, said = _undone(scene)
    return Shown(AnnounceChannel(), deployment.undoing(items, said, room, None)) if items else None


def _deploying_to_owner(scene: Scene) -> Shown | None:
    room, items, said = _undone(scene)
    owner = load.person(scene.conn, int(scene.effect.key.partition(".")[2]))
    theirs = [item for item in items if item.action.owner_id == owner.id]
    return Shown(owner, deployment.undoing(theirs, said, room, owner)) if theirs else None


def _undone(scene: Scene) -> tuple[WarRoom, list[Item], Mapping[str, Any]]:
    """The actions that a deploy undoes, as they stand now, and what the entry says of it."""
    said = scene.line().payload or {}
    numbers = store.numbers_in(said)
    room = scene.room(*numbers)
    items = scene.items(room)
    return room, [items[number] for number in numbers if number in items], said


def _still_drifting(scene: Scene, line: Line) -> tuple[WarRoom, Sequence[Item]]:
    """The actions that the entry speaks of and that are not reconciled meanwhile."""
    numbers = store.numbers_in(line.payload or {})
    room = scene.room(*numbers)
    items = scene.items(room)
    found = [items[number] for number in numbers if number in items]
    return room, [item for item in found if not item.action.state.reconciled]


def _regressed(scene: Scene) -> tuple[WarRoom, Sequence[Item]]:
    room, items = _still_drifting(scene, scene.line())
    return room, [item for item in items if item.action.state is ActionState.REGRESSED]


def _update(scene: Scene) -> Shown | None:
    """To the lead of that moment; once an update was given (or none is needed) there is nobody to mention."""
    line, room = scene.line(), scene.room()
    lead = room.person(room.incident.lead_id or room.incident.opened_by)
    given = load.last_at(scene.conn, room.incident.id, "incident.update")
    channel = room.incident.room
    needless = room.incident.settled or (given is not None and given >= line.at)
    if channel is None or (needless and scene.effect.version == 1):
        return None
    since = (line.payload or {}).get("since")
    silence = line.at - since if isinstance(since, int) else 0
    return Shown(channel, blocks.update_given() if needless else blocks.update_due(lead, silence, room.incident))


RENDERS: dict[EffectKind, Render] = {
    EffectKind.UPDATE_NUDGE: _update,
    EffectKind.THREAD_NUDGE: _in_thread,
    EffectKind.LEAD_NUDGE: _to_lead,
    EffectKind.DRIFT_NOTICE: _to_everybody,
    EffectKind.DIGEST: _digest,
    EffectKind.ALARM: _alarm,
    EffectKind.ALARM_OWNER: _alarm_owner,
    EffectKind.DEPLOY_WARNING: _deploying,
    EffectKind.DEPLOY_ALARM: _deploying_to_everybody,
    EffectKind.DEPLOY_ALARM_OWNER: _deploying_to_owner,
}
