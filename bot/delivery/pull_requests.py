"""Opening the pull request of a branch that was pushed, once: it is looked for before it is opened, so a try whose
answer got lost is found by the next."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from sqlalchemy import Connection

from bot.delivery.hand import Hand, Refused, Wait
from bot.delivery.outside import Outside
from bot.git.hosts.opening import GitHub, GitLab, Offer, host_of
from bot.git.hosts.told import BadDelivery, PullTold
from bot.git.mend import branch, commit_message
from bot.ledger import load
from bot.ledger.patches import patches_where
from bot.ledger.tables import actions, patches
from bot.rules.model import HOUR, SECOND
from bot.warroom import pull_opened
from bot.warroom.handle import WarRooms

TIMEOUT = 10.0  # seconds for one call: a look and an opening fit into one effect
_TAKEN = (409, 422)  # the host found fault with what was asked: mostly that there is one already


@dataclass(frozen=True, slots=True)
class Wanted:
    repo: str
    host: GitHub | GitLab
    offer: Offer


class PullRequests:
    def __init__(self, rooms: WarRooms, tokens: Mapping[str, str], outside: Outside) -> None:
        """`tokens` by the repository's name."""
        self._rooms, self._tokens, self._outside = rooms, tokens, outside

    async def open(self, hand: Hand) -> None:
        wanted = await hand.read(partial(_wanted, hand=hand))
        if wanted is None:
            return
        told = await self.ensure(hand, wanted)
        effect = hand.effect
        record = partial(pull_opened.run, patch_id=int(effect.key), told=told)
        await self._rooms.alone(effect.workspace_id, effect.team_id, hand.now(), "git", record)

    async def ensure(self, hand: Hand, wanted: Wanted) -> PullTold:
        """The one that is open, or a new one. Raises Wait and Refused."""
        return await self._find(hand, wanted) or await self._make(hand, wanted)

    async def _find(self, hand: Hand, wanted: Wanted) -> PullTold | None:
        answer = await self._call(hand, wanted, "GET", params=wanted.host.query(wanted.offer))
        try:
            return wanted.host.found(answer, wanted.offer)
        except BadDelivery as error:
            raise Refused("host:unreadable") from error

    async def _make(self, hand: Hand, wanted: Wanted) -> PullTold:
        try:
            answer = await self._call(hand, wanted, "POST", json=wanted.host.body(wanted.offer))
        except Refused as refused:
            if refused.error in {f"host:{status}" for status in _TAKEN}:  # an earlier try may have been slow to show
                found = await self._find(hand, wanted)
                if found is not None:
                    return found
            raise
        try:
            return wanted.host.read(answer)
        except BadDelivery as error:
            raise Refused("host:unreadable") from error

    async def _call(self, hand: Hand, wanted: Wanted, method: str, **asked: Any) -> Any:
        """Raises Wait where the host is away or asks for time, Refused where it says no for good."""
        pace = f"git_host/{wanted.repo}"
        left = hand.paces.left(hand.effect.workspace_id, pace)
        if left:
            raise Wait("host:ratelimited", left)
        import httpx  # with the first call: see `Outside`

        headers = wanted.host.headers(self._tokens[wanted.repo]) | {"user-agent": "hotwash"}
        try:
            answer = await self._outside.client.request(
                method, wanted.host.url, headers=headers, timeout=TIMEOUT, **asked
            )
        except httpx.TimeoutException as error:
            raise Wait("host:no_answer", hand.backoff()) from error
        except httpx.HTTPError as error:
            raise Wait("host:unreachable", hand.backoff()) from error
        status = answer.status_code
        wait = asked_to_wait(status, answer.headers, time.time())
        if wait is not None:
            raise Wait("host:ratelimited", wait, pace=pace)
        if status >= 500 or status == 408:
            raise Wait(f"host:{status}", hand.backoff())
        if not answer.is_success:
            raise Refused("host:moved" if answer.is_redirect else f"host:{status}")
        try:
            return answer.json()
        except ValueError as error:
            raise Refused("host:unreadable") from error


def asked_to_wait(status: int, headers: Mapping[str, str], now: float) -> int | None:
    """For how long (microseconds, an hour at most) the host wants no calls; None if it does not say so. GitHub says 403
    too, https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api; then a minute is what it
    advises where no time is given."""
    after, reset = headers.get("retry-after", ""), headers.get("x-ratelimit-reset", "")
    spent = headers.get("x-ratelimit-remaining") == "0"
    if status != 429 and not (status == 403 and (after or spent)):
        return None
    if after.isdecimal():
        seconds = float(after)
    elif spent and reset.isdecimal():
        seconds = float(reset) - now
    else:
        seconds = 60.0
    return int(min(HOUR, max(1.0, seconds) * SECOND))


def _wanted(conn: Connection, hand: Hand) -> Wanted | None:
    """None where none is to be opened any more."""
    (patch,) = patches_where(conn, patches.c.id == int(hand.effect.key))
    (action,) = load.actions_where(conn, actions.c.id == patch.action_id)
    repository = hand.policy.repository(patch.repo)
    host = host_of(repository) if repository else None
    if repository is None or host is None or not patch.pushed or action.state.reconciled:
        return None
    incident = load.incident_by_id(conn, patch.incident_id)
    title, _, body = commit_message(incident, action).partition("\n\n")
    return Wanted(patch.repo, host, Offer(branch(incident, action), repository.branch, title, body))
