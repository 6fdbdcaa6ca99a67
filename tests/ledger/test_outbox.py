"""The outbox by itself: who may deliver what when, and what is owed after each outcome."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, select, text, update

from bot.ledger import outbox
from bot.ledger.database import now
from bot.ledger.outbox import LEASE, Leased
from bot.ledger.tables import incidents, pacing
from bot.ledger.tables import outbox as rows
from bot.rules.decision import Effect, EffectKind
from bot.rules.model import SECOND
from tests.ledger.build import Place, append, engine_for, open_incident

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def conn(database_url: str) -> Iterator[Connection]:
    engine = engine_for(database_url)
    with engine.begin() as conn:
        yield conn
    engine.dispose()


@pytest.fixture
def place(conn: Connection) -> Place:
    """An incident that has its room."""
    place = open_incident(conn)
    conn.execute(update(incidents).values(channel_id="C1"))
    return place


def card(place: Place) -> Effect:
    return Effect(EffectKind.CARD, place.incident_id)


def ask(conn: Connection, place: Place, *effects: Effect) -> None:
    outbox.ask(conn, place.workspace_id, effects)


def lease(conn: Connection, worker: str = "a", most: int = 10) -> list[Leased]:
    return outbox.lease(conn, worker, most)


def one(leased: list[Leased]) -> Leased:
    assert len(leased) == 1, leased
    return leased[0]


def later(conn: Connection, micros: int) -> None:
    """Let time pass for what is in the outbox: leases and due times move into the past."""
    conn.execute(update(rows).values(due_at=rows.c.due_at - micros, leased_until=rows.c.leased_until - micros))


def test_what_is_asked_for_is_leased_once_and_then_done(conn: Connection, place: Place) -> None:
    ask(conn, place, card(place))
    effect = one(lease(conn))
    assert (effect.kind, effect.incident_id, effect.team_id) == (EffectKind.CARD, place.incident_id, "T1")
    assert (effect.version, effect.attempts, effect.unsure) == (1, 1, False)
    assert lease(conn, "b") == []
    assert outbox.done(conn, effect, "a")
    assert lease(conn) == []
    assert outbox.next_due(conn) is None


def test_effects_of_a_decision_come_in_its_transaction(database_url: str) -> None:
    engine = engine_for(database_url)
    with engine.begin() as conn:
        place = open_incident(conn)
        conn.execute(update(incidents).values(channel_id="C1"))
    with pytest.raises(LookupError), engine.begin() as conn:
        append(conn, place, effects=(card(place),))
        raise LookupError
    with engine.begin() as conn:
        assert lease(conn) == []
        append(conn, place, effects=(card(place),))
        assert one(lease(conn)).kind is EffectKind.CARD
    engine.dispose()


def test_ten_changes_before_delivery_are_one(conn: Connection, place: Place) -> None:
    for _ in range(10):
        ask(conn, place, card(place), card(place))
    effect = one(lease(conn))
    assert effect.version == 10
    outbox.done(conn, effect, "a")
    assert lease(conn) == []


def test_a_change_during_delivery_is_delivered_next(conn: Connection, place: Place) -> None:
    ask(conn, place, card(place))
    effect = one(lease(conn))
    ask(conn, place, card(place))
    assert lease(conn, "b") == []  # of one lane, one at a time
    outbox.done(conn, effect, "a")
    again = one(lease(conn, "b"))
    assert (again.id, again.version, again.attempts, again.unsure) == (effect.id, 2, 1, False)


def test_an_expired_lease_goes_to_another_who_is_told_to_look_first(conn: Connection, place: Place) -> None:
    ask(conn, place, card(place))
    first = one(lease(conn, "a"))
    later(conn, LEASE - SECOND)
    assert lease(conn, "b") == []
    later(conn, 2 * SECOND)
    second = one(lease(conn, "b"))
    assert (second.unsure, second.attempts) == (True, 2)
    assert not outbox.done(conn, first, "a")  # too late: it isn't a's any more
    outbox.again(conn, first, "a", 0, "late", unsure=False)
    outbox.park(conn, first, "a", "late")
    assert lease(conn, "c") == []
    assert outbox.done(conn, second, "b")


@pytest.mark.parametrize("unsure", [True, False])
def test_a_second_try_waits_and_knows_whether_the_first_may_have_worked(
    conn: Connection, place: Place, unsure: bool
) -> None:
    ask(conn, place, card(place))
    effect = one(lease(conn))
    outbox.again(conn, effect, "a", 5 * SECOND, "http:500", unsure=unsure)
    assert lease(conn, "b") == []
    wait = outbox.next_due(conn)
    assert wait is not None
    assert 4 * SECOND < wait <= 5 * SECOND
    later(conn, 5 * SECOND)
    effect = one(lease(conn, "b"))
    assert (effect.unsure, effect.attempts) == (unsure, 2)


def test_what_is_asked_for_again_keeps_its_turn_unless_it_had_failed(conn: Connection, place: Place) -> None:
    topic = Effect(EffectKind.TOPIC, place.incident_id)
    ask(conn, place, card(place))
    conn.execute(update(rows).values(due_at=now(conn) + 5 * SECOND))  # it queues behind others
    ask(conn, place, topic)
    outbox.again(conn, one(lease(conn)), "a", 60 * SECOND, "http:500", unsure=True)
    ask(conn, place, card(place), topic)
    assert one(lease(conn)).kind is EffectKind.TOPIC
    later(conn, 5 * SECOND)
    assert one(lease(conn)).version == 2


def test_what_was_refused_is_set_aside_until_asked_for_anew(conn: Connection, place: Place) -> None:
    other = Effect(EffectKind.TOPIC, place.incident_id)
    ask(conn, place, card(place))
    outbox.park(conn, one(lease(conn)), "a", "channel_not_found")
    later(conn, 3600 * SECOND)
    ask(conn, place, other)
    assert one(lease(conn)).kind is EffectKind.TOPIC  # what is parked holds up nothing else
    ask(conn, place, card(place))
    assert one(lease(conn)).version == 2


def test_what_needs_the_room_waits_for_it(conn: Connection, place: Place) -> None:
    conn.execute(update(incidents).values(channel_id=None))
    ask(conn, place, card(place), Effect(EffectKind.ROOM, place.incident_id), Effect(EffectKind.WORKSPACE))
    first = lease(conn)
    assert {effect.kind for effect in first} == {EffectKind.ROOM, EffectKind.WORKSPACE}
    for effect in first:
        outbox.done(conn, effect, "a")
    assert outbox.next_due(conn) is None
    conn.execute(update(incidents).values(channel_id="C1"))
    assert outbox.next_due(conn) == 0
    assert one(lease(conn)).kind is EffectKind.CARD


def test_the_oldest_come_first_and_no_more_than_asked_for(conn: Connection, place: Place) -> None:
    for key in ("1", "2", "3"):
        ask(conn, place, Effect(EffectKind.ACTION, place.incident_id, key))
    assert [effect.key for effect in lease(conn, most=2)] == ["1", "2"]
    assert [effect.key for effect in lease(conn, "b", most=2)] == ["3"]


def test_next_due_counts_leases_too(conn: Connection, place: Place) -> None:
    ask(conn, place, card(place))
    assert outbox.next_due(conn) == 0
    lease(conn)
    wait = outbox.next_due(conn)  # a worker may have died: look again when its lease ends
    assert wait is not None
    assert LEASE - SECOND < wait <= LEASE


def test_two_workspaces_have_lanes_of_their_own(conn: Connection, place: Place) -> None:
    other = open_incident(conn, 1, team="T2")
    for one_place in (place, other):
        ask(conn, one_place, Effect(EffectKind.WORKSPACE))
    assert sorted(effect.team_id for effect in lease(conn)) == ["T1", "T2"]


def test_a_bucket_gives_a_burst_and_then_a_turn_an_interval(conn: Connection, place: Place) -> None:
    def turn(bucket: str = "chat.postMessage/C1") -> int:
        return outbox.turn(conn, place.workspace_id, bucket, 10 * SECOND, burst=3)

    assert [turn() for _ in range(3)] == [0, 0, 0]
    wait = turn()
    assert 9 * SECOND < wait <= 10 * SECOND
    assert turn() <= wait  # a turn that must be waited for was not taken
    assert turn("chat.postMessage/C2") == 0
    conn.execute(update(pacing).values(next_at=pacing.c.next_at - wait))
    assert turn() == 0
    assert turn() > 0
    conn.execute(update(pacing).values(next_at=pacing.c.next_at - 3600 * SECOND))
    assert [turn() > 0 for _ in range(4)] == [False, False, False, True]  # an idle hour is worth no more than a burst


def test_retry_after_holds_for_every_replica(conn: Connection, place: Place) -> None:
    outbox.pace(conn, place.workspace_id, "chat.update", 30 * SECOND)
    assert outbox.turn(conn, place.workspace_id, "chat.update", SECOND, burst=5) > 29 * SECOND
    outbox.pace(conn, place.workspace_id, "chat.update", 60 * SECOND)
    assert outbox.turn(conn, place.workspace_id, "chat.update", SECOND, burst=5) > 59 * SECOND


def test_where_a_message_stands_is_remembered(conn: Connection, place: Place) -> None:
    lane = card(place).lane
    assert outbox.place(conn, place.workspace_id, lane) is None
    outbox.learn_place(conn, place.workspace_id, lane, "C1", "1.5")
    outbox.learn_place(conn, place.workspace_id, lane, "C1", "2.5")  # posted anew: somebody had deleted it
    assert outbox.place(conn, place.workspace_id, lane) == ("C1", "2.5")


def test_the_clock_is_the_databases(conn: Connection, place: Place) -> None:
    before = now(conn)
    if conn.dialect.name == "postgresql":
        conn.execute(text("SELECT pg_sleep(0.01)"))  # within one transaction, where its now() stands still
        assert 10_000 <= now(conn) - before < 5 * SECOND
    assert 1_600_000_000 * SECOND < before < 10_000_000_000 * SECOND


WORKER = """
import json, sys
from bot.ledger import outbox
from tests.ledger.build import engine_for

url, worker = sys.argv[1:]
engine = engine_for(url)
for line in sys.stdin:  # one transaction for each line: take, and tell before it ends
    with engine.begin() as conn:
        leased = outbox.lease(conn, worker, int(line))
        print(json.dumps([effect.key for effect in leased]), flush=True)
        sys.stdin.readline()
        for effect in leased:
            assert outbox.done(conn, effect, worker)
"""


@pytest.mark.postgresql_only
def test_two_processes_take_different_effects_and_neither_waits(database_url: str) -> None:
    engine = engine_for(database_url)
    with engine.begin() as conn:
        place = open_incident(conn)
        conn.execute(update(incidents).values(channel_id="C1"))
        ask(conn, place, *(Effect(EffectKind.ACTION, place.incident_id, str(n)) for n in range(10)))
    workers = [
        subprocess.Popen(
            [sys.executable, "-c", WORKER, database_url, name],
            cwd=ROOT, text=True, bufsize=1, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )
        for name in ("a", "b")
    ]  # fmt: skip

    def tell(worker: subprocess.Popen[str], line: str) -> None:
        assert worker.stdin is not None
        worker.stdin.write(f"{line}\n")

    def hear(worker: subprocess.Popen[str]) -> list[str]:
        assert worker.stdout is not None
        keys: list[str] = json.loads(worker.stdout.readline())
        return keys

    a, b = workers
    tell(a, "4")
    of_a = hear(a)  # a's transaction is open and holds its rows
    tell(b, "10")
    of_b = hear(b)  # which b passes over without waiting
    tell(a, "go on")
    tell(b, "go on")
    for worker in workers:
        worker.communicate()
        assert worker.returncode == 0
    assert (len(of_a), len(of_b)) == (4, 6)
    assert {*of_a, *of_b} == {str(n) for n in range(10)}
    with engine.begin() as conn:
        assert conn.scalars(select(rows.c.key).where(rows.c.wanted > rows.c.done)).all() == []
    engine.dispose()
