"""The warning that a deploy undoes what was changed by hand."""

from collections.abc import Mapping, Sequence
from typing import Any

from bot.rules.checklist import Item
from bot.rules.model import Person, WarRoom
from bot.slack import mrkdwn
from bot.slack.blocks import phrases
from bot.slack.blocks.parts import Message, actions, context, message, packed, section

_LINES = 20


def undoing(items: Sequence[Item], said: Mapping[str, Any], room: WarRoom, reader: Person | None) -> Message:
    """`said` is the payload of the ledger's entry. To its `reader`, if it goes to one person, with the buttons that
    settle what they own; else the owners are mentioned."""
    incident, commit = room.incident, str(said["commit"])[:7]
    where = mrkdwn.escape(str(said["environment"]))
    names = ", ".join(phrases.ref(incident, item.action) for item in items[:5])
    if len(items) > 5:
        names += f" and {len(items) - 5} more"
    if said["live"]:
        title, undoes = f"{commit} was deployed to {where} and undoes {names}", "It was"
    else:
        title, undoes = f"Deploying {commit} to {where} will undo {names}", "Until the deploy it is"
    room_link = mrkdwn.channel(incident.channel_id) if incident.channel_id else ""
    owners = "" if reader else " ".join(dict.fromkeys(mrkdwn.mention(item.owner) for item in items[:_LINES]))
    one = items[0] if reader and len(items) == 1 else None
    return message(
        title,
        [
            section(f"⚠️ *{title}*\n{undoes} live by hand, and that commit does not have it."),
            *packed([phrases.line(item, incident) for item in items[:_LINES]]),
            context(" · ".join(part for part in (owners, room_link) if part)) if owners or room_link else None,
            actions(*(phrases.settling(one, each, incident) for each in one.buttons)) if one else None,
        ],
    )
