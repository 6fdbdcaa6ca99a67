"""What stands in an incident's room and in the announce channel."""

from bot.delivery.hand import Json
from bot.delivery.scene import AnnounceChannel, Render, Scene, ServiceChannel, Shown
from bot.ledger import load
from bot.ledger.patches import patches_where
from bot.ledger.tables import patches
from bot.rules import checklist as rules
from bot.rules import summary as facts
from bot.rules.decision import EffectKind
from bot.rules.model import WarRoom
from bot.rules.policy import Policy
from bot.slack.blocks import Message
from bot.slack.blocks.action import echo, struck
from bot.slack.blocks.announcement import announcement
from bot.slack.blocks.card import card
from bot.slack.blocks.catchup import catchup
from bot.slack.blocks.checklist import checklist
from bot.slack.blocks.note import anchor, note, refused_person
from bot.slack.blocks.summary import summary
from bot.warroom.catchup import tell


def _card(scene: Scene) -> Shown | None:
    room = scene.room()
    return _in_room(room, card(room, scene.counts(), scene.policy), anchor=_head(room))


def _catch_up(scene: Scene) -> Shown:
    incident = scene.room().incident
    person = load.person(scene.conn, int(scene.effect.key.partition(".")[0]))
    return Shown(person, catchup(tell(scene.conn, incident, scene.now), incident))


def _announcement(scene: Scene) -> Shown | None:
    """A private incident is announced nowhere: its members are in the room."""
    room = scene.room()
    to = _service_channel(room, scene.policy) if scene.effect.key == "service" else scene.everybody(room)
    if not isinstance(to, (AnnounceChannel, ServiceChannel)):
        return None
    return Shown(to, announcement(room, scene.counts()), anchor=_head(room))


def _service_channel(room: WarRoom, policy: Policy) -> ServiceChannel | None:
    service = policy.service(room.incident.service)
    if service is None or service.channel is None or room.incident.private or room.incident.drill:
        return None
    return ServiceChannel(service.channel)


def _action(scene: Scene) -> Shown | None:
    number = int(scene.effect.key)
    room = scene.room(number)
    item = scene.items(room).get(number)
    if item is None:
        return _in_room(room, struck(room.actions[0], room))
    return _in_room(room, echo(item, room, push=_is_to_push(scene, item.action.id)))


def _is_to_push(scene: Scene, action_id: int) -> bool:
    """Whether there is a patch that was not pushed, and a token that may push it."""
    made = patches_where(scene.conn, patches.c.action_id == action_id, patches.c.pushed.is_(False))
    may = {repository.name for repository in scene.policy.repositories if repository.push}
    return any(patch.content and patch.repo in may for patch in made)


def _note(scene: Scene) -> Shown | None:
    """A note about one action goes to the thread of its echo."""
    line = scene.line()
    named = load.named_in([line]) | {refused_person(line) or 0}
    room = load.with_people(scene.conn, scene.room(), list(named))
    number = line.payload.get("action") if line.payload else None
    thread = scene.thread_of(number) if isinstance(number, int) else None
    return _in_room(room, note(line, room), thread)


def _checklist(scene: Scene) -> Shown | None:
    scene.below(EffectKind.SUMMARY)
    room = scene.whole_room()
    return _in_room(room, checklist(rules.checklist(room, scene.now)))


def _summary(scene: Scene) -> Shown | None:
    room = scene.whole_room()
    lines = load.lines(scene.conn, room.incident.id)
    room = load.with_people(scene.conn, room, list(load.named_in(lines)))
    return _in_room(room, summary(facts.summary(room, lines, scene.now), room), anchor=_head(room))


def _anchor(scene: Scene) -> Shown | None:
    line, room = scene.line(), scene.room()
    to = scene.everybody(room)
    said = {"incident": room.incident.number, "seq": line.seq, "hash": line.hash}
    return None if to is None else Shown(to, anchor(line, room), anchor=said)


def _in_room(room: WarRoom, message: Message, thread: str | None = None, anchor: Json | None = None) -> Shown | None:
    """The standing incident may have no channel, another an archived one: then there is nowhere to show it."""
    channel = room.incident.room
    return None if channel is None else Shown(channel, message, thread, anchor)


def _head(room: WarRoom) -> Json:
    return {"incident": room.incident.number, "seq": room.head_seq, "hash": room.head_hash}


RENDERS: dict[EffectKind, Render] = {
    EffectKind.CARD: _card,
    EffectKind.CATCH_UP: _catch_up,
    EffectKind.ANNOUNCEMENT: _announcement,
    EffectKind.ACTION: _action,
    EffectKind.NOTE: _note,
    EffectKind.CHECKLIST: _checklist,
    EffectKind.SUMMARY: _summary,
    EffectKind.ANCHOR: _anchor,
}
