"""What a Git host told, recorded once: it may send the same thing again, late, and in any order."""

from collections.abc import Iterable

from sqlalchemy import update

from bot.git.hosts.told import Told
from bot.git.urls import location
from bot.ledger.outbox import upsert
from bot.ledger.tables import receipts, repositories
from bot.rules.policy import Repository
from bot.warroom import deployments, pulls
from bot.warroom.scope import Scope


def watched(told: Told, repositories: Iterable[Repository]) -> list[str]:
    """The names of the watched repositories that a delivery is about: by their addresses, whichever of them the policy
    names. One repository may be watched under several names, for several branches."""
    said = {_place(address) for address in told.repository}
    return [one.name for one in repositories if _place(one.url) in said]


def run(scope: Scope, key: str, told: Told, repos: Iterable[str]) -> bool:
    """Record a delivery, with its `key` in the same transaction. False if it was recorded before."""
    receipt = {"workspace_id": scope.workspace, "key": key, "at": scope.at, "answer": ""}
    first = upsert(scope.conn.dialect, receipts).values(receipt).on_conflict_do_nothing().returning(receipts.c.id)
    if scope.conn.scalar(first) is None:
        return False
    for repo in repos:
        look = told.moved
        if told.pull is not None:
            look |= pulls.run(scope, repo, told.pull)
        if told.deployment is not None:
            deployments.hear(scope, repo, told.deployment)
        if look:
            look_now(scope, repo)
    return True


def look_now(scope: Scope, repo: str) -> None:
    """Whoever rings next looks at the repository, whatever its next poll was."""
    here = (repositories.c.workspace_id == scope.workspace, repositories.c.name == repo)
    scope.conn.execute(update(repositories).where(*here).values(due_at=0))


def _place(url: str) -> tuple[str, str] | str:
    """Host and path, alike for https and ssh, whose ports differ; other addresses as they are."""
    found = location(url)
    return url if found is None else (found[1].partition(":")[0], found[2].lower())
