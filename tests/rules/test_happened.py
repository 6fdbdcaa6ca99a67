"""Which events a recorded decision comes to."""

import pytest

from bot.rules.clean import Clean
from bot.rules.decision import Entry
from bot.rules.happened import Event, body, happened
from bot.rules.model import ActionState
from tests.rules import builders as make


@pytest.mark.parametrize(
    ("was", "now", "event"),
    [
        (ActionState.CLAIMED, ActionState.LANDED, Event.LANDED),
        (ActionState.LANDED, ActionState.REGRESSED, Event.REGRESSED),
        (ActionState.WAIVED, ActionState.DRIFTING, Event.DRIFTING),
        (ActionState.LANDED, ActionState.LANDED, None),
        (ActionState.DRIFTING, ActionState.IN_REVIEW, None),
        (ActionState.DRIFTING, ActionState.WAIVED, None),
    ],
)
def test_an_action_tells_of_a_state_once_it_comes_into_it(
    was: ActionState, now: ActionState, event: Event | None
) -> None:
    action = make.action(7, state=now)
    told = list(happened([Entry("evidence.found")], {action.id: was}, [action]))
    assert told == ([(event, action)] if event else [])


def test_what_leaves_nothing_to_reconcile_is_logged_and_never_drifts() -> None:
    action = make.action(1, state=ActionState.EPHEMERAL)
    assert list(happened([Entry("action.logged", {"action": 1})], {}, [action])) == [(Event.LOGGED, action)]


def test_an_incident_that_goes_on_elsewhere_is_closed() -> None:
    assert [one.event for one in happened([Entry("incident.duplicate")], {}, [])] == [Event.CLOSED]


def test_nothing_that_somebody_typed_is_in_the_body() -> None:
    action = make.action(1, text=Clean("vim /etc/canary"), target=Clean("canary-1"), path=Clean("/etc/canary"))
    incident = make.incident(title=Clean("canary answers 502"))
    said = body(next(happened([Entry("action.logged", {"action": 1})], {}, [action])), incident, "T1", 0)
    assert "canary" not in str(said)
    assert said["timestamp"] == "1970-01-01T00:00:00.000+00:00"
