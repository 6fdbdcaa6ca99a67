"""Does the ledger still say what was recorded? Its chains, where the incidents say they end, and the anchors.

The chain shows a change of any entry. It cannot show that its last entries were cut off, that an incident is gone
as a whole, or that all of it was computed anew: for that there are the anchors, hashes said in public at the time.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, fields
from typing import Any

from sqlalchemy import Connection, Row, select

from bot.ledger.chain import Fault, StoredEntry, check_chain
from bot.ledger.tables import entries, incidents, workspaces

_IN_MEMORY = 500  # entries


@dataclass(frozen=True, slots=True)
class Anchor:
    """What a place outside the database says of an incident's ledger: the hash of one entry."""

    team: str
    incident: int  # its number
    seq: int
    hash: str
    where: str  # for people: "#incidents, 1750000000.000100"


@dataclass(frozen=True, slots=True)
class Verdict:
    """One incident's ledger, and the first entry of it that does not fit."""

    team: str
    incident: int  # its number
    entries: int = 0
    purged: int = 0
    anchored: int = 0  # the last entry that an anchor vouches for
    fault: Fault | None = None

    @property
    def unanchored(self) -> int:
        """How many of the last entries only the database vouches for. That is no fault."""
        return self.entries - self.anchored


@dataclass(frozen=True, slots=True)
class Report:
    verdicts: tuple[Verdict, ...]  # by team, then number

    @property
    def fits(self) -> bool:
        return all(verdict.fault is None for verdict in self.verdicts)


def verify(
    conn: Connection, incident: int | None = None, anchors: Sequence[Anchor] = (), *, team: str | None = None
) -> Report:
    """Check the ledgers of all incidents, or of those with one number, in all workspaces or one.

    `conn` should see one snapshot (`Database.read` does). An incident that is missing, by an anchor, by the count
    of its workspace or because it was asked for, has a verdict with a fault and no entries.
    """

    def asked_for(place: tuple[str, int]) -> bool:
        return (team is None or place[0] == team) and (incident is None or place[1] == incident)

    anchored: dict[tuple[str, int], list[Anchor]] = defaultdict(list)
    for anchor in anchors:
        anchored[anchor.team, anchor.incident].append(anchor)

    rows = {
        (row.team_id, row.number): row
        for row in conn.execute(
            select(incidents, workspaces.c.team_id).join(workspaces, workspaces.c.id == incidents.c.workspace_id)
        )
    }
    expected = {*rows, *anchored}
    for workspace in conn.execute(select(workspaces.c.team_id, workspaces.c.last_incident)):
        expected |= {(workspace.team_id, number) for number in range(1, workspace.last_incident + 1)}
    if incident is not None and not any(map(asked_for, expected)):
        expected.add((team or "", incident))

    places = sorted(filter(asked_for, expected))
    return Report(tuple(_verdict(conn, *place, rows.get(place), anchored[place]) for place in places))


def _verdict(conn: Connection, team: str, number: int, row: Row[Any] | None, anchors: list[Anchor]) -> Verdict:
    if row is None:
        known = f", but {anchors[0].where} knows it" if anchors else ""
        return Verdict(team, number, fault=Fault(1, f"INC-{number} is not in the database{known}"))
    walk = _Walk(anchors)
    chain = check_chain(team, number, walk.over(_stored(conn, row.id, row.workspace_id)))
    faults = [*filter(None, [chain]), *walk.faults]
    end = walk.entries
    if row.last_seq > end:
        faults.append(Fault(end + 1, f"it was cut off: the incident counts {row.last_seq} entries"))
    elif row.last_seq < end:
        faults.append(Fault(row.last_seq + 1, "the incident does not count it"))
    elif end and row.head_hash != walk.last_hash:
        faults.append(Fault(end, "the incident names another hash for its last entry"))
    for anchor in anchors:
        if anchor.seq > end:
            faults.append(Fault(end + 1, f"it was cut off: {anchor.where} knows entry {anchor.seq}"))
    first = min(faults, key=lambda fault: fault.seq, default=None)
    return Verdict(team, number, end, walk.purged, walk.anchored, first)


@dataclass(slots=True)
class _Walk:
    """What is seen on the one pass over an incident's entries."""

    anchors: Sequence[Anchor]
    entries: int = 0
    purged: int = 0
    last_hash: str = ""
    anchored: int = 0
    faults: list[Fault] = field(default_factory=list)

    def over(self, rows: Iterable[StoredEntry]) -> Iterator[StoredEntry]:
        at = defaultdict(list)
        for anchor in self.anchors:
            at[anchor.seq].append(anchor)
        for row in rows:
            self.entries += 1
            self.purged += row.payload is None
            self.last_hash = row.hash
            for anchor in at.get(row.seq, ()):
                if anchor.hash == row.hash:
                    self.anchored = row.seq
                else:
                    why = f"it, or one before it, was written anew: {anchor.where} knows it by another hash"
                    self.faults.append(Fault(row.seq, why))
            yield row


def _stored(conn: Connection, incident_id: int, workspace_id: int) -> Iterator[StoredEntry]:
    columns = [entries.c[one.name] for one in fields(StoredEntry)]
    rows = conn.execute(
        select(*columns)
        .where(entries.c.incident_id == incident_id, entries.c.workspace_id == workspace_id)
        .order_by(entries.c.seq)
        .execution_options(yield_per=_IN_MEMORY)
    )
    for row in rows:
        yield StoredEntry(*row)
