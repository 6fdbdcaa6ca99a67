"""The card: pinned in the room, kept current, the first thing that somebody who joins reads."""

from collections.abc import Mapping

from bot.rules.model import ActionState, Incident, IncidentState, WarRoom
from bot.rules.policy import Policy, Role
from bot.slack import mrkdwn
from bot.slack.blocks import phrases
from bot.slack.blocks.parts import (
    Block,
    Message,
    actions,
    button,
    confirm,
    context,
    fields,
    header,
    message,
    plain_text,
)


def card(room: WarRoom, counts: Mapping[str, int], policy: Policy) -> Message:
    """`counts`: how many actions stand where. `room` needs no actions."""
    incident = room.incident
    return message(
        f"{incident.name} is {incident.state.value} · {incident.severity} · {mrkdwn.shorten(incident.title, 200)}",
        [
            header(f"{incident.name} · {incident.title}"),
            _facts(room, counts, policy),
            context(" · ".join([times(room), *_links(incident, policy)])),
            _hint(incident),
            _buttons(incident, counts, policy),
        ],
    )


def times(room: WarRoom) -> str:
    """When it was opened, resolved and closed, as far as it was."""
    incident = room.incident
    told = [f"Opened {mrkdwn.day_and_time(incident.opened_at)} by {mrkdwn.who(room.person(incident.opened_by))}"]
    if incident.resolved_at and incident.state in (IncidentState.RESOLVED, IncidentState.CLOSED):
        told.append(f"Resolved {mrkdwn.day_and_time(incident.resolved_at)}")
    if incident.closed_at and incident.state is IncidentState.CLOSED:
        told.append(f"Closed {mrkdwn.day_and_time(incident.closed_at)}")
    return " · ".join(told)


def _facts(room: WarRoom, counts: Mapping[str, int], policy: Policy) -> Block:
    incident = room.incident
    severity = (mrkdwn.escape(incident.severity), mrkdwn.shorten(policy.severity(incident.severity).title, 150))
    lead = mrkdwn.who(room.person(incident.lead_id)) if incident.lead_id else "nobody yet: `/incident lead @user`"
    return fields(
        f"*State*\n{phrases.incident_state(incident)}",
        f"*Severity*\n{' · '.join(filter(None, severity))}",
        f"*Lead*\n{lead}",
        *(f"*{mrkdwn.shorten(role.shown, 60)}*\n{_holder(room, role)}" for role in policy.roles),
        *([f"*Service*\n{mrkdwn.escape(incident.service)}"] if incident.service else []),
        f"*Manual changes*\n{phrases.tally(counts) or 'none logged'}",
    )


def _links(incident: Incident, policy: Policy) -> list[str]:
    named = {"Call": policy.bridge, "Repository": policy.repository_page(incident.service)}
    links = [mrkdwn.link(url, name) for name, url in named.items() if url]
    return links + ([f"Duplicate of INC-{incident.duplicate_of}"] if incident.duplicate_of is not None else [])


def _holder(room: WarRoom, role: Role) -> str:
    holder = room.roles.get(role.name)
    return mrkdwn.who(room.person(holder)) if holder else "nobody yet"


def _hint(incident: Incident) -> Block | None:
    if incident.state is not IncidentState.OPEN:
        return None
    return context("Changed something by hand? `/hotfix` and what you did: it is on record before the dust settles.")


def _take_role(number: str, policy: Policy) -> Block:
    """A menu: picking a role takes it, the lead's too."""
    roles = [("Lead", "lead"), *((role.shown, role.name) for role in policy.roles)]
    return {
        "type": "static_select",
        "action_id": "hotwash.role",
        "placeholder": plain_text("Take a role…", 150),
        "options": [{"text": plain_text(shown, 75), "value": f"{number} {name}"} for shown, name in roles],
    }


def _buttons(incident: Incident, counts: Mapping[str, int], policy: Policy) -> Block | None:
    number, name = str(incident.number), incident.name
    resolving = confirm(f"Resolve {name}?", "Service is back. What still drifts is followed up.", "Resolve")
    if any(state in counts for state in ActionState if not state.reconciled):
        close = button("close", "Close…", number)  # a form asks
    else:
        closing = confirm(f"Close {name}?", "Posts the summary and the checklist.", "Close")
        close = button("close", "Close", number, confirm=closing)
    log = button("log", "Log a change…", number, style="primary")
    match incident.state:
        case IncidentState.OPEN:
            resolve = button("resolve", "Resolve", number, confirm=resolving)
            return actions(log, button("update", "Update…", number), resolve, _take_role(number, policy))
        case IncidentState.RESOLVED:
            return actions(log, close)
        case _:
            reopening = confirm(f"Reopen {name}?", "It is not over: it goes back to open.", "Reopen")
            log = button("log", "Log a change…", number)
            return actions(log, button("reopen", "Reopen", number, confirm=reopening))
