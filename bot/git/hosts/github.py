"""GitHub's deliveries: signed by HMAC-SHA256 of the body in `X-Hub-Signature-256`."""

import hmac
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from bot.git.hosts.told import DeploymentTold, Headers, Micros, PullTold, Sha, Told, as_read, equal
from bot.rules.model import DeploymentState, PullState, Review, ReviewState


def refused(headers: Headers, body: bytes, secret: str, now: float) -> str | None:
    given = headers.get("x-hub-signature-256")
    if given is None:
        return "The delivery is not signed: set the secret at the webhook."
    fits = equal(given, "sha256=" + hmac.digest(secret.encode(), body, "sha256").hex())
    return None if fits else "The signature does not fit HOTWASH_WEBHOOK_SECRET."


def delivery_id(headers: Headers) -> str | None:
    return headers.get("x-github-delivery")


class Repository(BaseModel):
    clone_url: str
    ssh_url: str
    html_url: str

    @property
    def addresses(self) -> tuple[str, ...]:
        return self.clone_url, self.ssh_url, self.html_url


class _Head(BaseModel):
    ref: str
    sha: Sha


class Pull(BaseModel):
    """A pull request, as Gitea and Forgejo show it too. `merge_commit_sha` of an unmerged one is a trial merge."""

    number: Annotated[int, Field(gt=0, lt=2**31)]
    title: str
    body: str | None = None
    html_url: str
    state: Literal["open", "closed"]
    draft: bool | None = None
    merged_at: Micros | None = None
    merge_commit_sha: Sha | None = None
    updated_at: Micros
    head: _Head

    def told(self, reviews: Mapping[str, Review]) -> PullTold:
        if self.merged_at is not None:
            state = PullState.MERGED
        elif self.state == "closed":
            state = PullState.CLOSED
        else:
            state = PullState.DRAFT if self.draft else PullState.OPEN
        return PullTold(
            number=self.number, title=self.title, body=self.body or "", url=self.html_url, state=state,
            head_ref=self.head.ref, head_sha=self.head.sha, at=self.updated_at,
            merge_commit=self.merge_commit_sha if state is PullState.MERGED else None, reviews=reviews,
        )  # fmt: skip


class User(BaseModel):
    login: str


class _Review(BaseModel):
    state: str
    submitted_at: Micros
    user: User | None = None  # None once their account is gone


class _Deployment(BaseModel):
    id: int
    sha: Sha
    environment: str
    created_at: Micros


class _Status(BaseModel):
    state: str
    environment: str | None = None
    updated_at: Micros


class WithRepository(BaseModel):
    repository: Repository


class WithPull(WithRepository):
    pull_request: Pull


class _WithReview(WithPull):
    review: _Review


class _WithDeployment(WithRepository):
    deployment: _Deployment


class _WithStatus(_WithDeployment):
    deployment_status: _Status


_SAID = {
    "approved": ReviewState.APPROVED,
    "changes_requested": ReviewState.CHANGES,
    "dismissed": ReviewState.DISMISSED,
}
_STATES = {
    "success": DeploymentState.LIVE,
    "failure": DeploymentState.FAILED,
    "error": DeploymentState.FAILED,
    "inactive": DeploymentState.INACTIVE,
}  # all others are on their way


def read(headers: Headers, payload: Mapping[str, Any]) -> Told | None:
    match headers.get("x-github-event"):
        case "push" | "release":
            return Told(as_read(WithRepository, payload).repository.addresses, moved=True)
        case "pull_request":
            return of_pull(as_read(WithPull, payload), {})
        case "pull_request_review":
            told = as_read(_WithReview, payload)
            said, by = _SAID.get(told.review.state), told.review.user
            reviews = {by.login: Review(said, told.review.submitted_at)} if said and by else {}
            return of_pull(told, reviews)
        case "deployment":
            made = as_read(_WithDeployment, payload)
            return _deploying(made, made.deployment.environment, DeploymentState.PENDING, made.deployment.created_at)
        case "deployment_status":
            now = as_read(_WithStatus, payload)
            status, environment = now.deployment_status, now.deployment.environment
            state = _STATES.get(status.state, DeploymentState.PENDING)
            return _deploying(now, status.environment or environment, state, status.updated_at)
    return None


def of_pull(told: WithPull, reviews: Mapping[str, Review]) -> Told:
    pull = told.pull_request.told(reviews)
    return Told(told.repository.addresses, moved=pull.state is PullState.MERGED, pull=pull)


def _deploying(told: _WithDeployment, environment: str, state: DeploymentState, at: int) -> Told:
    deployment = DeploymentTold(str(told.deployment.id), environment, told.deployment.sha, state, at)
    return Told(told.repository.addresses, moved=True, deployment=deployment)
