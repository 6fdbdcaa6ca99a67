"""*Catch me up*, to one person directly."""

from bot.rules.model import Incident
from bot.slack import mrkdwn
from bot.slack.blocks.parts import Message, context, message, packed


def catchup(told: str, incident: Incident) -> Message:
    lines = mrkdwn.escape(told).split("\n")
    where = f"{mrkdwn.channel(incident.channel_id)} · " if incident.channel_id else ""
    return message(
        f"Catch up: {lines[0]}",
        [*packed(lines), context(f"{where}`/incident catchup {incident.name}` says it anew.")],
    )
