"""Taking a secret or a person out of everything that Hotwash holds, and naming the copies that it cannot reach.

A purge is itself an entry, appended before anything is blanked; the chain then still verifies, since it covers the
payload's salted hash and never the payload.
"""

import asyncio
import json
import sqlite3
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import closing
from typing import Any

from sqlalchemy import Connection, Row, and_, delete, make_url, or_, select, union, update

from bot.ledger import load
from bot.ledger.chain import PURGED
from bot.ledger.database import Database
from bot.ledger.outbox import ask
from bot.ledger.record import record
from bot.ledger.tables import (
    actions,
    changes,
    entries,
    incidents,
    links,
    messages,
    outbox,
    patches,
    people,
    proofs,
    receipts,
    reminders,
    retro,
    sent_changes,
)
from bot.rules.clean import Clean
from bot.rules.decision import Effect, EffectKind, Entry, Refusal
from bot.rules.model import ActionState, Incident, PersonKind

BLANK = Clean("[purged]")
SOMEONE = Clean("someone")
_BLANK_ANSWER = json.dumps({"text": BLANK, "buttons": [], "menu": None})

_COPIES = [
    "what Slack showed before: people's notifications and e-mails, Slack's own exports and edit history",
    "exports and reports that were made from the ledger before, those in Git's history among them",
    "backups, replicas and snapshots of the database, and a PostgreSQL server's log of what was written",
]
_TEXT_KEYS = {"title", "text", "why", "target", "path", "files", "url", "subject"}  # of payloads: what people wrote
_WORTH_FINDING = 8  # characters: a shorter text stands in other entries by chance
_PATIENCE = 10  # seconds for other connections to let go of an SQLite file
_OF_ONE_PERSON = {
    EffectKind.PERSON, EffectKind.INVITE, EffectKind.NUDGE, EffectKind.NUDGE_REFRESH, EffectKind.HOME,
}  # fmt: skip


def purge(
    conn: Connection, team: str, number: int, seq: int, why: Clean, *, actor_id: int | None, via: str, at: int
) -> list[str]:
    """Blank one entry's payload, what state, answers and messages took from it, and say which copies are left.

    Raises Refusal if there is no such entry, or if it was purged before. Use `carry_out`, which cleans up the file.
    """
    incident = load.incident(
        conn,
        incidents.c.workspace_id == load.workspace_id(conn, team),
        incidents.c.number == number,
        lock=True,
    )
    if incident is None:
        raise Refusal(f"There is no INC-{number} here. Nothing was purged.")
    this = and_(entries.c.incident_id == incident.id, entries.c.seq == seq)
    entry = conn.execute(select(entries).where(this)).first()
    if entry is None:
        raise Refusal(f"{incident.name} has {incident.last_seq} entries, and no entry {seq}. Nothing was purged.")
    if entry.payload is None:
        raise Refusal(f"Entry {seq} of {incident.name} was purged before. Nothing was changed.")
    payload = json.loads(entry.payload)

    marker = Entry(PURGED, {"why": why}, ref_seq=seq)
    record(
        conn, team, incident, actor_id=actor_id, via=via, at=at, entries=[marker], effects=_shown(conn, [incident.id])
    )
    conn.execute(update(entries).where(this).values(payload=None, salt=None))
    _blank_state(conn, incident, seq, payload)
    copies = _blank_changes(conn, incident, seq, at)
    _blank_answers(conn, incident.workspace_id, since=entry.at)

    copies += [
        f"entry {other} of {incident.name} says it too: purge that as well" for other in _echoes(conn, entry, payload)
    ]
    if "title" in payload and incident.channel_name:
        copies.append("the room's name in Slack: rename it there")
        copies.append("Slack's lines in the room about topics that were set before: delete them there")
    if entry.kind in ("evidence.found", "commit.seen"):
        copies.append("the commit, in Git")
    elif entry.via != "cli":
        copies.append("the message in Slack that it was taken from, if there is one: delete it there")
    return copies + _COPIES


def _strings(payload: Mapping[str, Any]) -> Iterator[tuple[str, Clean]]:
    """Each string of a payload with its key, those of `before` and `after` too."""
    for key, value in payload.items():
        if isinstance(value, str):
            yield key, Clean(value)
        elif isinstance(value, dict):
            yield from _strings(value)
        elif isinstance(value, list):
            for item in value:
                yield from _strings(item if isinstance(item, dict) else {key: item})


def _blank_state(conn: Connection, incident: Incident, seq: int, payload: Mapping[str, Any]) -> None:
    """Blank what the state tables took from a payload and still hold; what was changed since is another entry's."""
    said = [text for _, text in _strings(payload)]
    if "title" in payload:
        titled = update(incidents).where(incidents.c.id == incident.id, incidents.c.title.in_(said))
        conn.execute(titled.values(title=BLANK, channel_name=None))  # the name was made from the title
    conn.execute(update(retro).where(retro.c.incident_id == incident.id, retro.c.seq == seq).values(text=BLANK))
    number = payload.get("action")
    of_action = and_(actions.c.incident_id == incident.id, actions.c.number == number)
    for column in (actions.c.text, actions.c.target, actions.c.repo, actions.c.path, actions.c.ruled_why):
        conn.execute(update(actions).where(of_action, column.in_(said)).values({column: BLANK}))
    conn.execute(
        update(links)
        .where(links.c.action_id.in_(select(actions.c.id).where(of_action)), links.c.ref.in_(said))
        .values(ref=Clean(f"{BLANK} entry {seq}"), url=None, sha=None)  # an action's links are told apart by ref
    )


def _blank_changes(conn: Connection, incident: Incident, seq: int, at: int) -> list[str]:
    """Blank the changes to files that an entry tells of, or that came of what it tells of, and what was made of them.
    They are compared no more; what was proven of them before stays proven. The copies that went elsewhere."""
    here = entries.c.incident_id == incident.id
    placed = select(entries.c.seq).where(here, entries.c.ref_seq == seq, entries.c.kind == "change.recorded")
    told = and_(changes.c.incident_id == incident.id, or_(changes.c.seq == seq, changes.c.seq.in_(placed)))
    conn.execute(delete(sent_changes).where(sent_changes.c.incident_id == incident.id, sent_changes.c.seq == seq))
    conn.execute(delete(proofs).where(proofs.c.action_id.in_(select(changes.c.action_id).where(told))))
    gone = {"path": BLANK, "upstream_path": BLANK, "base_content": None, "live_content": None, "veil": None}
    made = patches.c.action_id.in_(select(changes.c.action_id).where(told))
    copies = []
    for patch in conn.execute(select(patches).where(made, patches.c.content.is_not(None))):
        copies.append("the patch that was uploaded to the action's thread in Slack: delete it there")
        copies += [f"the branch that was pushed to {patch.repo}, at {patch.commit}, in Git"] if patch.commit else []
    conn.execute(  # what is still missing of the action's other changes is made anew
        update(patches).where(made).values(made_for=None, tip=None, content=None, push_by=None, push_at=None)
    )
    conn.execute(update(changes).where(told).values(dropped_at=at, **gone))
    return copies


def _blank_answers(conn: Connection, workspace_id: int, since: int) -> None:
    """Blank all answers since then: each may quote what was recorded, whole or in part. Who repeats a request of that
    time is told no more than that it was done."""
    conn.execute(
        update(receipts)
        .where(receipts.c.workspace_id == workspace_id, receipts.c.at >= since)
        .values(answer=_BLANK_ANSWER)
    )


def _shown(conn: Connection, incident_ids: Collection[int]) -> list[Effect]:
    """The effects that bring up to date what shows something of these incidents: messages, where they stand, and the
    report in Git."""
    posted = and_(messages.c.workspace_id == outbox.c.workspace_id, messages.c.lane == outbox.c.lane)
    rows = conn.execute(
        select(outbox.c.kind, outbox.c.incident_id, outbox.c.key)
        .outerjoin(messages, posted)
        .where(
            outbox.c.incident_id.in_(incident_ids),
            or_(messages.c.id.is_not(None), outbox.c.kind.in_([EffectKind.TOPIC.value, EffectKind.REPORT.value])),
        )
    )
    owners = conn.scalars(select(actions.c.owner_id).where(actions.c.incident_id.in_(incident_ids)).distinct())
    return [
        *(Effect(EffectKind(row.kind), row.incident_id, row.key) for row in rows),
        *(Effect(EffectKind.NUDGE_REFRESH, None, str(owner)) for owner in owners),
    ]


def _echoes(conn: Connection, entry: Row[Any], payload: Mapping[str, Any]) -> list[int]:
    """Other entries of the incident that hold a text of this one."""
    said = [text for key, text in _strings(payload) if key in _TEXT_KEYS and len(text) >= _WORTH_FINDING]
    others = conn.execute(
        select(entries.c.seq, entries.c.payload)
        .where(entries.c.incident_id == entry.incident_id, entries.c.seq != entry.seq, entries.c.payload.is_not(None))
        .order_by(entries.c.seq)
    )
    return [
        other.seq
        for other in others
        if any(text in held for _, held in _strings(json.loads(other.payload)) for text in said)
    ]


def erase_person(conn: Connection, team: str, slack_id: str) -> list[str]:
    """Take a person's Slack id, name and time zone out of a workspace, and say which copies are left.

    Entries name people by an internal id, which from then on leads to nobody, so no entry changes. Raises Refusal if
    there is no such person. Use `carry_out`, which cleans up the file.
    """
    person = load.person_by_slack(conn, load.workspace_id(conn, team) or 0, slack_id)
    if person is None:
        raise Refusal(f"Nobody here has the Slack id {slack_id}. Nothing was erased.")
    workspace_id: int = conn.execute(
        update(people)
        .where(people.c.id == person.id)
        .values(
            slack_id=f"erased-{person.id}",
            name=SOMEONE,
            tz="UTC",
            kind=PersonKind.GONE.value,
            seen_at=None,
            home_at=None,
        )
        .returning(people.c.workspace_id)
    ).scalar_one()
    _blank_answers(conn, workspace_id, since=0)
    ask(conn, workspace_id, _shown(conn, _incidents_of(conn, person.id)))
    conn.execute(update(reminders).where(reminders.c.person_id == person.id).values(due_at=None))
    conn.execute(  # nobody is left to be looked up, invited or reminded
        update(outbox)
        .where(
            outbox.c.workspace_id == workspace_id,
            outbox.c.kind.in_([kind.value for kind in _OF_ONE_PERSON]),
            outbox.c.key == str(person.id),
        )
        .values(done=outbox.c.wanted)
    )
    return [*_still_theirs(conn, person.id), "texts that name them: purge those entry by entry", *_COPIES]


def _incidents_of(conn: Connection, person_id: int) -> list[int]:
    """Incidents whose messages may name a person."""
    named = and_(
        entries.c.kind.in_(["incident.lead", "action.owner", "nudge.sent"]),
        entries.c.payload.contains(f":{person_id}"),  # or a longer number: one message is brought up to date in vain
    )
    return list(
        conn.scalars(
            union(
                select(entries.c.incident_id).where(or_(entries.c.actor_id == person_id, named)),
                select(actions.c.incident_id).where(actions.c.owner_id == person_id),
                select(incidents.c.id).where(incidents.c.lead_id == person_id),
            )
        )
    )


def _still_theirs(conn: Connection, person_id: int) -> list[str]:
    open_states = [state.value for state in ActionState if not state.reconciled]
    rows = conn.execute(
        select(incidents.c.number, actions.c.number.label("action"))
        .join(actions, actions.c.incident_id == incidents.c.id)
        .where(actions.c.owner_id == person_id, actions.c.state.in_(open_states))
        .order_by(incidents.c.number, actions.c.number)
    )
    return [f"INC-{row.number}#{row.action} is still theirs: give it another owner" for row in rows]


async def carry_out(db: Database, work: Callable[[Connection], list[str]]) -> list[str]:
    """Run a purge or an erasure, then clear the database's file of what it overwrote. The copies that are left."""
    copies = await db.write(work)
    file = make_url(db.url).database
    if db.sqlite and file:
        left = await asyncio.to_thread(_rewrite, file)
        copies = [*left, *copies]
    return copies


def _rewrite(file: str) -> list[str]:
    """Write an SQLite file anew, since pages keep remains of rows that once lay there, and empty its log.

    What is left, if another connection holds on to the file.
    """
    with closing(sqlite3.connect(file, timeout=_PATIENCE, isolation_level=None)) as conn:
        try:
            conn.execute("PRAGMA secure_delete=ON")
            conn.execute("VACUUM")
            busy, _, _ = conn.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            why = "in use" if busy else ""
        except sqlite3.OperationalError as error:
            why = str(error)
    if not why:
        return []
    return [f"remains in {file} and {file}-wal ({why}): stop Hotwash, then run sqlite3 {file} VACUUM"]
