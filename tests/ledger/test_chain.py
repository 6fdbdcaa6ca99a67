"""The chain as plain data: whatever is changed in it, the first entry that does not fit is named."""

from dataclasses import fields, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.ledger.chain import (
    GENESIS,
    PURGED,
    Fault,
    StoredEntry,
    canonical,
    check_chain,
    entry_hash,
    new_salt,
    payload_hash,
)
from bot.rules.clean import Clean
from bot.rules.model import ActionKind

TEAM, INCIDENT = "T1", 7


def chained(payloads: list[str], refs: dict[int, int] | None = None) -> list[StoredEntry]:
    """Entries with these payloads; `refs` makes purge entries of those with the given seq."""
    rows, prev = [], GENESIS
    for seq, payload in enumerate(payloads, start=1):
        ref = (refs or {}).get(seq)
        kind = PURGED if ref else "incident.update"
        salt = new_salt()
        hashed = payload_hash(salt, payload)
        digest = entry_hash(
            team=TEAM, incident=INCIDENT, seq=seq, at=1000 + seq, actor=1, via="slash", kind=kind, ref=ref,
            payload=hashed, prev=prev,
        )  # fmt: skip
        rows.append(StoredEntry(seq, 1000 + seq, 1, "slash", kind, ref, payload, salt, hashed, prev, digest))
        prev = digest
    return rows


def blanked(row: StoredEntry) -> StoredEntry:
    return replace(row, payload=None, salt=None)


@st.composite
def ledgers(draw: st.DrawFn) -> list[StoredEntry]:
    """Up to eight entries, some of them purged by a later one."""
    payloads = draw(st.lists(st.text(st.characters(exclude_categories=["Cs"])), min_size=1, max_size=8))
    refs = {}
    for seq in range(2, len(payloads) + 1):
        if draw(st.booleans()):
            refs[seq] = draw(st.integers(1, seq - 1))
    rows = chained(payloads, refs)
    return [blanked(row) if row.seq in refs.values() else row for row in rows]


def other_value(draw: st.DrawFn, field: str, old: Any) -> Any:
    """A value that the column could hold and does not."""
    kinds: dict[str, st.SearchStrategy[Any]] = {
        "seq": st.integers(-(2**31), 2**31 - 1),
        "at": st.integers(-(2**63), 2**63 - 1),
        "actor_id": st.none() | st.integers(1, 2**63 - 1),
        "via": st.text(max_size=32),
        "kind": st.text(max_size=40),
        "ref_seq": st.none() | st.integers(-5, 2**31 - 1),
        "payload": st.none() | st.text(st.characters(exclude_categories=["Cs"])),
        "salt": st.none() | st.binary(max_size=16),
    }
    hexes = st.text("0123456789abcdef", min_size=64, max_size=64)
    return draw(kinds.get(field, hexes).filter(lambda value: value != old))


@given(ledgers())
def test_what_was_recorded_fits(rows: list[StoredEntry]) -> None:
    assert check_chain(TEAM, INCIDENT, iter(rows)) is None


@given(st.data(), ledgers())
def test_any_single_change_is_found_and_the_first_entry_named(data: st.DataObject, rows: list[StoredEntry]) -> None:
    at = data.draw(st.integers(0, len(rows) - 1))
    field = data.draw(st.sampled_from([one.name for one in fields(StoredEntry)]))
    old = rows[at]
    changed = replace(old, **{field: data.draw(st.composite(other_value)(field, getattr(old, field)))})

    fault = check_chain(TEAM, INCIDENT, [*rows[:at], changed, *rows[at + 1 :]])

    assert fault is not None
    excused_others = [row.seq for row in rows if row.ref_seq == old.ref_seq and row.seq != old.seq]
    if old.kind == PURGED and field in ("kind", "ref_seq") and not excused_others:
        assert fault.seq == old.ref_seq  # nothing says any more that this one is purged
    else:
        assert fault.seq == old.seq


@given(st.data(), ledgers())
def test_an_entry_that_is_gone_or_out_of_place_is_named(data: st.DataObject, rows: list[StoredEntry]) -> None:
    at = data.draw(st.integers(0, len(rows) - 1))
    if at < len(rows) - 1:  # that the last one is gone shows only outside the chain
        gone = check_chain(TEAM, INCIDENT, [*rows[:at], *rows[at + 1 :]])
        assert gone is not None
        assert gone.seq <= at + 1
    doubled = check_chain(TEAM, INCIDENT, [*rows[: at + 1], *rows[at:]])
    assert doubled == Fault(at + 2, f"entry {at + 2} is missing, entry {at + 1} stands in its place")


def test_a_chain_fits_only_its_own_place() -> None:
    rows = chained(["a", "b"])
    assert check_chain("T2", INCIDENT, rows) == Fault(1, "its hash does not match what it says")
    assert check_chain(TEAM, INCIDENT + 1, rows) == Fault(1, "its hash does not match what it says")


def test_a_blank_needs_a_later_entry_that_says_so() -> None:
    first, second, third = chained(["a", "b", "c"], {2: 3})
    unexplained = "its payload is gone, and no later entry says that it was purged"
    assert check_chain(TEAM, INCIDENT, [blanked(first), second, third]) == Fault(1, unexplained)
    # entry 2 announces a purge of entry 3: that is no leave to blank what comes after it
    assert check_chain(TEAM, INCIDENT, [first, second, blanked(third)]) == Fault(3, unexplained)


def test_the_earlier_of_two_faults_is_named() -> None:
    first, second, third = chained(["a", "b", "c"])
    fault = check_chain(TEAM, INCIDENT, [blanked(first), replace(second, at=0), third])
    assert fault is not None
    assert fault.seq == 1


def test_salt_and_payload_cannot_trade_bytes() -> None:
    (row,) = chained(["payload"])
    assert row.salt is not None
    shifted = replace(row, salt=row.salt + b"pay", payload="load")
    assert check_chain(TEAM, INCIDENT, [shifted]) == Fault(1, "its payload is not the one that was recorded")


def test_one_payload_has_one_text() -> None:
    payload = {"b": [Clean("ü & <x>"), None, True, 7], "a": {"z": ActionKind.FLAG, "y": Clean("kubectl scale")}}
    assert canonical(payload) == '{"a":{"y":"kubectl scale","z":"flag"},"b":["ü & <x>",null,true,7]}'
    assert canonical(dict(reversed(payload.items()))) == canonical(payload)


@pytest.mark.parametrize("payload", [{"x": "plain text"}, {"x": [{"y": "plain text"}]}, {"plain text": 1}])
def test_text_that_was_not_redacted_is_refused(payload: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="not a machine-made word"):
        canonical(payload)


@pytest.mark.parametrize("value", [1.5, b"bytes", {1, 2}, object()])
def test_what_has_no_one_text_is_refused(value: object) -> None:
    with pytest.raises(TypeError, match="cannot hold"):
        canonical({"x": value})
