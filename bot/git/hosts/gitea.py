"""Gitea's and Forgejo's deliveries: signed by the bare HMAC-SHA256 of the body. Forgejo sends its own headers besides.

Neither has deployments.
"""

import hmac
from collections.abc import Mapping
from typing import Any

from bot.git.hosts.github import User, WithPull, WithRepository, of_pull
from bot.git.hosts.told import Headers, Told, as_read, equal
from bot.rules.model import Review, ReviewState


def refused(headers: Headers, body: bytes, secret: str, now: float) -> str | None:
    given = _header(headers, "signature")
    if not given:
        return "The delivery is not signed: set the secret at the webhook."
    fits = equal(given, hmac.digest(secret.encode(), body, "sha256").hex())
    return None if fits else "The signature does not fit HOTWASH_WEBHOOK_SECRET."


def delivery_id(headers: Headers) -> str | None:
    return _header(headers, "delivery")


class _WithSender(WithPull):
    sender: User


_SAID = {"pull_request_approved": ReviewState.APPROVED, "pull_request_rejected": ReviewState.CHANGES}


def read(headers: Headers, payload: Mapping[str, Any]) -> Told | None:
    match _header(headers, "event"):
        case "push" | "release":
            return Told(as_read(WithRepository, payload).repository.addresses, moved=True)
        case "pull_request_approved" | "pull_request_rejected" as event:
            told = as_read(_WithSender, payload)  # a review has no time of its own, and its author is who sent it
            return of_pull(told, {told.sender.login: Review(_SAID[event], told.pull_request.updated_at)})
        case "pull_request" | "pull_request_sync":
            return of_pull(as_read(WithPull, payload), {})
    return None


def _header(headers: Headers, name: str) -> str | None:
    return headers.get(f"x-forgejo-{name}") or headers.get(f"x-gitea-{name}")
