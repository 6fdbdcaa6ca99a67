"""The benchmark's own judgement: what it calls lost, and how it counts round trips."""

from pathlib import Path

import pytest

from bot.playground.world import Json
from tests.bench import acks, opening, servers, upstream
from tests.bench.servers import Transport


def call(number: int, method: str, begins: float, ends: float) -> Json:
    """As the playground records it: `at` is when it was answered. Seconds."""
    return {"number": number, "method": method, "at": ends, "ms": (ends - begins) * 1000}


def test_calls_that_overlap_are_one_round_trip() -> None:
    opened = opening.read(
        [
            call(1, "conversations.create", 0.01, 0.11),
            call(3, "chat.postMessage", 0.13, 0.24),
            call(2, "conversations.invite", 0.12, 0.22),
            call(4, "pins.add", 0.25, 0.35),
        ],
        sent=0.0,
    )
    assert (opened.usable, opened.complete) == (2, 3)
    assert (opened.usable_ms, opened.complete_ms) == pytest.approx((220, 350))


def test_calls_one_after_the_other_are_a_round_trip_each() -> None:
    methods = ("conversations.create", "conversations.setTopic", "conversations.invite", "chat.postMessage", "pins.add")
    calls = [call(number, method, number, number + 0.9) for number, method in enumerate(methods)]
    opened = opening.read(calls, sent=0.0)
    assert (opened.usable, opened.complete) == (3, 5)


@pytest.mark.parametrize("transport", ["http", "socket"])
async def test_what_was_acked_and_is_not_there_is_called_lost(transport: Transport, tmp_path: Path) -> None:
    ledger = tmp_path / "bench.sqlite"
    async with servers.hotwash(transport, ledger) as server:
        await acks.opened(server)
        run = await acks.hotfixes(server, acks.rooms(server, "inc-"), 20, 4)
    assert all(text.startswith("Logged INC-") for text in run.texts), run.texts
    assert acks.lost(ledger, run.texts, server.environment) == []
    (missing, differs) = acks.lost(ledger, [*run.texts, "Logged INC-1#999 · other"], server.environment)
    assert "logs were answered and are not in the ledger, such as INC-1#999" in missing
    assert differs == "21 logs were answered, 20 are in the ledger"


@pytest.mark.timeout(240)
async def test_polls_are_measured_on_what_upstream_really_gained(tmp_path: Path) -> None:
    """On a small repository: `measure` itself asserts after each poll that the bot saw the newest commit, and what
    landed."""
    lines = {line.what: line for line in await upstream.measure(tmp_path, commits=4000, actions=50, polls=(1, 1, 1))}
    assert set(lines) >= {"an idle poll", "a poll with 200 new commits", "a poll with 2,000 new commits"}
    looked_for = {line.value: line for line in lines.values() if line.unit == "actions"}
    assert set(looked_for) == {0, 1, 10} and all(line.reached for line in looked_for.values())
    assert all(line.value > 0 and line.baseline > 0 for line in lines.values() if line.unit != "actions")
