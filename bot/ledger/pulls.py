"""Pull requests, as their hosts last told of them."""

import json
from collections.abc import Collection
from typing import Any

from sqlalchemy import Connection, Row, select, update

from bot.ledger.outbox import upsert
from bot.ledger.tables import pulls
from bot.rules.model import Link, LinkKind, Pull, PullState, Review, ReviewState


def know(conn: Connection, workspace: int, pull: Pull) -> Pull | None:
    """What is known of a pull request, locked; None if it was not known, and is now as it is given."""
    row = {"workspace_id": workspace, "repo": pull.repo, "number": pull.number, **_values(pull)}
    made = upsert(conn.dialect, pulls).values(row).on_conflict_do_nothing().returning(pulls.c.id)
    if conn.scalar(made) is not None:
        return None
    return _pull(conn.execute(select(pulls).where(*_this(workspace, pull)).with_for_update()).one())


def store(conn: Connection, workspace: int, pull: Pull) -> None:
    conn.execute(update(pulls).where(*_this(workspace, pull)).values(_values(pull)))


def linked(conn: Connection, workspace: int, links: Collection[Link]) -> tuple[Pull, ...]:
    """Those that are linked, as far as their hosts told of them."""
    named = {(link.repo, int(link.ref)) for link in links if link.kind is LinkKind.PULL_REQUEST and link.repo}
    if not named:
        return ()
    numbers = {number for _, number in named}
    rows = conn.execute(select(pulls).where(pulls.c.workspace_id == workspace, pulls.c.number.in_(numbers)))
    return tuple(_pull(row) for row in rows if (row.repo, row.number) in named)


def _this(workspace: int, pull: Pull) -> tuple[Any, ...]:
    return pulls.c.workspace_id == workspace, pulls.c.repo == pull.repo, pulls.c.number == pull.number


def _values(pull: Pull) -> dict[str, Any]:
    same = ("title", "url", "head_ref", "head_sha", "merge_commit", "changed_at")
    reviews = {who: [review.said.value, review.at] for who, review in pull.reviews.items()}
    return {name: getattr(pull, name) for name in same} | {"state": pull.state.value, "reviews": json.dumps(reviews)}


def _pull(row: Row[Any]) -> Pull:
    reviews = {who: Review(ReviewState(said), at) for who, (said, at) in json.loads(row.reviews).items()}
    return Pull(
        row.repo, row.number, row.title, row.url, PullState(row.state), row.head_ref, row.head_sha, row.changed_at,
        row.merge_commit, reviews,
    )  # fmt: skip
