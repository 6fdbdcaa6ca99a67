"""When people hear about drift: the cadence as told, on real calendars."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from bot.rules.model import DAY, HOUR, MINUTE, ActionState, IncidentState, PersonKind, Ruling
from bot.rules.nudges import (
    Alarm,
    Audience,
    alarm,
    announce_due,
    audience,
    digest_due,
    in_digest,
    lead_due,
    person_due,
    resolved_for,
    thread_due,
    undo_due,
    worth_telling,
)
from bot.rules.policy import Nudges, Policy
from tests.rules.builders import ADA, BEN, CHITRA, NOON, PEOPLE, action, at, incident, resolved, ruled, wall

DEFAULT = Policy()
BERLIN = "Europe/Berlin"
GONE = replace(ADA, kind=PersonKind.GONE)

LEFT = [state for state in ActionState if not state.reconciled]
DONE = [state for state in ActionState if state.reconciled]


# In the action's thread, while the incident is open


def test_the_first_line_comes_after_fifteen_minutes() -> None:
    assert thread_due(action(), incident(), None, DEFAULT) == NOON + 15 * MINUTE


def test_then_one_an_hour_from_when_the_last_was_posted() -> None:
    assert thread_due(action(), incident(), NOON + 17 * MINUTE, DEFAULT) == NOON + 77 * MINUTE


def test_a_night_without_a_ring_leaves_one_line_due_and_not_nine() -> None:
    missed = thread_due(action(), incident(), None, DEFAULT)
    morning = NOON + 9 * HOUR
    assert missed is not None and missed < morning
    assert thread_due(action(), incident(), morning, DEFAULT) == morning + HOUR


@pytest.mark.parametrize("state", LEFT)
def test_whatever_is_not_reconciled_has_a_line(state: ActionState) -> None:
    assert thread_due(action(state=state), incident(), None, DEFAULT) == NOON + 15 * MINUTE


@pytest.mark.parametrize("state", DONE)
def test_whatever_is_reconciled_has_none(state: ActionState) -> None:
    assert thread_due(action(state=state), incident(), None, DEFAULT) is None


@pytest.mark.parametrize("state", [s for s in IncidentState if s is not IncidentState.OPEN])
def test_no_line_once_the_incident_is_not_open(state: IncidentState) -> None:
    assert thread_due(action(), incident(state=state, resolved_at=NOON), None, DEFAULT) is None


def test_no_line_in_the_standing_incident_which_is_always_open() -> None:
    assert thread_due(action(), incident(standing=True), None, DEFAULT) is None


def test_a_snooze_holds_the_line_back() -> None:
    snoozed = action(snoozed_until=NOON + 5 * HOUR)
    assert thread_due(snoozed, incident(), NOON + HOUR, DEFAULT) == NOON + 5 * HOUR


def test_a_temporary_action_is_left_alone_until_an_hour_after_it_was_to_be_undone() -> None:
    temporary = action(until=NOON + 6 * HOUR)
    assert thread_due(temporary, incident(), None, DEFAULT) == NOON + 7 * HOUR


def test_a_regressed_action_has_its_fifteen_minutes_again() -> None:
    regressed = action(state=ActionState.REGRESSED, drifting_since=NOON + 3 * HOUR)
    assert thread_due(regressed, incident(), None, DEFAULT) == NOON + 3 * HOUR + 15 * MINUTE


def test_the_policy_sets_the_cadence() -> None:
    policy = Policy(nudges=Nudges(quiet_minutes=5, thread_every_minutes=20))
    assert thread_due(action(), incident(), None, policy) == NOON + 5 * MINUTE
    assert thread_due(action(), incident(), NOON + 5 * MINUTE, policy) == NOON + 25 * MINUTE


# Temporary actions


def test_the_owner_is_reminded_to_undo_at_the_time_they_named_at_night_too() -> None:
    temporary = action(until=at("2026-11-25 03:00", BERLIN))
    assert undo_due(temporary, None) == at("2026-11-25 03:00", BERLIN)


def test_it_is_said_once_and_again_only_for_a_later_time() -> None:
    temporary = action(until=NOON + HOUR)
    assert undo_due(temporary, NOON + HOUR) is None
    assert undo_due(replace(temporary, until=NOON + 3 * HOUR), NOON + HOUR) == NOON + 3 * HOUR


def test_a_time_that_was_past_when_the_action_was_logged_is_due_at_once() -> None:
    assert undo_due(action(until=NOON - HOUR), None) == NOON


def test_nothing_to_undo() -> None:
    assert undo_due(action(), None) is None
    assert undo_due(action(until=NOON, state=ActionState.UNDONE), None) is None


# The direct message


@pytest.mark.parametrize(
    ("person", "resolved_local", "due_local"),
    [
        # An hour after resolve, where that is within the person's working hours.
        (ADA, "2026-11-24 14:10", "Tue 2026-11-24 15:10"),
        (ADA, "2026-11-24 08:00", "Tue 2026-11-24 09:00"),
        (ADA, "2026-11-24 16:59", "Tue 2026-11-24 17:59"),
        # Else at 10:00 of the next working day, or of this one before it began.
        (ADA, "2026-11-24 17:00", "Wed 2026-11-25 10:00"),
        (ADA, "2026-11-24 03:00", "Tue 2026-11-24 10:00"),
        (ADA, "2026-11-27 17:30", "Mon 2026-11-30 10:00"),
        (CHITRA, "2026-11-28 12:00", "Mon 2026-11-30 10:00"),
        (BEN, "2026-11-01 00:30", "Mon 2026-11-02 10:00"),  # the day on which New York's clocks go back
        (ADA, "2026-03-28 23:30", "Mon 2026-03-30 10:00"),  # Berlin's go forward
        (BEN, "2028-02-28 23:00", "Tue 2028-02-29 10:00"),  # a leap day
    ],
)
def test_the_first_message(person: Any, resolved_local: str, due_local: str) -> None:
    when = at(resolved_local, person.tz)
    drift = [(action(owner_id=person.id, logged_at=when - 2 * HOUR), resolved(when))]
    due = person_due(drift, person, None, when, DEFAULT)
    assert due is not None and wall(due, person.tz) == due_local


@pytest.mark.parametrize(
    ("last", "now", "due_local"),
    [
        ("2026-11-24", "2026-11-24 15:10", "Wed 2026-11-25 10:00"),
        ("2026-11-24", "2026-11-25 09:30", "Wed 2026-11-25 10:00"),  # at 10:00, even if asked in working hours
        ("2026-11-27", "2026-11-27 10:00", "Mon 2026-11-30 10:00"),
        ("2026-11-24", "2026-11-27 16:00", "Fri 2026-11-27 16:00"),  # nobody rang for three days: one, now
        ("2026-11-24", "2026-11-28 05:00", "Mon 2026-11-30 10:00"),  # not in the night in which it came back
    ],
)
def test_then_one_each_working_day_at_ten(last: str, now: str, due_local: str) -> None:
    when = at("2026-11-24 14:10", BERLIN)
    drift = [(action(logged_at=when - HOUR), resolved(when))]
    due = person_due(drift, ADA, date.fromisoformat(last), at(now, BERLIN), DEFAULT)
    assert due is not None and wall(due, BERLIN) == due_local


def test_a_first_message_that_waits_for_ten_is_not_pulled_forward_by_a_question_at_half_past_nine() -> None:
    when = at("2026-11-24 03:00", BERLIN)
    drift = [(action(logged_at=when - HOUR), resolved(when))]
    due = person_due(drift, ADA, None, at("2026-11-24 09:30", BERLIN), DEFAULT)
    assert due == at("2026-11-24 10:00", BERLIN)


def test_the_earliest_resolve_of_several_incidents_counts() -> None:
    first, second = at("2026-11-24 10:00", BERLIN), at("2026-11-24 12:00", BERLIN)
    drift = [
        (action(1, logged_at=first - HOUR), resolved(second, id=2)),
        (action(2, logged_at=first - HOUR), resolved(first)),
    ]
    assert person_due(drift, ADA, None, first, DEFAULT) == first + HOUR


def test_an_incident_resolved_after_today_s_message_waits_for_tomorrow() -> None:
    when = at("2026-11-24 11:00", BERLIN)
    drift = [(action(logged_at=when - HOUR), resolved(when))]
    assert person_due(drift, ADA, date(2026, 11, 24), when, DEFAULT) == at("2026-11-25 10:00", BERLIN)
    assert person_due(drift, ADA, date(2026, 11, 23), when, DEFAULT) == when + HOUR


def test_who_flew_west_gets_no_second_message_on_the_same_date() -> None:
    """The date of the last message is that of the calendar the person had then."""
    when = at("2026-11-23 09:00", "Pacific/Auckland")
    drift = [(action(logged_at=when - HOUR), resolved(when))]
    in_new_york = replace(ADA, tz="America/New_York")
    due = person_due(drift, in_new_york, date(2026, 11, 24), at("2026-11-24 00:00"), DEFAULT)
    assert due == at("2026-11-25 10:00", "America/New_York")


@pytest.mark.parametrize(
    ("what", "expected"),
    [
        ({"state": IncidentState.OPEN}, None),
        ({"state": IncidentState.RESOLVED}, "Tue 2026-11-24 15:00"),
        ({"state": IncidentState.CLOSED, "closed_at": at("2026-11-24 17:00", BERLIN)}, "Tue 2026-11-24 15:00"),
        ({"state": IncidentState.CANCELLED}, "Tue 2026-11-24 15:00"),
        ({"standing": True, "resolved_at": None}, "Tue 2026-11-24 14:00"),  # resolved when it was logged
    ],
)
def test_what_counts_as_resolved(what: dict[str, Any], expected: str | None) -> None:
    logged_at, when = at("2026-11-24 13:00", BERLIN), at("2026-11-24 14:00", BERLIN)
    drift = [(action(logged_at=logged_at), incident(**{"resolved_at": when, **what}))]
    due = person_due(drift, ADA, None, logged_at, DEFAULT)
    assert (due and wall(due, BERLIN)) == expected


def test_an_action_logged_after_resolve_has_its_own_hour() -> None:
    late = action(logged_at=NOON)
    assert resolved_for(late, resolved(NOON - DAY)) == NOON
    assert person_due([(late, resolved(NOON - DAY))], ADA, None, NOON, DEFAULT) == NOON + HOUR


def test_the_quiet_minutes_hold_where_the_policy_sends_at_once() -> None:
    policy = Policy(nudges=Nudges(after_resolve_minutes=0))
    assert person_due([(action(), resolved(NOON + MINUTE))], ADA, None, NOON, policy) == NOON + 15 * MINUTE


def test_only_the_owner_hears() -> None:
    drift = [(action(owner_id=BEN.id), resolved(NOON))]
    assert person_due(drift, ADA, None, NOON, DEFAULT) is None
    assert worth_telling(drift, ADA, NOON + DAY, DEFAULT) == ()


@pytest.mark.parametrize("kind", [PersonKind.GONE, PersonKind.BOT])
def test_nobody_writes_to_who_is_gone(kind: PersonKind) -> None:
    assert person_due([(action(), resolved(NOON))], replace(ADA, kind=kind), None, NOON, DEFAULT) is None


@pytest.mark.parametrize("state", DONE)
def test_reconciling_ends_it(state: ActionState) -> None:
    drift = [(action(state=state), resolved(NOON))]
    assert person_due(drift, ADA, None, NOON, DEFAULT) is None
    assert worth_telling(drift, ADA, NOON + DAY, DEFAULT) == ()


def test_a_snoozed_action_is_left_out_and_the_message_waits_if_there_is_no_other() -> None:
    when = at("2026-11-24 10:00", BERLIN)
    snoozed = action(1, logged_at=when - HOUR, snoozed_until=when + 4 * HOUR)
    assert person_due([(snoozed, resolved(when))], ADA, None, when, DEFAULT) == when + 4 * HOUR
    both = [(snoozed, resolved(when)), (action(2, logged_at=when - HOUR), resolved(when))]
    assert person_due(both, ADA, None, when, DEFAULT) == when + HOUR
    assert worth_telling(both, ADA, when + HOUR, DEFAULT) == (both[1],)
    assert worth_telling(both, ADA, when + 4 * HOUR, DEFAULT) == (both[0], both[1])


def test_a_temporary_action_is_no_drift_to_its_owner_before_its_time() -> None:
    when, friday = at("2026-11-24 10:00", BERLIN), at("2026-11-27 16:00", BERLIN)
    drift = [(action(logged_at=when, until=friday), resolved(when))]
    assert person_due(drift, ADA, None, when, DEFAULT) == friday
    assert worth_telling(drift, ADA, friday - 1, DEFAULT) == ()


def test_a_message_names_everything_regressed_first_then_the_oldest() -> None:
    just_resolved, before = resolved(NOON, id=2), resolved(NOON - DAY)
    young = action(1, logged_at=NOON - HOUR)
    old = action(2, logged_at=NOON - 2 * DAY)
    regressed = action(3, logged_at=NOON - 2 * DAY, state=ActionState.REGRESSED, drifting_since=NOON - HOUR, drifted=0)
    in_review = action(4, logged_at=NOON - 3 * HOUR, state=ActionState.IN_REVIEW)
    brand_new = action(5, logged_at=NOON - MINUTE)
    elsewhere = action(6, logged_at=NOON - DAY)
    drift = [
        (young, just_resolved),
        (old, before),
        (regressed, before),
        (in_review, just_resolved),
        (brand_new, just_resolved),
        (elsewhere, incident(id=3)),
        (ruled(7, Ruling.WAIVED), before),
    ]
    named = [one.number for one, _ in worth_telling(drift, ADA, NOON + MINUTE, DEFAULT)]
    assert named == [3, 2, 4, 1]


def test_a_sixth_message_does_not_name_what_five_have_named() -> None:
    fifth_time, worn_out = action(1, nudged=4), action(2, nudged=5)
    drift = [(fifth_time, resolved(NOON - DAY)), (worn_out, resolved(NOON - DAY))]
    assert worth_telling(drift, ADA, NOON + DAY, DEFAULT) == (drift[0],)
    assert person_due(drift[1:], ADA, None, NOON + DAY, DEFAULT) is None


# Beyond the owner


@pytest.mark.parametrize(
    ("resolved_local", "due_local"),
    [
        ("2026-11-24 14:00", "Wed 2026-11-25 14:00"),
        ("2026-11-24 20:00", "Thu 2026-11-26 10:00"),  # a day later it is evening again
        ("2026-11-27 12:00", "Mon 2026-11-30 10:00"),
        ("2026-10-31 12:00", "Mon 2026-11-02 10:00"),
    ],
)
def test_the_lead_hears_a_day_after_resolve_in_their_working_hours(resolved_local: str, due_local: str) -> None:
    when = at(resolved_local, BEN.tz)
    due = lead_due([(action(logged_at=when - HOUR), resolved(when))], BEN, None, when, DEFAULT)
    assert due is not None and wall(due, BEN.tz) == due_local


def test_the_announce_channel_hears_after_two_days_at_any_hour() -> None:
    saturday_night = at("2026-11-28 02:00")
    drift = [(action(logged_at=saturday_night - DAY), resolved(saturday_night))]
    assert announce_due(drift, None, DEFAULT) == saturday_night + 2 * DAY


@pytest.mark.parametrize("due", [lambda drift, last: lead_due(drift, BEN, last, NOON, DEFAULT),
                                 lambda drift, last: announce_due(drift, last, DEFAULT)])  # fmt: skip
def test_they_hear_once_and_again_only_of_what_came_later(due: Any) -> None:
    drift = [(action(1), resolved(NOON)), (action(2), resolved(NOON))]
    first = due(drift, None)
    assert due(drift, first) is None
    late = action(3, logged_at=first + HOUR)
    again = due([*drift, (late, resolved(NOON))], first)
    assert again is not None and again >= first + DAY
    regressed = action(1, state=ActionState.REGRESSED, drifting_since=first + 3 * DAY)
    after_regression = due([(regressed, resolved(NOON))], first)
    assert after_regression is not None and after_regression >= first + 4 * DAY


def test_the_standing_incident_s_lead_hears_at_most_once_a_day() -> None:
    standing = incident(standing=True, lead_id=BEN.id)
    changes = [action(n, logged_at=NOON + n * HOUR) for n in range(1, 9)]
    drift = [(one, standing) for one in changes]
    first = announce_due(drift, None, DEFAULT)
    assert first == NOON + HOUR + 2 * DAY
    assert announce_due(drift, first, DEFAULT) == first + DAY
    assert announce_due(drift, first + DAY, DEFAULT) is None


def test_neither_snooze_nor_a_time_to_undo_hides_drift_from_the_lead() -> None:
    hidden = action(snoozed_until=NOON + 9 * DAY, until=NOON + 9 * DAY)
    assert lead_due([(hidden, resolved(NOON))], BEN, None, NOON, DEFAULT) == NOON + DAY + 3 * HOUR
    assert announce_due([(hidden, resolved(NOON))], None, DEFAULT) == NOON + 2 * DAY


@pytest.mark.parametrize("pair", [(action(state=ActionState.LANDED), resolved(NOON)), (action(), incident())])
def test_there_is_nothing_to_hear_of_reconciled_actions_and_open_incidents(pair: Any) -> None:
    assert lead_due([pair], BEN, None, NOON, DEFAULT) is None
    assert announce_due([pair], None, DEFAULT) is None
    assert digest_due([pair], PEOPLE, None, None, NOON, DEFAULT) is None


def test_a_lead_who_is_gone_hears_nothing_while_the_channel_does() -> None:
    gone = replace(BEN, kind=PersonKind.GONE)
    drift = [(action(nudged=5), resolved(NOON))]
    assert lead_due(drift, gone, None, NOON, DEFAULT) is None
    assert digest_due(drift, PEOPLE, gone, None, NOON, DEFAULT) is None
    assert digest_due(drift, PEOPLE, None, None, NOON, DEFAULT) == NOON + 7 * DAY


def test_the_digest_takes_what_five_messages_did_not_move_and_what_nobody_can_be_told_of() -> None:
    drift = [
        (action(1, nudged=4), resolved(NOON)),
        (action(2, nudged=5), resolved(NOON)),
        (action(3, nudged=6, state=ActionState.IN_REVIEW), resolved(NOON)),
        (action(4, nudged=5, state=ActionState.LANDED), resolved(NOON)),
        (action(5, nudged=5), incident()),
        (action(6, owner_id=BEN.id), resolved(NOON)),
    ]
    people = {**PEOPLE, BEN.id: replace(BEN, kind=PersonKind.GONE)}
    assert [one.number for one, _ in in_digest(drift, people, NOON, DEFAULT)] == [2, 3, 6]


def test_the_digest_comes_weekly_until_all_is_reconciled() -> None:
    when = at("2026-11-27 17:00", BEN.tz)  # a Friday
    drift = [(action(logged_at=when, nudged=5), resolved(when))]
    to_channel = digest_due(drift, PEOPLE, None, None, when, DEFAULT)
    assert to_channel == when + 7 * DAY
    assert digest_due(drift, PEOPLE, None, to_channel, to_channel, DEFAULT) == when + 14 * DAY
    asleep = to_channel + 40 * DAY
    assert digest_due(drift, PEOPLE, None, asleep, asleep, DEFAULT) == asleep + 7 * DAY
    assert digest_due(drift, PEOPLE, BEN, None, when, DEFAULT) == when + 7 * DAY
    saturday = at("2026-11-28 12:00", BEN.tz)
    weekend = [(action(logged_at=saturday, nudged=5), resolved(saturday))]
    due = digest_due(weekend, PEOPLE, BEN, None, saturday, DEFAULT)
    assert due is not None and wall(due, BEN.tz) == "Mon 2026-12-07 10:00"


# Alarms


@pytest.mark.parametrize(
    ("severity", "seen_local", "owner_local"),
    [
        ("sev2", "2026-11-24 14:05", "Tue 2026-11-24 14:05"),
        ("sev2", "2026-11-24 23:05", "Wed 2026-11-25 10:00"),
        ("sev2", "2026-11-28 12:00", "Mon 2026-11-30 10:00"),
        ("sev1", "2026-11-24 23:05", "Tue 2026-11-24 23:05"),
        ("sev1", "2026-11-29 04:00", "Sun 2026-11-29 04:00"),
    ],
)
def test_a_regression_reaches_the_owner(severity: str, seen_local: str, owner_local: str) -> None:
    seen = at(seen_local, BERLIN)
    raised = alarm(resolved(NOON, severity=severity), ADA, seen, DEFAULT)
    assert raised.audience is Audience.ANNOUNCE and raised.at == seen
    assert raised.owner_at is not None and wall(raised.owner_at, BERLIN) == owner_local


def test_the_policy_names_the_severities_that_wake_people() -> None:
    night = at("2026-11-24 23:05", BERLIN)
    policy = Policy(alarm_always=frozenset({"sev2"}))
    assert alarm(resolved(NOON, severity="sev2"), ADA, night, policy).owner_at == night
    assert alarm(resolved(NOON, severity="sev1"), ADA, night, policy).owner_at != night


def test_an_alarm_of_a_private_incident_stays_among_its_members() -> None:
    assert alarm(resolved(NOON, private=True), GONE, NOON, DEFAULT) == Alarm(Audience.MEMBERS, NOON, None)


def test_where_the_policy_announces_nothing_the_members_hear() -> None:
    assert audience(incident(), Policy(announce=None)) is Audience.MEMBERS
    assert audience(incident(), DEFAULT) is Audience.ANNOUNCE
