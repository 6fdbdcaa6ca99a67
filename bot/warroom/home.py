"""The Home tab: who looks at it, and when it has to be shown anew."""

from typing import Any

from sqlalchemy import Connection, bindparam, func, select, update

from bot.ledger import load, outbox
from bot.ledger.prepared import Prepared
from bot.ledger.tables import Micros, actions, incidents, people
from bot.rules.decision import Effect, EffectKind
from bot.rules.model import DAY
from bot.warroom.scope import Scope, know, know_workspace

# Slack tells of each opening of the tab, which shows it anew: only one that stays open has to be kept current.
KEPT = 3 * DAY

_looking = select(people.c.id).where(
    people.c.workspace_id == bindparam("workspace"), people.c.home_at >= bindparam("since", type_=Micros)
)
_ANYBODY = Prepared(_looking.limit(1))


def opened(conn: Connection, team: str, slack_id: str, at: int) -> None:
    """Somebody opened the tab: they see its first page."""
    workspace = know_workspace(conn, team, at)
    person = load.person_by_slack(conn, workspace, slack_id) or know(conn, workspace, slack_id, "someone")
    _show(conn, workspace, person.id, home_at=at, home_page=1)


def turned(conn: Connection, team: str, slack_id: str, page: int) -> None:
    """Somebody turned to another page of what they own."""
    workspace = load.workspace_id(conn, team)
    person = None if workspace is None else load.person_by_slack(conn, workspace, slack_id)
    if workspace is not None and person is not None:
        _show(conn, workspace, person.id, home_page=page)


def _show(conn: Connection, workspace: int, person_id: int, **values: Any) -> None:
    conn.execute(update(people).where(people.c.id == person_id).values(values))
    outbox.ask(conn, workspace, [Effect(EffectKind.HOME, None, str(person_id))])


def refresh(scope: Scope) -> None:
    """Show the tab anew to those who look at it and whom a change concerns: of an action its owner and the lead, of an
    incident as a whole everybody. Costs one short look where nobody looks at theirs."""
    since = {"workspace": scope.workspace, "since": scope.at - KEPT}
    if not scope.homes or _ANYBODY.first(scope.conn, since) is None:
        scope.homes.clear()
        return
    looking = set(scope.conn.scalars(_looking, since))
    concerned: set[int] = set()
    for incident_id, everybody in scope.homes.items():
        concerned |= looking if everybody else looking & _concerned(scope.conn, incident_id)
    outbox.ask(scope.conn, scope.workspace, [Effect(EffectKind.HOME, None, str(one)) for one in sorted(concerned)])
    scope.homes.clear()


def _concerned(conn: Connection, incident_id: int) -> set[int]:
    owners = select(actions.c.owner_id).where(actions.c.incident_id == incident_id)
    lead = select(func.coalesce(incidents.c.lead_id, incidents.c.opened_by)).where(incidents.c.id == incident_id)
    return {*conn.scalars(owners.distinct()), *conn.scalars(lead)}
