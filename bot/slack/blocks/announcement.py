"""The announcement: one message in the announce channel, for those who are not in the room."""

from bot.rules.model import WarRoom
from bot.slack import mrkdwn
from bot.slack.blocks.card import facts
from bot.slack.blocks.parts import Message, message, section


def announcement(room: WarRoom) -> Message:
    incident = room.incident
    title = mrkdwn.shorten(incident.title, 250)
    where = mrkdwn.channel(incident.channel_id) if incident.channel_id else "its room is being made"
    return message(
        f"{incident.name} · {incident.severity} · {incident.state.value}: {title}",
        [section(f"*{incident.name}* · {title}\n{where}"), *facts(room)],
    )


def topic(room: WarRoom) -> str:
    """The topic of the room: at most 250 characters, Slack's limit."""
    incident = room.incident
    lead = mrkdwn.who(room.person(incident.lead_id)) if incident.lead_id else "nobody yet"
    parts = (incident.name, mrkdwn.escape(incident.severity), incident.state.value, f"lead: {lead}")
    return mrkdwn.cut(" · ".join((*parts, mrkdwn.escape(mrkdwn.one_line(incident.title)))), 250)
