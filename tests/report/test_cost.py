"""What an incident took and cost: each figure is made of what is recorded, or says what is missing."""

from typing import Any

import pytest

from bot.rules.model import HOUR, MINUTE, IncidentState, Line, WarRoom
from bot.rules.policy import Reporting
from bot.rules.report import Report, close_out
from bot.rules.report_cost import Figure
from tests.rules.builders import ADA, BEN, CHITRA, NOON, PEOPLE, action, incident, line

NOW = NOON + 5 * HOUR
MONEY = Reporting(revenue_per_minute=2.5, currency="EUR")


def at(minutes: int, kind: str, actor: Any, **payload: Any) -> Line:
    made = line(minutes, kind, actor, **payload)
    return Line(made.seq, NOON + minutes * MINUTE, made.kind, made.actor_id, made.via, made.payload, made.hash)


OPENED = at(0, "incident.opened", ADA, title="checkout answers 502", severity="sev2")


def report(*lines: Line, rules: Reporting = MONEY, actions: tuple[Any, ...] = (), **given: Any) -> Report:
    return close_out(WarRoom(incident(**given), actions, people=PEOPLE), (OPENED, *lines), NOW, rules=rules)


def figure(made: Report, key: str) -> Figure:
    (found,) = [one for one in (*made.took, *made.cost) if one.key == key]
    return found


def test_down_is_what_lies_between_opening_and_resolve_each_time() -> None:
    made = report(
        at(30, "incident.resolved", BEN),
        at(60, "incident.reopened", BEN),
        at(75, "incident.resolved", BEN),
        at(90, "incident.closed", BEN, open=0),
        state=IncidentState.CLOSED,
        resolved_at=NOON + 75 * MINUTE,
        closed_at=NOON + 90 * MINUTE,
    )
    assert figure(made, "down").value == 45 * MINUTE
    revenue = figure(made, "revenue")
    assert (revenue.value, revenue.currency) == (round(45 * 2.5), "EUR")
    assert revenue.how == "45 min down × 2.5 EUR a minute, as the policy says"


def test_an_open_incident_is_down_until_now() -> None:
    assert figure(report(), "down").value == 5 * HOUR


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"state": IncidentState.CANCELLED, "resolved_at": NOON + HOUR}, "it was cancelled"),
        ({"drill": True}, "it was a drill"),
        ({"standing": True}, "it stands for changes outside incidents"),
    ],
)
def test_what_was_no_outage_has_no_downtime_and_no_price(given: dict[str, Any], why: str) -> None:
    made = report(**given)
    assert (figure(made, "down").value, figure(made, "down").how) == (None, why)
    assert figure(made, "revenue").value is None
    assert figure(made, "revenue").shown == "not known"


def test_without_a_price_in_the_policy_no_money_is_named() -> None:
    revenue = figure(report(rules=Reporting()), "revenue")
    assert (revenue.value, revenue.how) == (None, "the policy names no revenue_per_minute")


def test_people_count_from_their_first_entry_while_it_was_open() -> None:
    made = report(
        at(10, "member.joined", None, to=BEN.id),
        at(20, "incident.update", CHITRA, text="looking"),
        at(25, "member.left", None, to=BEN.id),
        at(30, "incident.resolved", ADA),
        at(40, "incident.update", BEN, text="back"),
        state=IncidentState.RESOLVED,
        resolved_at=NOON + 30 * MINUTE,
    )
    # Ada from the opening, Ben from 10 until he came back for good, Chitra from 20.
    assert figure(made, "people").value == (30 + 20 + 10) * MINUTE
    assert figure(made, "people").how.startswith("3 people")


def test_interruptions_leave_out_who_opened_it_and_cite_their_figure() -> None:
    made = report(at(5, "incident.update", BEN, text="x"), at(6, "incident.update", ADA, text="x"))
    assert figure(made, "interruptions").value == 23 * MINUTE
    assert "Gloria Mark" in figure(made, "interruptions").how
    changed = report(at(5, "incident.update", BEN, text="x"), rules=Reporting(refocus_minutes=10))
    assert figure(changed, "interruptions").value == 10 * MINUTE
    assert "Gloria Mark" not in figure(changed, "interruptions").how


def test_acknowledging_is_the_first_thing_a_person_did_after_the_opening() -> None:
    nudge = at(1, "nudge.sent", None, actions=[1], where="thread", to=None)
    made = report(nudge, at(3, "incident.update", BEN, text="x"))
    assert figure(made, "acknowledge").value == 3 * MINUTE
    assert figure(report(), "acknowledge").value is None


def test_the_first_action_counts_from_when_it_was_done() -> None:
    made = report(actions=(action(1, done_at=NOON + 9 * MINUTE), action(2, done_at=NOON + 4 * MINUTE)))
    assert figure(made, "first_action").value == 4 * MINUTE


def test_from_close_to_reconciled_needs_both() -> None:
    closed = {"state": IncidentState.CLOSED, "resolved_at": NOON + HOUR, "closed_at": NOON + HOUR}
    assert figure(report(**closed), "close_to_reconciled").value is None
    assert figure(report(**closed, reconciled_at=NOON + 3 * HOUR), "close_to_reconciled").value == 2 * HOUR
