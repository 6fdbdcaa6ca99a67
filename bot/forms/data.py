"""The report as JSON, for programs."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from bot.rules.checklist import How
from bot.rules.model import SECOND, Action, ActionState, Evidence, Link, Proof, WarRoom
from bot.rules.proofs import parts_landed
from bot.rules.report import Done, Report
from bot.rules.report_cost import Figure, Unit
from bot.rules.report_diff import FileDiff
from bot.rules.summary import Summary, utc
from bot.rules.telling import tell

SCHEMA = "hotwash.incident/1"


def to_json(report: Report) -> dict[str, Any]:
    """The report as JSON-ready data of the schema `hotwash.incident/1`, which `docs/report-schema.json` describes.

    Times are ISO 8601 in UTC to the microsecond, durations whole seconds, people are named by the ids in `people`.
    Fields may be added to a schema; any other change raises its number.
    """
    war_room, incident = report.room, report.room.incident
    done = {one.item.action.id: one for one in report.done}
    return {
        "schema": SCHEMA,
        "exported_at": _iso(report.now),
        "story": list(report.story),
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
        "summary": _summary_json(report.summary),
        "took": [_figure_json(figure) for figure in report.took],
        "severities": [
            {"severity": one.severity, "at": _iso(one.at), "by": one.by and one.by.id} for one in report.severities
        ],
        "led": [{"person": one.person.id, "since": _iso(one.since)} for one in report.led],
        "acted": [{"person": one.person.id, "logged": one.logged, "owns": one.owns} for one in report.acted],
        "before": {
            "look_back_seconds": _seconds(report.look_back),
            "went_live": [
                {
                    "repo": one.repo,
                    "environment": one.environment,
                    "commit": one.sha,
                    "page": report.page(one.repo, one.sha),
                    "at": _iso(one.at),
                    "commit_before": one.before,
                }
                for one in report.before
            ],
        },
        "cost": [_figure_json(figure) for figure in report.cost],
        "actions": [_action_json(action, done.get(action.id), war_room) for action in war_room.actions],
        "came_back": [
            {
                "action": one.action.number,
                "at": _iso(one.at),
                "commit": one.commit,
                "lost_by": one.by,
                "again_at": _iso(one.again),
            }
            for one in report.came_back
        ],
        "retrospective": [
            {"section": one.section.value, "text": one.text, "by": one.by, "at": _iso(one.at)} for one in war_room.retro
        ],
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
                    "told": tell(line, war_room.people),
                    "payload": line.payload,
                    "hash": line.hash,
                }
                for line in report.lines
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


def _figure_json(figure: Figure) -> dict[str, Any]:
    """`value` is whole seconds, or money; None where `how` says what is missing."""
    value = _seconds(figure.value) if figure.unit is Unit.DURATION else figure.value
    unit = "seconds" if figure.unit is Unit.DURATION else figure.currency
    return {"key": figure.key, "name": figure.name, "value": value, "unit": unit, "how": figure.how}


def _action_json(action: Action, done: Done | None, war_room: WarRoom) -> dict[str, Any]:
    """A struck action has no `done`."""
    item = done.item if done else None
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
        "overdue": item is not None and item.overdue,
        "commits": [
            {
                "sha": one.sha,
                "repo": one.repo,
                "page": one.page,
                "author": one.author,
                "subject": one.subject,
                "lost": one.lost,
            }
            for one in (done.commits if done else ())
        ],
        "changes": [_diff_json(one) for one in (done.diffs if done else ())],
        "links": [_link_json(link) for link in war_room.links if link.action_id == action.id],
        "evidence": [_evidence_json(fact) for fact in war_room.evidence if fact.action_id == action.id],
        "proofs": [_proof_json(proof) for proof in war_room.proofs if proof.action_id == action.id],
    }


def _diff_json(diff: FileDiff) -> dict[str, Any]:
    return {
        "repo": diff.repo,
        "path": diff.path,
        "by": diff.by,
        "at": _iso(diff.at),
        "base_commit": diff.base_commit,
        "note": diff.note or None,
        "added": diff.added,
        "removed": diff.removed,
        "redacted": diff.redacted,
        "lines_left_out": diff.left_out,
        "hunks": [
            {"header": hunk.header, "state": hunk.state and hunk.state.value, "lines": list(hunk.lines)}
            for hunk in diff.hunks
        ],
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


def _seconds(us: int | None) -> int | None:
    return None if us is None else us // SECOND


def _iso(us: int | None) -> str | None:
    return None if us is None else utc(us).isoformat(timespec="microseconds").replace("+00:00", "Z")
