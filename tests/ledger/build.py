"""Small ledgers to test with."""

from dataclasses import dataclass

from sqlalchemy import Connection, Engine, create_engine, event, insert, make_url, select

from bot.ledger import load
from bot.ledger.database import normalise_url
from bot.ledger.record import record
from bot.ledger.tables import entries, incidents, people, workspaces
from bot.rules.clean import Clean
from bot.rules.decision import Effect, Entry, Insert, Update
from bot.rules.model import Incident

TEAM = "T1"
START = 1_750_000_000_000_000


@dataclass(frozen=True)
class Place:
    """A workspace with one person and one incident."""

    workspace_id: int
    person_id: int
    incident_id: int


def engine_for(url: str) -> Engine:
    """A bare engine without the pragmas that the program sets: as any other tool would open the database."""
    address = make_url(normalise_url(url))
    if not address.drivername.startswith("sqlite"):
        return create_engine(address)
    engine = create_engine(address.set(drivername="sqlite"))
    event.listen(engine, "connect", lambda dbapi, _record: dbapi.execute("PRAGMA foreign_keys=ON"))
    return engine


def known_workspace(conn: Connection, team: str = TEAM) -> tuple[int, int]:
    """The ids of a workspace and its first person, whom Slack was asked about; made if need be."""
    workspace = load.workspace_id(conn, team)
    if workspace is None:
        workspace = conn.execute(
            insert(workspaces).values(team_id=team, created_at=START).returning(workspaces.c.id)
        ).scalar_one()
        row = {"workspace_id": workspace, "slack_id": "U1", "name": Clean("Ada Berg"), "kind": "member"}
        conn.execute(insert(people).values(**row, seen_at=START))
    person = conn.scalars(select(people.c.id).where(people.c.workspace_id == workspace)).first()
    assert person is not None
    return workspace, person


def open_incident(conn: Connection, number: int = 1, team: str = TEAM) -> Place:
    """An incident that is open; nothing in its ledger yet."""
    workspace, person = known_workspace(conn, team)
    incident = conn.execute(
        insert(incidents)
        .values(
            workspace_id=workspace,
            number=number,
            title=Clean("Checkout is down"),
            severity="sev1",
            state="open",
            opened_by=person,
            opened_at=START,
        )
        .returning(incidents.c.id)
    ).scalar_one()
    return Place(workspace, person, incident)


def locked(conn: Connection, place: Place) -> Incident:
    found = load.incident(conn, incidents.c.id == place.incident_id, lock=True)
    assert found is not None
    return found


def append(
    conn: Connection,
    place: Place,
    *new: Entry,
    team: str = TEAM,
    changes: tuple[Insert | Update, ...] = (),
    effects: tuple[Effect, ...] = (),
) -> Incident:
    """Record entries by the place's person, a second after the entry before."""
    incident = locked(conn, place)
    return record(
        conn, team, incident, actor_id=place.person_id, via="slash",
        at=START + incident.last_seq * 1_000_000, entries=new, changes=changes, effects=effects,
    )  # fmt: skip


def say(conn: Connection, place: Place, *texts: str) -> Incident:
    """Record a status update for each text."""
    return append(conn, place, *(Entry("incident.update", {"text": Clean(text)}) for text in texts))


def payload(conn: Connection, place: Place, seq: int) -> str | None:
    return conn.scalar(
        select(entries.c.payload).where(entries.c.incident_id == place.incident_id, entries.c.seq == seq)
    )
