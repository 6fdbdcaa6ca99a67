"""One incident as a file: everything that is recorded, as JSON for programs or as Markdown for people."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from bot.rules.checklist import Basis, How, Item, checklist
from bot.rules.model import SECOND, Action, ActionState, Evidence, Line, Link, LinkKind, Person, Proof, WarRoom
from bot.rules.proofs import finding, parts_landed
from bot.rules.summary import Summary, plain_duration, summary
from bot.rules.telling import tell

SCHEMA = "hotwash.incident/1"


def to_json(war_room: WarRoom, lines: Sequence[Line], now: int) -> dict[str, Any]:
    """The incident as JSON-ready data of the schema `hotwash.incident/1`.

    Top level: `schema`, `exported_at`, `incident`, `summary`, `actions` (by number, with links,
    evidence and proofs, also struck ones), `people` and `ledger`. Times are ISO 8601 in UTC to the microsecond,
    durations whole seconds, people are named by the ids in `people`. Fields may be added to a schema; any
    other change raises its number.
    """
    incident = war_room.incident
    listed = checklist(war_room, now)
    items = {item.action.id: item for item in (*listed.left, *listed.reconciled)}
    return {
        "schema": SCHEMA,
        "exported_at": _iso(now),
        "incident": {
            "name": incident.name,
            "title": incident.title,
            "severity": incident.severity,
            "state": incident.state.value,
            "private": incident.private,
            "standing": incident.standing,
            "drill": incident.drill,
            "service": incident.service,
            "duplicate_of": incident.duplicate_of,
            "opened_by": incident.opened_by,
            "lead": incident.lead_id,
            "roles": dict(war_room.roles),
            "opened_at": _iso(incident.opened_at),
            "resolved_at": _iso(incident.resolved_at),
            "closed_at": _iso(incident.closed_at),
            "reconciled_at": _iso(incident.reconciled_at),
            "channel": {"id": incident.channel_id, "name": incident.channel_name},
        },
        "summary": _summary_json(summary(war_room, lines, now)),
        "actions": [_action_json(action, items.get(action.id), war_room) for action in war_room.actions],
        "people": [
            {"id": person.id, "slack_id": person.slack_id, "name": person.name}
            for _, person in sorted(war_room.people.items())
        ],
        "ledger": {
            "last_seq": war_room.head_seq,
            "last_hash": war_room.head_hash,
            "entries": [
                {
                    "seq": line.seq,
                    "at": _iso(line.at),
                    "kind": line.kind,
                    "actor": line.actor_id,
                    "via": line.via,
                    "payload": line.payload,
                    "hash": line.hash,
                }
                for line in lines
            ],
        },
    }


def _summary_json(facts: Summary) -> dict[str, Any]:
    oldest = facts.oldest_drift
    return {
        "duration_seconds": _seconds(facts.duration),
        "time_to_resolve_seconds": _seconds(facts.time_to_resolve),
        "people": [person.id for person in facts.people],
        "by_kind": {kind.value: number for kind, number in facts.by_kind.items()},
        "by_state": _by_state(facts.by_state),
        "landed": {how: facts.by_state.get(how, 0) for how in (How.PROVEN, How.CONFIRMED)},
        "commits": [{"sha": c.sha, "repo": c.repo, "actions": list(c.actions)} for c in facts.commits],
        "oldest_drift": oldest and {"action": oldest.action.number, "drift_seconds": _seconds(oldest.drift)},
        "drift_debt_seconds": _seconds(facts.drift_debt),
        "left": [item.action.number for item in facts.left],
    }


def _by_state(standings: Mapping[str, int]) -> dict[str, int]:
    """By state alone, as the schema has it; `landed` beside it tells proven and confirmed apart."""
    tally: Counter[str] = Counter()
    for name, number in standings.items():
        tally[ActionState.LANDED if name in (How.PROVEN, How.CONFIRMED) else name] += number
    return dict(tally)


def _action_json(action: Action, item: Item | None, war_room: WarRoom) -> dict[str, Any]:
    """`item` is the action's line on the checklist; a struck one has none."""
    return {
        "number": action.number,
        "kind": action.kind.value,
        "text": action.text,
        "state": action.state.value,
        "reconciled": action.state.reconciled,
        "basis": item and item.basis.how.value,
        "owner": action.owner_id,
        "owner_group": action.owner_group,
        "logged_by": action.logged_by,
        "logged_at": _iso(action.logged_at),
        "done_at": _iso(action.done_at),
        "until": _iso(action.until),
        "target": action.target,
        "repo": action.repo,
        "path": action.path,
        "ruling": action.ruling
        and {
            "what": action.ruling.value,
            "by": action.ruled_by,
            "at": _iso(action.ruled_at),
            "why": action.ruled_why,
        },
        "drift_seconds": item and _seconds(item.drift),
        "links": [_link_json(link) for link in war_room.links if link.action_id == action.id],
        "evidence": [_evidence_json(fact) for fact in war_room.evidence if fact.action_id == action.id],
        "proofs": [_proof_json(proof) for proof in war_room.proofs if proof.action_id == action.id],
    }


def _link_json(link: Link) -> dict[str, Any]:
    return {
        "kind": link.kind.value,
        "repo": link.repo,
        "ref": link.ref,
        "sha": link.sha,
        "url": link.url,
        "by": link.by,
        "at": _iso(link.at),
    }


def _evidence_json(fact: Evidence) -> dict[str, Any]:
    return {
        "kind": fact.kind.value,
        "strength": fact.strength.value,
        "holds": fact.holds,
        "repo": fact.repo,
        "commit": fact.commit,
        "by": fact.by,
        "at": _iso(fact.at),
        "lost_at": _iso(fact.lost_at),
        "lost_by": fact.lost_by,
    }


def _proof_json(proof: Proof) -> dict[str, Any]:
    """`tip` is None, and the verdict *unknown*, until the changes were looked for as they are recorded now."""
    landed, parts = parts_landed([proof])
    return {
        "repo": proof.repo,
        "tip": proof.tip or None,
        "at": _iso(proof.at) if proof.looked else None,
        "verdict": proof.verdict.value,
        "rung": proof.rung,
        "why": proof.why,
        "parts": parts,
        "parts_landed": landed,
        "files": [
            {
                "path": file.path,
                "upstream_path": file.upstream_path or None,
                "verdict": file.verdict.value,
                "why": file.why,
                "hunks": [
                    {
                        "base_lines": part.lines and list(part.lines),
                        "state": part.state.value,
                        "commit": part.commit,
                        "undone_by": part.undone_by,
                    }
                    for part in file.parts
                ],
            }
            for file in proof.files
        ],
    }


def to_markdown(war_room: WarRoom, lines: Sequence[Line], now: int) -> str:
    """The incident as a CommonMark document: summary, checklist, timeline, last hash.

    What people wrote appears as they wrote it: actions verbatim as code, other text escaped.
    """
    incident, listed = war_room.incident, checklist(war_room, now)
    lead = "nobody" if incident.lead_id is None else _name(war_room.person(incident.lead_id))
    document = [
        f"# {incident.name}: {escaped(incident.title)}",
        "",
        f"{escaped(incident.severity)} · {incident.state.value} · led by {lead} · as of {_minute(now)}",
        "",
        "## Summary",
        "",
        *(f"- {what}: {fact}" for what, fact in _facts(summary(war_room, lines, now))),
        "",
        "## Checklist",
        "",
    ]
    groups = (
        ("Drifting", listed.drifting),
        ("In review", listed.in_review),
        ("Reconciled", listed.reconciled),
    )
    for title, items in groups:
        if items:
            document += [f"### {title}: {len(items)}", "", *(_item(item) for item in items), ""]
    document += [
        "## Timeline",
        "",
        *(f"- {_second(line.at)} · {escaped(tell(line, war_room.people))}" for line in lines),
        "",
    ]
    document += [f"Last entry of the ledger: {war_room.head_seq}, `{war_room.head_hash}`", ""]
    return "\n".join(document)


def escaped(text: str) -> str:
    """User text as one line of Markdown that shows the same characters and means nothing else."""
    return re.sub(r"([\\`*_\[\]<>&~#$])", r"\\\1", " ".join(text.split()))


def _facts(facts: Summary) -> Iterator[tuple[str, str]]:
    yield "Opened", _minute(facts.incident.opened_at)
    yield "Duration", plain_duration(facts.duration)
    if facts.time_to_resolve is not None:
        yield "Time to resolve", plain_duration(facts.time_to_resolve)
    yield "People", ", ".join(_name(person) for person in facts.people)
    if facts.by_kind:
        yield "Actions by kind", ", ".join(f"{number} {kind.value}" for kind, number in facts.by_kind.items())
        yield (
            "Actions by state",
            ", ".join(f"{number} {name}" for name, number in facts.by_state.items()),
        )
    if facts.commits:
        yield "Commits", ", ".join(f"{_sha(c.sha)} ({_numbers(c.actions)})" for c in facts.commits)
    if facts.oldest_drift is not None:
        oldest = facts.oldest_drift
        yield "Oldest drift", f"{plain_duration(oldest.drift)} ({_numbers([oldest.action.number])})"
    yield "Drift debt", plain_duration(facts.drift_debt)
    left = _numbers(sorted(item.action.number for item in facts.left))
    yield "Left to reconcile", left or "nothing"


def _item(item: Item) -> str:
    action = item.action
    box = "x" if action.state.reconciled else " "
    said = [_numbers([action.number]), action.kind.value, _name(item.owner), _phrase(action, item.basis)]
    if item.drift:
        said.append(f"drifted {plain_duration(item.drift)}")
    if item.overdue:
        said.append("was to be undone by now")
    return f"- [{box}] {' · '.join(said)}\n{_code_block(action.text, indent='  ')}"


def _phrase(action: Action, basis: Basis) -> str:
    said = _grounds(action, basis)
    if basis.proofs and basis.how is not How.PROVEN:
        said += f" · {escaped(finding(basis.proofs))}"
    return said


def _grounds(action: Action, basis: Basis) -> str:
    by = f" by {_name(basis.by)}" if basis.by else ""
    commit = f" · {_sha(basis.commit)}" if basis.commit else ""
    match basis.how:
        case How.NOTHING:
            return "drifting · no commit carries it"
        case How.NOT_THERE:
            return f"{action.state.value}" + (f" · {_sha(basis.commit)} says it carries it" if basis.commit else "")
        case How.WHITESPACE:
            return f"{action.state.value}{commit}"
        case How.LOST:
            cause = f"by {_sha(basis.lost_by)}" if basis.lost_by else "when the branch was rewritten"
            return f"{action.state.value}{commit} · lost {cause}"
        case How.LINKED:
            link = basis.link
            ref = f" · {escaped(link.ref)}" if link and link.kind is not LinkKind.COMMIT else ""
            return f"in review{ref}{commit} · linked{by}"
        case How.CLAIMED:
            return f"claimed{commit}"
        case How.UNDONE | How.WAIVED | How.EPHEMERAL if basis.why:
            return f"{basis.how.value}{by}: {escaped(basis.why)}"
        case _:
            return f"{basis.how.value}{by}{commit}"


def _code_block(text: str, indent: str) -> str:
    """Fenced with more backticks than the text has in a row."""
    fence = "`" * max(3, 1 + max(map(len, re.findall("`+", text)), default=0))
    return "\n".join(indent + line for line in (fence, *re.split(r"\r\n|\r|\n", text), fence))


def _numbers(numbers: Iterable[int]) -> str:
    return ", ".join(f"#{number}" for number in numbers)


def _name(person: Person) -> str:
    return escaped(person.name) or "somebody"


def _sha(sha: str) -> str:
    return f"`{sha[:7]}`"


def _seconds(us: int | None) -> int | None:
    return None if us is None else us // SECOND


def _utc(us: int) -> datetime:
    return datetime.fromtimestamp(us // SECOND, UTC).replace(microsecond=us % SECOND)


def _iso(us: int | None) -> str | None:
    return None if us is None else _utc(us).isoformat(timespec="microseconds").replace("+00:00", "Z")


def _minute(us: int) -> str:
    return f"{_utc(us):%Y-%m-%d %H:%M} UTC"


def _second(us: int) -> str:
    return f"{_utc(us):%Y-%m-%d %H:%M:%S} UTC"
