"""`/hotfix`: record one manual change. The path that has to be short: somebody is in the middle of a fire."""

from dataclasses import replace

from sqlalchemy import insert

from bot.ledger import load
from bot.ledger.prepared import Prepared
from bot.ledger.tables import actions
from bot.rules import words
from bot.rules.clean import Clean
from bot.rules.commands import Log, Source
from bot.rules.decision import Answer, Button, Decision, Effect, EffectKind, Entry, Menu, Refusal, Update
from bot.rules.effects import incident_changed
from bot.rules.kinds import infer_kind, infer_path, infer_target
from bot.rules.model import Action, ActionKind, ActionState, Incident, Person, Ruling
from bot.rules.times import clock_time
from bot.warroom import record_change, remind
from bot.warroom.scope import Scope

_IN_FILES = (ActionKind.FILE, ActionKind.CONFIG, ActionKind.CODE)
_INSERT = Prepared(insert(actions).returning(actions.c.id))


def decide(
    incident: Incident,
    action: Action,
    owner: Person,
    actor: Person,
    source: Source | None = None,
    *,
    wants_change: bool = False,
) -> Decision:
    """The entry, the counters and the messages of a new action; `action.id` is not known yet, and not needed.
    `wants_change`: the change itself could be compared, and is not there yet."""
    value = f"{incident.number}#{action.number}"
    ephemeral = action.ruling is Ruling.EPHEMERAL
    buttons: tuple[Button, ...] = (Button("edit", "Correct…", value), Button("strike", "Strike…", value))
    if not ephemeral:
        buttons = (Button("ephemeral", "Nothing to reconcile", value), *buttons)
    if wants_change:
        buttons = (Button("change", "Add the change…", value), *buttons)
    payload = {
        "action": action.number,
        "kind": action.kind,
        "text": action.text,
        "target": action.target,
        "repo": action.repo,
        "path": action.path,
        "owner": action.owner_id,
        "done_at": action.done_at,
        "until": action.until,
        "ephemeral": ephemeral,
    }
    if source is not None:
        where = {"channel": Clean(source.channel), "ts": Clean(source.ts), "url": action.source_url}
        payload["message"] = {**where, "verbatim": source.verbatim}
    said = words.logged(
        incident, action.number, action.kind, action.text, owner if owner.id != actor.id else None, ephemeral
    )
    return Decision(
        answer=Answer(said, buttons, Menu("kind", "Kind", value, tuple(ActionKind), action.kind)),
        entries=(Entry("action.logged", payload),),
        changes=(Update("incidents", incident.id, {"last_action": action.number, "reconciled_at": None}),),
        effects=(Effect(EffectKind.ACTION, incident.id, str(action.number)), *incident_changed(incident)),
    )


def run(scope: Scope, command: Log) -> Answer:
    incident = scope.incident_or_standing(command.incident, "log")
    source = command.source
    if source is not None:
        _refuse_twice(scope, source)
    owner = scope.person(command.by) if command.by else scope.actor
    scope.admit(incident, owner)
    text = scope.clean(command.text)
    done_at = min(source.posted_at, scope.at) if source else scope.at
    if command.at:
        done_at = clock_time(command.at, scope.at, scope.actor.tz, "past")
    ruling = Ruling.EPHEMERAL if command.ephemeral else None
    target, path = command.target or infer_target(text), command.path or infer_path(text)
    action = Action(
        id=0,
        incident_id=incident.id,
        number=incident.last_action + 1,
        kind=command.kind or infer_kind(text),
        text=text,
        state=ActionState.EPHEMERAL if ruling else ActionState.DRIFTING,
        logged_by=scope.actor.id,
        logged_at=scope.at,
        done_at=done_at,
        owner_id=owner.id,
        target=scope.clean(target) if target else None,
        repo=scope.clean(command.repo) if command.repo else None,
        path=scope.clean(path) if path else None,
        until=clock_time(command.until, scope.at, scope.actor.tz, "future") if command.until else None,
        ruling=ruling,
        ruled_by=scope.actor.id if ruling else None,
        ruled_at=scope.at if ruling else None,
        drifting_since=None if ruling else done_at,
        source_url=scope.clean(source.url) if source and source.url else None,
    )
    row = {**_row(action), "workspace_id": incident.workspace_id}
    if source is not None:
        row |= {"source_channel": source.channel, "source_ts": source.ts}
    made: int = _INSERT.first(scope.conn, row).id
    of_file = action.path is not None or action.kind in _IN_FILES
    wants_change = bool(scope.policy.repositories) and of_file and not (ruling or command.change)
    answer = scope.record(incident, decide(incident, action, owner, scope.actor, source, wants_change=wants_change))
    if command.change is not None:
        record_change.keep(
            scope, load.incident_by_id(scope.conn, incident.id), replace(action, id=made), command.change
        )
    if ruling is None:
        remind.plan_new(scope, incident, action, made, owner)
    scope.touched.pop(incident.id, None)  # planned above, with less than the whole incident to read
    return answer


def _refuse_twice(scope: Scope, source: Source) -> None:
    """Raises Refusal for a message that was logged before, by whomever."""
    logged = load.logged_from(scope.conn, scope.workspace, source.channel, source.ts)
    if logged is not None:
        raise Refusal(words.logged_before(load.incident_by_id(scope.conn, logged.incident_id), logged))


def _row(action: Action) -> dict[str, object]:
    columns = (
        "incident_id",
        "number",
        "text",
        "logged_by",
        "logged_at",
        "done_at",
        "owner_id",
        "target",
        "repo",
    )
    more = ("path", "until", "ruled_by", "ruled_at", "drifting_since", "source_url")
    row = {name: getattr(action, name) for name in columns + more}
    ruling = action.ruling.value if action.ruling else None
    return row | {"kind": action.kind.value, "state": action.state.value, "ruling": ruling}
