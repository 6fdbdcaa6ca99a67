"""What delivery reads and learns besides the outbox itself: rooms, people, the workspace."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, bindparam, func, null, select, update

from bot.ledger import load, pulls
from bot.ledger.database import now
from bot.ledger.deployments import deployed_of
from bot.ledger.outbox import Leased
from bot.ledger.proofs import proofs_of, standing
from bot.ledger.tables import (
    actions,
    entries,
    incidents,
    messages,
    nudges,
    outbox,
    pacing,
    people,
    workspaces,
)
from bot.rules.checklist import STANDINGS
from bot.rules.clean import Clean
from bot.rules.decision import Effect
from bot.rules.model import Incident, PersonKind, WarRoom


def paced(conn: Connection) -> list[tuple[int, str, int]]:
    """(workspace id, method, microseconds to wait) of what must not be called right now. The buckets of
    channels are left out: a turn is taken in them before anything is rendered."""
    at = now(conn)
    rows = conn.execute(select(pacing).where(pacing.c.next_at > at, pacing.c.bucket.not_like("%/%")))
    return [(row.workspace_id, row.bucket, row.next_at - at) for row in rows]


def places(conn: Connection, leased: Sequence[Leased]) -> dict[tuple[int, str], tuple[str, str]]:
    """(workspace id, lane) → channel and ts of the message, for those effects that have one."""
    rows = conn.execute(select(messages).where(messages.c.lane.in_([effect.lane for effect in leased])))
    return {(row.workspace_id, row.lane): (row.channel_id, row.ts) for row in rows}


def channels(conn: Connection, leased: Sequence[Leased]) -> dict[tuple[int, int | None], str]:
    """(workspace id, incident id) → room, and (workspace id, None) → announce channel, where there is one."""
    ids = {effect.incident_id for effect in leased if effect.incident_id is not None}
    rooms = select(incidents.c.workspace_id, incidents.c.id, incidents.c.channel_id).where(incidents.c.id.in_(ids))
    announce = select(workspaces.c.id, null(), workspaces.c.announce_channel_id)
    rows = [*conn.execute(rooms), *conn.execute(announce)]
    return {(workspace, incident): channel for workspace, incident, channel in rows if channel is not None}


def set_aside(conn: Connection, worker: str, waits: Mapping[Leased, int]) -> None:
    """Give back effects that nothing was done for, each to be taken again after its wait (microseconds)."""
    if not waits:
        return
    at = now(conn)
    held = (outbox.c.id == bindparam("effect"), outbox.c.leased_by == worker)
    free: dict[str, Any] = {
        "leased_by": None,
        "leased_until": None,
        "due_at": bindparam("due"),
        "unsure": bindparam("doubt"),
    }
    rows = [{"effect": one.id, "due": at + wait, "doubt": one.unsure} for one, wait in waits.items()]
    conn.execute(update(outbox).where(*held).values(free), rows)


def waits(conn: Connection, workspace_id: int, effect: Effect) -> bool:
    """Whether an effect is asked for and still to come."""
    row = conn.execute(
        select(outbox.c.id).where(
            outbox.c.workspace_id == workspace_id,
            outbox.c.lane == effect.lane,
            outbox.c.wanted > outbox.c.done,
            outbox.c.parked_at.is_(None),
        )
    )
    return row.first() is not None


def announce_channel(conn: Connection, workspace_id: int) -> str | None:
    return conn.scalar(select(workspaces.c.announce_channel_id).where(workspaces.c.id == workspace_id))


def learn_announce_channel(conn: Connection, workspace_id: int, channel_id: str) -> None:
    conn.execute(update(workspaces).where(workspaces.c.id == workspace_id).values(announce_channel_id=channel_id))


def learn_bot(conn: Connection, workspace_id: int, bot_user_id: str, team_name: Clean) -> None:
    conn.execute(
        update(workspaces).where(workspaces.c.id == workspace_id).values(bot_user_id=bot_user_id, name=team_name)
    )


def bot_user(conn: Connection, workspace_id: int) -> str | None:
    return conn.scalar(select(workspaces.c.bot_user_id).where(workspaces.c.id == workspace_id))


def learn_room(conn: Connection, incident_id: int, channel_id: str, name: str) -> None:
    conn.execute(
        update(incidents).where(incidents.c.id == incident_id).values(channel_id=channel_id, channel_name=name)
    )


def learn_standing_channel(conn: Connection, workspace_id: int, channel_id: str, name: str) -> None:
    conn.execute(
        update(incidents)
        .where(incidents.c.workspace_id == workspace_id, incidents.c.standing.is_(True))
        .values(channel_id=channel_id, channel_name=name)
    )


def counts(conn: Connection, incident_id: int) -> dict[str, int]:
    """How many actions stand where, as `bot.rules.checklist.counts` would say, without reading them."""
    stands = standing().label("standing")
    counted = select(stands, func.count()).where(actions.c.incident_id == incident_id).group_by("standing")
    found: dict[str, int] = {name: number for name, number in conn.execute(counted)}
    return {name: found[name] for name in STANDINGS if name in found}


def part_of_room(conn: Connection, incident_id: int, numbers: Sequence[int]) -> WarRoom:
    """A war room with those actions alone: what is said of one action costs the same in an incident of a thousand."""
    incident = load.incident_by_id(conn, incident_id)
    some = load.actions_where(conn, actions.c.incident_id == incident_id, actions.c.number.in_(numbers))
    links, facts = (
        (load.links_of(conn, ids), load.evidence_of(conn, ids)) if (ids := [a.id for a in some]) else ([], [])
    )
    taken = load.roles_of(conn, incident_id)
    people_ids = {incident.opened_by, incident.lead_id, *taken.values()}
    people_ids |= {*(link.by for link in links), *(fact.by for fact in facts)}
    for action in some:
        people_ids |= {action.owner_id, action.logged_by, action.ruled_by}
    known = load.people_by_id(conn, {one for one in people_ids if one is not None})
    proofs = proofs_of(conn, ids) if ids else []
    return WarRoom(
        incident, tuple(some), tuple(links), tuple(facts), known, incident.head_hash, incident.last_seq,
        proofs=tuple(proofs), pulls=pulls.linked(conn, incident.workspace_id, links),
        deployed=deployed_of(conn, ids) if ids else (), roles=taken,
    )  # fmt: skip


def room_channels(conn: Connection, workspace_id: int) -> set[str]:
    """The channels that are an incident's room already."""
    rows = conn.scalars(
        select(incidents.c.channel_id).where(
            incidents.c.workspace_id == workspace_id, incidents.c.channel_id.is_not(None)
        )
    )
    return {str(channel_id) for channel_id in rows}


def learn_person(
    conn: Connection, person_id: int, name: Clean | None, tz: str | None, kind: PersonKind, at: int
) -> None:
    """What Slack says of somebody; None is left as it is."""
    known = {"name": name, "tz": tz}
    values = {key: value for key, value in known.items() if value is not None}
    conn.execute(update(people).where(people.c.id == person_id).values(kind=kind.value, seen_at=at, **values))


def last_told(conn: Connection, person_id: int) -> list[tuple[Incident, list[int]]]:
    """What a person's last direct message was about and is still theirs: incidents and numbers of actions."""
    at = conn.scalar(select(nudges.c.at).where(nudges.c.person_id == person_id).order_by(nudges.c.at.desc()).limit(1))
    theirs = load.actions_where(conn, actions.c.owner_id == person_id, actions.c.nudged > 0)
    told = []
    for incident_id, incident in sorted(load.incidents_by_id(conn, {one.incident_id for one in theirs}).items()):
        sent = load.lines(conn, incident_id, entries.c.kind == "nudge.sent", entries.c.at == at)
        direct = [one for line in sent if (one := line.payload or {}).get("where") == "direct"]
        named = {number for one in direct if one["to"] == person_id for number in numbers_in(one)}
        numbers = [one.number for one in theirs if one.incident_id == incident_id and one.number in named]
        if numbers:
            told.append((incident, numbers))
    return told


def numbers_in(payload: Mapping[str, Any]) -> list[int]:
    """The actions that an entry speaks of."""
    return list(payload.get("actions") or ([payload["action"]] if "action" in payload else []))
