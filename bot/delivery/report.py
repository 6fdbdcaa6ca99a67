"""The close-out report in Git. It is made of the ledger alone, up to its last entry: a second try commits the same."""

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Protocol, TypeVar

import structlog
from sqlalchemy import Connection

from bot.delivery.hand import Hand, Refused, Wait
from bot.delivery.pull_requests import PullRequests, Wanted
from bot.forms.gather import report_of
from bot.forms.markdown import to_markdown
from bot.git.hosts.opening import Offer, host_of
from bot.git.mirror import Mirror, NotOurs
from bot.git.report import push_report, trailers
from bot.git.run import GitError
from bot.ledger import load
from bot.ledger.tables import entries
from bot.rules.model import SECOND
from bot.rules.policy import Policy

MOST_TRIES = 12  # for about five minutes; then it is said

T_co = TypeVar("T_co", covariant=True)

log = structlog.get_logger()


class Using(Protocol):
    """A repository's mirror, for work in a thread."""

    async def __call__(self, name: str, work: "partial[str | None]") -> str | None: ...


@dataclass(frozen=True, slots=True)
class _Made:
    path: str
    content: bytes
    message: str
    at: int
    branch: str | None


class Reports:
    def __init__(self, using: Using, policy: Policy, pulls: PullRequests) -> None:
        self._using, self._policy, self._pulls = using, policy, pulls

    async def commit(self, hand: Hand) -> None:
        """Recorded nowhere in the ledger: an entry for it would change the report."""
        repository = self._policy.report.repository
        made = await hand.read(lambda conn: _made(conn, hand.incident_id, self._policy)) if repository else None
        if made is None or repository is None:
            return
        try:
            pushed = await self._using(repository, partial(_push, made))
        except NotOurs as error:
            raise Refused("git:not_ours") from error
        except GitError as error:
            log.warning("report not committed", incident=hand.incident_id, error=str(error))
            if error.denied or hand.effect.attempts >= MOST_TRIES:
                raise Refused("git:denied" if error.denied else "git:failed") from error
            raise Wait("git:failed", hand.backoff()) from error
        log.info("report committed", incident=hand.incident_id, commit=pushed)
        watched = self._policy.repository(repository)
        host = host_of(watched) if watched else None
        if watched is not None and host is not None and pushed is not None and made.branch is not None:
            title, _, body = made.message.partition("\n\n")
            await self._pulls.ensure(hand, Wanted(repository, host, Offer(made.branch, watched.branch, title, body)))


def _push(made: _Made, mirror: Mirror) -> str | None:
    return push_report(mirror, made.path, made.content, made.message, made.at, made.branch)


def _made(conn: Connection, incident_id: int, policy: Policy) -> _Made | None:
    """The report as of the ledger's last entry; None where it is for nobody to read there."""
    incident, rules = load.incident_by_id(conn, incident_id), policy.report
    if incident.closed_at is None or (incident.private and not rules.private):
        return None
    (last,) = load.lines(conn, incident.id, entries.c.seq == incident.last_seq)
    text = to_markdown(report_of(conn, incident, policy, last.at))
    year = datetime.fromtimestamp(incident.opened_at / SECOND, UTC).year
    ends = trailers(incident.number, incident.last_seq, incident.head_hash)
    return _Made(
        path=rules.path_of(year, incident.name),
        content=text.encode(),
        message=f"{incident.name}: the close-out report\n\n{ends}\n",
        at=last.at,
        branch=f"hotwash/{incident.name}" if rules.push == "branch" else None,
    )
