"""Watching upstream: a look at each repository that is due, and what it means for the actions.

One replica looks at a repository at a time (a lease, by the database's clock); every replica has mirrors of its own,
since the tip that was last acted on stands in the database.
"""

import asyncio
import random
from collections.abc import Callable, Coroutine, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import structlog
from sqlalchemy import ColumnElement, Connection, case, insert, or_, select, update

from bot.git.advice import advice
from bot.git.mirror import Fetched, Mirror
from bot.git.run import GitError, stop
from bot.git.urls import BadUrl
from bot.ledger import changes, load, proofs
from bot.ledger.database import now
from bot.ledger.tables import actions, evidence, links, repositories, workspaces
from bot.rules.clean import Clean
from bot.rules.model import (
    DAY,
    SECOND,
    Action,
    Evidence,
    Link,
    Proof,
    RecordedChange,
    Strength,
)
from bot.warroom import judging, patching, place_change, proving, upstream
from bot.warroom.handle import WarRooms
from bot.warroom.patching import Made
from bot.warroom.proving import Proven
from bot.warroom.pushing import push_wanted
from bot.warroom.reading import Asked, look, place_sent
from bot.warroom.scope import Scope
from bot.warroom.upstream import Seen

LEASE = 30 * SECOND  # kept up while a look takes longer, as a first clone does
GRACE = 3.0  # seconds for looks to end when the process stops
LONGEST_WAIT = 3600  # seconds between looks at a repository that cannot be reached

_TAKEN = -1  # due_at while somebody looks: anything else was asked for since

T = TypeVar("T")

log = structlog.get_logger()


class Watcher:
    """Looks at the repositories of the policy when they are due."""

    def __init__(
        self,
        rooms: WarRooms,
        mirrors: Path,
        worker: str,
        poke: Callable[[], None],
        *,
        tokens: Mapping[str, str],
        allow_file: bool = False,
    ) -> None:
        """`mirrors` is a folder of this process's own; `poke` is called when something was recorded; `tokens` are the
        passwords of repositories, by name. Raises BadUrl, ValueError for a repository that can't be watched."""
        self._rooms, self._worker, self._poke = rooms, worker, poke
        self._in_use = {one.name: asyncio.Lock() for one in rooms.policy.repositories}
        self._looking: set[asyncio.Task[Any]] = set()
        self._mirrors = {
            one.name: Mirror(mirrors / one.name, one.url, one.branch, allow_file, tokens.get(one.name))
            for one in rooms.policy.repositories
        }

    async def look(self, at: int) -> None:
        """Start on every repository that is due; one that is slow to answer holds up no other. `at` is business time,
        for the record."""
        for asked in await self._rooms.db.write(self._claim):
            self.start(self._one(asked, at))

    def start(self, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        """Begin work that uses a mirror; `stop` ends it."""
        task = asyncio.create_task(work)
        self._looking.add(task)
        task.add_done_callback(self._looking.discard)
        return task

    async def using(self, name: str, work: Callable[[Mirror], T]) -> T:
        """Run `work` on a repository's mirror, in a thread, once nobody else uses it. Raises GitError."""
        mirror = self._mirrors[name]
        async with self._in_use[name]:
            return await asyncio.to_thread(mirror.read, partial(work, mirror))

    async def stop(self) -> None:
        """Give looks that are under way a moment to end; then end them, and give their leases back. Nothing is lost:
        the next look starts from the tip that was last acted on."""
        if self._looking:
            await asyncio.wait(self._looking, timeout=GRACE)
        for task in self._looking:
            task.cancel()
        await asyncio.to_thread(stop)  # a git that still runs would hold up the end of the program
        await asyncio.gather(*self._looking, return_exceptions=True)
        ours = repositories.c.leased_by == self._worker
        freed = {"leased_by": None, "leased_until": None, "due_at": 0}
        await self._rooms.db.write(lambda conn: conn.execute(update(repositories).where(ours).values(freed)))

    async def maintain(self) -> None:
        """Keep the mirrors fast."""
        for name, mirror in self._mirrors.items():
            try:
                async with self._in_use[name]:
                    await asyncio.to_thread(mirror.maintain)
            except (GitError, OSError) as error:
                log.info("mirror not maintained", repository=name, error=str(error))

    async def _one(self, asked: Asked, at: int) -> None:
        holding = asyncio.create_task(self._hold(asked))
        try:
            name, since = asked.repository.name, at - self._rooms.policy.look_back_days * DAY
            async with self._in_use[name]:
                mirror = self._mirrors[name]
                fetched, seen = await asyncio.to_thread(mirror.read, partial(look, mirror, asked, since))
                place = partial(place_sent, mirror, asked, fetched.new_tip, seen.resolved, at, self._rooms.key)
                if placed := await asyncio.to_thread(mirror.read, place):
                    keep = partial(place_change.record, placed=placed)
                    await self._rooms.alone(asked.workspace, asked.team, at, "git", keep)
                proven = await self._prove(mirror, asked, fetched, at)
                patches = await self._patch(mirror, asked, fetched.new_tip, proven)
            record = partial(self._record, asked, fetched, replace(seen, proven=proven))
            await self._rooms.alone(asked.workspace, asked.team, at, "git", record)
            if patches:
                keep_patches = partial(patching.record, made=patches)
                await self._rooms.alone(asked.workspace, asked.team, at, "git", keep_patches)
            await push_wanted(self._rooms, self.using, asked.workspace, asked.team, asked.repository, at)
            await judging.look_up(self._rooms, self.using, asked.workspace, asked.team, name, at)
        except (GitError, BadUrl, OSError) as error:
            await self._failed(asked, f"{advice(error, asked.repository)} {error}".strip())
        except Exception:
            log.exception("look failed", repository=asked.repository.name)
            await self._failed(asked, "what it holds could not be read; the log says why")
        finally:
            holding.cancel()
        self._poke()

    async def _prove(self, mirror: Mirror, asked: Asked, fetched: Fetched, at: int) -> dict[int, Proven]:
        """What stands upstream now of the recorded changes that this look concerns, by action id."""
        rooms, name, since = self._rooms, asked.repository.name, at - self._rooms.policy.watch_days * DAY
        watched = await rooms.db.read(lambda conn: proofs.watched(conn, asked.workspace, name, since))
        choose = partial(proving.due, mirror.directory, watched, asked.tip, fetched)
        ids = [one.action_id for one in await asyncio.to_thread(mirror.read, choose)]
        found: dict[int, Proven] = {}
        for some in (ids[i : i + proving.AT_ONCE] for i in range(0, len(ids), proving.AT_ONCE)):
            recorded, before = await rooms.db.read(partial(_recorded, repo=name, ids=some))
            prove = partial(
                proving.prove_some,
                mirror.directory,
                fetched.new_tip,
                recorded,
                {} if fetched.forced else before,  # after that its commits have other names
                name_all=len(ids) <= proving.NAMED_AT_ONCE,
                redactor=rooms.redactor,
                key=rooms.key,
                at=at,
            )
            found |= {one.proof.action_id: one for one in await asyncio.to_thread(mirror.read, prove)}
        if found:
            log.info("proven again", repository=name, actions=len(found), of=len(watched))
        return found

    async def _patch(self, mirror: Mirror, asked: Asked, tip: str, proven: Mapping[int, Proven]) -> list[Made]:
        """The patches that somebody was to have, of what is missing now."""
        found = {number: one.proof for number, one in proven.items()}
        due = partial(patching.due, workspace=asked.workspace, repo=asked.repository.name, proven=found)
        wanted = await self._rooms.db.read(due)
        if not wanted:
            return []
        return await asyncio.to_thread(mirror.read, partial(patching.make, mirror.directory, tip, wanted))

    async def _hold(self, asked: Asked) -> None:
        """Keep the lease while a look takes long; whoever is killed holds it no longer than LEASE."""
        while True:
            await asyncio.sleep(LEASE / SECOND / 3)
            await self._rooms.db.write(
                lambda conn: conn.execute(
                    update(repositories).where(*self._held(asked)).values(leased_until=now(conn) + LEASE)
                )
            )

    def _claim(self, conn: Connection) -> list[Asked]:
        """Take what is due, after making sure that every repository of the policy has its row."""
        at = now(conn)
        for workspace in conn.execute(select(workspaces.c.id, workspaces.c.team_id)).all():
            here = repositories.c.workspace_id == workspace.id
            known = set(conn.scalars(select(repositories.c.name).where(here)))
            for name in self._mirrors.keys() - known:
                conn.execute(insert(repositories).values(workspace_id=workspace.id, name=name, due_at=0))
        free = or_(repositories.c.leased_until.is_(None), repositories.c.leased_until < at)
        due = conn.execute(
            select(repositories, workspaces.c.team_id)
            .join(workspaces, workspaces.c.id == repositories.c.workspace_id)
            .where(repositories.c.due_at <= at, free, repositories.c.name.in_(self._mirrors))
            .with_for_update(of=repositories, skip_locked=True)
        ).all()
        taken = []
        for row in due:
            lease = {"leased_by": self._worker, "leased_until": at + LEASE, "due_at": _TAKEN}
            conn.execute(update(repositories).where(repositories.c.id == row.id).values(lease))
            repository = self._rooms.policy.repository(row.name)
            assert repository is not None
            taken.append(
                Asked(
                    row.workspace_id, row.team_id, row.id, repository, row.tip, row.failures,
                    tuple(_links(conn, row.workspace_id, row.name)), tuple(_claims(conn, row.workspace_id, row.name)),
                    tuple(changes.waiting(conn, row.workspace_id, row.name)),
                )
            )  # fmt: skip
        return taken

    def _record(self, asked: Asked, fetched: Fetched, seen: Seen, scope: Scope) -> None:
        """What was seen and the tip up to which it was seen, in one transaction: nothing is read twice or missed."""
        upstream.run(scope, seen)
        for link_id, sha in seen.resolved.items():
            scope.conn.execute(update(links).where(links.c.id == link_id).values(sha=sha))
        jitter = random.uniform(0.9, 1.1)  # noqa: S311 - so that replicas and repositories spread out
        wait = self._rooms.policy.poll_seconds * jitter
        self._free(scope.conn, asked, wait, tip=fetched.new_tip, polled_at=scope.at, failures=0, error=None)

    async def _failed(self, asked: Asked, error: str) -> None:
        log.warning("repository not reached", repository=asked.repository.name, error=error)
        wait = min(LONGEST_WAIT, self._rooms.policy.poll_seconds * 2 ** min(asked.failures, 10))
        clean: Clean = self._rooms.redactor(error[:500]).text
        await self._rooms.db.write(lambda conn: self._free(conn, asked, wait, failures=asked.failures + 1, error=clean))

    def _free(self, conn: Connection, asked: Asked, wait: float, **values: object) -> None:
        """Give the lease back. A wish to look now that came in meanwhile stands."""
        due_at = case((repositories.c.due_at == _TAKEN, now(conn) + int(wait * SECOND)), else_=repositories.c.due_at)
        conn.execute(
            update(repositories)
            .where(*self._held(asked))
            .values(due_at=due_at, leased_by=None, leased_until=None, **values)
        )

    def _held(self, asked: Asked) -> tuple[ColumnElement[bool], ...]:
        return repositories.c.id == asked.row, repositories.c.leased_by == self._worker


def _links(conn: Connection, workspace: int, repo: str) -> Iterator[tuple[Link, Action, int]]:
    """What was linked in this repository, or in none in particular, and is not struck."""
    here = (links.c.workspace_id == workspace, or_(links.c.repo == repo, links.c.repo.is_(None)))
    found = load.links_where(conn, *here)
    by_id = {one.id: one for one in load.actions_where(conn, actions.c.id.in_({link.action_id for link in found}))}
    numbers = load.incidents_by_id(conn, {one.incident_id for one in by_id.values()})
    for link in found:
        action = by_id[link.action_id]
        yield link, action, numbers[action.incident_id].number


def _claims(conn: Connection, workspace: int, repo: str) -> list[Evidence]:
    return load.evidence_where(
        conn,
        evidence.c.workspace_id == workspace,
        evidence.c.repo == repo,
        evidence.c.strength == Strength.CLAIM.value,
    )


def _recorded(conn: Connection, repo: str, ids: Sequence[int]) -> tuple[list[RecordedChange], dict[int, Proof]]:
    """The changes of some actions in a repository, by action, and what the last look found of them."""
    held = [change for change in changes.changes_of(conn, ids) if change.repo == repo]
    last = {proof.action_id: proof for proof in proofs.proofs_of(conn, ids) if proof.repo == repo}
    return sorted(held, key=lambda change: change.action_id), last
