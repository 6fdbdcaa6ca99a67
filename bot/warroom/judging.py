"""Judging deployments by the repository's mirror: which landed actions run in production, and which actions a deploy
undoes. Outside of any transaction."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Protocol, TypeVar

from sqlalchemy import Connection, or_, select

from bot.git.mirror import Mirror, commits_among
from bot.git.prove import prove_each
from bot.ledger import deployments as ledger
from bot.ledger import load
from bot.ledger.changes import changes_of, paths_of
from bot.ledger.deployments import Deployment, Landed
from bot.ledger.tables import actions, changes, evidence, links
from bot.rules.checklist import commit_of
from bot.rules.model import ActionState, Evidence, Link, RecordedChange, Verdict
from bot.rules.proofs import NOT_THERE
from bot.warroom import deployments
from bot.warroom.deployments import Has
from bot.warroom.handle import WarRooms
from bot.warroom.proving import AT_ONCE, as_change

Known = TypeVar("Known", Evidence, Link, RecordedChange)
T = TypeVar("T")


class Using(Protocol):
    async def __call__(self, name: str, work: Callable[[Mirror], T]) -> T: ...


@dataclass(frozen=True, slots=True)
class Candidate:
    """An action that a deployment may undo. `carriers` are the commits that carry it, each with the commit that took it
    out again, if one did; `landed`: it landed by them; `changed`: what was changed is recorded."""

    action_id: int
    landed: bool
    carriers: tuple[tuple[str, str | None], ...]
    changed: bool

    def carried(self, history: Collection[str]) -> bool:
        """Whether a commit with those in its history has it by one of the carriers."""
        return any(commit in history and undoer not in history for commit, undoer in self.carriers)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a mirror is asked: which of the candidates each deployment undoes, and whether what is live has what
    landed."""

    deploying: tuple[Deployment, ...]
    candidates: tuple[Candidate, ...]
    landed: tuple[tuple[Landed, Deployment], ...]


async def look_up(
    rooms: WarRooms, using: Using, workspace: int, team: str, repo: str, at: int, also: int | None = None
) -> tuple[int, ...] | None:
    """Judge what is to be judged in a repository: nothing, mostly. `using` runs work on its mirror in a thread.

    The action ids that the deployment `also` (its id) undoes; None if its commit is not to be had. Raises GitError.
    """
    asked = await rooms.db.read(lambda conn: ask(conn, workspace, repo, rooms.policy.production_environments, also))
    if asked is None:
        return None
    histories, has = await using(repo, lambda mirror: look(mirror, asked))
    undone: dict[int, tuple[int, ...]] = {}
    for deployment in (one for one in asked.deploying if one.id in histories):
        history = histories[deployment.id]
        unsure = [
            one.action_id for one in asked.candidates if one.changed and not (one.landed and one.carried(history))
        ]
        verdicts: dict[int, Verdict] = {}
        for some in (unsure[i : i + AT_ONCE] for i in range(0, len(unsure), AT_ONCE)):
            recorded = await rooms.db.read(partial(_recorded, repo=repo, ids=some))
            verdicts |= await using(repo, partial(_verdicts, sha=deployment.sha, changed=recorded, key=rooms.key))
        undone[deployment.id] = tuple(
            one.action_id for one in asked.candidates if lacks(one, history, verdicts.get(one.action_id))
        )
    await rooms.alone(workspace, team, at, "git", lambda scope: deployments.record(scope, asked.deploying, undone, has))
    return None if also is None else undone.get(also)


def ask(
    conn: Connection, workspace: int, repo: str, environments: Collection[str], also: int | None = None
) -> Asked | None:
    """What there is to look up in the mirror of `repo`; None if nothing. `also` is a deployment (id) that is judged
    even if it was before."""
    deploying = ledger.unjudged(conn, workspace, repo, environments)
    if also is not None and also not in {one.id for one in deploying}:
        deploying.append(ledger.by_id(conn, also))
    running = ledger.live(conn, workspace, repo, environments)
    looked_up = ledger.seen(conn, workspace, environments) if running else {}
    landed = tuple(
        (one, there)
        for one in (ledger.landed(conn, workspace, repo) if running else [])
        for there in running
        if looked_up.get((one.action_id, there.environment)) != (there.id, one.commit)
    )
    if not deploying and not landed:
        return None
    return Asked(tuple(deploying), _candidates(conn, workspace, repo) if deploying else (), landed)


def look(mirror: Mirror, asked: Asked) -> tuple[dict[int, frozenset[str]], tuple[Has, ...]]:
    """Deployment id → those of the candidates' commits that its commit has; and which of the landed actions what is
    live has. What the host does not give is in neither. Blocks; for a thread. Raises GitError."""
    mirror.open_or_clone()
    wanted = {one.sha for one in asked.deploying}
    missing = wanted.difference(commits_among(mirror.directory, wanted))
    if missing:
        mirror.fetch(None, missing)
    there = set(commits_among(mirror.directory, wanted | {one.sha for _, one in asked.landed}))
    named = {one for candidate in asked.candidates for pair in candidate.carriers for one in pair if one}
    histories = {one.id: mirror.contained(named, one.sha) for one in asked.deploying if one.sha in there}
    has: list[Has] = []
    for deployment in {one.id: one for _, one in asked.landed if one.sha in there}.values():
        landed = [one for one, where in asked.landed if where.id == deployment.id]
        inside = mirror.contained({one.commit for one in landed}, deployment.sha)
        has += [(one, deployment, one.commit in inside) for one in landed]
    return histories, tuple(has)


def lacks(candidate: Candidate, history: Collection[str], verdict: Verdict | None) -> bool:
    """Whether a deployment undoes the action. `history` are the carriers and their undoers that the deployed commit
    has; `verdict` is that on the recorded changes there.

    What was recorded decides, but where it landed by a commit that is deployed, or can't be looked at. Words that no
    commit carries can't be judged, and nobody is warned of them.
    """
    carried = candidate.carried(history)
    if verdict in (None, Verdict.UNKNOWN) or (candidate.landed and carried):
        return bool(candidate.carriers) and not carried
    return verdict in NOT_THERE


def _candidates(conn: Connection, workspace: int, repo: str) -> tuple[Candidate, ...]:
    """The actions on which nobody ruled and of which something is known in this repository."""
    about = (
        actions.c.id.in_(select(table.c.action_id).where(table.c.workspace_id == workspace, table.c.repo == repo))
        for table in (evidence, links, changes)
    )
    found = load.actions_where(conn, actions.c.workspace_id == workspace, actions.c.ruling.is_(None), or_(*about))
    ids = [action.id for action in found]
    facts = _by_action(load.evidence_of(conn, ids), repo)
    linked = _by_action(load.links_of(conn, ids), repo)
    changed = {one.action_id for one in paths_of(conn, workspace, repo)}
    return tuple(
        Candidate(
            action.id,
            action.state is ActionState.LANDED,
            _carriers(facts.get(action.id, []), linked.get(action.id, [])),
            action.id in changed,
        )
        for action in found
    )


def _by_action(several: Iterable[Known], repo: str) -> dict[int, list[Known]]:
    found: dict[int, list[Known]] = {}
    for one in several:
        if one.repo == repo:
            found.setdefault(one.action_id, []).append(one)
    return found


def _carriers(facts: Sequence[Evidence], linked: Sequence[Link]) -> tuple[tuple[str, str | None], ...]:
    """Commits that are said or known to carry an action, those that were lost with what undid them. One that was lost
    with a rewritten branch is told apart by no history."""
    carriers: dict[str, str | None] = {one.commit: one.lost_by for one in facts if one.commit is not None}
    for link in linked:
        commit = commit_of(link)
        if commit is not None and len(commit) in (40, 64) and link.dropped_at is None:
            carriers.setdefault(commit, None)
    return tuple(carriers.items())


def _recorded(conn: Connection, repo: str, ids: Sequence[int]) -> dict[int, list[RecordedChange]]:
    return _by_action(changes_of(conn, ids), repo)


def _verdicts(
    mirror: Mirror, sha: str, changed: Mapping[int, Sequence[RecordedChange]], key: bytes | None
) -> dict[int, Verdict]:
    """Action id → what its recorded changes come to at a commit. Raises GitError."""
    asked = {
        number: [as_change(one, key) for one in held]
        for number, held in changed.items()
        if all(one.comparable for one in held)
    }
    proofs = prove_each(mirror.directory, sha, list(asked.values()), name_commits=False)
    return {number: proof.verdict for number, proof in zip(asked, proofs, strict=True)}
