"""*Join* on the announcement: whoever presses it is invited to the room."""

from bot.rules import words
from bot.rules.commands import Join
from bot.rules.decision import Answer, EffectKind, Refusal
from bot.warroom.scope import Scope


def run(scope: Scope, command: Join) -> Answer:
    incident = scope.incident(command.incident, "join")
    if incident.archived_at is not None:
        raise Refusal(words.archived(incident))
    scope.want(EffectKind.INVITE, incident, str(scope.actor.id))
    where = f"#{incident.channel_name}" if incident.channel_name else "its channel as soon as there is one"
    return Answer(f"You are invited to {where}.")
