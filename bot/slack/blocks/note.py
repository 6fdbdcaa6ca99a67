"""A note: one ledger entry said in the room, in the words of the timeline."""

from bot.rules.decision import EffectKind
from bot.rules.model import Line, WarRoom
from bot.rules.refusal import sentence
from bot.rules.telling import tell
from bot.slack import mrkdwn
from bot.slack.blocks.parts import Message, context, message, section

_MARKS = {
    "incident.update": "📣",
    "incident.resolved": "🟢",
    "incident.reopened": "🔥",
    "incident.duplicate": "🏁",
    "incident.reconciled": "✅",
    "incident.unreconciled": "🔴",
    "evidence.lost": "🚨",
    "delivery.refused": "⚠️",
}
_QUIET = {"incident.severity", "incident.lead", "incident.role", "incident.cancelled"}


def note(line: Line, room: WarRoom) -> Message:
    """`room.people` holds whoever the entry names."""
    said = mrkdwn.escape(tell(line, room.people))
    if line.kind == "delivery.refused" and line.payload is not None:
        person = room.people.get(refused_person(line) or 0)
        other = mrkdwn.escape(str(line.payload["key"])) if line.payload["effect"] == EffectKind.WEBHOOK else "somebody"
        who = mrkdwn.who(person) if person else other
        said = sentence(str(line.payload["effect"]), str(line.payload["error"]), who)
    if line.kind == "incident.update" and line.payload is not None:  # people's own words: whole
        who = mrkdwn.who(room.person(line.actor_id)) if line.actor_id else "Hotwash"
        return message(
            f"{room.incident.name}: {said}",
            [section(f"📣 *Update* from {who}\n{mrkdwn.escape(str(line.payload['text']))}")],
        )
    if line.kind == "incident.duplicate" and line.payload and line.payload["channel"]:
        said += f". It goes on in {mrkdwn.channel(str(line.payload['channel']))}"
    if line.kind == "incident.reconciled":
        said = f"Everything of {room.incident.name} is reconciled."
    text = f"{_MARKS.get(line.kind, '•')} {said}"
    sealed = (
        context(f"Ledger entry {line.seq} · {mrkdwn.code(line.hash)}") if line.kind == "incident.reconciled" else None
    )
    return message(f"{room.incident.name}: {said}", [context(text) if line.kind in _QUIET else section(text), sealed])


def refused_person(line: Line) -> int | None:
    """Who could not be invited, if that is what was refused."""
    said = line.payload or {}
    return int(str(said["key"])) if said.get("effect") == EffectKind.INVITE else None


def anchor(line: Line, room: WarRoom) -> Message:
    """The ledger's last hash, where nobody who holds the database can change it."""
    said = f"{room.incident.name} · ledger entry {line.seq}"
    return message(f"{said} · {line.hash}", [context(f"🔒 {said} · {mrkdwn.code(line.hash)}")])
