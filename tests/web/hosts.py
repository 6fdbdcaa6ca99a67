"""Deliveries as the hosts make them: real payloads of GitHub, and the shapes of the others.

The package that the payloads come from has no merged pull request, no approval and no push of ours: those are built
from its payloads by changing the fields that say so, and signed as the host signs.
"""

import base64
import copy
import hmac
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import httpx

SECRET = "whsec_" + base64.b64encode(b"a secret of 32 bytes for tests..").decode()
PAYLOADS = Path(__file__).parent / "data" / "github"
Json = dict[str, Any]

_deliveries: Iterator[int] = count(1)


def raw(name: str) -> bytes:
    """A payload as it was recorded."""
    return (PAYLOADS / f"{name}.json").read_bytes()


def payload(name: str, url: str) -> Json:
    """A payload that says it is of the repository at `url`."""
    found: Json = json.loads(raw(name))
    found["repository"] |= {"clone_url": url, "ssh_url": url, "html_url": url}
    return found


def pull(url: str, at: str, number: int = 12, /, **changed: Any) -> Json:
    """A pull request at that moment (`2026-11-23T12:00:00Z`); without changes, open."""
    told = payload("pull_request.opened", url)
    told["pull_request"] |= {"number": number, "updated_at": at, "body": "", **changed}
    told["pull_request"]["html_url"] = f"https://github.com/acme/shop/pull/{number}"
    return told


def merged(url: str, at: str, commit: str, number: int = 12, /, **changed: Any) -> Json:
    state = {"state": "closed", "merged": True, "merged_at": at, "merge_commit_sha": commit}
    return pull(url, at, number, **state, **changed) | {"action": "closed"}


def review(url: str, at: str, state: str, by: str = "ada", number: int = 12) -> Json:
    told = pull(url, at, number)
    told["review"] = {"state": state, "submitted_at": at, "user": {"login": by}}
    return told | {"action": "submitted"}


def deployment(url: str, sha: str, state: str, at: str, id: int = 1, environment: str = "production") -> Json:
    told = payload("deployment_status.success", url)
    told["deployment"] |= {"id": id, "sha": sha, "environment": environment}
    told["deployment_status"] |= {"state": state, "environment": environment, "updated_at": at}
    return told


def gitlab_pull(url: str, at: str, **changed: Any) -> Json:
    attributes = {
        "iid": 12, "title": "Raise the pool", "description": "", "url": "https://gitlab.com/acme/shop/-/merge_requests/12",
        "state": "opened", "draft": False, "action": "open", "source_branch": "fix/pool",
        "last_commit": {"id": "ec26c3e57ca3a959ca5aad62de7213c562f8c821"}, "merge_commit_sha": None,
        "squash_commit_sha": None, "updated_at": at,
    }  # fmt: skip
    return {
        "object_kind": "merge_request", "user": {"username": "ada"}, "project": gitlab_project(url),
        "object_attributes": attributes | changed,
    }  # fmt: skip


def gitlab_project(url: str) -> Json:
    return {"git_http_url": url, "git_ssh_url": url, "web_url": url}


@dataclass(frozen=True)
class Request:
    """What a host posts: where to, with which headers, which body."""

    path: str
    headers: dict[str, str]
    body: bytes

    async def sent(self, http: httpx.AsyncClient) -> httpx.Response:
        return await http.post(self.path, content=self.body, headers=self.headers)

    def again(self) -> "Request":
        return copy.deepcopy(self)


def github(event: str, told: Json | bytes, *, secret: str = SECRET, id: str | None = None) -> Request:
    body = told if isinstance(told, bytes) else json.dumps(told).encode()
    signature = hmac.new(secret.encode(), body, "sha256").hexdigest()
    headers = {
        "content-type": "application/json",
        "x-github-event": event,
        "x-github-delivery": id or f"delivery-{next(_deliveries)}",
        "x-hub-signature-256": f"sha256={signature}",
    }
    return Request("/webhooks/github", headers, body)


def gitea(event: str, told: Json, *, secret: str = SECRET, brand: str = "gitea") -> Request:
    body = json.dumps(told).encode()
    signature = hmac.new(secret.encode(), body, "sha256").hexdigest()
    own = {"event": event, "delivery": f"delivery-{next(_deliveries)}", "signature": signature}
    headers = {f"x-{brand}-{name}": value for name, value in own.items()}
    return Request("/webhooks/gitea", headers | {"content-type": "application/json"}, body)


def gitlab(told: Json, *, secret: str = SECRET, signed: bool = True, age: float = 0) -> Request:
    """Signed as Standard Webhooks are, or with the secret token itself."""
    body = json.dumps(told).encode()
    headers = {"content-type": "application/json", "x-gitlab-event": "a hook"}
    if not signed:
        return Request("/webhooks/gitlab", headers | {"x-gitlab-token": secret}, body)
    name, at = f"delivery-{next(_deliveries)}", str(int(time.time() - age))
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signature = base64.b64encode(hmac.new(key, f"{name}.{at}.".encode() + body, "sha256").digest()).decode()
    own = {"webhook-id": name, "webhook-timestamp": at, "webhook-signature": f"v1,{signature}"}
    return Request("/webhooks/gitlab", headers | own, body)
