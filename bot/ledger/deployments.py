"""Which commit runs where, which is on its way there, and which landed actions are among what runs."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, bindparam, select, update

from bot.ledger.outbox import upsert
from bot.ledger.tables import actions, deployed, deployments, evidence
from bot.rules.clean import Clean
from bot.rules.model import ActionState, Deployed, DeploymentState, Strength


@dataclass(frozen=True, slots=True)
class Deployment:
    """`at`, the time of its state, and `live_at`, when it last went live, are by its host's clock; `judged_at`, when
    it was looked up which actions it undoes, is by ours."""

    id: int
    repo: str
    environment: Clean
    external_id: str
    sha: str
    state: DeploymentState
    at: int
    live_at: int | None = None
    judged_at: int | None = None


def know(conn: Connection, workspace: int, one: Deployment) -> tuple[Deployment, bool]:
    """What is known of a deployment, locked, and whether it was known before: else it is now, as it is given."""
    row = {"workspace_id": workspace, "repo": one.repo, "external_id": one.external_id, **_values(one)}
    made = upsert(conn.dialect, deployments).values(row).on_conflict_do_nothing().returning(deployments.c.id)
    new = conn.scalar(made) is not None
    here = (deployments.c.workspace_id == workspace, deployments.c.repo == one.repo)
    found = select(deployments).where(*here, deployments.c.external_id == one.external_id).with_for_update()
    return _deployment(conn.execute(found).one()), not new


def store(conn: Connection, one: Deployment) -> None:
    conn.execute(update(deployments).where(deployments.c.id == one.id).values(_values(one)))


def by_id(conn: Connection, deployment_id: int, *, lock: bool = False) -> Deployment:
    statement = select(deployments).where(deployments.c.id == deployment_id)
    return _deployment(conn.execute(statement.with_for_update() if lock else statement).one())


def unjudged(conn: Connection, workspace: int, repo: str, environments: Iterable[str]) -> list[Deployment]:
    """Those on their way or live of which nobody looked up yet which actions they undo."""
    under_way = deployments.c.state.in_([DeploymentState.PENDING.value, DeploymentState.LIVE.value])
    found = _of(workspace, repo, environments).where(under_way, deployments.c.judged_at.is_(None))
    return [_deployment(row) for row in conn.execute(found.order_by(deployments.c.at))]


def live(conn: Connection, workspace: int, repo: str, environments: Iterable[str]) -> list[Deployment]:
    """What runs in each of the environments: the last that went live there."""
    went_live = and_(deployments.c.live_at.is_not(None), deployments.c.state != DeploymentState.INACTIVE.value)
    last = (deployments.c.live_at.desc(), deployments.c.id.desc())
    found = (
        conn.execute(_of(workspace, repo, [one]).where(went_live).order_by(*last).limit(1)).first()
        for one in environments
    )
    return [_deployment(row) for row in found if row is not None]


def went_live(
    conn: Connection, workspace: int, environments: Iterable[str], start: int, end: int
) -> list[tuple[Deployment, str | None]]:
    """What went live between two moments, oldest first, each with the commit that ran there until then, as far as that
    is known."""
    here = (deployments.c.workspace_id == workspace, deployments.c.environment.in_([Clean(e) for e in environments]))
    within = select(deployments).where(*here, deployments.c.live_at.between(start, end))
    found = [_deployment(row) for row in conn.execute(within.order_by(deployments.c.live_at, deployments.c.id))]
    earlier = (
        select(deployments.c.sha)
        .where(
            *here,
            deployments.c.repo == bindparam("of_repo"),
            deployments.c.environment == bindparam("of_environment"),
            deployments.c.live_at < bindparam("until"),
        )
        .order_by(deployments.c.live_at.desc(), deployments.c.id.desc())
        .limit(1)
    )
    return [
        (one, conn.scalar(earlier, {"of_repo": one.repo, "of_environment": one.environment, "until": one.live_at}))
        for one in found
    ]


@dataclass(frozen=True, slots=True)
class Landed:
    """A landed action and the commit by which it landed in a repository."""

    action_id: int
    incident_id: int
    commit: str


def landed(conn: Connection, workspace: int, repo: str) -> list[Landed]:
    rows = conn.execute(
        select(evidence.c.action_id, evidence.c.incident_id, evidence.c.commit)
        .join(actions, actions.c.id == evidence.c.action_id)
        .where(
            evidence.c.workspace_id == workspace,
            evidence.c.repo == repo,
            evidence.c.commit.is_not(None),
            evidence.c.lost_at.is_(None),
            evidence.c.strength != Strength.CLAIM.value,
            actions.c.state == ActionState.LANDED.value,
        )
        .order_by(evidence.c.id)
    )
    newest = {row.action_id: Landed(row.action_id, row.incident_id, row.commit) for row in rows}
    return list(newest.values())


def seen(conn: Connection, workspace: int, environments: Iterable[str]) -> dict[tuple[int, str], tuple[int, str]]:
    """(action id, environment) → the deployment (id) and the commit for which it was looked up last."""
    here = (deployed.c.workspace_id == workspace, deployed.c.environment.in_([Clean(one) for one in environments]))
    rows = conn.execute(select(deployed).where(*here))
    return {(row.action_id, row.environment): (row.deployment_id, row.commit) for row in rows}


def see(conn: Connection, workspace: int, one: Landed, deployment: Deployment, *, has: bool) -> bool:
    """Store whether a deployment has the commit. One that had it before has it since then. False if nothing changed
    that is shown."""
    here = (deployed.c.action_id == one.action_id, deployed.c.environment == deployment.environment)
    before = conn.execute(select(deployed).where(*here).with_for_update()).first()
    kept = before is not None and before.commit == one.commit and before.since is not None
    since = (before.since if before is not None and kept else deployment.live_at) if has else None
    values = {"deployment_id": deployment.id, "commit": one.commit, "since": since}
    row = {"workspace_id": workspace, "incident_id": one.incident_id, "action_id": one.action_id}
    statement = upsert(conn.dialect, deployed).values(row | {"environment": deployment.environment} | values)
    conn.execute(statement.on_conflict_do_update(index_elements=["action_id", "environment"], set_=values))
    return before is None or before.since != since


def deployed_of(conn: Connection, action_ids: Iterable[int]) -> tuple[Deployed, ...]:
    rows = conn.execute(
        select(deployed).where(deployed.c.action_id.in_(list(action_ids))).order_by(deployed.c.environment)
    )
    return tuple(Deployed(row.action_id, row.environment, row.commit, row.since) for row in rows)


def _of(workspace: int, repo: str, environments: Iterable[str]) -> Select[Any]:
    here = (deployments.c.workspace_id == workspace, deployments.c.repo == repo)
    return select(deployments).where(*here, deployments.c.environment.in_([Clean(one) for one in environments]))


def _values(one: Deployment) -> dict[str, Any]:
    same = ("environment", "sha", "at", "live_at", "judged_at")
    return {name: getattr(one, name) for name in same} | {"state": one.state.value}


def _deployment(row: Row[Any]) -> Deployment:
    return Deployment(
        row.id,
        row.repo,
        row.environment,
        row.external_id,
        row.sha,
        DeploymentState(row.state),
        row.at,
        row.live_at,
        row.judged_at,
    )
