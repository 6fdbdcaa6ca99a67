"""What Git hosts send when something happened there: whether it is from them, and what it says. Pure.

A delivery means "look now", never proof: it can come twice, late, cut short and out of order.
"""

from collections.abc import Mapping
from typing import Any, Protocol

from bot.git.hosts import gitea, github, gitlab
from bot.git.hosts.told import Headers, Told


class Host(Protocol):
    """What the module of each host has. Headers are looked up by lower-case name."""

    def refused(self, headers: Headers, body: bytes, secret: str, now: float) -> str | None:
        """Why a delivery is not to be believed, as a sentence; None if its signature fits. `now` is in seconds since
        the epoch."""

    def delivery_id(self, headers: Headers) -> str | None:
        """What the host gives this delivery again when it repeats it, if it says."""

    def read(self, headers: Headers, payload: Mapping[str, Any]) -> Told | None:
        """What it says; None if that is nothing to us. Raises BadDelivery."""


HOSTS: dict[str, Host] = {"github": github, "gitlab": gitlab, "gitea": gitea}
