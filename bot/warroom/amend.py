"""A message that something was recorded from was edited or deleted: the record is amended, and keeps what it said.

Nobody asked for this, so it is done in Hotwash's own name; who edited stands in the entry. Slack does not say who
deleted a message.
"""

from sqlalchemy import select

from bot.ledger import load
from bot.ledger.tables import entries, pins
from bot.rules import words
from bot.rules.decision import Answer, Entry, Update
from bot.rules.effects import action_changed
from bot.rules.model import Action, Incident, Ruling
from bot.warroom.scope import Scope


def changed(scope: Scope, channel: str, ts: str, before: str, after: str, slack_id: str) -> Answer | None:
    """`before` and `after` are what people saw. An action takes the new text over, unless somebody corrected it in the
    meantime: their word is the later one. An answer if there is something to tell the author."""
    author, old, new = scope.person(slack_id).id, scope.redactor(before).text, scope.clean(after)
    if old == new:
        return None
    said = {"before": old, "after": new, "author": author}
    if logged := load.logged_from(scope.conn, scope.workspace, channel, ts):
        incident, action = _locked(scope, logged)
        taken = action.text == old and action.ruling is not Ruling.STRUCK
        entry = Entry("message.changed", {"action": action.number, "taken": taken, **said}, _seq_of(scope, action))
        changes = (Update("actions", action.id, {"text": new}),) if taken else ()
        scope.write(incident, (entry,), changes, action_changed(incident, action))
    for incident, seq in _pinned(scope, channel, ts):
        scope.write(incident, (Entry("message.changed", {"taken": True, **said}, seq),))
    return Answer(words.secrets_found(scope.found_secrets)) if scope.found_secrets else None


def deleted(scope: Scope, channel: str, ts: str) -> None:
    if logged := load.logged_from(scope.conn, scope.workspace, channel, ts):
        incident, action = _locked(scope, logged)
        entry = Entry("message.deleted", {"action": action.number}, _seq_of(scope, action))
        gone = (Update("actions", action.id, {"source_gone": True}),)
        scope.write(incident, (entry,), gone, action_changed(incident, action))
    for incident, seq in _pinned(scope, channel, ts):
        scope.write(incident, (Entry("message.deleted", ref_seq=seq),))


def _locked(scope: Scope, logged: Action) -> tuple[Incident, Action]:
    """The incident, locked for appending, and the action as it is then."""
    incident = load.incident_by_id(scope.conn, logged.incident_id, lock=True)
    return incident, scope.action(incident, logged.number)


def _seq_of(scope: Scope, action: Action) -> int | None:
    """The entry that logged an action; None once that was purged."""
    of_action = entries.c.payload.contains(f'"action":{action.number},', autoescape=True)
    lines = load.lines(scope.conn, action.incident_id, entries.c.kind == "action.logged", of_action)
    found = (line.seq for line in lines if (line.payload or {}).get("action") == action.number)
    return next(found, None)


def _pinned(scope: Scope, channel: str, ts: str) -> list[tuple[Incident, int]]:
    """The incident on whose timeline a message stands, locked, and the entry that put it there."""
    of_message = (pins.c.workspace_id == scope.workspace, pins.c.channel_id == channel, pins.c.ts == ts)
    rows = scope.conn.execute(select(pins.c.incident_id, pins.c.seq).where(*of_message)).all()
    return [(load.incident_by_id(scope.conn, row.incident_id, lock=True), row.seq) for row in rows]
