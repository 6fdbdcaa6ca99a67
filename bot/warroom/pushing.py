"""Pushing the branches that were asked for, once the look that made their patches is recorded. Tried once: what failed
is said in the action's thread, and whoever still wants it presses again."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial

import structlog
from sqlalchemy import Connection

from bot.git.advice import advice
from bot.git.hosts.opening import host_of
from bot.git.mend import branch, commit_message
from bot.git.mirror import Mirror
from bot.git.push import push_patch
from bot.git.run import GitError
from bot.ledger import load
from bot.ledger.patches import Patch, push_tried, to_push
from bot.ledger.proofs import proofs_of
from bot.ledger.tables import actions
from bot.rules.clean import Clean
from bot.rules.decision import Effect, EffectKind, Entry, Update
from bot.rules.effects import action_changed, note
from bot.rules.model import Action, Incident, Link, LinkKind
from bot.rules.policy import Repository
from bot.rules.proofs import verdict_of
from bot.rules.state import action_state, moved
from bot.warroom import link
from bot.warroom.handle import WarRooms
from bot.warroom.scope import Scope

Using = Callable[[str, Callable[[Mirror], str]], Awaitable[str]]  # a repository's mirror, for work in a thread

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Wanted:
    patch: Patch
    incident: Incident
    action: Action


async def push_wanted(
    rooms: WarRooms, using: Using, workspace: int, team: str, repository: Repository, at: int
) -> None:
    for wanted in await rooms.db.read(lambda conn: _wanted(conn, workspace, repository.name)):
        commit, why = None, ""
        try:
            commit = await using(repository.name, partial(_push, wanted))
        except GitError as error:
            log.warning("not pushed", repository=repository.name, error=str(error))
            why = f"{advice(error, repository)} {error}".strip()
        await rooms.alone(workspace, team, at, "git", partial(_record, wanted=wanted, commit=commit, why=why))


def _wanted(conn: Connection, workspace: int, repo: str) -> list[Wanted]:
    found = []
    for patch in to_push(conn, workspace, repo):
        (action,) = load.actions_where(conn, actions.c.id == patch.action_id)
        found.append(Wanted(patch, load.incident_by_id(conn, patch.incident_id), action))
    return found


def _push(wanted: Wanted, mirror: Mirror) -> str:
    patch, incident, action = wanted.patch, wanted.incident, wanted.action
    assert patch.tip and patch.content and patch.push_at is not None
    message = commit_message(incident, action)
    return push_patch(mirror, patch.tip, patch.content, branch(incident, action), message, patch.push_at)


def _record(scope: Scope, wanted: Wanted, commit: str | None, why: str) -> None:
    """The branch is linked in the name of who asked for it: the action is in review from then on. Where its host is
    known, its pull request is opened next, and takes the place of the branch."""
    patch = wanted.patch
    incident = load.incident_by_id(scope.conn, patch.incident_id, lock=True)
    (action,) = load.actions_where(scope.conn, actions.c.id == patch.action_id)
    push_tried(scope.conn, patch.id, commit)
    name = branch(incident, action)
    said = {"action": action.number, "repo": Clean(patch.repo), "branch": Clean(name)}
    if commit is None:
        scope.write(incident, [Entry("push.failed", said | {"why": scope.clean(why[:300])})], effects=[note(incident)])
        return
    pushed = Entry("push.done", said | {"commit": Clean(commit)})
    repository = scope.policy.repository(patch.repo)
    pull = [Effect(EffectKind.PULL, incident.id, str(patch.id))] if repository and host_of(repository) else []
    incident = scope.write(incident, [pushed], effects=[note(incident), *pull])
    assert patch.push_by is not None
    new = Link(0, action.id, LinkKind.BRANCH, patch.repo, name, patch.push_by, scope.at)
    links, facts = load.links_of(scope.conn, [action.id]), load.evidence_of(scope.conn, [action.id])
    verdict = verdict_of(proofs_of(scope.conn, [action.id]))
    before = next((one for one in links if (one.kind, one.repo, one.ref) == (new.kind, new.repo, new.ref)), None)
    if before is None:
        scope.record(incident, link.decide(incident, action, links, facts, verdict, new))
    elif before.dropped_at is not None:  # a pull request had taken its place; one that is still open takes it again
        again = {"dropped_at": None, "at": scope.at, "by": patch.push_by}
        state = action_state(action.ruling, [*links, new], facts, verdict)
        changes = [Update("links", before.id, again), moved(action, state, scope.at)]
        scope.write(incident, changes=changes, effects=action_changed(incident, action))
