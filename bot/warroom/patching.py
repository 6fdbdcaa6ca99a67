"""Making the patches that somebody was to have: which of them upstream's move makes anew, and what is in them.

The reading is for a thread; what was made is recorded afterwards.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection

from bot.git.missing import missing_patch
from bot.git.objects import ABSENT, File
from bot.git.parts import Change
from bot.git.prove import prove
from bot.ledger import load
from bot.ledger.changes import changes_of
from bot.ledger.patches import Patch, keep, patches_where
from bot.ledger.proofs import proofs_of
from bot.ledger.tables import actions, patches
from bot.rules.clean import Clean
from bot.rules.decision import Effect, EffectKind, Entry
from bot.rules.model import Proof, RecordedChange
from bot.rules.proofs import missing
from bot.warroom.patch import may_push
from bot.warroom.scope import Scope


@dataclass(frozen=True, slots=True)
class Due:
    """A patch that is to be made, of the parts that `missing` names and out of these changes."""

    patch: Patch
    missing: str
    changes: tuple[RecordedChange, ...]


@dataclass(frozen=True, slots=True)
class Made:
    due: Due
    tip: str
    content: bytes


def due(conn: Connection, workspace: int, repo: str, proven: Mapping[int, Proof]) -> list[Due]:
    """The patches whose missing parts are not those that they hold, and those that go out on a branch, which begins at
    the tip. `proven` are the proofs of the present look."""
    wanted = patches_where(conn, patches.c.workspace_id == workspace, patches.c.repo == repo)
    if not wanted:
        return []
    ids = [patch.action_id for patch in wanted]
    proofs = {one.action_id: one for one in proofs_of(conn, ids) if one.repo == repo} | dict(proven)
    parts = {one.action_id: missing(one) for one in proofs.values()}
    stale = [one for one in wanted if one.push_by is not None or one.made_for != parts.get(one.action_id, "")]
    held = [change for change in changes_of(conn, [patch.action_id for patch in stale]) if change.repo == repo]
    found = []
    for patch in stale:
        its = tuple(change for change in held if change.action_id == patch.action_id)
        if not any(change.redacted for change in its):
            found.append(Due(patch, parts.get(patch.action_id, ""), its))
    return found


def make(git_dir: Path, tip: str, wanted: Sequence[Due]) -> list[Made]:
    """Raises GitError."""
    return [Made(one, tip, _patch(git_dir, tip, one.changes) if one.missing else b"") for one in wanted]


def _patch(git_dir: Path, tip: str, recorded: Sequence[RecordedChange]) -> bytes:
    changes = [
        Change(
            one.path,
            one.base_commit,
            File(one.base_mode, one.base_content) if one.base_mode else ABSENT,
            File(one.live_mode, one.live_content) if one.live_mode else ABSENT,
        )
        for one in recorded
    ]
    return missing_patch(git_dir, prove(git_dir, tip, changes, name_commits=False), changes)


def record(scope: Scope, made: Collection[Made]) -> None:
    """Keep what was made, and have it shown. Where nothing is missing any more there is nothing to show, and where a
    change was purged or replaced meanwhile the next look makes another. Incidents are locked in the order of their
    ids."""
    for one in sorted(made, key=lambda one: (one.due.patch.incident_id, one.due.patch.id)):
        patch = one.due.patch
        incident = load.incident_by_id(scope.conn, patch.incident_id, lock=True)
        (action,) = load.actions_where(scope.conn, actions.c.id == patch.action_id)
        if not {one.id for one in one.due.changes} <= {change.id for change in changes_of(scope.conn, [action.id])}:
            continue
        keep(scope.conn, patch.id, one.due.missing, one.tip, one.content)
        if one.content and patch.made_for != one.due.missing:
            said = {"action": action.number, "repo": Clean(patch.repo), "tip": Clean(one.tip)}
            effects = [Effect(EffectKind.PATCH, incident.id, str(patch.id))]
            if may_push(scope, patch.repo):  # the echo then has a button for it
                effects.append(Effect(EffectKind.ACTION, incident.id, str(action.number)))
            scope.write(incident, [Entry("patch.made", said)], effects=effects)
