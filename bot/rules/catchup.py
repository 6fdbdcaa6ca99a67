"""*Catch me up*: what somebody needs who comes into an incident that is under way, from the ledger alone."""

from collections.abc import Iterable, Sequence

from bot.rules.checklist import checklist
from bot.rules.model import Action, ActionState, Line, WarRoom
from bot.rules.summary import plain_duration
from bot.rules.telling import tell
from bot.rules.words import short

# What happened to the incident as a whole. What was done by hand is told by its state instead.
HAPPENED = (
    "incident.update",
    "incident.severity",
    "incident.lead",
    "incident.resolved",
    "incident.reopened",
    "incident.closed",
    "incident.duplicate",
    "incident.renamed",
    "incident.cancelled",
    "message.pinned",
    "evidence.lost",
)
_EVENTS, _ACTIONS = 8, 8  # the latest of each: it is read by somebody in a hurry


def catch_up(room: WarRoom, happened: Sequence[Line], now: int) -> str:
    """What happened, who leads, what drifts, what else was tried: plain text, one fact a line. `happened` are the
    entries of the kinds in `HAPPENED`, oldest first; `room.people` holds whom they name."""
    incident = room.incident
    listed = checklist(room, now)
    opened = f"Opened {_ago(incident.opened_at, now)} by {room.person(incident.opened_by).name}."
    lines = [
        f"{incident.name} is {incident.state.value} · {incident.severity} · {short(incident.title, 200)}",
        f"{opened} {_in_charge(room)}",
    ]
    told = [f"{_ago(line.at, now)} · {tell(line, room.people)}" for line in happened[-_EVENTS:]]
    lines += _group("What happened", told, len(happened) - len(told))
    drifting = [
        f"#{item.action.number} {short(item.action.text, 100)} · {item.action.state.value}, {item.owner.name}, "
        f"live for {plain_duration(item.drift)}"
        for item in listed.left[:_ACTIONS]
    ]
    lines += _group("Live, and not in Git yet", drifting, len(listed.left) - len(drifting))
    tried = [action for action in room.actions if action.state.reconciled and action.state is not ActionState.STRUCK]
    latest = [_tried(action) for action in tried[-_ACTIONS:]]
    lines += _group("Also done by hand", latest, len(tried) - len(latest))
    if not (listed.left or tried):
        lines.append("Nothing was changed by hand yet, as far as it was logged.")
    return "\n".join(lines)


def _in_charge(room: WarRoom) -> str:
    lead = room.incident.lead_id
    said = f"{room.person(lead).name} leads" if lead else "Nobody leads"
    others = [f"{role} is {room.person(person).name}" for role, person in sorted(room.roles.items())]
    return f"{'; '.join([said, *others])}."


def _tried(action: Action) -> str:
    why = f": {short(action.ruled_why, 100)}" if action.ruled_why else ""
    return f"#{action.number} {short(action.text, 100)} · {action.state.value}{why}"


def _group(title: str, lines: Iterable[str], more: int) -> list[str]:
    told = [f"• {line}" for line in lines]
    rest = [f"  … and {more} more"] if more > 0 else []
    return [f"*{title}*", *told, *rest] if told else []


def _ago(at: int, now: int) -> str:
    return f"{plain_duration(now - at)} ago"
