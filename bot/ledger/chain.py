"""The hash chain: each entry's hash covers its metadata, its payload's salted hash and the entry before.

The payload itself is not covered, only its salted hash, so that a payload can be purged and the chain still
verifies (the salt goes with it: with it a short payload could be guessed from its hash).
"""

import hashlib
import hmac
import json
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from bot.rules.clean import Clean

GENESIS = "0" * 64


def _plain(value: Any) -> Any:
    """Refuse text that did not go through redaction, at whatever depth it stands."""
    if value is None or isinstance(value, bool | int | Clean):
        return value
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, str):
        return Clean.word(value)
    if isinstance(value, Mapping):
        return {Clean.word(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    raise TypeError(f"a payload cannot hold {type(value).__name__}")


def canonical(payload: Mapping[str, Any]) -> str:
    """The one text of a payload: JSON with sorted keys and no spaces, hashed and stored as it stands.

    Raises TypeError for values that have no canonical form (floats among them) and ValueError for free text
    that is not `Clean`.
    """
    return json.dumps(_plain(payload), sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def payload_hash(salt: bytes, payload: str) -> str:
    return hmac.new(salt, payload.encode(), "sha256").hexdigest()


def entry_hash(
    *, team: str, incident: int, seq: int, at: int, actor: int | None, via: str, kind: str, ref: int | None,
    payload: str, prev: str,
) -> str:  # fmt: skip
    """SHA-256 (hex) over the entry's metadata. `payload` is the payload's salted hash; `team` and `incident`
    bind the entry to its place, so that a chain cannot be moved to another incident."""
    covered = ["hotwash/1", team, incident, seq, at, actor, via, kind, ref, payload, prev]
    return hashlib.sha256(json.dumps(covered, separators=(",", ":")).encode()).hexdigest()


def new_salt() -> bytes:
    return secrets.token_bytes(16)


@dataclass(frozen=True, slots=True)
class StoredEntry:
    """A row of `entries`, as the chain needs it."""

    seq: int
    at: int
    actor_id: int | None
    via: str
    kind: str
    ref_seq: int | None
    payload: str | None
    salt: bytes | None
    payload_hash: str
    prev_hash: str
    hash: str


@dataclass(frozen=True, slots=True)
class Fault:
    """The first entry that does not fit, and why."""

    seq: int
    why: str


PURGED = "entry.purged"


def check_chain(team: str, incident: int, entries: Iterable[StoredEntry]) -> Fault | None:
    """Walk one incident's entries in order of `seq`, holding none of them; None if all of them fit."""
    fault: Fault | None = None
    blanks: set[int] = set()  # not yet said to be purged
    prev = GENESIS
    for expected, row in enumerate(entries, start=1):
        if row.kind == PURGED and row.ref_seq is not None:
            blanks.discard(row.ref_seq)
        if row.payload is None and row.salt is None:
            blanks.add(expected)
        if fault is None:
            fault = _misfit(team, incident, expected, prev, row)
        prev = row.hash
    if blanks and (fault is None or min(blanks) < fault.seq):
        return Fault(min(blanks), "its payload is gone, and no later entry says that it was purged")
    return fault


def _misfit(team: str, incident: int, expected: int, prev: str, row: StoredEntry) -> Fault | None:
    """Why `row` is not the entry that comes as number `expected` after the hash `prev`."""
    if row.seq != expected:
        return Fault(expected, f"entry {expected} is missing, entry {row.seq} stands in its place")
    if row.prev_hash != prev:
        return Fault(expected, "it does not name the hash of the entry before it")
    computed = entry_hash(
        team=team, incident=incident, seq=row.seq, at=row.at, actor=row.actor_id, via=row.via,
        kind=row.kind, ref=row.ref_seq, payload=row.payload_hash, prev=row.prev_hash,
    )  # fmt: skip
    if computed != row.hash:
        return Fault(expected, "its hash does not match what it says")
    if row.payload is None and row.salt is None:
        return None
    if row.payload is None or row.salt is None or payload_hash(row.salt, row.payload) != row.payload_hash:
        return Fault(expected, "its payload is not the one that was recorded")
    return None
