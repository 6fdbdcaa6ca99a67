"""Reminders and alarms: to the owner, in an action's thread, to the lead, to everybody."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from sqlalchemy import Connection

from bot.delivery import store
from bot.delivery.hand import Hand, Refused, Wait
from bot.delivery.scene import Render, Scene, Shown
from bot.ledger import load, outbox
from bot.rules.checklist import Item, checklist
from bot.rules.decision import Effect, EffectKind
from bot.rules.model import SECOND, ActionState, Line, Person, WarRoom
from bot.slack.blocks import Message
from bot.slack.blocks import nudge as blocks

Learn = Callable[[Connection], None]
Place = tuple[str, str]


async def nudge(hand: Hand) -> Learn | None:
    """Post a person's one message anew, so that it notifies them, and then delete the one before."""
    person_id = int(hand.effect.key)
    message, person, old = await hand.read(lambda conn: _direct(conn, hand, person_id))
    if message is None:
        return None
    metadata = hand.metadata()
    channel = await hand.direct(person.slack_id)
    ts = await hand.find(channel, None, not_ts=old[1] if old else None) if hand.unsure else None
    if ts is None or not await hand.update(channel, ts, message, metadata):
        ts = await hand.post(channel, message, None, metadata)
    if old is not None:
        await _delete(hand, old)
    stands_at = ts
    return lambda conn: outbox.learn_place(conn, hand.effect.workspace_id, hand.effect.lane, channel, stands_at)


async def refresh(hand: Hand) -> None:
    """Bring the message up to date where it stands. Nobody who has none gets one by this, and one that is being
    replaced is left to its successor."""
    person_id, workspace_id = int(hand.effect.key), hand.effect.workspace_id
    successor = Effect(EffectKind.NUDGE, None, hand.effect.key)
    if await hand.read(lambda conn: store.waits(conn, workspace_id, successor)):
        raise Wait("nudge_pending", SECOND)
    message, _, place = await hand.read(lambda conn: _direct(conn, hand, person_id))
    if message is not None and place is not None:
        await hand.update(*place, message, hand.metadata())


def _direct(conn: Connection, hand: Hand, person_id: int) -> tuple[Message | None, Person, Place | None]:
    """The message as it should read now (None if there is nothing to tell), for whom, and where the last one is."""
    person = load.person(conn, person_id)
    lane = Effect(EffectKind.NUDGE, None, str(person_id)).lane
    place = outbox.place(conn, hand.effect.workspace_id, lane)
    now = hand.now()
    rooms: dict[int, WarRoom] = {}
    told = []
    for action, incident in store.last_told(conn, person_id):
        if incident.id not in rooms:
            rooms[incident.id] = load.war_room(conn, incident.id)
        listed = checklist(replace(rooms[incident.id], actions=(action,)), now)
        told += [(item, incident) for item in (*listed.left, *listed.reconciled)]
    open_again = any(not item.action.state.reconciled for item, _ in told)
    if not told or (place is None and not open_again):
        return None, person, place
    return blocks.direct(told, now, hand.policy.nudges.snooze_hours), person, place


async def _delete(hand: Hand, place: Place) -> None:
    try:
        await hand.call(hand.slack.chat_delete, channel=place[0], ts=place[1])
    except Refused as refused:
        if refused.error != "message_not_found":
            raise


def _in_thread(scene: Scene) -> Shown | None:
    line, room = scene.line(), scene.room()
    items = _still_drifting(line, room, scene)
    channel = room.incident.channel_id
    if not items or channel is None:
        return None
    return Shown(channel, blocks.in_thread(items[0], room), scene.thread_of(items[0].action.number))


def _to_lead(scene: Scene) -> Shown | None:
    line, room = scene.line(), scene.room()
    items = _still_drifting(line, room, scene)
    to = line.payload.get("to") if line.payload else None
    if not items or not isinstance(to, int):
        return None
    return Shown(load.person(scene.conn, to), blocks.to_lead(items, room))


def _to_everybody(scene: Scene) -> Shown | None:
    line, room = scene.line(), scene.room()
    items, to = _still_drifting(line, room, scene), scene.everybody(room)
    return Shown(to, blocks.to_everybody(items, room)) if items and to is not None else None


def _alarm(scene: Scene) -> Shown | None:
    room = scene.room()
    items, to = _regressed(scene.line(), room, scene), scene.everybody(room)
    if not items or to is None:
        return None
    lead = room.person(room.incident.lead_id) if room.incident.lead_id else None
    return Shown(to, blocks.alarm(items[0], room, lead))


def _alarm_owner(scene: Scene) -> Shown | None:
    room = scene.room()
    items = _regressed(scene.line(), room, scene)
    return Shown(items[0].owner, blocks.alarm(items[0], room, None)) if items else None


def _still_drifting(line: Line, room: WarRoom, scene: Scene) -> Sequence[Item]:
    """The actions that the entry speaks of and that are not reconciled meanwhile."""
    payload = line.payload or {}
    named = payload.get("actions", [payload.get("action")])
    assert isinstance(named, list)
    items = scene.items(room)
    return [items[number] for number in named if number in items and not items[number].action.state.reconciled]


def _regressed(line: Line, room: WarRoom, scene: Scene) -> Sequence[Item]:
    return [item for item in _still_drifting(line, room, scene) if item.action.state is ActionState.REGRESSED]


RENDERS: dict[EffectKind, Render] = {
    EffectKind.THREAD_NUDGE: _in_thread,
    EffectKind.LEAD_NUDGE: _to_lead,
    EffectKind.DRIFT_NOTICE: _to_everybody,
    EffectKind.ALARM: _alarm,
    EffectKind.ALARM_OWNER: _alarm_owner,
}
