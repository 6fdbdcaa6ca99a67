"""The short form of `make soak`: the edges of an incident, and a few deaths in another."""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.playground import Playground
from tests.soak.edges import find
from tests.soak.incident import Incident

DEATHS, GAP = 3, 90


@pytest.mark.sqlite_only
@pytest.mark.timeout(120)
async def test_each_edge_that_the_other_side_sees_is_a_point(database_url: str, tmp_path: Path) -> None:
    edges = await find(database_url, tmp_path / "edges")
    assert edges.passed == edges.seen
    assert min(edges.passed.values()) >= 10
    befores, afters = (sum(f" {side} " in point for point in edges.points) for side in ("before", "after"))
    assert befores == afters


def deaths(seed: int) -> Iterator[str]:
    chosen = random.Random(seed)
    for _ in range(DEATHS):
        yield str(chosen.randint(1, GAP))


@pytest.mark.timeout(240)
async def test_an_incident_survives_deaths_at_random_points(
    database_url: str, tmp_path: Path, database_kind: str
) -> None:
    die_at = deaths(len(database_kind))
    async with Playground(rate_limits=False) as pg:
        incident = Incident(pg, database_url, tmp_path / "incident", lambda: next(die_at, None))
        wrong = await incident.play()
    assert not wrong, "\n".join(wrong)
    died = [life.died_at for life in incident.lives if life.died_at]
    print(f"died at {died}; {incident.unanswered} commands were not answered and typed again")
    assert len(died) >= 2
