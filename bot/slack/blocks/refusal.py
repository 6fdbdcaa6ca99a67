"""What is said directly to the one who opened an incident that has no room to say it in."""

from bot.rules.decision import EffectKind
from bot.rules.model import Incident
from bot.rules.refusal import sentence
from bot.slack.blocks.parts import Message, message, section


def no_room(incident: Incident, error: str) -> Message:
    name = incident.name
    lacks = "I am not in its channel" if incident.borrowed else "it has no channel"
    said = f"{name} is recorded, but {lacks}. {sentence(EffectKind.ROOM, error)}"
    return message(said, [section(f"{said}\n`/hotfix {name}` and what you did is logged all the same.")])
