"""The announcement: one message in the announce channel, for those who are not in the room."""

from collections.abc import Mapping

from bot.rules.model import Incident, IncidentState, WarRoom
from bot.slack import mrkdwn
from bot.slack.blocks import phrases
from bot.slack.blocks.card import times
from bot.slack.blocks.parts import Block, Message, actions, button, context, message, section


def announcement(room: WarRoom, counts: Mapping[str, int]) -> Message:
    """`counts`: how many actions stand where. `room` needs no actions."""
    incident = room.incident
    title, severity = mrkdwn.shorten(incident.title, 250), mrkdwn.escape(incident.severity)
    where = mrkdwn.channel(incident.channel_id) if incident.channel_id else "its room is being made"
    changes = phrases.tally(counts)
    return message(
        f"{incident.name} · {severity} · {incident.state.value}: {title}",
        [
            section(f"*{incident.name}* · {phrases.incident_state(incident)} · {severity}\n*{title}*"),
            section(f"{where} · lead: {_lead(room)}"),
            context(times(room)),
            context(f"Manual changes: {changes}") if changes else None,
            _join(incident),
        ],
    )


def _join(incident: Incident) -> Block | None:
    """Into a channel that is not ours nobody is brought by a button: it may be private."""
    over = incident.state not in (IncidentState.OPEN, IncidentState.RESOLVED)
    return None if over or incident.borrowed else actions(button("join", "Join", str(incident.number)))


def topic(room: WarRoom) -> str:
    """The topic of the room: at most 250 characters, Slack's limit."""
    incident = room.incident
    drill = ("DRILL",) if incident.drill else ()
    parts = (*drill, incident.name, mrkdwn.escape(incident.severity), incident.state.value, f"lead: {_lead(room)}")
    return mrkdwn.cut(" · ".join((*parts, mrkdwn.escape(mrkdwn.one_line(incident.title)))), 250)


def _lead(room: WarRoom) -> str:
    lead = room.incident.lead_id
    return mrkdwn.who(room.person(lead)) if lead else "nobody yet"
