"""Messages on the timeline: put there by somebody, and taken off again by whoever wants to."""

from sqlalchemy import delete, select

from bot.ledger.tables import pins
from bot.rules import words
from bot.rules.clean import Clean
from bot.rules.commands import Pin, Unpin
from bot.rules.decision import Answer, Decision, Entry, Insert, Refusal
from bot.rules.model import Incident, Person
from bot.warroom.scope import Scope


def decide(
    incident: Incident, text: Clean, author: Person | None, message: dict[str, Clean | None], by: int
) -> Decision:
    """`message` says where it stands: `channel`, `ts`, `url`."""
    payload = {"text": text, "author": author.id if author else None, "message": message}
    row = {"incident_id": incident.id, "channel_id": message["channel"], "ts": message["ts"], "by": by}
    return Decision(
        answer=Answer(words.pinned(incident)),
        entries=(Entry("message.pinned", payload),),
        changes=(Insert("pins", row | {"seq": incident.last_seq + 1}),),
    )


def run(scope: Scope, command: Pin) -> Answer:
    incident = scope.incident_or_standing(None, "update")
    source = command.source
    of_message = (pins.c.workspace_id == scope.workspace, pins.c.channel_id == source.channel, pins.c.ts == source.ts)
    if scope.conn.scalar(select(pins.c.id).where(*of_message)) is not None:
        raise Refusal(words.pinned_before(incident))
    url = scope.clean(source.url) if source.url else None
    message = {"channel": Clean(source.channel), "ts": Clean(source.ts), "url": url}
    author = scope.person(command.by) if command.by else None
    return scope.record(incident, decide(incident, scope.clean(command.text), author, message, scope.actor.id))


def unpin(scope: Scope, command: Unpin) -> Answer:
    """Raises Refusal for what is not on the timeline, or no longer."""
    incident = scope.incident_or_standing(command.incident, "update")
    taken = scope.conn.execute(delete(pins).where(pins.c.incident_id == incident.id, pins.c.seq == command.seq))
    if not taken.rowcount:
        raise Refusal(f"That message is not on the timeline of {incident.name} any more. Nothing was changed.")
    gone = Entry("message.unpinned", ref_seq=command.seq)
    return scope.record(incident, Decision(Answer(words.unpinned(incident)), entries=(gone,)))
