"""People who come into an incident's room or leave it, as Slack tells; and Hotwash itself."""

from sqlalchemy import delete, select

from bot.ledger import load, outbox
from bot.ledger.tables import incidents, members
from bot.rules.decision import Effect, EffectKind, Entry, Update
from bot.rules.effects import incident_changed
from bot.rules.model import Incident
from bot.warroom.scope import Scope


def came(scope: Scope, channel: str, slack_id: str) -> None:
    """Catch them up directly: once, however often they come; not who opened it, since they know. Who was brought into
    a private room may know of its incident from then on."""
    incident = _of_room(scope, channel)
    if incident is None:
        return
    person = scope.person(slack_id)
    if incident.private and not _is_member(scope, incident, person.id):
        scope.admit(incident, person)
        scope.write(incident, [Entry("member.joined", {"to": person.id})])
    greeting = Effect(EffectKind.CATCH_UP, incident.id, str(person.id))
    if person.id != incident.opened_by and not outbox.asked(scope.conn, scope.workspace, greeting):
        scope.want(EffectKind.CATCH_UP, incident, greeting.key)


def left(scope: Scope, channel: str, slack_id: str) -> None:
    """Who has left a private room knows no more of its incident."""
    incident = _of_room(scope, channel)
    person = load.person_by_slack(scope.conn, scope.workspace, slack_id)
    if incident is None or person is None or not incident.private or not _is_member(scope, incident, person.id):
        return
    scope.conn.execute(delete(members).where(members.c.incident_id == incident.id, members.c.person_id == person.id))
    scope.write(incident, [Entry("member.left", {"to": person.id})])


def brought(scope: Scope, channel: str) -> None:
    """Somebody brought Hotwash into the channel of an incident: what Slack refused there is tried again."""
    incident = _of_room(scope, channel)
    if incident is None:
        return
    if incident.borrowed:
        outbox.revive(scope.conn, incident.id)
    if incident.archived_at is not None:
        back = Update("incidents", incident.id, {"archived_at": None})
        scope.write(incident, [Entry("room.unarchived")], [back], incident_changed(incident))


def _of_room(scope: Scope, channel: str) -> Incident | None:
    in_room = (incidents.c.workspace_id == scope.workspace, incidents.c.channel_id == channel)
    return load.incident(scope.conn, *in_room, incidents.c.standing.is_(False), lock=True)


def _is_member(scope: Scope, incident: Incident, person_id: int) -> bool:
    row = select(members.c.id).where(members.c.incident_id == incident.id, members.c.person_id == person_id)
    return scope.conn.execute(row).first() is not None
