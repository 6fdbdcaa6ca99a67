"""What the hosts' deliveries have in common: what they may say, and how it is read."""

import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, BeforeValidator, StringConstraints, ValidationError

from bot.rules.model import DeploymentState, PullState, Review

Headers = Mapping[str, str]
Model = TypeVar("Model", bound=BaseModel)


class BadDelivery(ValueError):
    """A signed delivery that cannot be read; the text is a sentence that names the field."""


@dataclass(frozen=True, slots=True)
class PullTold:
    """A pull or merge request as the host shows it at `at`, and what reviewers said in this delivery."""

    number: int
    title: str
    body: str
    url: str
    state: PullState
    head_ref: str
    head_sha: str
    at: int
    merge_commit: str | None
    reviews: Mapping[str, Review] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DeploymentTold:
    id: str
    environment: str
    sha: str
    state: DeploymentState
    at: int


@dataclass(frozen=True, slots=True)
class Told:
    """`repository` are the addresses by which the host knows it; `moved`: commits may have arrived there."""

    repository: tuple[str, ...]
    moved: bool = False
    pull: PullTold | None = None
    deployment: DeploymentTold | None = None


def as_read(model: type[Model], payload: Mapping[str, Any]) -> Model:
    """The part of a payload that `model` describes. Raises BadDelivery."""
    try:
        return model.model_validate(payload)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise BadDelivery(f"The delivery cannot be read: {where}: {first['msg']}.") from error


def equal(given: str, expected: str) -> bool:
    """Compared in constant time, whatever characters were sent."""
    return hmac.compare_digest(given.encode("utf-8", "replace"), expected.encode())


def _micros(value: object) -> int:
    """A time as hosts write it: ISO 8601, also with blanks around the zone (`2026-11-24 14:05:00 +0100`, `… UTC`)."""
    if not isinstance(value, str):
        raise ValueError("a time is text")
    plain = re.sub(r"\s*UTC$", "+00:00", value.strip())
    at = datetime.fromisoformat(re.sub(r"\s+(?=[+-]\d\d:?\d\d$)", "", plain))
    return int((at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp() * 1_000_000)


Sha = Annotated[str, StringConstraints(pattern=r"^(?:[0-9a-f]{40}|[0-9a-f]{64})$")]
Micros = Annotated[int, BeforeValidator(_micros)]
