"""Reminders: planned whenever something changes, sent when the clock rings.

A row of `reminders` says when to look again at one thing (an action's thread, a person, an incident's lead…). What is
due is always computed afresh by `bot.rules.nudges`; the row is locked while it is, so two replicas that hear the same
ring send one message.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, bindparam, func, select, update

from bot.ledger import load
from bot.ledger.outbox import new, upsert, upserts
from bot.ledger.prepared import Prepared
from bot.ledger.tables import actions, nudges, reminders
from bot.rules import nudges as due
from bot.rules.decision import Effect, EffectKind, Entry, Update
from bot.rules.model import Action, ActionState, Incident, Person
from bot.rules.worktime import local_date
from bot.warroom.scope import Scope

Pair = tuple[Action, Incident]

_SPANNING = {EffectKind.NUDGE, EffectKind.DIGEST}  # one message about several incidents: asked for once

_DUE = upserts(reminders, "lane", due_at=new("due_at"), person_id=new("person_id"))
_NOT_DUE = Prepared(
    update(reminders)
    .where(
        reminders.c.workspace_id == bindparam("workspace"),
        reminders.c.lane == bindparam("which"),
        reminders.c.due_at.is_not(None),
    )
    .values(due_at=None)
)


def plan_new(scope: Scope, incident: Incident, action: Action, action_id: int, owner: Person) -> None:
    """Plan for one action that was just logged, without reading the rest of its incident."""
    drift = [(action, incident)]
    if incident.settled:
        plan(scope, incident)
        return
    _set(
        scope,
        "thread",
        due.thread_due(action, incident, None, scope.policy),
        action_id,
        incident.id,
        owner.id,
    )
    if action.until is not None:
        _set(scope, "undo", due.undo_due(drift[0][0], None), action_id, incident.id, owner.id)


def plan(scope: Scope, incident: Incident) -> None:
    """Plan everything that hangs on an incident: after a verb changed it, or one of its actions."""
    policy, conn = scope.policy, scope.conn
    drift = [(action, incident) for action in load.actions_where(conn, actions.c.incident_id == incident.id)]
    planned = _planned(conn, reminders.c.incident_id == incident.id)
    sent = {lane: row.sent_at for lane, row in planned.items() if row.sent_at is not None}
    reopened = load.last_at(conn, incident.id, "incident.reopened")
    for action, _ in drift:
        last = _latest(sent.get(f"thread/{action.id}"), reopened)
        thread = due.thread_due(action, incident, last, policy)
        _set(scope, "thread", thread, action.id, incident.id, action.owner_id, planned)
        if action.until is not None:
            undo = due.undo_due(action, sent.get(f"undo/{action.id}"))
            _set(scope, "undo", undo, action.id, incident.id, action.owner_id, planned)
        if action.state is not ActionState.REGRESSED:  # an alarm that was put off has nothing left to say
            _set(scope, "alarm", None, action.id, incident.id, action.owner_id, planned)
    plan_people(scope, load.people_by_id(conn, {action.owner_id for action, _ in drift}).values())
    _plan_incident(scope, incident, drift, sent)


def plan_people(scope: Scope, people: Iterable[Person]) -> None:
    """Plan each person's one direct message, over all their drift: in a few statements however many they are."""
    by_id = {person.id: person for person in people}
    owned: dict[int, list[Pair]] = {person_id: [] for person_id in by_id}
    for action, incident in load.drift_of(scope.conn, *by_id):
        owned[action.owner_id].append((action, incident))
    last = _last_dates(scope.conn, by_id)
    planned = _planned(scope.conn, reminders.c.kind == "person", reminders.c.person_id.in_(by_id))
    for person_id, person in by_id.items():
        at = due.person_due(owned[person_id], person, last.get(person_id), scope.at, scope.policy)
        _set(scope, "person", at, person_id, None, person_id, planned)


def _plan_incident(scope: Scope, incident: Incident, drift: Sequence[Pair], sent: dict[str, int]) -> None:
    policy, conn = scope.policy, scope.conn
    if incident.drill:  # what a practice changed concerns nobody outside its room
        drift = []
    lead = load.person(conn, incident.lead_id or incident.opened_by)
    told = sent.get(f"lead/{incident.id}")
    _set(scope, "lead", due.lead_due(drift, lead, told, scope.at, policy), incident.id, incident.id, lead.id)
    announced = due.announce_due(drift, sent.get(f"announce/{incident.id}"), policy)
    _set(scope, "announce", announced, incident.id, incident.id, None)
    plan_update(scope, incident)
    for reader in (None, lead):
        _plan_digest(scope, reader)
    if policy.archive_after_days is not None:
        _set(scope, "archive", _archive_due(scope, incident), incident.id, incident.id, None)


def _archive_due(scope: Scope, incident: Incident) -> int | None:
    drift = [(action, incident) for action in load.actions_where(scope.conn, actions.c.incident_id == incident.id)]
    reused = load.last_at(scope.conn, incident.id, "room.unarchived")
    return due.archive_due(incident, drift, reused, scope.policy)


def plan_update(scope: Scope, incident: Incident) -> None:
    """Plan when the lead is reminded of a status update: also right after one, or the incident, was recorded."""
    lane = f"update/{incident.id}"
    last = _sent(scope.conn, reminders.c.lane == lane).get(lane)
    at = due.update_due(incident, _updated_at(scope, incident), last, scope.policy)
    _set(scope, "update", at, incident.id, incident.id, None)


def _updated_at(scope: Scope, incident: Incident) -> int:
    if scope.policy.severity(incident.severity).update_every_minutes is None:
        return incident.opened_at
    runs_anew = ("incident.update", "incident.reopened", "incident.severity")
    return _latest(incident.opened_at, *(load.last_at(scope.conn, incident.id, kind) for kind in runs_anew)) or 0


def _plan_digest(scope: Scope, reader: Person | None) -> None:
    """Plan the weekly digest of a lead, or of everybody."""
    drift = _digest_of(scope, reader)
    owners = load.people_by_id(scope.conn, {action.owner_id for action, _ in drift})
    key = reader.id if reader else 0
    last = _sent(scope.conn, reminders.c.lane == f"digest/{key}").get(f"digest/{key}")
    at = due.digest_due(drift, owners, reader, last, scope.at, scope.policy)
    _set(scope, "digest", at, key, None, reader.id if reader else None)


def _digest_of(scope: Scope, reader: Person | None) -> list[Pair]:
    """What a digest may name: for a lead that of their incidents, for everybody that of all but private ones."""
    drift = load.past_nudging(scope.conn, scope.workspace, scope.policy.nudges.most_per_action)
    if reader is None:
        return [pair for pair in drift if not pair[1].private]
    return [pair for pair in drift if (pair[1].lead_id or pair[1].opened_by) == reader.id]


def alarm_owner(scope: Scope, incident: Incident, action: Action, seq: int) -> list[Effect]:
    """The effects of a regression that entry `seq` records; the owner's part is planned where it has to wait."""
    owner = load.person(scope.conn, action.owner_id)
    alarm = due.alarm(incident, owner, scope.at, scope.policy)
    effects = [Effect(EffectKind.ALARM, incident.id, str(seq))]
    if alarm.owner_at is not None and alarm.owner_at <= scope.at:
        effects.append(Effect(EffectKind.ALARM_OWNER, incident.id, str(seq)))
    elif alarm.owner_at is not None:
        _set(scope, "alarm", alarm.owner_at, action.id, incident.id, owner.id)
    return effects


def due_now(conn: Connection, at: int, most: int = 200) -> list[tuple[int, int]]:
    """(workspace id, reminder id) of what is due."""
    rows = conn.execute(
        select(reminders.c.workspace_id, reminders.c.id)
        .where(reminders.c.due_at <= at)
        .order_by(reminders.c.due_at)
        .limit(most)
    )
    return [(row.workspace_id, row.id) for row in rows]


def ring(scope: Scope, reminder_id: int) -> None:
    """Send one reminder if it is still due, and plan its next. Incidents are locked in the order of their ids, before
    the reminder: the same order that every verb takes."""
    row = scope.conn.execute(select(reminders).where(reminders.c.id == reminder_id)).one()
    reader = load.person(scope.conn, row.person_id) if row.person_id else None
    if row.kind == "person":
        ids = {incident.id for _, incident in load.drift_of(scope.conn, row.person_id)}
    elif row.kind == "digest":
        ids = {incident.id for _, incident in _digest_of(scope, reader)}
    else:
        ids = {row.incident_id}
    locked = {one: load.incident_by_id(scope.conn, one, lock=True) for one in sorted(ids)}
    still_due = scope.conn.execute(
        select(reminders).where(reminders.c.id == reminder_id, reminders.c.due_at <= scope.at).with_for_update()
    ).first()
    if still_due is None:  # another replica was here first
        return
    if row.kind == "person":
        _ring_person(scope, load.person(scope.conn, row.person_id))
        return
    if row.kind == "digest":
        _ring_digest(scope, reader, still_due)
        return
    incident = locked[row.incident_id]
    if row.kind == "alarm":
        _ring_alarm(scope, incident, load.actions_where(scope.conn, actions.c.id == row.action_id)[0])
    elif row.kind == "archive":
        _ring_archive(scope, incident)
    elif row.kind == "update":
        _ring_update(scope, incident, still_due)
    elif _ring_incident(scope, row.kind, row.action_id, incident, still_due.sent_at):
        _mark_sent(scope, still_due)
    plan(scope, incident)


def _ring_person(scope: Scope, person: Person) -> None:
    drift = load.drift_of(scope.conn, person.id)
    today = local_date(scope.at, person.tz).isoformat()
    last = _last_dates(scope.conn, [person.id]).get(person.id)
    at = due.person_due(drift, person, last, scope.at, scope.policy)
    told = due.worth_telling(drift, person, scope.at, scope.policy)
    if at is not None and at <= scope.at and told:
        claim = {"workspace_id": scope.workspace, "person_id": person.id, "local_date": today, "at": scope.at}
        first = upsert(scope.conn.dialect, nudges).values(claim).on_conflict_do_nothing().returning(nudges.c.id)
        if scope.conn.scalar(first) is not None:  # else a move of time zone, or a replica: they have had today's
            _send(scope, told, "direct", person.id, EffectKind.NUDGE, count=True)
    plan_people(scope, [person])


def _ring_digest(scope: Scope, reader: Person | None, row: Row[Any]) -> None:
    drift = _digest_of(scope, reader)
    owners = load.people_by_id(scope.conn, {action.owner_id for action, _ in drift})
    at = due.digest_due(drift, owners, reader, row.sent_at, scope.at, scope.policy)
    told = due.in_digest(drift, owners, scope.at, scope.policy)
    if at is not None and at <= scope.at and told:
        _send(scope, told, "digest", row.person_id, EffectKind.DIGEST, count=False)
        _mark_sent(scope, row)
    _plan_digest(scope, reader)


def _mark_sent(scope: Scope, row: Row[Any]) -> None:
    sent = {"sent_at": scope.at, "sent": row.sent + 1}
    scope.conn.execute(update(reminders).where(reminders.c.id == row.id).values(sent))


def _ring_alarm(scope: Scope, incident: Incident, action: Action) -> None:
    """An owner's alarm that waited for their morning: once, and put off again where the ring itself came too late."""
    owner = load.person(scope.conn, action.owner_id)
    at = due.alarm(incident, owner, scope.at, scope.policy).owner_at
    if action.state is not ActionState.REGRESSED or at is None or at <= scope.at:
        _set(scope, "alarm", None, action.id, incident.id, owner.id)
    if action.state is ActionState.REGRESSED and at is not None:
        if at <= scope.at:
            _send(scope, [(action, incident)], "alarm", owner.id, EffectKind.ALARM_OWNER, count=False)
        else:
            _set(scope, "alarm", at, action.id, incident.id, owner.id)


def _ring_archive(scope: Scope, incident: Incident) -> None:
    at = _archive_due(scope, incident)
    if at is not None and at <= scope.at:
        gone = Update("incidents", incident.id, {"archived_at": scope.at})
        scope.write(incident, [Entry("room.archived")], [gone], [Effect(EffectKind.ARCHIVE, incident.id)])


def _ring_update(scope: Scope, incident: Incident, row: Row[Any]) -> None:
    since = _updated_at(scope, incident)
    at = due.update_due(incident, since, row.sent_at, scope.policy)
    if at is not None and at <= scope.at:
        overdue = Entry("update.overdue", {"to": incident.lead_id or incident.opened_by, "since": since})
        said = Effect(EffectKind.UPDATE_NUDGE, incident.id, str(incident.last_seq + 1))
        scope.write(incident, [overdue], effects=[said])
        _mark_sent(scope, row)


def _ring_incident(scope: Scope, kind: str, action_id: int | None, incident: Incident, last: int | None) -> bool:
    """Whether anything was sent."""
    policy, at = scope.policy, scope.at
    drift = [(action, incident) for action in load.actions_where(scope.conn, actions.c.incident_id == incident.id)]
    lead = load.person(scope.conn, incident.lead_id or incident.opened_by)
    told: Sequence[Pair] = [pair for pair in drift if action_id in (None, pair[0].id)]
    action = told[0][0]
    when: int | None
    match kind:
        case "thread":
            reopened = load.last_at(scope.conn, incident.id, "incident.reopened")
            when, effect = due.thread_due(action, incident, _latest(last, reopened), policy), EffectKind.THREAD_NUDGE
        case "undo":
            when, effect = due.undo_due(action, last), EffectKind.THREAD_NUDGE
        case "lead":
            when, effect = due.lead_due(drift, lead, last, at, policy), EffectKind.LEAD_NUDGE
        case _:
            when, effect = due.announce_due(drift, last, policy), EffectKind.DRIFT_NOTICE
    still_open = [pair for pair in told if not pair[0].state.reconciled]
    if when is None or when > at or not still_open:
        return False
    to = lead.id if effect is EffectKind.LEAD_NUDGE else None
    _send(scope, still_open, kind, to, effect, count=False)
    return True


def _send(scope: Scope, told: Iterable[Pair], where: str, to: int | None, effect: EffectKind, *, count: bool) -> None:
    """One entry in each incident that is spoken of, and the effect. `count`: towards the most that an action gets."""
    by_incident: dict[int, tuple[Incident, list[Action]]] = {}
    for action, incident in told:
        by_incident.setdefault(incident.id, (incident, []))[1].append(action)
    for incident, spoken_of in sorted(by_incident.values(), key=lambda pair: pair[0].id):
        payload = {"actions": sorted(action.number for action in spoken_of), "where": where, "to": to}
        here = Effect(effect, incident.id, str(incident.last_seq + 1))
        effects = [] if effect in _SPANNING else [here]
        counted = [Update("actions", action.id, {"nudged": action.nudged + 1}) for action in spoken_of if count]
        scope.write(incident, [Entry("nudge.sent", payload)], counted, effects)
    if effect is EffectKind.NUDGE:
        scope.want(EffectKind.NUDGE, key=str(to))
    elif effect is EffectKind.DIGEST:
        scope.want(EffectKind.DIGEST, key=f"{to or 0}.{local_date(scope.at, 'UTC')}")


def _set(
    scope: Scope,
    kind: str,
    at: int | None,
    key: int,
    incident_id: int | None,
    person_id: int | None,
    planned: Mapping[str, Any] | None = None,
) -> None:
    """Store when to look at a thing again. A thing that was never due has no row. `planned` are the rows that there
    are, where they were read: what stands there already is not written again."""
    lane = f"{kind}/{key}"
    if planned is not None:
        row = planned.get(lane)
        if (row.due_at if row else None) == at and (row is None or at is None or row.person_id == person_id):
            return
    if at is None:
        _NOT_DUE.run(scope.conn, {"workspace": scope.workspace, "which": lane})
        return
    wanted = {
        "workspace_id": scope.workspace,
        "lane": lane,
        "kind": kind,
        "incident_id": incident_id,
        "action_id": key if kind in ("thread", "undo", "alarm") else None,
        "person_id": person_id,
        "due_at": at,
    }
    _DUE.run(scope.conn, wanted)


def _latest(*times: int | None) -> int | None:
    return max((at for at in times if at is not None), default=None)


def _sent(conn: Connection, where: ColumnElement[bool]) -> dict[str, int]:
    rows = conn.execute(select(reminders.c.lane, reminders.c.sent_at).where(where, reminders.c.sent_at.is_not(None)))
    return {row.lane: row.sent_at for row in rows}


def _planned(conn: Connection, *where: ColumnElement[bool]) -> dict[str, Any]:
    """The rows that there are, by lane."""
    columns = (reminders.c.lane, reminders.c.due_at, reminders.c.sent_at, reminders.c.person_id)
    return {row.lane: row for row in conn.execute(select(*columns).where(*where))}


def _last_dates(conn: Connection, person_ids: Iterable[int]) -> dict[int, date]:
    """When people last got a direct message, by person."""
    last = func.max(nudges.c.local_date)
    rows = conn.execute(
        select(nudges.c.person_id, last.label("on"))
        .where(nudges.c.person_id.in_(list(person_ids)))
        .group_by(nudges.c.person_id)
    )
    return {row.person_id: date.fromisoformat(row.on) for row in rows}
