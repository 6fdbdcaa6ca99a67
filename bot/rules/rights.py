"""Who may do what: one question, asked before every verb."""

from bot.rules import words
from bot.rules.model import Incident, Person, PersonKind
from bot.rules.policy import Policy, Right

_LOOK = frozenset({"look"})
_UNKNOWN_MAY = _LOOK | {"log"}


def may(actor: Person, verb: str, incident: Incident | None, policy: Policy) -> str | None:
    """None if `actor` may do `verb` to `incident` (None: to no incident in particular), else the sentence that says
    who can.

    `verb` is a command's name (`waive`, `close`, …) or `look`. Somebody whom Slack has not told us about yet may only
    log: a change that was made must not be lost, and nothing else is urgent enough to let a guest pass.
    """
    if verb in _LOOK:
        return None
    if actor.kind is PersonKind.UNKNOWN:
        return None if verb in _UNKNOWN_MAY else words.not_known_yet()
    if actor.kind is not PersonKind.MEMBER:
        return words.only_members(verb)
    right = getattr(policy.rights, verb, Right.EVERYONE)
    if right is Right.EVERYONE or actor.slack_id in policy.rights.leads:
        return None
    if incident is not None and actor.id in (incident.lead_id, incident.opened_by):
        return None
    if incident is not None and incident.standing and incident.lead_id is None:
        return None  # who happened to log first in it is no more its lead than anybody
    return words.only_leads(verb, incident)
