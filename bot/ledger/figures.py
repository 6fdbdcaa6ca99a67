"""How the whole ledger stands, in numbers: for those who watch over the bot."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, case, func, select

from bot.ledger.database import now
from bot.ledger.tables import actions, incidents, nudges, outbox, repositories
from bot.rules.model import SECOND


@dataclass(frozen=True, slots=True)
class Repository:
    """`polled`: seconds since the last look that worked; None before the first. `failures`: looks in a row that did
    not, and `error`, git's own words for it."""

    name: str
    polled: float | None
    failures: int
    error: str | None


@dataclass(frozen=True, slots=True)
class Figures:
    """`waiting` effects are still to be shown, the oldest since `oldest` seconds; `parked` ones were refused for good.
    Actions and incidents are counted by state; `nudges` are direct reminders, ever."""

    waiting: int
    oldest: float
    parked: int
    actions: Mapping[str, int]
    incidents: Mapping[str, int]
    nudges: int
    repositories: tuple[Repository, ...]


def figures(conn: Connection, business: int) -> Figures:
    """`business` is business time, in microseconds: polls are noted by it."""
    asked = case((outbox.c.done == 0, outbox.c.created_at), else_=outbox.c.due_at)
    waits = (outbox.c.wanted > outbox.c.done) & outbox.c.parked_at.is_(None)
    waiting, since = conn.execute(select(func.count(), func.min(asked)).where(waits)).one()
    standing = select(incidents.c.state, func.count()).where(incidents.c.standing.is_(False)).group_by("state")
    return Figures(
        waiting=waiting,
        oldest=max(0, now(conn) - since) / SECOND if waiting else 0.0,
        parked=conn.scalar(select(func.count(outbox.c.parked_at))) or 0,
        actions={state: n for state, n in conn.execute(select(actions.c.state, func.count()).group_by("state"))},
        incidents={state: n for state, n in conn.execute(standing)},
        nudges=conn.scalar(select(func.count()).select_from(nudges)) or 0,
        repositories=tuple(
            Repository(
                row.name,
                None if row.polled_at is None else max(0, business - row.polled_at) / SECOND,
                row.failures,
                row.error,
            )
            for row in conn.execute(select(repositories).order_by(repositories.c.name))
        ),
    )
