"""What the pages show, read for one person: the one filter decides what exists for them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, Text, func, or_, select, type_coerce

from bot.ledger import load
from bot.ledger.tables import actions, entries, incidents
from bot.rules.checklist import Checklist, checklist, drift_so_far
from bot.rules.model import Action, ActionState, Incident, IncidentState, Line, Person, WarRoom
from bot.web.signin import Viewer

PER_PAGE = 50
MOST_ENTRIES = 500  # of a timeline; the report and the exports have all

_UNSETTLED = [state.value for state in ActionState if not state.reconciled]


@dataclass(frozen=True, slots=True)
class Sought:
    """What somebody looks for. An empty word, state or severity is any."""

    words: str = ""
    state: str = ""
    severity: str = ""
    page: int = 1


@dataclass(frozen=True, slots=True)
class Found:
    """One page of incidents, newest first. `left`: incident id → how many of its changes are not reconciled."""

    incidents: Sequence[Incident]
    left: Mapping[int, int]
    people: Mapping[int, Person]
    total: int
    page: int
    pages: int


def find(conn: Connection, viewer: Viewer, sought: Sought) -> Found:
    wanted: list[ColumnElement[bool]] = []
    if sought.words:
        said = or_(*(_says(column, sought.words) for column in (actions.c.text, actions.c.target, actions.c.path)))
        logged = select(actions.c.incident_id).where(actions.c.workspace_id == viewer.workspace, said)
        wanted.append(or_(_says(incidents.c.title, sought.words), incidents.c.id.in_(logged)))
    if sought.state in set(IncidentState):
        wanted.append(incidents.c.state == sought.state)
    if sought.severity:
        wanted.append(incidents.c.severity == sought.severity)
    seen = (incidents.c.workspace_id == viewer.workspace, load.visible_to(viewer.person), *wanted)
    total = conn.scalar(select(func.count()).select_from(incidents).where(*seen)) or 0
    pages = max(1, -(-total // PER_PAGE))
    page = min(max(1, sought.page), pages)
    shown = load.incidents_where(
        conn, viewer.workspace, viewer.person, *wanted, most=PER_PAGE, skip=(page - 1) * PER_PAGE
    )
    left = conn.execute(
        select(actions.c.incident_id, func.count())
        .where(actions.c.incident_id.in_([one.id for one in shown]), actions.c.state.in_(_UNSETTLED))
        .group_by(actions.c.incident_id)
    )
    people = load.people_by_id(conn, {one.lead_id for one in shown if one.lead_id is not None})
    return Found(shown, {row[0]: row[1] for row in left}, people, total, page, pages)


def _says(column: Column[Any], words: str) -> ColumnElement[bool]:
    return type_coerce(column, Text).icontains(words, autoescape=True)  # what is looked for is never stored


@dataclass(frozen=True, slots=True)
class Drifting:
    action: Action
    incident: Incident
    owner: Person
    drift: int  # microseconds so far


@dataclass(frozen=True, slots=True)
class Owned:
    """What one person owns of the drift; `debt` is its time, summed."""

    owner: Person
    many: int
    oldest: int
    debt: int


@dataclass(frozen=True, slots=True)
class Board:
    """All that is not in Git, the longest drift first; and by owner, whoever has most of it first."""

    all: Sequence[Drifting]
    owners: Sequence[Owned]


def board(conn: Connection, viewer: Viewer, now: int) -> Board:
    visible = select(incidents.c.id).where(
        incidents.c.workspace_id == viewer.workspace, load.visible_to(viewer.person), incidents.c.drill.is_(False)
    )
    found = load.actions_where(conn, actions.c.state.in_(_UNSETTLED), actions.c.incident_id.in_(visible))
    people = load.people_by_id(conn, {one.owner_id for one in found})
    where = load.incidents_by_id(conn, {one.incident_id for one in found})
    drifting = [Drifting(one, where[one.incident_id], people[one.owner_id], drift_so_far(one, now)) for one in found]
    drifting.sort(key=lambda one: (-one.drift, one.action.id))
    drifts: dict[int, list[int]] = {}
    for one in drifting:
        drifts.setdefault(one.owner.id, []).append(one.drift)
    owners = [Owned(people[who], len(each), each[0], sum(each)) for who, each in drifts.items()]
    return Board(drifting, sorted(owners, key=lambda one: (-one.many, -one.debt, one.owner.id)))


@dataclass(frozen=True, slots=True)
class Shown:
    """One incident. `lines` are the newest of its timeline, newest first; `earlier` is how many are left out."""

    room: WarRoom
    checklist: Checklist
    lines: Sequence[Line]
    earlier: int


def incident_for(conn: Connection, viewer: Viewer, number: int) -> Incident | None:
    """The incident of that number, if there is one for this person."""
    return load.incident(
        conn,
        incidents.c.workspace_id == viewer.workspace,
        incidents.c.number == number,
        load.visible_to(viewer.person),
    )


def shown(conn: Connection, viewer: Viewer, number: int, now: int) -> Shown | None:
    found = incident_for(conn, viewer, number)
    if found is None:
        return None
    lines = load.lines(conn, found.id, entries.c.seq > found.last_seq - MOST_ENTRIES)[::-1]
    room = load.with_people(conn, load.war_room(conn, found.id), sorted(load.named_in(lines)))
    return Shown(room, checklist(room, now), lines, found.last_seq - len(lines))
