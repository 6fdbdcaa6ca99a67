"""Changes that were sent, placed: found in their repository, or found to fit nowhere. The reading is for a thread; what
came of it is recorded afterwards, in the name of whoever sent the change."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from bot.git.changes import Unusable, change_to_live, changes_of_patch, changes_of_ref, files_at, find_base
from bot.git.edits import edits_between
from bot.git.objects import ABSENT, File, is_text
from bot.git.parts import Change, has_lines
from bot.git.patch import read_patch
from bot.git.run import GitError
from bot.ledger import changes as stored
from bot.ledger import load
from bot.ledger.changes import SentChange
from bot.ledger.proofs import forget, proofs_of
from bot.ledger.tables import actions
from bot.rules.clean import Clean, redact, secret_lines, veil
from bot.rules.decision import Entry, Update
from bot.rules.effects import action_changed, note
from bot.rules.model import Action, Link, RecordedChange, Ruling
from bot.rules.policy import Repository
from bot.rules.proofs import verdict_of
from bot.rules.state import action_state, moved
from bot.warroom.record_change import SHOWN_PATHS
from bot.warroom.scope import Scope
from bot.warroom.sent import clean_path

MOST_STORED = 20_000_000  # bytes of both versions of all files of one change
_MOST_WORDS = 3000  # characters that are kept of a diff that fits nowhere


@dataclass(frozen=True, slots=True)
class Placed:
    """One change and what came of looking for its base: what to store, or `why` it can't be used."""

    incident_id: int
    action_id: int
    repo: str
    by: int
    at: int
    changes: tuple[RecordedChange, ...] = ()
    lines: tuple[int, int] = (0, 0)  # added and removed
    why: str = ""
    text: str = ""  # what can't be used, as words
    sent: SentChange | None = None
    ref: str | None = None  # the branch that it was read from


def place(git_dir: Path, tip: str, repository: Repository, sent: SentChange, key: bytes | None) -> Placed:
    """Find the base of what was sent in the history of `tip`. Raises GitError for a damaged repository only: what git
    can't do for one change must not keep it from doing the rest."""
    found = Placed(sent.incident_id, sent.action_id, sent.repo, sent.by, sent.at, sent=sent)
    try:
        return _completed(found, git_dir, _placed(git_dir, tip, repository, sent, key), sent.veil, key)
    except (Unusable, GitError) as error:
        if isinstance(error, GitError) and error.corrupt:
            raise
        text = "" if sent.whole else sent.content.decode("utf-8", "replace")
        return replace(found, why=str(error), text=redact(text, key).text[:_MOST_WORDS])


def place_ref(
    git_dir: Path, tip: str, repo: str, link: Link, action: Action, sha: str, at: int, key: bytes | None
) -> Placed | None:
    """The change that a linked branch or a stash holds; None if it holds none that can be recorded, as people may link
    whatever they like. Raises GitError for a damaged repository only."""
    if link.by is None:  # the word of nobody
        return None
    found = Placed(action.incident_id, action.id, repo, link.by, at, ref=link.ref)
    try:
        read = [_as_stored(change) for change in changes_of_ref(git_dir, tip, sha)]
        return _completed(found, git_dir, read, {}, key) if read else None
    except (Unusable, GitError) as error:
        if isinstance(error, GitError) and error.corrupt:
            raise
        return None


def record(scope: Scope, placed: Sequence[Placed]) -> None:
    """Record what came of it, once. Incidents are locked in the order of their ids."""
    for one in sorted(placed, key=lambda one: one.incident_id):
        incident = load.incident_by_id(scope.conn, one.incident_id, lock=True)
        (action,) = load.actions_where(scope.conn, actions.c.id == one.action_id)
        if one.sent is not None and not stored.take(scope.conn, one.sent.id):
            continue  # another process was quicker, or it was purged
        if one.sent is None and (action.ruling is Ruling.STRUCK or stored.has_changes(scope.conn, action.id)):
            continue
        person = load.person(scope.conn, one.by)
        by_them = replace(scope, actor=person, via=one.sent.via if one.sent else scope.via)
        stored.store(scope.conn, scope.workspace, one.changes, incident.last_seq + 1)
        entry = _entry(action, one, scope.clean)
        effects = [*action_changed(incident, action), note(incident)]
        by_them.write(incident, [entry], _to_be_proven(scope, action) if one.changes else [], effects)
        scope.look_now(one.repo)  # for the proof


def _to_be_proven(scope: Scope, action: Action) -> list[Update]:
    """Proof of an earlier change says nothing of this one: the action stands as what is said of it has it, until the
    next look."""
    forget(scope.conn, action.id)
    links, facts = load.links_of(scope.conn, [action.id]), load.evidence_of(scope.conn, [action.id])
    state = action_state(action.ruling, links, facts, verdict_of(proofs_of(scope.conn, [action.id])))
    return [moved(action, state, scope.at)]


def _entry(action: Action, one: Placed, clean: Callable[[str], Clean]) -> Entry:
    about = {"action": action.number, "repo": Clean(one.repo), "ref": clean(one.ref) if one.ref else None}
    seq = one.sent.seq if one.sent else None
    if one.why:
        return Entry("change.unusable", about | {"why": clean(one.why), "text": clean(one.text)}, seq)
    files = [{"path": change.path, "sha256": _digest(change.live_content)} for change in one.changes[:SHOWN_PATHS]]
    added, removed = one.lines
    veiled = any(change.redacted for change in one.changes)
    payload = {"base": Clean(one.changes[0].base_commit), "files": files, "count": len(one.changes)}
    return Entry("change.recorded", about | payload | {"added": added, "removed": removed, "redacted": veiled}, seq)


def _digest(content: bytes | None) -> Clean | None:
    return None if content is None else Clean(hashlib.sha256(content).hexdigest())


def _placed(git_dir: Path, tip: str, repository: Repository, sent: SentChange, key: bytes | None) -> list[Change]:
    """The change to a base in which the lines that were veiled in what was sent are veiled as well."""
    lines = sent.veil

    def read(content: bytes) -> bytes:
        if lines is None:  # sent when there was no key
            return veil(content, secret_lines(content, None).lines, None)
        return veil(content, lines, key)

    if sent.whole:
        assert sent.path is not None
        change = change_to_live(git_dir, tip, sent.path, sent.content)
        base = change.base
        return [replace(change, base=File(base.mode, read(base.content)) if base.content is not None else base)]
    patches = read_patch(sent.content)
    base_commit = find_base(git_dir, tip, patches, repository.paths, hint=sent.path, read=read)
    return changes_of_patch(git_dir, base_commit, patches, repository.paths, hint=sent.path, read=read)


def _as_stored(change: Change) -> Change:
    """With no line in it that looks as if it stood for one with a secret."""
    files = [
        file if file.content is None else File(file.mode, veil(file.content, {}, None))
        for file in (change.base, change.live)
    ]
    return replace(change, base=files[0], live=files[1])


def _completed(
    found: Placed, git_dir: Path, read: Sequence[Change], lines: Mapping[str, str] | None, key: bytes | None
) -> Placed:
    """With what is to be stored: all other secrets in both versions taken out too. Raises Unusable for what can't be
    stored, and GitError."""
    read = [change for change in read if change.base != change.live or not _was_read(change.base)]
    if not read:
        raise Unusable("it is just what upstream has, so there is nothing to look for; link the commit that brought it")
    size = sum(len(file.content or b"") for change in read for file in (change.base, change.live))
    if size > MOST_STORED:
        raise Unusable(f"its files have {size:,} bytes, and {MOST_STORED:,} are the most that are kept")
    raw = files_at(git_dir, read[0].base_commit, [change.path for change in read])
    recorded = [_recorded(found, one, raw.get(one.path, ABSENT), lines, key) for one in read]
    pairs = [
        (change.base_content or b"", change.live_content or b"")
        for change, one in zip(recorded, read, strict=True)
        if all(has_lines(file) or not file.there for file in (one.base, one.live))
    ]
    edits = [edit for file in edits_between(pairs, smallest=True) for edit in file]
    added, removed = sum(one.d - one.c for one in edits), sum(one.b - one.a for one in edits)
    return replace(found, changes=tuple(recorded), lines=(added, removed))


def _was_read(file: File) -> bool:
    return file.content is not None or not file.there


def _recorded(
    found: Placed, change: Change, raw: File, lines: Mapping[str, str] | None, key: bytes | None
) -> RecordedChange:
    """What was sent shows only some lines of the file: the others are looked through in the file itself."""
    more: dict[str, str] = {}
    for content in (raw.content, change.live.content):
        if content is not None:
            secret = secret_lines(content, key)
            if secret.found and not is_text(content):
                raise Unusable(f"{change.path} is binary and holds {', '.join(secret.found)}, so it can't be kept")
            more |= secret.lines
    veiled = lines is None or bool(lines or more)

    def hidden(content: bytes | None) -> bytes | None:
        return content if content is None or not is_text(content) else veil(content, more, key, again=True)

    path = clean_path(change.path)
    return RecordedChange(
        id=0,
        action_id=found.action_id,
        incident_id=found.incident_id,
        repo=found.repo,
        path=path,
        base_commit=change.base_commit,
        base_mode=change.base.mode or None,
        base_content=hidden(change.base.content),
        live_mode=change.live.mode or None,
        live_content=hidden(change.live.content),
        veil=None if veiled and (key is None or lines is None) else {**(lines or {}), **more},
        upstream_path=path,
        by=found.by,
        at=found.at,
    )
