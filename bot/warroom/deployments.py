"""Deployments, as hosts and pipelines tell of them, and the warning that one undoes what was changed by hand."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from sqlalchemy import Connection

from bot.git.hosts.told import DeploymentTold
from bot.ledger import deployments as ledger
from bot.ledger import load
from bot.ledger.deployments import Deployment, Landed
from bot.ledger.tables import actions
from bot.rules.clean import Clean
from bot.rules.decision import Effect, EffectKind, Entry
from bot.rules.effects import action_changed
from bot.rules.model import Action, DeploymentState, Incident, PersonKind
from bot.rules.nudges import Audience, audience
from bot.warroom.scope import Scope

Has = tuple[Landed, Deployment, bool]  # whether that deployment has what landed

_LAST = (DeploymentState.PENDING, DeploymentState.LIVE, DeploymentState.FAILED, DeploymentState.INACTIVE)


def hear(scope: Scope, repo: str, told: DeploymentTold) -> Deployment:
    """Record what a host or a pipeline told of a deployment."""
    environment = scope.clean(told.environment[:100])
    live_at = told.at if told.state is DeploymentState.LIVE else None
    new = Deployment(0, repo, environment, told.id[:80], told.sha, told.state, told.at, live_at)
    known, before = ledger.know(scope.conn, scope.workspace, new)
    if not before:
        return known
    now = newest(known, new)
    ledger.store(scope.conn, now)
    return now


def newest(known: Deployment, told: Deployment) -> Deployment:
    """Both together, by the host's clock. One that begins anew is judged anew."""
    live_at = max((at for at in (known.live_at, told.live_at) if at is not None), default=None)
    if (told.at, _LAST.index(told.state)) < (known.at, _LAST.index(known.state)):
        return replace(known, live_at=live_at)
    begun = told.state is DeploymentState.PENDING and known.state is not DeploymentState.PENDING
    anew = begun or told.sha != known.sha
    return replace(told, id=known.id, live_at=live_at, judged_at=None if anew else known.judged_at)


def record(scope: Scope, judged: Sequence[Deployment], undone: Mapping[int, Sequence[int]], has: Sequence[Has]) -> None:
    """Store what a mirror said of the `judged`, and warn; once, whichever replica looked. `undone`: deployment id →
    action ids."""
    for deployment in judged:
        now = ledger.by_id(scope.conn, deployment.id, lock=True)
        if now.judged_at is None and now.sha == deployment.sha:
            ledger.store(scope.conn, replace(now, judged_at=scope.at))
            _warn(scope, now, undone.get(now.id, ()))
    for landed, deployment, has_it in has:
        if ledger.see(scope.conn, scope.workspace, landed, deployment, has=has_it):
            (action,) = load.actions_where(scope.conn, actions.c.id == landed.action_id)
            incident = load.incident_by_id(scope.conn, landed.incident_id)
            scope.write(incident, effects=action_changed(incident, action))


def names(conn: Connection, action_ids: Sequence[int]) -> list[str]:
    """`INC-42#7` of each."""
    found = load.actions_where(conn, actions.c.id.in_(action_ids))
    numbers = load.incidents_by_id(conn, {one.incident_id for one in found})
    pairs = sorted((numbers[one.incident_id].number, one.number) for one in found)
    return [f"INC-{incident}#{action}" for incident, action in pairs]


def _warn(scope: Scope, deployment: Deployment, undone: Sequence[int]) -> None:
    """One entry in each incident whose actions are undone, and who hears of it: its room, its audience, the owners.
    Incidents are locked in the order of their ids."""
    by_incident: dict[int, list[Action]] = {}
    for action in load.actions_where(scope.conn, actions.c.id.in_(undone), actions.c.ruling.is_(None)):
        by_incident.setdefault(action.incident_id, []).append(action)
    for incident_id, told in sorted(by_incident.items()):
        incident = load.incident_by_id(scope.conn, incident_id, lock=True)
        payload = {
            "actions": [action.number for action in told],
            "repo": Clean(deployment.repo),
            "environment": deployment.environment,
            "commit": Clean(deployment.sha),
            "live": deployment.state is DeploymentState.LIVE,
        }
        scope.write(incident, [Entry("deployment.warned", payload)], effects=_heard_by(scope, incident, told))


def _heard_by(scope: Scope, incident: Incident, told: Sequence[Action]) -> list[Effect]:
    seq = str(incident.last_seq + 1)
    effects = []
    if incident.channel_id is not None or not incident.standing:
        effects.append(Effect(EffectKind.DEPLOY_WARNING, incident.id, seq))
    if audience(incident, scope.policy) is Audience.ANNOUNCE:
        effects.append(Effect(EffectKind.DEPLOY_ALARM, incident.id, seq))
    for owner in load.people_by_id(scope.conn, {action.owner_id for action in told}).values():
        if owner.kind not in (PersonKind.BOT, PersonKind.GONE):  # who can't be written to
            effects.append(Effect(EffectKind.DEPLOY_ALARM_OWNER, incident.id, f"{seq}.{owner.id}"))
    return effects
