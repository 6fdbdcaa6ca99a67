"""`/api/v1`: what pipelines tell of deployments, and what they are told back."""

import hashlib
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, HTTPException
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from bot.git.hosts.told import DeploymentTold, Sha
from bot.ledger import tokens
from bot.ledger.tokens import Token
from bot.rules.model import DeploymentState, Role
from bot.warroom import deployments
from bot.warroom.handle import WarRooms
from bot.warroom.scope import Scope
from bot.web.errors import Problem
from bot.web.tokens import bearer

Judge = Callable[[int, str, str, int], Awaitable[list[str] | None]]

_STATES = {
    "starting": DeploymentState.PENDING,
    "success": DeploymentState.LIVE,
    "failure": DeploymentState.FAILED,
}


class Deploy(BaseModel):
    """A deployment: before it, `starting`; after it, how it went."""

    model_config = ConfigDict(extra="forbid")

    repository: Annotated[str, Field(description="as the policy names it")]
    environment: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]
    sha: Annotated[Sha, Field(description="of the commit, in full")]
    state: Literal["starting", "success", "failure"]
    id: Annotated[str | None, Field(max_length=200)] = None
    """What tells this deployment from another of the same commit to the same environment."""


class Deployed(BaseModel):
    """`undoes` names the actions whose changes the commit does not have. Where `judged` is false nobody could look, and
    `said` tells why: an empty list then means nothing."""

    judged: bool
    undoes: list[str]
    said: str


def router(rooms: WarRooms, now: Callable[[], int], heard: Callable[[], None], judge: Judge) -> APIRouter:
    """`now` is business time, in microseconds. `heard` is called when something was recorded. `judge` looks up what a
    deployment undoes: (workspace id, team id, repository, deployment id) → names of actions, None if it can't tell."""
    routes = APIRouter(prefix="/api/v1")

    @routes.post("/deployments", responses={status: {"model": Problem} for status in (401, 403, 404, 422, 503)})
    async def deploy(said: Deploy, token: Annotated[Token, Depends(bearer(rooms, Role.DEPLOY, now))]) -> Deployed:
        """Tell of a deployment. Before it, ask what it would undo: stop the pipeline if `undoes` is not empty."""
        if rooms.policy.repository(said.repository) is None:
            raise HTTPException(404, f"The policy has no repository {said.repository!r}.")
        at = now()
        told = DeploymentTold(_name(said), said.environment, said.sha, _STATES[said.state], at)
        record = partial(_record, said.repository, told, token)
        deployment = await rooms.alone(token.workspace_id, token.team, at, "api", record)
        heard()
        if said.environment not in rooms.policy.production_environments:
            return Deployed(judged=False, undoes=[], said=f"{said.environment} is no production environment.")
        if said.state == "failure":
            return Deployed(judged=False, undoes=[], said="It failed, and so undoes nothing.")
        undoes = await judge(token.workspace_id, token.team, said.repository, deployment)
        if undoes is None:
            return Deployed(judged=False, undoes=[], said="The commit could not be looked at in time.")
        return Deployed(judged=True, undoes=undoes, said=f"It undoes {', '.join(undoes) or 'nothing'}.")

    return routes


def _name(said: Deploy) -> str:
    """Told apart from what hosts number, and short."""
    name = f"{said.environment}\n{said.sha if said.id is None else said.id}"
    return f"api:{hashlib.sha256(name.encode()).hexdigest()[:40]}"


def _record(repo: str, told: DeploymentTold, token: Token, scope: Scope) -> int:
    tokens.used(scope.conn, token.id, scope.at)
    scope.look_now(repo)
    return deployments.hear(scope, repo, told).id
