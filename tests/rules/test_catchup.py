"""*Catch me up*, from plain data."""

from dataclasses import replace
from typing import Any

from bot.rules.catchup import catch_up
from bot.rules.clean import Clean
from bot.rules.model import HOUR, MINUTE, Action, ActionState, Ruling, WarRoom
from tests.rules.builders import ADA, BEN, CHITRA, NOON, PEOPLE, action, incident, line, ruled


def room(*actions: Action, **given: Any) -> WarRoom:
    return replace(WarRoom(incident(), people=dict(PEOPLE)), actions=actions, **given)


def test_it_says_who_leads_and_who_does_what() -> None:
    told = catch_up(room(roles={"scribe": CHITRA.id}), (), NOON + 5 * MINUTE)
    assert told.splitlines() == [
        "INC-42 is open · sev2 · checkout answers 502",
        "Opened 5 min ago by Ada. Ben leads; scribe is Chitra.",
        "Nothing was changed by hand yet, as far as it was logged.",
    ]
    assert "Nobody leads" in catch_up(replace(room(), incident=incident(lead_id=None)), (), NOON)


def test_what_drifts_is_told_apart_from_what_was_tried_and_what_was_struck_is_not_told() -> None:
    told = catch_up(
        room(
            action(1, text=Clean("scaled web to 8")),
            action(2, text=Clean("raised the pool"), state=ActionState.REGRESSED),
            ruled(3, Ruling.UNDONE, text=Clean("flushed the cache"), ruled_why=Clean("no help")),
            ruled(4, Ruling.STRUCK, text=Clean("logged by mistake")),
        ),
        (),
        NOON + HOUR,
    )
    drifting, _, tried = told.partition("*Also done by hand*")
    assert 0 < drifting.index("#2 raised the pool · regressed") < drifting.index("#1 scaled web to 8 · drifting, Ada")
    assert "live for 1 h" in drifting
    assert tried.strip() == "• #3 flushed the cache · undone: no help"
    assert "mistake" not in told


def test_only_the_latest_is_told_and_how_much_more_there_is() -> None:
    lines = [line(n, "incident.update", BEN, text=Clean(f"news {n}")) for n in range(20)]
    told = catch_up(room(*(action(n) for n in range(1, 30))), lines, NOON + HOUR)
    assert "news 19" in told and "news 12" in told and "news 11" not in told
    assert "… and 12 more" in told and "… and 21 more" in told
    assert len(told) < 3000


def test_a_purged_entry_is_no_obstacle() -> None:
    assert "[purged]" in catch_up(room(), [replace(line(1, "incident.update", ADA), payload=None)], NOON)
