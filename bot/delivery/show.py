"""Posting a message once, and keeping it current where it stands."""

from collections.abc import Callable
from dataclasses import replace

from sqlalchemy import Connection

from bot.delivery.channels import announce_channel, find_channel
from bot.delivery.hand import Hand, Refused
from bot.delivery.scene import Render, Scene, ServiceChannel, Shown
from bot.ledger import load, outbox
from bot.rules.decision import Effect, EffectKind
from bot.rules.model import Person
from bot.slack.blocks.drill import as_drill

Learn = Callable[[Connection], None]


async def show(hand: Hand, render: Render) -> Learn | None:
    """Bring the effect's one message about: update it where it is known to stand, adopt the one that a lost try
    posted, or post it."""
    effect = hand.effect

    shown = await hand.read(lambda conn: _rendered(Scene(conn, effect, hand.policy, hand.now()), render))
    if shown is None:
        return None
    metadata = hand.metadata(shown.anchor)
    if hand.place is not None and await hand.update(*hand.place, shown.message, metadata):
        return None
    channel = await _destination(hand, shown)
    ts = await hand.find(channel, shown.thread) if hand.unsure else None
    if ts is None or not await hand.update(channel, ts, shown.message, metadata):
        ts = await hand.post(channel, shown.message, shown.thread, metadata)
    stands_at = ts

    def learn(conn: Connection) -> None:
        outbox.learn_place(conn, effect.workspace_id, effect.lane, channel, stands_at)
        if effect.kind is EffectKind.CARD:
            outbox.ask(conn, effect.workspace_id, [Effect(EffectKind.PIN, effect.incident_id)])

    return learn


def _rendered(scene: Scene, render: Render) -> Shown | None:
    """What to show; where it is about a practice, it says so."""
    shown = render(scene)
    if shown is None or scene.effect.incident_id is None:
        return shown
    drill = load.incident_by_id(scene.conn, scene.effect.incident_id).drill
    return replace(shown, message=as_drill(shown.message)) if drill else shown


async def _destination(hand: Hand, shown: Shown) -> str:
    match shown.to:
        case str():
            return shown.to
        case Person():
            return await hand.direct(shown.to.slack_id)
        case ServiceChannel():
            found = await find_channel(hand, shown.to.name)
            if found is None:
                raise Refused("service_channel_missing")
            return found[0]
        case _:
            return await announce_channel(hand)
