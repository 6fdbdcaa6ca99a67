"""What programs elsewhere are told of an incident: which events a change comes to, and what a webhook says of one."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, NamedTuple

from bot.rules.decision import Entry
from bot.rules.model import SECOND, Action, ActionState, Incident


class Event(StrEnum):
    """What a webhook can be told of."""

    OPENED = "incident.opened"
    LOGGED = "action.logged"
    DRIFTING = "action.drifting"
    LANDED = "action.landed"
    REGRESSED = "action.regressed"
    CLOSED = "incident.closed"
    RECONCILED = "incident.reconciled"


_BY_ENTRY = {
    "incident.opened": Event.OPENED,
    "incident.closed": Event.CLOSED,
    "incident.duplicate": Event.CLOSED,
    "incident.reconciled": Event.RECONCILED,
}
_BY_STATE = {
    ActionState.DRIFTING: Event.DRIFTING,
    ActionState.LANDED: Event.LANDED,
    ActionState.REGRESSED: Event.REGRESSED,
}


class Happened(NamedTuple):
    event: Event
    action: Action | None = None


def happened(
    entries: Sequence[Entry], before: Mapping[int, ActionState], after: Sequence[Action]
) -> Iterator[Happened]:
    """The events of one recorded decision. `after` are the actions that it may have moved, or made, as they are now;
    `before` the states of those that were there, by id."""
    for entry in entries:
        if entry.kind in _BY_ENTRY:
            yield Happened(_BY_ENTRY[entry.kind])
        elif entry.kind == "action.logged":
            yield from (Happened(Event.LOGGED, one) for one in after if one.number == entry.payload["action"])
    for action in after:
        if action.state in _BY_STATE and before.get(action.id) is not action.state:
            yield Happened(_BY_STATE[action.state], action)


def body(told: Happened, incident: Incident, team: str, at: int) -> dict[str, Any]:
    """What is sent, as JSON-ready data: `type`, `timestamp` (ISO 8601, UTC) and `data`, as
    https://www.standardwebhooks.com asks for. Nothing in it was typed by anybody."""
    of = {
        "name": incident.name,
        "number": incident.number,
        "state": incident.state.value,
        "severity": incident.severity,
        "service": incident.service,
        "private": incident.private,
        "ledger": {"seq": incident.last_seq, "hash": incident.head_hash},
        "link": incident.channel_id and f"https://slack.com/app_redirect?team={team}&channel={incident.channel_id}",
    }
    data: dict[str, Any] = {"incident": of}
    if (action := told.action) is not None:
        data["action"] = {
            "name": f"{incident.name}#{action.number}",
            "number": action.number,
            "kind": action.kind.value,
            "state": action.state.value,
        }
    when = datetime.fromtimestamp(at / SECOND, UTC).isoformat(timespec="milliseconds")
    return {"type": told.event.value, "timestamp": when, "data": data}


def with_text(sent: Mapping[str, Any], incident: Incident, action: Action | None) -> dict[str, Any]:
    """The same with the incident's title and what was done, as they read now: what was purged meanwhile is not sent."""
    data: dict[str, Any] = dict(sent["data"])
    data["incident"] = data["incident"] | {"title": incident.title}
    if action is not None:
        data["action"] = data["action"] | {"text": action.text}
    return {**sent, "data": data}
