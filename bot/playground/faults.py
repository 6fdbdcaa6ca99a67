"""Faults that can be ordered: what goes wrong, for which call, how many times."""

from collections.abc import Mapping
from typing import Any, Literal, Self, get_args

from pydantic import BaseModel, ConfigDict, Field, model_validator

FaultKind = Literal[
    "rate_limited",
    "http_500",
    "html",
    "error",
    "timeout_before",
    "timeout_after",
    "drop_before",
    "drop_after",
    "latency",
]
DeliveryFaultKind = Literal["lost", "ack_lost", "duplicate", "latency"]
DELIVERIES = ("slash_commands", "interactive", "events_api")
OTHER_DOORS = ("response_url", "files.upload", "*")


class Fault(BaseModel):
    """One order.

    `method` is a Web API method, `response_url`, `files.upload` (the bytes), a delivery (`slash_commands`,
    `interactive`, `events_api`), or `*` for every Web API method. `times` None means until cleared. `match` asks for
    equal arguments (as text) of the call, or equal fields of what is delivered (of its event, view or action too).

    For calls: `rate_limited` answers 429 with `Retry-After: seconds`; `http_500` and `html` (a proxy's page, status
    200) answer so without effect; `error` answers `ok: false` with `error`; `timeout_*` hold the connection for
    `seconds`, then drop it, before or after the call took effect; `drop_*` drop it at once; `latency` adds `seconds`.
    For deliveries: `lost` never reaches the app; with `ack_lost` the app's answer never reaches Slack; `duplicate`
    delivers twice; `latency` adds `seconds`.
    """

    model_config = ConfigDict(extra="forbid")

    method: str
    kind: FaultKind | DeliveryFaultKind
    times: int | None = Field(default=1, ge=1)
    match: dict[str, str] = {}
    seconds: float = Field(default_factory=lambda given: 60.0 if given["kind"].startswith("timeout") else 1.0, ge=0)
    error: str = "fatal_error"
    id: int = 0
    hits: int = 0

    @model_validator(mode="after")
    def _fits_its_method(self) -> Self:
        if self.kind not in get_args(DeliveryFaultKind if self.method in DELIVERIES else FaultKind):
            raise ValueError(f"{self.kind} is no fault of {self.method}")
        return self

    def fits(self, method: str, arguments: Mapping[str, Any]) -> bool:
        wanted = self.method == method or (self.method == "*" and method not in DELIVERIES)
        return wanted and all(str(arguments.get(name, "")) == value for name, value in self.match.items())


class Faults:
    def __init__(self) -> None:
        self.ordered: list[Fault] = []
        self._last_id = 0

    def order(self, fault: Fault) -> Fault:
        self._last_id += 1
        fault.id, fault.hits = self._last_id, 0
        self.ordered.append(fault)
        return fault

    def take(self, method: str, arguments: Mapping[str, Any]) -> list[Fault]:
        """The faults that hit this call: every latency, and the first of the others. Each counts as used once."""
        hit: list[Fault] = []
        for fault in self.ordered:
            if fault.fits(method, arguments) and (fault.kind == "latency" or all(f.kind == "latency" for f in hit)):
                hit.append(fault)
                fault.hits += 1
        if hit:
            self.ordered = [f for f in self.ordered if f.times is None or f.hits < f.times]
        return hit

    def clear(self, fault_id: int | None = None) -> None:
        """Clear one fault, or all."""
        self.ordered = [f for f in self.ordered if fault_id is not None and f.id != fault_id]
