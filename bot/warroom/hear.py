"""What a Git host told. It may send the same thing again, late, and in any order."""

from collections.abc import Iterable

from bot.git.hosts.told import Told
from bot.git.urls import location
from bot.rules.policy import Repository
from bot.warroom import deployments, pulls
from bot.warroom.scope import Scope


def watched(told: Told, repositories: Iterable[Repository]) -> list[str]:
    """The names of the watched repositories that a delivery is about: by their addresses, whichever of them the policy
    names. One repository may be watched under several names, for several branches."""
    said = {_place(address) for address in told.repository}
    return [one.name for one in repositories if _place(one.url) in said]


def run(scope: Scope, told: Told, repos: Iterable[str]) -> None:
    """Record what a delivery says of each of those repositories."""
    for repo in repos:
        look = told.moved
        if told.pull is not None:
            look |= pulls.run(scope, repo, told.pull)
        if told.deployment is not None:
            deployments.hear(scope, repo, told.deployment)
        if look:
            scope.look_now(repo)


def _place(url: str) -> tuple[str, str] | str:
    """Host and path, alike for https and ssh, whose ports differ; other addresses as they are."""
    found = location(url)
    return url if found is None else (found[1].partition(":")[0], found[2].lower())
