"""The promises of nudging, over weeks of random incidents, clocks that ring late, and people who move."""

from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from bot.rules.model import DAY, HOUR, MINUTE, Action, ActionState, Incident, IncidentState, Person
from bot.rules.nudges import (
    announce_due,
    digest_due,
    in_digest,
    lead_due,
    person_due,
    resolved_for,
    thread_due,
    undo_due,
    worth_telling,
)
from bot.rules.policy import Policy
from bot.rules.worktime import in_working_hours, local_date
from tests.rules.builders import ADA, BEN, PEOPLE, action, at, incident

DEFAULT = Policy()
START = at("2026-03-01 00:00")  # four weeks that hold the clock changes of New York and Berlin
WEEKS = 5 * 7 * DAY

ZONES = ("Europe/Berlin", "Asia/Kolkata", "America/New_York", "Pacific/Auckland", "UTC")

moments = st.integers(START, START + WEEKS)
states = st.sampled_from([state for state in ActionState])
people = st.builds(lambda tz: replace(ADA, tz=tz), st.sampled_from(ZONES))


@st.composite
def incidents(draw: st.DrawFn) -> Incident:
    opened_at = draw(moments)
    resolved_at = opened_at + draw(st.integers(0, 3 * DAY))
    kind = draw(st.sampled_from([*IncidentState, "standing"]))
    if kind == "standing":
        return incident(opened_at=opened_at, standing=True)
    if kind is IncidentState.OPEN:
        return incident(opened_at=opened_at)
    return incident(opened_at=opened_at, state=kind, resolved_at=resolved_at)


@st.composite
def drifts(draw: st.DrawFn, most: int = 6) -> list[tuple[Action, Incident]]:
    pairs = []
    for number in range(1, draw(st.integers(1, most)) + 1):
        of = draw(incidents())
        logged_at = of.opened_at + draw(st.integers(0, 4 * DAY))
        given = {
            "logged_at": logged_at,
            "state": draw(states),
            "owner_id": draw(st.sampled_from([ADA.id, ADA.id, BEN.id])),
            "nudged": draw(st.integers(0, 7)),
            "snoozed_until": draw(st.none() | st.integers(logged_at, logged_at + 2 * DAY)),
            "until": draw(st.none() | st.integers(logged_at - HOUR, logged_at + 3 * DAY)),
        }
        if given["state"] is ActionState.REGRESSED:
            given["drifting_since"] = logged_at + draw(st.integers(0, 5 * DAY))
        pairs.append((action(number, **given), of))
    return pairs


@given(drifts(), people, st.none() | st.dates(date(2026, 2, 27), date(2026, 4, 9)), moments)
def test_a_message_is_due_in_working_hours_after_its_cause_and_on_a_new_date(
    drift: list[tuple[Action, Incident]], person: Person, last: date | None, now: int
) -> None:
    due = person_due(drift, person, last, now, DEFAULT)
    if due is None:
        assert not worth_telling(drift, person, now, DEFAULT)
        return
    assert due >= now
    assert in_working_hours(due, person.tz, DEFAULT.nudges)
    assert last is None or local_date(due, person.tz) > last
    causes = [resolved_for(one, of) for one, of in drift if one.owner_id == person.id]
    assert min(cause for cause in causes if cause is not None) + HOUR <= due
    told = worth_telling(drift, person, due, DEFAULT)
    assert told
    for one, of in told:
        assert one.nudged < 5
        assert of.settled and not one.state.reconciled and one.owner_id == person.id
        assert due >= one.logged_at + 15 * MINUTE
        assert due >= (one.snoozed_until or 0) and due >= (one.until or 0)


@given(drifts(), people, st.none() | st.dates(date(2026, 2, 27), date(2026, 4, 9)), moments)
def test_what_is_put_off_comes_due_and_stays_due_when_asked_again_at_that_time(
    drift: list[tuple[Action, Incident]], person: Person, last: date | None, now: int
) -> None:
    """Else a clock that rings at the stored time would be put off for ever."""
    due = person_due(drift, person, last, now, DEFAULT)
    if due is not None:
        assert person_due(drift, person, last, due, DEFAULT) == due
    to_lead = lead_due(drift, person, None, now, DEFAULT)
    if to_lead is not None:
        assert lead_due(drift, person, None, to_lead, DEFAULT) == to_lead
    digest = digest_due(drift, PEOPLE, person, None, now, DEFAULT)
    if digest is not None:
        assert digest_due(drift, PEOPLE, person, None, digest, DEFAULT) == digest


@given(drifts(), st.none() | moments, moments)
def test_a_line_in_a_thread_never_comes_in_the_first_fifteen_minutes(
    drift: list[tuple[Action, Incident]], last: int | None, now: int
) -> None:
    for one, of in drift:
        due = thread_due(one, of, last, DEFAULT)
        if due is not None:
            assert due >= one.logged_at + 15 * MINUTE
            assert last is None or due >= last + HOUR
            assert thread_due(one, of, due, DEFAULT) == due + HOUR
        undo = undo_due(one, None)
        if undo is not None:
            assert undo >= one.logged_at
            assert undo_due(one, undo) is None


@given(drifts(), people, st.none() | moments, moments)
def test_lead_and_channel_hear_after_their_day_or_two_and_no_more_than_daily(
    drift: list[tuple[Action, Incident]], lead: Person, last: int | None, now: int
) -> None:
    resolves = [r for one, of in drift if not one.state.reconciled and (r := resolved_for(one, of)) is not None]
    to_lead = lead_due(drift, lead, last, now, DEFAULT)
    if to_lead is not None:
        assert to_lead >= max(now, min(resolves) + DAY)
        assert last is None or to_lead >= last + DAY
        assert in_working_hours(to_lead, lead.tz, DEFAULT.nudges)
    to_channel = announce_due(drift, last, DEFAULT)
    if to_channel is not None:
        assert to_channel >= min(resolves) + 2 * DAY
        assert last is None or to_channel >= last + DAY
    if not resolves:
        assert to_lead is None and to_channel is None


@given(drifts(), st.none() | moments, moments)
def test_a_digest_is_weekly_and_about_what_left_the_messages(
    drift: list[tuple[Action, Incident]], last: int | None, now: int
) -> None:
    named = in_digest(drift, PEOPLE, now, DEFAULT)
    due = digest_due(drift, PEOPLE, None, last, now, DEFAULT)
    assert (due is None) == (not named)
    if due is not None:
        assert last is None or due >= last + 7 * DAY
        first = min(r for one, of in named if (r := resolved_for(one, of)) is not None)
        assert due >= first + 7 * DAY


@dataclass
class Told:
    """One person's messages over some weeks: what a clock does with the rules, in memory."""

    drift: list[tuple[Action, Incident]]
    person: Person
    sent: list[tuple[int, date, list[Action]]] = field(default_factory=list)

    def ring(self, now: int) -> None:
        last = self.sent[-1][1] if self.sent else None
        due = person_due(self.drift, self.person, last, now, DEFAULT)
        if due is None or due > now:
            return
        named = [one for one, _ in worth_telling(self.drift, self.person, now, DEFAULT)]
        self.drift = [(replace(one, nudged=one.nudged + (one in named)), of) for one, of in self.drift]
        self.sent.append((now, local_date(now, self.person.tz), named))


@given(
    drifts(most=4),
    st.sampled_from(ZONES),
    st.lists(st.integers(0, WEEKS), max_size=300),
    st.lists(st.tuples(st.integers(0, WEEKS), st.sampled_from(ZONES)), max_size=3),
    st.lists(st.tuples(st.integers(0, WEEKS), st.integers(0, 3)), max_size=3),
)
def test_over_weeks_of_late_rings_a_person_gets_one_a_day_and_an_action_five_in_all(
    drift: list[tuple[Action, Incident]],
    tz: str,
    rings: list[int],
    moves: list[tuple[int, str]],
    landings: list[tuple[int, int]],
) -> None:
    """Rings come when they come (and every half hour for a week); people change zones; actions land."""
    drift = [(replace(one, nudged=0, owner_id=ADA.id), of) for one, of in drift]
    story = Told(drift, replace(ADA, tz=tz))
    events: list[tuple[int, int, Any]] = [(ring, 1, None) for ring in rings]
    events += [(7 * DAY + half * 30 * MINUTE, 1, None) for half in range(7 * 48)]
    events += [(when, 0, ("zone", zone)) for when, zone in moves]
    events += [(when, 0, ("landed", index)) for when, index in landings]
    for when, _, event in sorted(events, key=lambda event: event[:2]):
        match event:
            case None:
                story.ring(START + when)
            case ("zone", zone):
                story.person = replace(story.person, tz=zone)
            case ("landed", index):
                for place in [index] if index < len(drift) else []:
                    one, of = story.drift[place]
                    story.drift[place] = (replace(one, state=ActionState.LANDED), of)
    dates = [day for _, day, _ in story.sent]
    assert dates == sorted(set(dates))
    for when, _, named in story.sent:
        assert named
        assert all(when >= one.logged_at + 15 * MINUTE for one in named)
    for one, _ in drift:
        assert sum(one.id in {each.id for each in named} for _, _, named in story.sent) <= 5


def test_two_quiet_weeks_leave_five_messages_and_then_a_digest() -> None:
    friday = at("2026-03-06 15:00", "America/New_York")
    resolved = incident(state=IncidentState.RESOLVED, opened_at=friday - 2 * HOUR, resolved_at=friday)
    story = Told([(action(logged_at=friday - HOUR), resolved)], replace(ADA, tz="America/New_York"))
    for minutes in range(0, 14 * 24 * 60, 5):
        story.ring(friday + minutes * MINUTE)
    days = [
        (day.strftime("%a"), (when - at(f"{day} 00:00", "America/New_York")) // MINUTE) for when, day, _ in story.sent
    ]
    assert days == [("Fri", 16 * 60), ("Mon", 600), ("Tue", 600), ("Wed", 600), ("Thu", 600)]
    assert digest_due(story.drift, PEOPLE, None, None, friday, DEFAULT) == friday + 7 * DAY
