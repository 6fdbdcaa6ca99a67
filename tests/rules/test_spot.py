"""How well manual actions are spotted, on both halves of the corpus; and what no corpus shows."""

import hashlib
import json
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.rules.spot import looks_manual
from tests.rules.spot_corpus import FROZEN_ACTIONS, FROZEN_TRAPS, OPEN_ACTIONS, OPEN_TRAPS

FROZEN = "8c3f6ab2a44a3df4a11cabd1fa15876e6ed19722b73d9463c26c2481fa9d9004"


class Figures(NamedTuple):
    precision: float
    recall: float
    wrong: list[str]


def figures(actions: tuple[str, ...], traps: tuple[str, ...]) -> Figures:
    found = [text for text in actions if looks_manual(text)]
    wrong = [text for text in traps if looks_manual(text)]
    return Figures(len(found) / (len(found) + len(wrong)), len(found) / len(actions), wrong)


@pytest.mark.parametrize(
    ("half", "actions", "traps", "precision", "recall"),
    [
        ("open", OPEN_ACTIONS, OPEN_TRAPS, 0.98, 0.90),
        ("frozen", FROZEN_ACTIONS, FROZEN_TRAPS, 0.95, 0.80),
    ],
)
def test_precision_and_recall(
    half: str, actions: tuple[str, ...], traps: tuple[str, ...], precision: float, recall: float
) -> None:
    found = figures(actions, traps)
    print(f"{half}: precision {found.precision:.3f}, recall {found.recall:.3f} of {len(actions)} and {len(traps)}")
    assert found.precision >= precision, found.wrong
    assert found.recall >= recall


def test_the_corpus_is_large_has_as_many_traps_as_actions_and_its_halves_share_nothing() -> None:
    halves = (*OPEN_ACTIONS, *OPEN_TRAPS), (*FROZEN_ACTIONS, *FROZEN_TRAPS)
    assert all(len(half) >= 120 for half in halves)
    assert len(OPEN_TRAPS) >= len(OPEN_ACTIONS) and len(FROZEN_TRAPS) >= len(FROZEN_ACTIONS)
    everything = [text for half in halves for text in half]
    assert len(set(everything)) == len(everything)


def test_the_frozen_half_was_not_touched() -> None:
    assert hashlib.sha256(json.dumps([FROZEN_ACTIONS, FROZEN_TRAPS]).encode()).hexdigest() == FROZEN


@pytest.mark.parametrize("action", OPEN_ACTIONS)
def test_quoting_it_or_asking_about_it_makes_it_none(action: str) -> None:
    quoted = "\n".join(f"&gt; {line}" for line in action.splitlines())
    assert not looks_manual(f"{quoted}\nthanks")
    assert not looks_manual(f"{action} ok?")


@given(st.text(max_size=300))
def test_any_text_is_read(text: str) -> None:
    assert looks_manual(text) in (True, False)


def test_a_long_log_is_none_and_is_read_in_no_time() -> None:
    assert not looks_manual("```kubectl scale deploy/web --replicas=8\n" + "ok " * 4000 + "```")
    assert looks_manual("restarted web-1 " * 250)
