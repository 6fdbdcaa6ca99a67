"""A message that something was recorded from was edited or deleted: the record is amended, and keeps what it said.

Nobody asked for this, so it is done in Hotwash's own name; who edited stands in the entry. Slack does not say who
deleted a message, and may tell of edits late and out of order.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import and_, or_, select

from bot.ledger import load
from bot.ledger.tables import entries, pins
from bot.rules import words
from bot.rules.decision import Answer, Entry, Update
from bot.rules.effects import action_changed
from bot.rules.model import Action, Incident, Line, Ruling
from bot.warroom.scope import Scope


@dataclass(frozen=True, slots=True)
class _Recorded:
    """What was recorded from a message: an action, or the message itself on a timeline. `seq` is the entry that did."""

    incident: Incident  # locked for appending
    seq: int
    action: Action | None = None


def changed(scope: Scope, channel: str, ts: str, text: str, slack_id: str, edited: str) -> Answer | None:
    """`text` is what people see now, since the moment `edited` (a Slack ts). An action takes it over, unless somebody
    gave it words of its own. An answer if there is something to tell whoever edited."""
    author, new = scope.person(slack_id).id, scope.clean(text)
    for found in _recorded(scope, channel, ts):
        origin, *edits = _history(scope, found)
        known = [dict(line.payload) for line in edits if line.payload]
        if any(str(edit["edited"]) >= edited for edit in known):
            continue  # this one comes late
        last = known[-1]["after"] if known else (origin.payload or {}).get("text")
        if last == new:
            continue
        action = found.action
        taken = action is None or _follows(scope, action, origin)
        payload = {"before": last, "after": new, "author": author, "edited": scope.clean(edited), "taken": taken}
        if action is None:
            scope.write(found.incident, (Entry("message.changed", payload, found.seq),))
            continue
        entry = Entry("message.changed", payload | {"action": action.number}, found.seq)
        changes = (Update("actions", action.id, {"text": new}),) if taken else ()
        scope.write(found.incident, (entry,), changes, action_changed(found.incident, action))
    return Answer(words.secrets_found(scope.found_secrets)) if scope.found_secrets else None


def deleted(scope: Scope, channel: str, ts: str) -> None:
    for found in _recorded(scope, channel, ts):
        if (action := found.action) is None:
            scope.write(found.incident, (Entry("message.deleted", ref_seq=found.seq),))
            continue
        entry = Entry("message.deleted", {"action": action.number}, found.seq)
        gone = (Update("actions", action.id, {"source_gone": True}),)
        scope.write(found.incident, (entry,), gone, action_changed(found.incident, action))


def _recorded(scope: Scope, channel: str, ts: str) -> Iterator[_Recorded]:
    if logged := load.logged_from(scope.conn, scope.workspace, channel, ts):
        incident = load.incident_by_id(scope.conn, logged.incident_id, lock=True)
        action = scope.action(incident, logged.number)
        lines = _about(scope, action, "action.logged")
        if lines:  # else it was purged
            yield _Recorded(incident, lines[0].seq, action)
    of_message = (pins.c.workspace_id == scope.workspace, pins.c.channel_id == channel, pins.c.ts == ts)
    for row in scope.conn.execute(select(pins).where(*of_message)).all():
        yield _Recorded(load.incident_by_id(scope.conn, row.incident_id, lock=True), row.seq)


def _history(scope: Scope, found: _Recorded) -> list[Line]:
    """The entry that recorded the message, and the edits of it that are known, oldest first."""
    edits = and_(entries.c.ref_seq == found.seq, entries.c.kind == "message.changed")
    return load.lines(scope.conn, found.incident.id, or_(entries.c.seq == found.seq, edits))


def _follows(scope: Scope, action: Action, origin: Line) -> bool:
    """Whether an action still says what its message does: it was logged word for word, and nobody corrected it."""
    message = (origin.payload or {}).get("message")
    edits = [(line.payload or {}).get("after") for line in _about(scope, action, "action.edited")]
    corrected = any(isinstance(after, dict) and "text" in after for after in edits)
    word_for_word = isinstance(message, dict) and bool(message["verbatim"])
    return word_for_word and not corrected and action.ruling is not Ruling.STRUCK


def _about(scope: Scope, action: Action, kind: str) -> list[Line]:
    of_action = entries.c.payload.contains(f'"action":{action.number},')  # its keys are sorted: this one is first
    return load.lines(scope.conn, action.incident_id, entries.c.kind == kind, of_action)
