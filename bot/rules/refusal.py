"""What Slack refused for good, as a sentence that says what can be done about it: the same in the room, in the status
and on the timeline."""

from bot.rules.decision import EffectKind

_WHAT = {
    EffectKind.ROOM: "make the channel",
    EffectKind.RESPONDERS: "invite everybody whom the policy names",
    EffectKind.RENAME: "rename the channel",
    EffectKind.ARCHIVE: "archive the channel",
    EffectKind.TOPIC: "set the topic",
    EffectKind.BOOKMARK: "add the bookmark",
    EffectKind.CARD: "show the card",
    EffectKind.PIN: "pin the card",
    EffectKind.PATCH: "upload a patch",
    EffectKind.PULL: "open a pull request for the branch that was pushed",
    EffectKind.CATCH_UP: "catch somebody up directly",
    EffectKind.ANNOUNCEMENT: "announce this incident",
    EffectKind.ANCHOR: "post the ledger's hash",
    EffectKind.ALARM: "raise an alarm about a regression",
    EffectKind.ALARM_OWNER: "tell an owner about a regression",
    EffectKind.DEPLOY_WARNING: "warn of a deploy",
    EffectKind.DEPLOY_ALARM: "warn everybody of a deploy",
    EffectKind.DEPLOY_ALARM_OWNER: "warn an owner of a deploy",
    EffectKind.DRIFT_NOTICE: "remind everybody of what drifts",
    EffectKind.LEAD_NUDGE: "remind the lead of what drifts",
    EffectKind.UPDATE_NUDGE: "remind the lead of a status update",
}
_ADMIN = "An administrator of this Slack can change that."
_WHY = {
    "announce_channel_missing": "I see no announce channel of the name in the policy. Create it, or invite me to it.",
    "service_channel_missing": "I see no channel of the name that the policy gives for the service.",
    "no_such_subteam": "Slack knows no user group of the id in the policy.",
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
_OPEN_IT = "Open it by hand, or press the button again once that is so."
_HOST_SAYS = {
    "host:401": f"Its host does not take the token. It needs one that is valid, and a restart. {_OPEN_IT}",
    "host:403": f"The token may push, but not open pull requests. It needs that right too. {_OPEN_IT}",
    "host:404": f"Its host shows the token no such repository. The token needs the right to pull requests. {_OPEN_IT}",
    "host:409": "Its host takes none from it: there may be one that I can't see. Look there, or open it by hand.",
    "host:422": "Its host takes none from it: a rule for branches may forbid it. Look there, or open it by hand.",
    "host:moved": "The repository has moved. Give its new url in the policy, and restart.",
    "host:unreadable": "What answers there is not the API of that host. Check `host` and `url` in the policy.",
}
_NOT_COMMITTED = {
    "git:denied": "The repository's host did not let me push: see the token or key in the policy.",
    "git:not_ours": "Somebody else has committed to its branch, which I left as it is.",
}
_UNTOLD = "What waits is kept for seven days, and tried again with the next event."


def sentence(kind: str, error: str, who: str = "somebody") -> str:
    """For example: `I could not invite gwen. Guests can only be added by people.` `error` is Slack's code; `who` is
    whom an invitation was for, or the name of a webhook."""
    if kind == EffectKind.REPORT:
        if error.startswith("host:"):
            why = _HOST_SAYS.get(error, f"Its host says `{error}`.").removesuffix(_OPEN_IT).strip()
            return f"The report is on its branch, but I could not open its pull request. {why}"
        why = _NOT_COMMITTED.get(error, "The log says what git said.")
        return f"I could not commit the report. {why} I try again when something changes."
    if kind == EffectKind.WEBHOOK:
        return f"I could not tell the webhook {who}: `{error}`. {_UNTOLD}"
    if kind == EffectKind.PULL:
        why = _HOST_SAYS.get(error, f"Its host says `{error}`. {_OPEN_IT}")
        return f"I could not {_WHAT[EffectKind.PULL]}. {why}"
    what = (
        f"invite {who}"
        if kind == EffectKind.INVITE
        else _WHAT.get(EffectKind(kind), f"show the {kind.replace('_', ' ')}")
    )
    return f"I could not {what}. {_WHY.get(error, f'Slack says `{error}`.')}"
