"""What delivery reads and learns besides the outbox itself: rooms, people, the workspace."""

from sqlalchemy import Connection, select, update

from bot.ledger import load
from bot.ledger.database import now
from bot.ledger.outbox import Leased
from bot.ledger.tables import actions, entries, incidents, nudges, outbox, pacing, people, workspaces
from bot.rules.clean import Clean
from bot.rules.decision import Effect
from bot.rules.model import Action, Incident, PersonKind


def paced(conn: Connection) -> list[tuple[int, str, int]]:
    """(workspace id, method, microseconds to wait) of what must not be called right now. The buckets of
    channels are left out: `outbox.turn` asks for those before each post."""
    at = now(conn)
    rows = conn.execute(select(pacing).where(pacing.c.next_at > at, pacing.c.bucket.not_like("%/%")))
    return [(row.workspace_id, row.bucket, row.next_at - at) for row in rows]


def last_error(conn: Connection, effect: Leased) -> str | None:
    return conn.scalar(select(outbox.c.error).where(outbox.c.id == effect.id))


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


def last_told(conn: Connection, person_id: int) -> list[tuple[Action, Incident]]:
    """The actions that a person's last direct message was about, in the order of incidents and numbers."""
    at = conn.scalar(select(nudges.c.at).where(nudges.c.person_id == person_id).order_by(nudges.c.at.desc()).limit(1))
    theirs = load.actions_where(conn, actions.c.owner_id == person_id, actions.c.nudged > 0)
    told: list[tuple[Action, Incident]] = []
    for incident_id, incident in sorted(load.incidents_by_id(conn, {a.incident_id for a in theirs}).items()):
        sent = load.lines(conn, incident_id, entries.c.kind == "nudge.sent", entries.c.at == at)
        direct = [line.payload for line in sent if line.payload and line.payload["to"] == person_id]
        named = {number for payload in direct if payload["where"] == "direct" for number in _numbers(payload)}
        told += [(one, incident) for one in theirs if one.incident_id == incident_id and one.number in named]
    return told


def _numbers(payload: dict[str, object]) -> list[int]:
    listed = payload["actions"]
    assert isinstance(listed, list)
    return listed
