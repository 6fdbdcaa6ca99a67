"""What Slack refused for good, as a sentence that says what can be done about it."""

from bot.rules.decision import EffectKind
from bot.rules.model import Incident, Person
from bot.slack import mrkdwn
from bot.slack.blocks.parts import Message, message, section

_WHAT = {
    EffectKind.ROOM: "make the channel",
    EffectKind.TOPIC: "set the topic",
    EffectKind.BOOKMARK: "add the bookmark",
    EffectKind.CARD: "show the card",
    EffectKind.PIN: "pin the card",
    EffectKind.ANNOUNCEMENT: "announce this incident",
    EffectKind.ANCHOR: "post the ledger's hash",
    EffectKind.ALARM: "raise an alarm about a regression",
    EffectKind.ALARM_OWNER: "tell an owner about a regression",
    EffectKind.DRIFT_NOTICE: "remind everybody of what drifts",
    EffectKind.LEAD_NUDGE: "remind the lead of what drifts",
}
_ADMIN = "An administrator of this Slack can change that."
_WHY = {
    "announce_channel_missing": "I see no announce channel of the name in the policy. Create it, or invite me to it.",
    "is_archived": "The channel is archived.",
    "channel_not_found": "I can't see the channel any more. Invite me to it if it still exists.",
    "not_in_channel": "I am not in the channel. Invite me to it.",
    "missing_scope": "The app lacks a permission. Install it again with what `hotwash manifest` prints.",
    "restricted_action": f"A setting of this workspace forbids it. {_ADMIN}",
    "user_is_restricted": f"Guests can only be added by people. {_ADMIN}",
    "user_is_ultra_restricted": f"Guests can only be added by people. {_ADMIN}",
    "user_not_found": "Slack doesn't know them.",
    "cant_invite": "Slack lets only people add them.",
    "user_disabled": "Their account is deactivated.",
    "name_taken": "Every name that I tried is taken.",
}


def sentence(kind: str, error: str, person: Person | None = None) -> str:
    """For example: `I could not invite @gwen: Guests can only be added by people.` Escaped for mrkdwn."""
    if kind == EffectKind.INVITE:
        what = f"invite {mrkdwn.who(person) if person else 'somebody'}"
    else:
        what = _WHAT.get(EffectKind(kind), f"show the {kind.replace('_', ' ')}")
    return f"I could not {what}. {_WHY.get(error, f'Slack says {mrkdwn.code(error)}.')}"


def no_room(incident: Incident, error: str) -> Message:
    """To the one who opened it, since there is nowhere else to say so."""
    name = incident.name
    said = f"{name} is recorded, but it has no channel. {sentence(EffectKind.ROOM, error)}"
    return message(said, [section(f"{said}\n`/hotfix {name}` and what you did is logged all the same.")])
