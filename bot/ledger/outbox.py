"""The outbox: what the outside world should come to show, and who is working on it. All SQL for effects stands here.

A row is a *lane*: one message, channel or membership that is to be brought up to date. Asking again raises `wanted`;
a delivery marks `done` up to the version that it rendered, so a change that arrives in between is delivered next and
ten quick changes become one. A lease is by the database's clock and is the mark "a call may be on its way": whoever
finds an expired one looks at Slack before it calls again (`unsure`).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Dialect,
    Table,
    and_,
    bindparam,
    case,
    literal_column,
    or_,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from bot.ledger.database import now
from bot.ledger.prepared import Prepared
from bot.ledger.tables import Micros, incidents, messages, outbox, pacing, workspaces
from bot.rules.clean import Clean
from bot.rules.decision import Effect, EffectKind
from bot.rules.model import SECOND

LEASE = 30 * SECOND  # longer than any one call with its time-out
LONGEST_WAIT = 60 * SECOND  # between two tries while Slack is away

_NO_ROOM = {
    EffectKind.PERSON,
    EffectKind.ROOM,
    EffectKind.WORKSPACE,
    EffectKind.CATCH_UP,
    EffectKind.NUDGE,
    EffectKind.NUDGE_REFRESH,
    EffectKind.HOME,
    EffectKind.DIGEST,
    EffectKind.LEAD_NUDGE,
    EffectKind.DRIFT_NOTICE,
    EffectKind.ALARM,
    EffectKind.ALARM_OWNER,
    EffectKind.DEPLOY_ALARM,
    EffectKind.DEPLOY_ALARM_OWNER,
    EffectKind.WEBHOOK,
    EffectKind.REPORT,
    EffectKind.PULL,
}


@dataclass(frozen=True, slots=True)
class Leased:
    """One effect in the hands of one worker."""

    id: int
    workspace_id: int
    team_id: str
    lane: str
    kind: EffectKind
    incident_id: int | None
    key: str
    version: int  # the `wanted` that this delivery brings about
    attempts: int
    unsure: bool
    created_at: int

    @property
    def effect_id(self) -> str:
        """What a message carries in its metadata, so that it can be found again."""
        return f"{self.lane}@{self.id}"


def upsert(dialect: Dialect, table: Table) -> sqlite.Insert | postgresql.Insert:
    """`INSERT` with `on_conflict_do_update`, which SQLAlchemy spells per database."""
    return sqlite.insert(table) if dialect.name == "sqlite" else postgresql.insert(table)


def new(column: str) -> ColumnElement[Any]:
    """In an upsert, the value of the row that could not be inserted."""
    return literal_column(f"excluded.{column}")


def upserts(
    table: Table,
    by: str,
    *,
    where: ColumnElement[bool] | None = None,
    returning: tuple[ColumnElement[Any], ...] = (),
    **set_: Any,
) -> Prepared:
    """Insert a row; where the workspace has one with the same `by`, which is `where`, set its columns instead."""
    on_conflict: dict[str, Any] = {"index_elements": ["workspace_id", by], "set_": set_, "where": where}
    spelled: list[Any] = [one(table).on_conflict_do_update(**on_conflict) for one in (sqlite.insert, postgresql.insert)]
    return Prepared(*(one.returning(*returning) if returning else one for one in spelled))


_WAITS = and_(outbox.c.wanted > outbox.c.done, outbox.c.parked_at.is_(None))
_QUEUES = and_(_WAITS, outbox.c.error.is_(None))  # for its turn: one that failed is tried at once where it is asked for
_ASK = upserts(
    outbox,
    "lane",
    wanted=outbox.c.wanted + 1,
    parked_at=None,
    due_at=case((_QUEUES, outbox.c.due_at), else_=new("due_at")),
)


def ask(conn: Connection, workspace_id: int, effects: Iterable[Effect]) -> None:
    """Ask for effects, in the transaction of the decision that wants them."""
    at = now(conn)
    rows = [
        {
            "workspace_id": workspace_id,
            "lane": effect.lane,
            "kind": effect.kind.value,
            "incident_id": effect.incident_id,
            "key": effect.key,
            "needs_room": effect.kind not in _NO_ROOM,
            "created_at": at,
            "due_at": at,
        }
        for effect in dict.fromkeys(effects)
    ]
    _ASK.run_each(conn, rows)


def asked(conn: Connection, workspace_id: int, effect: Effect) -> bool:
    """Whether an effect was ever asked for."""
    same = (outbox.c.workspace_id == workspace_id, outbox.c.lane == effect.lane)
    return conn.execute(select(outbox.c.id).where(*same)).first() is not None


_READY = and_(_WAITS, or_(outbox.c.needs_room.is_(False), incidents.c.channel_id.is_not(None)))
_FREE = (
    select(outbox, workspaces.c.team_id)
    .join(workspaces, workspaces.c.id == outbox.c.workspace_id)
    .outerjoin(incidents, incidents.c.id == outbox.c.incident_id)
    .where(
        _READY,
        or_(outbox.c.leased_until.is_(None), outbox.c.leased_until < bindparam("at")),
        outbox.c.due_at <= bindparam("at"),
    )
    .order_by(outbox.c.due_at, outbox.c.id)
    .limit(bindparam("most"))
    .with_for_update(of=outbox, skip_locked=True)
)
_LEASE = (
    update(outbox)
    .where(outbox.c.id.in_(bindparam("ids", expanding=True)))
    .values(leased_by=bindparam("worker"), leased_until=bindparam("until"), attempts=outbox.c.attempts + 1, unsure=True)
)


def lease(conn: Connection, worker: str, most: int) -> list[Leased]:
    """Take up to `most` effects that are due and that nobody holds."""
    at = now(conn)
    rows = conn.execute(_FREE, {"at": at, "most": most}).all()
    if rows:
        conn.execute(_LEASE, {"ids": [row.id for row in rows], "worker": worker, "until": at + LEASE})
    return [
        Leased(
            row.id, row.workspace_id, row.team_id, row.lane, EffectKind(row.kind), row.incident_id, row.key,
            row.wanted, row.attempts + 1, row.unsure, row.created_at,
        )
        for row in rows
    ]  # fmt: skip


def next_due(conn: Connection) -> int | None:
    """Microseconds (database clock) until the next effect is due; None if none waits."""
    wake = case((outbox.c.leased_until.is_not(None), outbox.c.leased_until), else_=outbox.c.due_at)
    soonest = conn.scalar(
        select(wake).outerjoin(incidents, incidents.c.id == outbox.c.incident_id).where(_READY).order_by(wake).limit(1)
    )
    return None if soonest is None else max(0, soonest - now(conn))


def _held(effect: Leased, worker: str) -> list[ColumnElement[bool]]:
    return [outbox.c.id == effect.id, outbox.c.leased_by == worker]


def done(conn: Connection, effect: Leased, worker: str) -> bool:
    """Mark an effect as shown up to the version that was rendered. False if another worker has taken over since."""
    result = conn.execute(
        update(outbox)
        .where(*_held(effect, worker))
        .values(done=effect.version, leased_by=None, leased_until=None, unsure=False, attempts=0, error=None)
    )
    return result.rowcount == 1


def again(conn: Connection, effect: Leased, worker: str, wait: int, error: str, *, unsure: bool) -> None:
    """Give an effect back, to be tried in `wait` microseconds. `unsure` if the call may have taken effect."""
    conn.execute(
        update(outbox)
        .where(*_held(effect, worker))
        .values(
            due_at=now(conn) + wait,
            leased_by=None,
            leased_until=None,
            unsure=unsure,
            error=Clean.word(error[:100]),
        )
    )


def park(conn: Connection, effect: Leased, worker: str, error: str) -> None:
    """Set an effect aside that was refused for good. It is tried again when somebody asks for it anew."""
    conn.execute(
        update(outbox)
        .where(*_held(effect, worker))
        .values(
            parked_at=now(conn),
            leased_by=None,
            leased_until=None,
            unsure=False,
            error=Clean.word(error[:100]),
        )
    )


def revive(conn: Connection, incident_id: int) -> None:
    """Try again what was set aside because the bot was not in the incident's channel."""
    outside = outbox.c.error.in_([Clean.word("not_in_channel"), Clean.word("channel_not_found")])
    conn.execute(
        update(outbox)
        .where(outbox.c.incident_id == incident_id, outbox.c.parked_at.is_not(None), outside)
        .values(parked_at=None, error=None, due_at=now(conn))
    )


_PACE = upserts(pacing, "bucket", next_at=new("next_at"))


def pace(conn: Connection, workspace_id: int, bucket: str, wait: int) -> None:
    """No call of `bucket` before `wait` microseconds from now, whichever replica makes it."""
    row = {"workspace_id": workspace_id, "bucket": bucket, "next_at": now(conn) + wait}
    _PACE.run(conn, row)


_LATER = pacing.c.next_at + bindparam("interval", type_=Micros)
_TURN = upserts(
    pacing,
    "bucket",
    where=pacing.c.next_at <= bindparam("at", type_=Micros),
    returning=(pacing.c.id,),
    next_at=case((new("next_at") > _LATER, new("next_at")), else_=_LATER),
)
_NEXT_TURN = Prepared(
    select(pacing.c.next_at).where(
        pacing.c.workspace_id == bindparam("workspace_id"), pacing.c.bucket == bindparam("bucket")
    )
)


def turn(conn: Connection, workspace_id: int, bucket: str, interval: int, burst: int) -> int:
    """Take the next turn in `bucket`; the microseconds to wait for it, 0 if it is now.

    A leaky bucket: `next_at` runs `interval` further with each call and may lag behind the clock by up to
    `burst` intervals. A turn that must be waited for is not taken.
    """
    at = now(conn)
    floor = at - (burst - 1) * interval
    turn = {"workspace_id": workspace_id, "bucket": bucket, "next_at": floor + interval, "interval": interval, "at": at}
    if _TURN.first(conn, turn):
        return 0
    next_at: int = _NEXT_TURN.first(conn, {"workspace_id": workspace_id, "bucket": bucket}).next_at
    return next_at - at


def place(conn: Connection, workspace_id: int, lane: str) -> tuple[str, str] | None:
    """Channel id and ts of a lane's message, once it was posted."""
    row = conn.execute(
        select(messages.c.channel_id, messages.c.ts).where(
            messages.c.workspace_id == workspace_id, messages.c.lane == lane
        )
    ).first()
    return None if row is None else (row.channel_id, row.ts)


_STANDS = upserts(messages, "lane", channel_id=new("channel_id"), ts=new("ts"))


def learn_place(conn: Connection, workspace_id: int, lane: str, channel_id: str, ts: str) -> None:
    """Remember where a lane's message stands."""
    row = {"workspace_id": workspace_id, "lane": lane, "channel_id": channel_id, "ts": ts}
    _STANDS.run(conn, row)
