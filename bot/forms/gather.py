"""Reading from the ledger what a report is made of."""

from sqlalchemy import Connection

from bot.git.urls import commit_url
from bot.ledger import deployments, load
from bot.ledger.changes import changes_of
from bot.rules.model import MINUTE, Incident
from bot.rules.policy import Policy
from bot.rules.report import Report, WentLive, close_out, first_sign


def report_of(conn: Connection, incident: Incident, policy: Policy, now: int) -> Report:
    """The close-out report of an incident as it stands; `now` is business time. Whether whoever asks may see it is for
    the caller to know."""
    lines = load.lines(conn, incident.id)
    room = load.with_people(conn, load.war_room(conn, incident.id), sorted(load.named_in(lines)))
    sign = first_sign(room)
    since = sign - policy.report.look_back_minutes * MINUTE
    live = deployments.went_live(conn, incident.workspace_id, policy.production_environments, since, sign)
    return close_out(
        room,
        lines,
        now,
        rules=policy.report,
        changes=changes_of(conn, [action.id for action in room.actions]),
        before=[
            WentLive(one.repo, one.environment, one.sha, one.live_at, earlier)
            for one, earlier in live
            if one.live_at is not None
        ],
        page=lambda repo, sha: _page(policy, repo, sha),
    )


def _page(policy: Policy, repo: str | None, sha: str) -> str | None:
    watched = policy.repository(repo) if repo else None
    return commit_url(watched.url, sha) if watched else None
