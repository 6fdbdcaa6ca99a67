"""Recording a decision: its entries, state changes and effects, in the transaction that the caller holds."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, bindparam, insert, update

from bot.ledger import outbox
from bot.ledger.chain import GENESIS, canonical, entry_hash, new_salt, payload_hash
from bot.ledger.prepared import Prepared
from bot.ledger.tables import entries, incidents, metadata
from bot.rules.decision import Effect, Entry, Insert, Update
from bot.rules.model import Incident

# Made once, as every change needs them.
_APPEND = Prepared(insert(entries))
_CHANGE_INCIDENT = Prepared(update(incidents).where(incidents.c.id == bindparam("incident")))


def append(
    conn: Connection,
    team: str,
    incident: Incident,
    actor_id: int | None,
    via: str,
    at: int,
    new: Sequence[Entry],
) -> tuple[int, str]:
    """Append entries to the chain of a locked incident; the last entry's seq and hash, which the caller stores on it.

    Its `last_seq` and `head_hash` are where the chain stands.
    """
    seq, head = incident.last_seq, incident.head_hash or GENESIS
    rows = []
    for entry in new:
        seq += 1
        text, salt = canonical(entry.payload), new_salt()
        hashed = payload_hash(salt, text)
        prev, head = head, entry_hash(
            team=team, incident=incident.number, seq=seq, at=at, actor=actor_id, via=via, kind=entry.kind,
            ref=entry.ref_seq, payload=hashed, prev=head,
        )  # fmt: skip
        rows.append(
            {
                "workspace_id": incident.workspace_id, "incident_id": incident.id, "seq": seq, "at": at,
                "actor_id": actor_id, "via": via, "kind": entry.kind, "ref_seq": entry.ref_seq, "payload": text,
                "salt": salt, "payload_hash": hashed, "prev_hash": prev, "hash": head,
            }
        )  # fmt: skip
    _APPEND.run_each(conn, rows)
    return seq, head


def record(
    conn: Connection,
    team: str,
    incident: Incident,
    *,
    actor_id: int | None,
    via: str,
    at: int,
    entries: Sequence[Entry] = (),
    changes: Sequence[Insert | Update] = (),
    effects: Sequence[Effect] = (),
) -> Incident:
    """Write it all; the incident with its chain's new end, for whoever appends next in this transaction. Changes to
    the incident itself are folded into one update with the chain's new head."""
    seq, head = append(conn, team, incident, actor_id, via, at, entries)
    own: dict[str, Any] = {"last_seq": seq, "head_hash": head} if entries else {}
    for change in changes:
        if isinstance(change, Insert):
            row = {"workspace_id": incident.workspace_id, **change.row}
            conn.execute(insert(metadata.tables[change.table]), row)
        elif change.table == "incidents" and change.id == incident.id:
            own |= change.values
        else:
            table = metadata.tables[change.table]
            conn.execute(update(table).where(table.c.id == change.id).values(dict(change.values)))
    if own:
        _CHANGE_INCIDENT.run(conn, {"incident": incident.id, **own})
    outbox.ask(conn, incident.workspace_id, effects)
    return replace(incident, last_seq=seq, head_hash=head)
