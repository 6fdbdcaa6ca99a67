"""`/incident status`: where an incident stands, and what is in the way."""

from sqlalchemy import select

from bot.ledger import load
from bot.ledger.tables import outbox, repositories
from bot.rules.checklist import checklist, counts
from bot.rules.commands import Status
from bot.rules.decision import Answer, EffectKind
from bot.rules.model import Incident, WarRoom
from bot.rules.refusal import sentence
from bot.rules.summary import plain_duration
from bot.rules.words import count, short
from bot.warroom.scope import Scope

_MOST = 15  # lines of drift; the checklist and the export have all


def describe(room: WarRoom, now: int) -> str:
    """The answer's text, without the troubles that only the database knows."""
    incident = room.incident
    lead = room.people[incident.lead_id].name if incident.lead_id else "nobody"
    head = f"{incident.name} · {short(incident.title, 200)}\n{incident.state.value} · {incident.severity} · lead {lead}"
    head += "".join(f" · {role} {room.people[person].name}" for role, person in sorted(room.roles.items()))
    head += f" · opened {plain_duration(now - incident.opened_at)} ago"
    standings = counts(room)
    tally = ", ".join(f"{many} {name}" for name, many in standings.items())
    lines = [
        head,
        f"{count(sum(standings.values()), 'action')}: {tally}" if tally else "No actions logged.",
    ]
    left = checklist(room, now).left
    for item in left[:_MOST]:
        action = item.action
        lines.append(
            f"#{action.number} {action.state.value} for {plain_duration(item.drift)} · {item.owner.name} · "
            f"{short(action.text, 80)}"
        )
    if len(left) > _MOST:
        lines.append(f"… and {len(left) - _MOST} more. `/incident drift` pages through all of them.")
    return "\n".join(lines)


def run(scope: Scope, command: Status) -> Answer:
    incident = scope.incident(command.incident)
    room = load.war_room(scope.conn, incident.id)
    said = [describe(room, scope.at), *_troubles(scope, incident)]
    if incident.channel_id is None and not incident.standing:
        scope.want(EffectKind.ROOM, incident)  # where Slack refused it for good: whoever asks may have mended that
    return Answer("\n".join(said))


def _troubles(scope: Scope, incident: Incident) -> list[str]:
    """What Slack refused for good, and repositories that cannot be reached."""
    parked = scope.conn.execute(
        select(outbox.c.kind, outbox.c.error)
        .where(
            outbox.c.incident_id == incident.id,
            outbox.c.parked_at.is_not(None),
            outbox.c.wanted > outbox.c.done,
        )
        .order_by(outbox.c.id)
        .limit(5)
    )
    failing = scope.conn.execute(
        select(repositories.c.name, repositories.c.error, repositories.c.polled_at).where(
            repositories.c.workspace_id == scope.workspace, repositories.c.error.is_not(None)
        )
    )
    lines = [sentence(row.kind, row.error) for row in parked]
    for row in failing:
        since = f", last seen {plain_duration(scope.at - row.polled_at)} ago" if row.polled_at else ""
        lines.append(f"Repository {row.name} cannot be reached{since}: {short(row.error, 200)}")
    return lines
