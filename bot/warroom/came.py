"""People who come into an incident's room, or leave it, as Slack tells."""

from bot.ledger import load, outbox
from bot.ledger.tables import incidents
from bot.rules.decision import Effect, EffectKind
from bot.warroom.scope import Scope


def came(scope: Scope, channel: str, slack_id: str) -> None:
    """Catch them up directly: once, however often they come; not who opened it, since they know."""
    in_room = (incidents.c.workspace_id == scope.workspace, incidents.c.channel_id == channel)
    incident = load.incident(scope.conn, *in_room, incidents.c.standing.is_(False))
    if incident is None:
        return
    person = scope.person(slack_id)
    greeting = Effect(EffectKind.CATCH_UP, incident.id, str(person.id))
    if person.id != incident.opened_by and not outbox.asked(scope.conn, scope.workspace, greeting):
        scope.want(EffectKind.CATCH_UP, incident, greeting.key)
