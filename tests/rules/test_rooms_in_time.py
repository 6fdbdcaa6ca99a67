"""When a status update is due, when a room is archived, and who hears of a drill."""

from typing import Any

import pytest

from bot.rules.model import DAY, HOUR, MINUTE, ActionState, Incident, IncidentState
from bot.rules.nudges import Audience, alarm, archive_due, audience, update_due
from bot.rules.policy import Policy, SeverityRule
from tests.rules.builders import ADA, NOON, action, incident, resolved

DEFAULT = Policy()
ARCHIVING = Policy(archive_after_days=30)


def test_an_update_is_due_half_an_hour_after_the_last_in_a_sev1() -> None:
    sev1 = incident(severity="sev1")
    assert update_due(sev1, NOON, None, DEFAULT) == NOON + 30 * MINUTE
    assert update_due(sev1, NOON + 20 * MINUTE, None, DEFAULT) == NOON + 50 * MINUTE
    assert update_due(sev1, NOON, NOON + 9 * HOUR, DEFAULT) == NOON + 9 * HOUR + 30 * MINUTE  # since the last reminder


@pytest.mark.parametrize("severity", ["sev2", "retired"])
def test_other_severities_ask_for_none(severity: str) -> None:
    assert update_due(incident(severity=severity), NOON, None, DEFAULT) is None


def test_none_is_due_once_it_is_over_or_outside_incidents() -> None:
    assert update_due(resolved(NOON, severity="sev1"), NOON, None, DEFAULT) is None
    assert update_due(incident(severity="sev1", standing=True), NOON, None, DEFAULT) is None


def test_the_policy_says_how_often() -> None:
    policy = Policy(severities=(SeverityRule(name="bad", update_every_minutes=5),), default_severity="bad")
    assert update_due(incident(severity="bad"), NOON, None, policy) == NOON + 5 * MINUTE


def closed(**given: Any) -> Incident:
    return incident(state=IncidentState.CLOSED, closed_at=NOON, resolved_at=NOON - HOUR, channel_id="C1", **given)


def test_a_room_is_archived_its_days_after_the_last_thing_that_happened_to_it() -> None:
    assert archive_due(closed(), [], None, ARCHIVING) == NOON + 30 * DAY
    assert archive_due(closed(reconciled_at=NOON + DAY), [], None, ARCHIVING) == NOON + 31 * DAY
    assert archive_due(closed(), [], NOON + 40 * DAY, ARCHIVING) == NOON + 70 * DAY  # it was unarchived then


@pytest.mark.parametrize("given", [{"borrowed": True}, {"archived_at": NOON}, {"channel_id": None}])
def test_rooms_that_are_never_archived(given: dict[str, object]) -> None:
    of = incident(state=IncidentState.CLOSED, closed_at=NOON, **({"channel_id": "C1"} | given))
    assert archive_due(of, [], None, ARCHIVING) is None


@pytest.mark.parametrize("state", [IncidentState.OPEN, IncidentState.RESOLVED])
def test_not_before_it_is_over(state: IncidentState) -> None:
    assert archive_due(incident(state=state, channel_id="C1"), [], None, ARCHIVING) is None


def test_not_while_anything_drifts_and_not_unless_the_policy_says_so() -> None:
    drifting = action(state=ActionState.CLAIMED)
    assert archive_due(closed(), [(drifting, closed())], None, ARCHIVING) is None
    assert archive_due(closed(), [], None, DEFAULT) is None


def test_of_a_drill_only_its_room_hears() -> None:
    drill = incident(drill=True, severity="sev1")
    assert audience(drill, DEFAULT) is Audience.MEMBERS
    heard = alarm(drill, ADA, NOON, DEFAULT)
    assert (heard.audience, heard.owner_at) == (Audience.MEMBERS, None)
