"""When people hear about drift, and about which actions.

Each `…_due` gives the time of one reminder, or None while there is nothing to remind of. The caller stores
it, and asks again whenever something changed, was sent, or came due: if the answer is not after the present
the reminder is sent, else it is put off to the answer. So after a week in which nobody rang, one is sent,
not seven.

*Drift* here is every action that is not reconciled, together with its incident: also those in review and
claimed, since nothing shows yet that upstream carries them. How an action stands decides what its line
says, not when it is sent.

Times are integer microseconds since the epoch, UTC. The figures are the defaults of `Nudges`, chosen so
that a team keeps the reminders switched on: silence while somebody is still typing, one place at a time,
one message a day, nothing at night, and an end to it after five.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from bot.rules.checklist import urgency
from bot.rules.model import (
    DAY,
    HOUR,
    MINUTE,
    Action,
    ActionState,
    Incident,
    IncidentState,
    Person,
    PersonKind,
)
from bot.rules.policy import Policy
from bot.rules.worktime import next_morning, next_working_time

Drift = Sequence[tuple[Action, Incident]]

_UNREACHABLE = (PersonKind.BOT, PersonKind.GONE)


class Audience(StrEnum):
    """Who hears what concerns more than the owner."""

    ANNOUNCE = "announce"  # the announce channel
    MEMBERS = "members"  # the lead and the members of the incident's own channel


@dataclass(frozen=True, slots=True)
class Alarm:
    """Where a regression is said, and when. `owner_at` is None for an owner who cannot be written to."""

    audience: Audience
    at: int
    owner_at: int | None


def audience(incident: Incident, policy: Policy) -> Audience:
    """The announce channel; for a private incident, a drill, or where the policy names no such channel, lead and
    members."""
    inside = incident.private or incident.drill or policy.announce is None
    return Audience.MEMBERS if inside else Audience.ANNOUNCE


def resolved_for(action: Action, incident: Incident) -> int | None:
    """When the incident counts as resolved for this action; None while it is open.

    Cancelling and closing count as resolving. An action logged afterwards, or to the standing incident,
    counts as resolved when it was logged; one that regressed since, when it regressed.
    """
    if not incident.settled:
        return None
    return max(_began(action), incident.resolved_at or incident.closed_at or incident.opened_at)


def thread_due(action: Action, incident: Incident, last_us: int | None, policy: Policy) -> int | None:
    """When the line in the action's own thread is due (again) while its incident is open, at any hour.

    First 15 minutes after the action was logged, then every 60; `last_us` is when its last line was posted,
    or the incident reopened. A snooze holds it back; a temporary action is left alone until an hour after
    `undo_due`. These lines don't count towards the five: whoever is fighting the fire sees them anyway, and
    a long incident would otherwise use up the reminders for the days after.
    """
    if incident.settled or action.state.reconciled:
        return None
    every = policy.nudges.thread_every_minutes * MINUTE
    return max(
        _quiet_until(action, policy),
        0 if action.until is None else action.until + every,
        0 if last_us is None else last_us + every,
    )


def undo_due(action: Action, last_us: int | None) -> int | None:
    """When the owner of a temporary action is reminded in its thread to undo it: once, at the time they
    named, whatever the hour and the state of the incident. `last_us` is when that was last said.

    There is no message of its own for it: from then on the action is in the owner's daily one, as overdue.
    """
    if action.until is None or action.state.reconciled:
        return None
    due = max(action.until, action.logged_at)
    return None if last_us is not None and last_us >= due else due


def person_due(drift: Drift, person: Person, last_date: date | None, now: int, policy: Policy) -> int | None:
    """When that person's one direct message about all their drift is due, from `now` on.

    The first comes 1 hour after the earliest resolve that concerns them, if that is within their working
    hours, else at 10:00 of a working day; then one each working day at 10:00, and never two on one date of
    their calendar. `last_date` is the date on which they last got one.
    """
    after_resolve = policy.nudges.after_resolve_minutes * MINUTE
    starts = [
        max(_tellable_from(action, policy), resolved + after_resolve)
        for action, _, resolved in _followed_up(drift)
        if action.owner_id == person.id and action.nudged < policy.nudges.most_per_action
    ]
    if not starts or person.kind in _UNREACHABLE:
        return None
    due = min(starts)
    if last_date is not None:
        due = max(due, next_morning(last_date + timedelta(days=1), person.tz, policy.nudges))
    return _in_their_hours(due, person, now, policy)


def worth_telling(drift: Drift, person: Person, now: int, policy: Policy) -> Drift:
    """The actions that a direct message sent to that person at `now` names, in the order of `urgency`.

    Once a message goes out it names everything: also what was resolved less than an hour ago. Left out are
    actions of open incidents, those in their first 15 minutes, snoozed ones, temporary ones before their
    time, and those that five messages have named, which are in the digest. Whoever sends records which these
    are and adds one to `nudged` of each: a message that is shown anew names the same.
    """
    told = [
        (action, incident)
        for action, incident, _ in _followed_up(drift)
        if action.owner_id == person.id
        and action.nudged < policy.nudges.most_per_action
        and _tellable_from(action, policy) <= now
    ]
    return _by_urgency(told, now)


def lead_due(drift: Drift, lead: Person, last_us: int | None, now: int, policy: Policy) -> int | None:
    """When the lead hears about everything that still drifts in their incident, from `now` on: 24 hours
    after resolve, or in their next working hours.

    Once for an incident; again, at most once a day, for actions that were logged later (or regressed) and
    drift for 24 hours in their turn. `last_us` is when the lead was last told. Snoozing holds this back no
    more than a time to undo does.
    """
    due = _escalation_due(drift, policy.nudges.lead_after_hours * HOUR, last_us)
    if due is None or lead.kind in _UNREACHABLE:
        return None
    return _in_their_hours(due, lead, now, policy)


def announce_due(drift: Drift, last_us: int | None, policy: Policy) -> int | None:
    """The same for the incident's `audience`, 48 hours after resolve; a channel has no working hours."""
    return _escalation_due(drift, policy.nudges.announce_after_hours * HOUR, last_us)


def update_due(incident: Incident, since_us: int, last_us: int | None, policy: Policy) -> int | None:
    """When the lead of an open incident is reminded (again) that a status update is due: as often as its severity
    asks for one, at any hour, until one is given. None for a severity that asks for none.

    `since_us` is when the last update was given, or later what made the time run anew: the incident was opened or
    reopened, its severity changed. `last_us` is when the lead was last reminded.
    """
    every = policy.severity(incident.severity).update_every_minutes
    if every is None or incident.settled:
        return None
    return max(since_us, last_us or 0) + every * MINUTE


def archive_due(incident: Incident, drift: Drift, reused_us: int | None, policy: Policy) -> int | None:
    """When the room of an incident that is over is archived: the policy's days after it closed and the last of its
    actions was reconciled. Never one that was a channel before. `reused_us`: when it was last unarchived."""
    over = incident.state in (IncidentState.CLOSED, IncidentState.CANCELLED)
    kept = incident.borrowed or incident.room is None or any(not action.state.reconciled for action, _ in drift)
    if policy.archive_after_days is None or not over or kept:
        return None
    ended = max(incident.closed_at or 0, incident.resolved_at or 0, incident.reconciled_at or 0, reused_us or 0)
    return ended + policy.archive_after_days * DAY


def in_digest(drift: Drift, people: Mapping[int, Person], now: int, policy: Policy) -> Drift:
    """The actions that only the weekly digest still names, until they are reconciled: those that a direct
    message named five times, and those whose owner cannot be written to. In the order of `urgency`."""
    named_enough = [
        (action, incident)
        for action, incident, _ in _followed_up(drift)
        if action.nudged >= policy.nudges.most_per_action or people[action.owner_id].kind in _UNREACHABLE
    ]
    return _by_urgency(named_enough, now)


def digest_due(
    drift: Drift,
    people: Mapping[int, Person],
    reader: Person | None,
    last_us: int | None,
    now: int,
    policy: Policy,
) -> int | None:
    """When the digest is due, from `now` on: 7 days after resolve, then every 7 days from `last_us`.

    `reader` is the lead who gets it, in their working hours, or None for a channel; `drift` is what that
    reader may see.
    """
    every = policy.nudges.digest_every_days * DAY
    starts = [resolved + every for _, _, resolved in _followed_up(in_digest(drift, people, now, policy))]
    if not starts or (reader is not None and reader.kind in _UNREACHABLE):
        return None
    due = min(starts) if last_us is None else max(min(starts), last_us + every)
    return due if reader is None else _in_their_hours(due, reader, now, policy)


def alarm(incident: Incident, owner: Person, now: int, policy: Policy) -> Alarm:
    """Who hears of a regression seen at `now`: the incident's `audience` at once; the owner at once in their
    working hours, or at any hour where the severity is in `alarm_always` (sev1), else when work begins.

    Ask again with the present when an owner's alarm that was put off comes due.
    """
    if owner.kind in _UNREACHABLE or incident.drill:
        owner_at = None
    elif incident.severity in policy.alarm_always:
        owner_at = now
    else:
        owner_at = next_working_time(now, owner.tz, policy.nudges)
    return Alarm(audience(incident, policy), now, owner_at)


def _began(action: Action) -> int:
    if action.state is ActionState.REGRESSED and action.drifting_since is not None:
        return action.drifting_since
    return action.logged_at


def _quiet_until(action: Action, policy: Policy) -> int:
    return max(_began(action) + policy.nudges.quiet_minutes * MINUTE, action.snoozed_until or 0)


def _tellable_from(action: Action, policy: Policy) -> int:
    return max(_quiet_until(action, policy), action.until or 0)


def _followed_up(drift: Drift) -> Iterator[tuple[Action, Incident, int]]:
    """What still drifts after its incident was resolved, with the time of that."""
    for action, incident in drift:
        resolved = resolved_for(action, incident)
        if resolved is not None and not action.state.reconciled:
            yield action, incident, resolved


def _escalation_due(drift: Drift, after: int, last_us: int | None) -> int | None:
    """The first time at which an action has drifted for `after` since resolve and was not yet told of."""
    ripe = [resolved + after for _, _, resolved in _followed_up(drift)]
    if last_us is None:
        return min(ripe, default=None)
    untold = [at for at in ripe if at > last_us]
    return max(min(untold), last_us + DAY) if untold else None


def _in_their_hours(due: int, person: Person, now: int, policy: Policy) -> int:
    """The first working time from `due` on; if that was missed, from `now` on."""
    planned = next_working_time(due, person.tz, policy.nudges)
    return planned if planned >= now else next_working_time(now, person.tz, policy.nudges)


def _by_urgency(drift: Drift, now: int) -> Drift:
    return tuple(sorted(drift, key=lambda pair: urgency(pair[0], now)))
