"""`/incident help`: what can be done here, now."""

from bot.ledger import load
from bot.ledger.tables import incidents
from bot.rules.commands import Help
from bot.rules.decision import Answer
from bot.rules.model import Incident, IncidentState
from bot.rules.usage import USAGES
from bot.warroom.scope import Scope

_OPEN = ("update", "link", "status", "catchup", "severity", "lead", "role", "resolve", "close", "cancel", "timeline")
_ENDED = ("link", "status", "timeline", "reopen", "close")
_ANYWHERE = ("open", "list", "drift", "find", "stats")


def decide(incident: Incident | None, topic: str) -> str:
    """The commands that make sense for the room that this is; all of one command for a topic."""
    if topic:
        named = [one for one in USAGES if topic.lower() in (one.name, *one.aliases)]
        if named:
            return "\n".join(f"`{one.usage}`\n{one.help} For example: `{one.example}`" for one in named)
    names: tuple[str, ...]
    if incident is None:
        head, names = "This channel is no incident's room. Here you can:", _ANYWHERE
    elif incident.state is IncidentState.OPEN:
        head, names = f"{incident.name} is open. Here you can:", _OPEN
    else:
        head, names = f"{incident.name} is {incident.state.value}. Here you can:", _ENDED
    here = [one for one in USAGES if one.where == "/incident" and one.name in names]
    logging = [one for one in USAGES if one.where == "/hotfix"]
    return "\n".join([head, *(f"`{one.usage}`  {one.help}" for one in logging + here)])


def run(scope: Scope, command: Help) -> Answer:
    here = None
    if scope.channel is not None:
        here = load.incident(
            scope.conn,
            incidents.c.workspace_id == scope.workspace,
            incidents.c.channel_id == scope.channel,
            incidents.c.standing.is_(False),
            load.visible_to(scope.actor),
        )
    return Answer(decide(here, command.topic))
