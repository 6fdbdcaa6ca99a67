"""The pure rules of deployments: which of two tellings counts, and what a deploy undoes."""

from itertools import permutations

import pytest

from bot.ledger.deployments import Deployment
from bot.rules.clean import Clean
from bot.rules.model import DeploymentState, Verdict
from bot.warroom.deployments import newest
from bot.warroom.judging import Candidate, lacks

PENDING, LIVE = DeploymentState.PENDING, DeploymentState.LIVE
FAILED, INACTIVE = DeploymentState.FAILED, DeploymentState.INACTIVE


def told(state: DeploymentState, at: int, sha: str = "a") -> Deployment:
    live_at = at if state is LIVE else None
    return Deployment(0, "shop", Clean("production"), "1", sha * 40, state, at, live_at)


@pytest.mark.parametrize(
    ("history", "state", "live_at"),
    [
        ([(PENDING, 1), (LIVE, 2)], LIVE, 2),
        ([(PENDING, 1), (LIVE, 1)], LIVE, 1),  # hosts count whole seconds
        ([(PENDING, 1), (FAILED, 2)], FAILED, None),
        ([(PENDING, 1), (LIVE, 2), (PENDING, 3), (FAILED, 4)], FAILED, 2),  # tried again, and it runs as before
        ([(PENDING, 1), (LIVE, 2), (PENDING, 3), (LIVE, 4)], LIVE, 4),
        ([(LIVE, 1), (INACTIVE, 2)], INACTIVE, 1),
    ],
)
def test_any_order_comes_to_the_same(
    history: list[tuple[DeploymentState, int]], state: DeploymentState, live_at: int | None
) -> None:
    for order in permutations(history):
        now = told(*order[0])
        for one in [*order[1:], order[0]]:  # and the first comes twice
            now = newest(now, told(*one))
        assert (now.state, now.live_at) == (state, live_at), order


def test_what_begins_anew_is_judged_anew() -> None:
    judged = Deployment(7, "shop", Clean("production"), "1", "a" * 40, LIVE, 2, 2, judged_at=9)
    assert newest(judged, told(INACTIVE, 3)).judged_at == 9
    assert newest(judged, told(PENDING, 1)).judged_at == 9  # late
    assert newest(judged, told(PENDING, 3)).judged_at is None
    assert newest(judged, told(LIVE, 3, sha="b")).judged_at is None
    assert newest(judged, told(PENDING, 3)).id == 7


HELD, LOST = ("fix", None), ("fix", "revert")


@pytest.mark.parametrize(
    ("carriers", "history", "verdict", "landed", "expected"),
    [
        # in words: by the commits that carry it
        ((), {"fix"}, None, False, False),  # nobody can tell
        ((HELD,), set(), None, False, True),
        ((HELD,), {"fix"}, None, False, False),
        ((("other", None), HELD), {"fix"}, None, False, False),
        ((LOST,), {"fix"}, None, False, False),
        ((LOST,), {"fix", "revert"}, None, False, True),
        # recorded: by content, whatever commits say
        ((), set(), Verdict.MISSING, False, True),
        ((), set(), Verdict.PARTLY, False, True),
        ((), set(), Verdict.DIVERGED, False, True),
        ((HELD,), {"fix"}, Verdict.MISSING, False, True),
        ((HELD,), set(), Verdict.LANDED, False, False),
        ((), set(), Verdict.WHITESPACE, False, False),
        # where the content can't be looked at, by commits
        ((), set(), Verdict.UNKNOWN, False, False),
        ((HELD,), set(), Verdict.UNKNOWN, False, True),
        ((HELD,), {"fix"}, Verdict.UNKNOWN, False, False),
        # landed: its commit is enough, and without it the content decides
        ((HELD,), {"fix"}, None, True, False),
        ((HELD,), set(), None, True, True),
        ((HELD,), {"fix"}, Verdict.MISSING, True, False),
        ((HELD,), set(), Verdict.LANDED, True, False),
        ((HELD,), set(), Verdict.MISSING, True, True),
    ],
)
def test_what_a_deploy_undoes(
    carriers: tuple[tuple[str, str | None], ...],
    history: set[str],
    verdict: Verdict | None,
    landed: bool,
    expected: bool,
) -> None:
    assert lacks(Candidate(1, landed, carriers, verdict is not None), history, verdict) is expected
