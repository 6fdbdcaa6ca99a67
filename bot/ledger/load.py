"""Reading state back as the plain data of `bot.rules.model`."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Connection, Row, bindparam, exists, func, or_, select

from bot.ledger import pulls
from bot.ledger.deployments import deployed_of
from bot.ledger.prepared import Prepared
from bot.ledger.proofs import proofs_where
from bot.ledger.retro import retro_of
from bot.ledger.tables import (
    Id,
    actions,
    changes,
    entries,
    evidence,
    incidents,
    links,
    members,
    people,
    roles,
    workspaces,
)
from bot.rules.clean import Clean
from bot.rules.model import (
    Action,
    ActionKind,
    ActionState,
    Evidence,
    EvidenceKind,
    Incident,
    IncidentState,
    Line,
    Link,
    LinkKind,
    Person,
    PersonKind,
    Ruling,
    Strength,
    WarRoom,
)

HOTWASH = Person(0, "", "Hotwash", kind=PersonKind.BOT)


def _person(row: Row[Any]) -> Person:
    return Person(row.id, row.slack_id, row.name, row.tz, PersonKind(row.kind))


def _incident(row: Row[Any]) -> Incident:
    return Incident(
        row.id, row.workspace_id, row.number, row.title, row.severity, IncidentState(row.state), row.opened_by,
        row.opened_at, row.lead_id, row.resolved_at, row.closed_at, row.channel_id, row.channel_name, row.private,
        row.standing, row.reconciled_at, row.last_action, row.last_seq, row.head_hash,
        row.drill, row.borrowed, row.service, row.duplicate_of, row.archived_at,
    )  # fmt: skip


def _action(row: Row[Any]) -> Action:
    return Action(
        row.id, row.incident_id, row.number, ActionKind(row.kind), row.text, ActionState(row.state), row.logged_by,
        row.logged_at, row.done_at, row.owner_id, row.owner_group, row.target, row.repo, row.path, row.until,
        None if row.ruling is None else Ruling(row.ruling), row.ruled_by, row.ruled_at, row.ruled_why, row.nudged,
        row.snoozed_until, row.drifting_since, row.drifted, row.source_url, row.source_gone,
    )  # fmt: skip


def _link(row: Row[Any]) -> Link:
    return Link(
        row.id, row.action_id, LinkKind(row.kind), row.repo, row.ref, row.by, row.at, row.url, row.sha, row.dropped_at
    )


def _evidence(row: Row[Any]) -> Evidence:
    return Evidence(
        row.id, row.action_id, EvidenceKind(row.kind), Strength(row.strength), row.at, row.repo, row.commit, row.by,
        row.lost_at, row.lost_by,
    )  # fmt: skip


def visible_to(viewer: Person) -> ColumnElement[bool]:
    """The one filter on incidents: private ones exist only for their members."""
    return _visible_to(viewer.id)


def _visible_to(viewer_id: int | BindParameter[int]) -> ColumnElement[bool]:
    member = exists().where(members.c.incident_id == incidents.c.id, members.c.person_id == viewer_id)
    return or_(incidents.c.private.is_(False), member)


# Made once, as commands ask them: making a statement costs several times what running it does.
_WORKSPACE = select(workspaces.c.id).where(workspaces.c.team_id == bindparam("team"))
_PERSON = Prepared(
    select(people).where(people.c.workspace_id == bindparam("workspace"), people.c.slack_id == bindparam("slack_id"))
)
_IN_TEAM = Prepared(
    select(people)
    .join(workspaces, workspaces.c.id == people.c.workspace_id)
    .where(workspaces.c.team_id == bindparam("team"), people.c.slack_id == bindparam("slack_id"))
)
_SEEN = select(incidents).where(
    incidents.c.workspace_id == bindparam("workspace"), _visible_to(bindparam("viewer", type_=Id))
)
# `key_share`: an append waits for another, but not for a row elsewhere that refers to the incident, nor the reverse.
_NUMBERED = Prepared(_SEEN.where(incidents.c.number == bindparam("number")).with_for_update(key_share=True))
_ROOM_OF = Prepared(
    select(incidents)
    .where(incidents.c.workspace_id == bindparam("workspace"), incidents.c.channel_id == bindparam("channel"))
    .with_for_update(key_share=True)
)


def workspace_id(conn: Connection, team_id: str) -> int | None:
    return conn.scalar(_WORKSPACE, {"team": team_id})


def team_id(conn: Connection, workspace: int) -> str:
    found: str = conn.execute(select(workspaces.c.team_id).where(workspaces.c.id == workspace)).scalar_one()
    return found


def workspaces_known(conn: Connection) -> list[tuple[int, str]]:
    """Id and Slack's team id of each."""
    rows = conn.execute(select(workspaces.c.id, workspaces.c.team_id).order_by(workspaces.c.id))
    return [(row.id, row.team_id) for row in rows]


def person(conn: Connection, person_id: int) -> Person:
    return _person(conn.execute(select(people).where(people.c.id == person_id)).one())


def person_by_slack(conn: Connection, workspace: int, slack_id: str) -> Person | None:
    row = _PERSON.first(conn, {"workspace": workspace, "slack_id": slack_id})
    return None if row is None else _person(row)


def person_in_team(conn: Connection, team_id: str, slack_id: str) -> tuple[int, Person] | None:
    """Their workspace's id and the person."""
    row = _IN_TEAM.first(conn, {"team": team_id, "slack_id": slack_id})
    return None if row is None else (row.workspace_id, _person(row))


def incident(conn: Connection, *where: ColumnElement[bool], lock: bool = False) -> Incident | None:
    """One incident. `lock` serialises appends to it until the transaction ends."""
    statement = select(incidents).where(*where)
    row = conn.execute(statement.with_for_update(key_share=True) if lock else statement).first()
    return None if row is None else _incident(row)


def incident_numbered(conn: Connection, workspace: int, viewer: Person, number: int) -> Incident | None:
    """The incident of that number, locked for appending, if `viewer` may see it."""
    row = _NUMBERED.first(conn, {"workspace": workspace, "viewer": viewer.id, "number": number})
    return None if row is None else _incident(row)


def incident_of_room(conn: Connection, workspace: int, channel: str) -> Incident | None:
    """The incident whose room a channel is, locked for appending: for somebody who writes in that channel, and so is in
    it, also if it is private."""
    row = _ROOM_OF.first(conn, {"workspace": workspace, "channel": channel})
    return None if row is None else _incident(row)


def incident_by_id(conn: Connection, incident_id: int, *, lock: bool = False) -> Incident:
    """Raises LookupError; nobody deletes incidents, so that is a fault of the program's."""
    found = incident(conn, incidents.c.id == incident_id, lock=lock)
    if found is None:
        raise LookupError(f"no incident with id {incident_id}")
    return found


def incidents_where(
    conn: Connection,
    workspace: int,
    viewer: Person | None,
    *where: ColumnElement[bool],
    most: int,
    skip: int = 0,
) -> list[Incident]:
    """Newest first. `viewer` None is the program itself, which sees all."""
    seen = visible_to(viewer) if viewer else incidents.c.id.is_not(None)
    rows = conn.execute(
        select(incidents)
        .where(incidents.c.workspace_id == workspace, seen, *where)
        .order_by(incidents.c.number.desc())
        .limit(most)
        .offset(skip)
    )
    return [_incident(row) for row in rows]


def actions_where(conn: Connection, *where: ColumnElement[bool]) -> list[Action]:
    return [_action(row) for row in conn.execute(select(actions).where(*where).order_by(actions.c.number))]


def action(conn: Connection, incident_id: int, number: int) -> Action | None:
    found = actions_where(conn, actions.c.incident_id == incident_id, actions.c.number == number)
    return found[0] if found else None


def logged_from(conn: Connection, workspace: int, channel: str, ts: str) -> Action | None:
    """The action that was logged from a message in Slack."""
    of_message = (actions.c.workspace_id == workspace, actions.c.source_channel == channel, actions.c.source_ts == ts)
    found = actions_where(conn, *of_message)
    return found[0] if found else None


def drift_of(conn: Connection, *person_ids: int) -> list[tuple[Action, Incident]]:
    """Everything that these people own and that is not reconciled, over all incidents but drills, oldest first."""
    unsettled = [state.value for state in ActionState if not state.reconciled]
    found = conn.execute(
        select(actions)
        .where(actions.c.owner_id.in_(person_ids), actions.c.state.in_(unsettled))
        .order_by(actions.c.logged_at, actions.c.id)
    )
    owned = [_action(row) for row in found]
    by_id = incidents_by_id(conn, {one.incident_id for one in owned})
    return [(one, by_id[one.incident_id]) for one in owned if not by_id[one.incident_id].drill]


def past_nudging(conn: Connection, workspace: int, most: int) -> list[tuple[Action, Incident]]:
    """What only a digest still names: drift that `most` direct messages told of, or whose owner can't be written to."""
    unreachable = people.c.kind.in_([PersonKind.GONE.value, PersonKind.BOT.value])
    found = conn.execute(
        select(actions)
        .join(people, people.c.id == actions.c.owner_id)
        .where(
            actions.c.workspace_id == workspace,
            actions.c.state.in_([state.value for state in ActionState if not state.reconciled]),
            or_(actions.c.nudged >= most, unreachable),
        )
        .order_by(actions.c.id)
    )
    named = [_action(row) for row in found]
    by_id = incidents_by_id(conn, {one.incident_id for one in named})
    return [(one, by_id[one.incident_id]) for one in named if not by_id[one.incident_id].drill]


def links_of(conn: Connection, action_ids: Iterable[int]) -> list[Link]:
    rows = conn.execute(select(links).where(links.c.action_id.in_(list(action_ids))).order_by(links.c.id))
    return [_link(row) for row in rows]


def links_where(conn: Connection, *where: ColumnElement[bool]) -> list[Link]:
    return [_link(row) for row in conn.execute(select(links).where(*where).order_by(links.c.id))]


def evidence_of(conn: Connection, action_ids: Iterable[int]) -> list[Evidence]:
    rows = conn.execute(select(evidence).where(evidence.c.action_id.in_(list(action_ids))).order_by(evidence.c.id))
    return [_evidence(row) for row in rows]


def evidence_where(conn: Connection, *where: ColumnElement[bool]) -> list[Evidence]:
    return [_evidence(row) for row in conn.execute(select(evidence).where(*where).order_by(evidence.c.id))]


def incidents_by_id(conn: Connection, ids: Iterable[int]) -> dict[int, Incident]:
    rows = conn.execute(select(incidents).where(incidents.c.id.in_(sorted(set(ids)))))
    return {row.id: _incident(row) for row in rows}


def named_in(told: Iterable[Line]) -> set[int]:
    """The people whom entries speak of."""
    ids: set[int] = set()
    for line in told:
        payload = line.payload or {}
        named = (line.actor_id, *(payload.get(key) for key in ("owner", "before", "after", "to", "author")))
        ids.update(one for one in named if isinstance(one, int))
    return ids


def people_by_id(conn: Connection, ids: Iterable[int]) -> dict[int, Person]:
    rows = conn.execute(select(people).where(people.c.id.in_(sorted(set(ids)))))
    return {row.id: _person(row) for row in rows}


def roles_of(conn: Connection, incident_id: int) -> dict[str, int]:
    """Role → person id."""
    rows = conn.execute(select(roles.c.role, roles.c.person_id).where(roles.c.incident_id == incident_id))
    return {row.role: row.person_id for row in rows}


def war_room(conn: Connection, incident_id: int) -> WarRoom:
    """Everything about one incident but its entries, in a few statements whatever its size."""
    inc = incident_by_id(conn, incident_id)
    all_actions = actions_where(conn, actions.c.incident_id == incident_id)
    all_links = links_where(conn, links.c.incident_id == incident_id)
    facts = evidence_where(conn, evidence.c.incident_id == incident_id)
    taken = roles_of(conn, incident_id)
    told = retro_of(conn, incident_id)
    ids = {inc.opened_by, inc.lead_id or inc.opened_by, *taken.values(), *(one.by for one in told)}
    for one in all_actions:
        ids |= {one.owner_id, one.logged_by, one.ruled_by or one.owner_id}
    ids |= {link.by for link in all_links if link.by} | {fact.by for fact in facts if fact.by}
    return WarRoom(
        inc,
        tuple(all_actions),
        tuple(all_links),
        tuple(facts),
        people_by_id(conn, ids),
        inc.head_hash,
        inc.last_seq,
        proofs=tuple(proofs_where(conn, changes.c.incident_id == incident_id)),
        pulls=pulls.linked(conn, inc.workspace_id, all_links),
        deployed=deployed_of(conn, [action.id for action in all_actions]),
        roles=taken,
        retro=told,
    )


def _line(row: Row[Any]) -> Line:
    payload = None if row.payload is None else _cleaned(json.loads(row.payload))
    return Line(row.seq, row.at, row.kind, row.actor_id, row.via, payload, row.hash)


def _cleaned(value: Any) -> Any:
    """Strings from the ledger are clean: they were when they were written."""
    if isinstance(value, str):
        return Clean(value)
    if isinstance(value, dict):
        return {key: _cleaned(item) for key, item in value.items()}
    return [_cleaned(item) for item in value] if isinstance(value, list) else value


def lines(conn: Connection, incident_id: int, *where: ColumnElement[bool]) -> list[Line]:
    """The ledger of an incident as people read it, oldest first."""
    rows = conn.execute(select(entries).where(entries.c.incident_id == incident_id, *where).order_by(entries.c.seq))
    return [_line(row) for row in rows]


def last_at(conn: Connection, incident_id: int, kind: str) -> int | None:
    """When an entry of that kind was last recorded."""
    newest = select(func.max(entries.c.at)).where(entries.c.incident_id == incident_id, entries.c.kind == kind)
    found: int | None = conn.scalar(newest)
    return found


def with_people(conn: Connection, room: WarRoom, ids: Sequence[int]) -> WarRoom:
    """The same war room, with more people known by name."""
    missing = [one for one in ids if one not in room.people]
    return replace(room, people={**room.people, **people_by_id(conn, missing)}) if missing else room
