"""GitLab's deliveries: with the secret itself in `X-Gitlab-Token`, or signed as Standard Webhooks are
(`webhook-signature: v1,…`), which also bounds their age."""

import base64
import binascii
import hmac
from collections.abc import Mapping
from contextlib import suppress
from typing import Annotated, Any

from pydantic import BaseModel, Field, StringConstraints

from bot.git.hosts.told import DeploymentTold, Headers, Micros, PullTold, Sha, Told, as_read, equal
from bot.rules.model import DeploymentState, PullState, Review, ReviewState

OLDEST = 300  # seconds between a signed delivery and now, as the Standard Webhooks specification advises


def refused(headers: Headers, body: bytes, secret: str, now: float) -> str | None:
    signatures = headers.get("webhook-signature")
    if signatures is None:
        given = headers.get("x-gitlab-token")
        if given is None:
            return "The delivery has neither a signature nor a token: set one of them at the webhook."
        return None if equal(given, secret) else "X-Gitlab-Token is not HOTWASH_WEBHOOK_SECRET."
    name, sent = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    signed = f"{name}.{sent}.".encode() + body
    expected = "v1," + base64.b64encode(hmac.digest(_key(secret), signed, "sha256")).decode()
    if not any([equal(one, expected) for one in signatures.split(" ")]):
        return "The signature does not fit HOTWASH_WEBHOOK_SECRET."
    if not sent.isdecimal() or abs(now - int(sent)) > OLDEST:
        return f"The delivery was signed more than {OLDEST // 60} minutes ago, or the clocks differ by that much."
    return None


def delivery_id(headers: Headers) -> str | None:
    """`X-Gitlab-Event-UUID` is not asked for: deliveries that a delivery caused have the same one."""
    return headers.get("webhook-id") or headers.get("idempotency-key")


class _Project(BaseModel):
    git_http_url: str
    git_ssh_url: str
    web_url: str


class _WithProject(BaseModel):
    project: _Project

    @property
    def addresses(self) -> tuple[str, ...]:
        return self.project.git_http_url, self.project.git_ssh_url, self.project.web_url


class _Commit(BaseModel):
    id: Sha


class _Request(BaseModel):
    iid: Annotated[int, Field(gt=0, lt=2**31)]
    title: str
    description: str | None = None
    url: str
    state: str
    draft: bool | None = None
    work_in_progress: bool | None = None
    action: str | None = None
    source_branch: str
    last_commit: _Commit
    merge_commit_sha: Sha | None = None
    squash_commit_sha: Sha | None = None
    updated_at: Micros


class _User(BaseModel):
    username: str


class _Reviewer(_User):
    state: str | None = None


class _WithRequest(_WithProject):
    object_attributes: _Request
    user: _User
    reviewers: list[_Reviewer] = []


class _WithDeployment(_WithProject):
    deployment_id: int
    environment: str
    status: str
    status_changed_at: Micros
    commit_url: Annotated[str, StringConstraints(pattern=r"/commit/(?:[0-9a-f]{40}|[0-9a-f]{64})$")]


_SAID = {
    "approved": ReviewState.APPROVED,
    "approval": ReviewState.APPROVED,
    "unapproved": ReviewState.DISMISSED,
    "unapproval": ReviewState.DISMISSED,
    "requested_changes": ReviewState.CHANGES,
}
_STATES = {
    "success": DeploymentState.LIVE,
    "failed": DeploymentState.FAILED,
    "canceled": DeploymentState.FAILED,
    "skipped": DeploymentState.FAILED,
}  # all others are on their way


def read(headers: Headers, payload: Mapping[str, Any]) -> Told | None:
    match payload.get("object_kind"):
        case "push" | "tag_push" | "release":
            return Told(as_read(_WithProject, payload).addresses, moved=True)
        case "merge_request":
            told = as_read(_WithRequest, payload)
            pull = _pull(told)
            return Told(told.addresses, moved=pull.state is PullState.MERGED, pull=pull)
        case "deployment":
            now = as_read(_WithDeployment, payload)
            state = _STATES.get(now.status, DeploymentState.PENDING)
            sha = now.commit_url.rpartition("/")[2]  # the payload itself names it by 8 digits only
            deployment = DeploymentTold(str(now.deployment_id), now.environment, sha, state, now.status_changed_at)
            return Told(now.addresses, moved=True, deployment=deployment)
    return None


def _pull(told: _WithRequest) -> PullTold:
    request = told.object_attributes
    draft = PullState.DRAFT if request.draft or request.work_in_progress else PullState.OPEN
    state = {"merged": PullState.MERGED, "closed": PullState.CLOSED}.get(request.state, draft)
    merged = request.merge_commit_sha or request.squash_commit_sha or request.last_commit.id  # the last: fast-forward
    said = {one.username: one.state for one in told.reviewers} | {told.user.username: request.action}
    reviews = {who: Review(_SAID[what], request.updated_at) for who, what in said.items() if what in _SAID}
    return PullTold(
        number=request.iid, title=request.title, body=request.description or "", url=request.url, state=state,
        head_ref=request.source_branch, head_sha=request.last_commit.id, at=request.updated_at,
        merge_commit=merged if state is PullState.MERGED else None, reviews=reviews,
    )  # fmt: skip


def _key(secret: str) -> bytes:
    """GitLab's signing token is `whsec_` and the key in base64."""
    if secret.startswith("whsec_"):
        with suppress(binascii.Error):
            return base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    return secret.encode()
