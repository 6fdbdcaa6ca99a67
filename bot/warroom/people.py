"""Who people are: kept in our database, so that Slack need not be asked while it is away."""

from sqlalchemy import Connection, update

from bot.ledger import load
from bot.ledger.tables import people
from bot.rules.clean import Clean
from bot.rules.model import Person, PersonKind
from bot.warroom.scope import know, know_workspace


def find(conn: Connection, team: str, slack_id: str) -> Person | None:
    workspace = load.workspace_id(conn, team)
    return None if workspace is None else load.person_by_slack(conn, workspace, slack_id)


def learn(conn: Connection, team: str, slack_id: str, name: str, tz: str, kind: PersonKind, at: int) -> Person:
    """Store what Slack said about somebody."""
    workspace = know_workspace(conn, team, at)
    found = load.person_by_slack(conn, workspace, slack_id) or know(conn, workspace, slack_id, name)
    values = {"name": Clean(name), "tz": tz, "kind": kind.value, "seen_at": at}
    conn.execute(update(people).where(people.c.id == found.id).values(values))
    return Person(found.id, slack_id, name, tz, kind)
