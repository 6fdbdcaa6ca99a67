"""What was found of actions' recorded changes, and which of them a look at upstream has to prove."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, case, delete, exists, func, or_, select

from bot.ledger.outbox import new, upsert
from bot.ledger.tables import actions, changes, evidence, proofs
from bot.rules.checklist import How
from bot.rules.clean import Clean
from bot.rules.model import ActionState, FileProof, PartProof, PartState, Proof, Strength, Verdict

_HELD = changes.c.dropped_at.is_(None)
_NOT_YET = Clean("it is not compared with upstream yet")

# The changes that an action holds in a repository, as one row: the newest of them, and the proof that looked for it.
_newest = (
    select(changes.c.action_id, changes.c.repo, func.max(changes.c.id).label("change_id"))
    .where(_HELD)
    .group_by(changes.c.action_id, changes.c.repo)
)


@dataclass(frozen=True, slots=True)
class Watched:
    """An action whose changes in one repository upstream may move. `change_id` is the newest of them; `looked` is false
    until a proof has looked for it. `paths` are where its files were recorded and where they were found last; empty
    among them stands for a file that was nowhere."""

    action_id: int
    change_id: int
    looked: bool
    paths: frozenset[str]


def proofs_where(conn: Connection, *where: ColumnElement[bool]) -> list[Proof]:
    """One for each repository in which an action holds changes. What was not looked for since it was recorded is
    *unknown*. `where` may name columns of `changes`."""
    held = _newest.where(*where).subquery()
    rows = conn.execute(
        select(held.c.action_id, held.c.repo, held.c.change_id.label("newest"), *_FOUND)
        .join_from(
            held, proofs, and_(proofs.c.action_id == held.c.action_id, proofs.c.repo == held.c.repo), isouter=True
        )
        .order_by(held.c.action_id, held.c.repo)
    )
    return [_proof(row) for row in rows]


def proofs_of(conn: Connection, action_ids: Iterable[int]) -> list[Proof]:
    return proofs_where(conn, changes.c.action_id.in_(list(action_ids)))


def not_proven() -> ColumnElement[bool]:
    """Whether an action (of an outer query on `actions`) holds changes of which the last look does not say *landed*."""
    looked = and_(
        proofs.c.action_id == changes.c.action_id,
        proofs.c.repo == changes.c.repo,
        proofs.c.change_id >= changes.c.id,
        proofs.c.verdict == Verdict.LANDED.value,
    )
    held = changes.c.action_id == actions.c.id
    return exists().where(held, _HELD, ~exists().where(looked).correlate(changes)).correlate(actions)


def standing() -> ColumnElement[str]:
    """Where an action (of an outer query on `actions`) stands, as `bot.rules.checklist.named` would say: what landed is
    told apart in *proven* and *confirmed*."""
    proof = exists().where(
        evidence.c.action_id == actions.c.id,
        evidence.c.strength == Strength.PROOF.value,
        evidence.c.lost_at.is_(None),
    )
    how = case((and_(proof, ~not_proven()), How.PROVEN.value), else_=How.CONFIRMED.value)
    return case((actions.c.state == ActionState.LANDED.value, how), else_=actions.c.state)


def watched(conn: Connection, workspace: int, repo: str, since: int) -> list[Watched]:
    """The actions with changes in a repository that are proven again when upstream moves: not those on which a person
    ruled, nor those that landed before `since` (microseconds) and stayed so."""
    landed_since = exists().where(
        evidence.c.action_id == actions.c.id,
        evidence.c.strength != Strength.CLAIM.value,
        evidence.c.lost_at.is_(None),
        evidence.c.at >= since,
    )
    rows = conn.execute(
        select(
            changes.c.action_id, changes.c.id, changes.c.path, changes.c.upstream_path, proofs.c.change_id.label("seen")
        )
        .join(actions, actions.c.id == changes.c.action_id)
        .join(
            proofs, and_(proofs.c.action_id == changes.c.action_id, proofs.c.repo == changes.c.repo), isouter=True
        )
        .where(
            changes.c.workspace_id == workspace,
            changes.c.repo == repo,
            _HELD,
            actions.c.ruling.is_(None),
            or_(actions.c.state != ActionState.LANDED.value, landed_since),
        )
        .order_by(changes.c.action_id, changes.c.id)
    )  # fmt: skip
    found: dict[int, Watched] = {}
    for row in rows:
        before = found.get(row.action_id)
        paths = frozenset((str(row.path), str(row.upstream_path))) | (before.paths if before else frozenset())
        found[row.action_id] = Watched(row.action_id, row.id, row.seen == row.id, paths)
    return list(found.values())


def forget(conn: Connection, action_id: int) -> None:
    """What was proven of an action's earlier changes says nothing of the one that is recorded now, and that upstream
    lacks this one is no loss."""
    proven = (evidence.c.action_id == action_id, evidence.c.strength == Strength.PROOF.value)
    conn.execute(delete(evidence).where(*proven, evidence.c.lost_at.is_(None)))


def store(conn: Connection, workspace: int, found: Iterable[tuple[int, Proof, int]]) -> None:
    """Keep what looks found: the incident's id, the proof, and the id of the newest change that it looked for. Each
    takes the place of what the look before found."""
    rows = [
        {
            "workspace_id": workspace,
            "incident_id": incident,
            "action_id": proof.action_id,
            "repo": proof.repo,
            "tip": proof.tip,
            "change_id": change_id,
            "verdict": proof.verdict.value,
            "rung": proof.rung,
            "why": proof.why,
            "detail": _detail(proof),
            "at": proof.at,
        }
        for incident, proof, change_id in found
    ]
    if rows:
        afresh = {name: new(name) for name in ("tip", "change_id", "verdict", "rung", "why", "detail", "at")}
        statement = upsert(conn.dialect, proofs).on_conflict_do_update(
            index_elements=["action_id", "repo"], set_=afresh
        )
        conn.execute(statement, rows)


_FOUND = (
    proofs.c.tip,
    proofs.c.change_id,
    proofs.c.verdict,
    proofs.c.rung,
    proofs.c.why,
    proofs.c.detail,
    proofs.c.at,
)


def _proof(row: Any) -> Proof:
    if row.change_id != row.newest:
        return Proof(row.action_id, row.repo, Verdict.UNKNOWN, _NOT_YET)
    detail = json.loads(row.detail)
    return Proof(
        row.action_id, row.repo, Verdict(row.verdict), row.why, row.tip, row.rung,
        tuple(_file(one) for one in detail["files"]), detail["commit"], detail["undone_by"], row.at,
    )  # fmt: skip


def _detail(proof: Proof) -> str:
    files = [
        {
            "path": file.path,
            "upstream_path": file.upstream_path,
            "verdict": file.verdict.value,
            "why": file.why,
            "parts": [[part.lines, part.state.value, part.commit, part.undone_by, part.stands] for part in file.parts],
        }
        for file in proof.files
    ]
    return json.dumps({"commit": proof.commit, "undone_by": proof.undone_by, "files": files})


def _file(one: dict[str, Any]) -> FileProof:
    parts = tuple(
        PartProof(
            (lines[0], lines[1]) if lines else None, PartState(state), commit, undone_by,
            None if stands is None else Clean(stands),
        )
        for lines, state, commit, undone_by, stands in one["parts"]
    )  # fmt: skip
    return FileProof(Clean(one["path"]), Clean(one["upstream_path"]), Verdict(one["verdict"]), Clean(one["why"]), parts)
