"""Reading upstream: one fetch, and what is new there as facts, in the order in which they happened. For a thread."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from bot.git.commits import Commit, find_pick, find_pull, find_same_patch, in_force, read_commit, walk
from bot.git.links import linked_ref
from bot.git.mirror import Fetched, Mirror
from bot.ledger.changes import SentChange
from bot.rules.model import HOUR, Action, Evidence, EvidenceKind, Link, LinkKind
from bot.rules.policy import Repository
from bot.warroom import place_change
from bot.warroom.place_change import Placed
from bot.warroom.upstream import Claim, Loss, Mention, Seen


@dataclass(frozen=True, slots=True)
class Asked:
    """What the database wants to know of one repository."""

    workspace: int
    team: str
    row: int
    repository: Repository
    tip: str | None
    failures: int
    links: tuple[tuple[Link, Action, int], ...]  # with the action and its incident's number
    claims: tuple[Evidence, ...]
    sent: tuple[SentChange, ...]


def look(mirror: Mirror, asked: Asked, since: int) -> tuple[Fetched, Seen]:
    """Fetch, and read what is new. Blocks; for a thread. `since` bounds how far a first walk reads (microseconds).

    Raises GitError.
    """
    mirror.open_or_clone()
    wanted = [ref for link, _, _ in asked.links if (ref := linked_ref(link.kind, link.ref, link.url)) is not None]
    fetched = mirror.fetch(asked.tip, wanted)
    resolved = {link.id: sha for link, _, _ in asked.links if (sha := _resolve(mirror, fetched, link)) is not None}
    facts: list[Claim | Loss | Mention] = []
    if fetched.new_tip != asked.tip:
        pulls = {int(link.ref) for link, _, _ in asked.links if link.kind is LinkKind.PULL_REQUEST}
        walked = walk(mirror, asked.tip, fetched.new_tip, since=since, linked=set(resolved.values()), pulls=pulls)
        if fetched.forced:
            facts += _rewritten(mirror, fetched, asked.claims)
        for commit in walked.commits:
            facts += [*_said(commit), *_brought(commit, asked.links, resolved)]
            if commit.reverts:
                facts.append(Loss(frozenset(commit.reverts), commit.sha))
    have = {(one.action_id, one.commit) for one in asked.claims}
    for link, action, incident in asked.links:
        sha = resolved.get(link.id)
        if link.sha == sha and fetched.new_tip == asked.tip:
            continue  # nothing moved since the last look
        by = _reached(mirror, fetched, link, sha, asked.tip, since)
        if by is None or (action.id, by.sha) in have or not _is_about(link, action, by):
            continue
        if in_force(mirror, fetched.new_tip, by):  # it may have been taken back long before it was linked
            facts.append(_claim(incident, action.number, EvidenceKind.LINKED, by))
    return fetched, Seen(asked.repository.name, tuple(facts), resolved)


def place_sent(
    mirror: Mirror, asked: Asked, tip: str, resolved: Mapping[int, str], at: int, key: bytes | None
) -> list[Placed]:
    """What people sent, and what a branch holds that was linked just now and is not upstream. Blocks; for a thread.
    Raises GitError."""
    placed = [place_change.place(mirror.directory, tip, asked.repository, sent, key) for sent in asked.sent]
    for link, action, _ in asked.links:
        sha = resolved.get(link.id)
        fresh = link.kind is LinkKind.BRANCH and link.sha is None
        if fresh and sha is not None and not mirror.is_ancestor(sha, tip):
            found = place_change.place_ref(mirror.directory, tip, asked.repository.name, link, action, sha, at, key)
            placed += [found] if found else []
    return placed


def _resolve(mirror: Mirror, fetched: Fetched, link: Link) -> str | None:
    """The commit that a link names now; the last one that was known for a branch that is gone."""
    if link.kind is LinkKind.COMMIT:
        return link.sha or mirror.resolve(link.ref)
    return fetched.linked.get(linked_ref(link.kind, link.ref, link.url) or "") or link.sha


def _said(commit: Commit) -> Iterator[Claim | Mention]:
    for incident, action in commit.reconciles:
        yield _claim(incident, action, EvidenceKind.TRAILER, commit)
    for incident in commit.incidents:
        if incident not in {number for number, _ in commit.reconciles}:
            yield Mention(incident, commit.sha, commit.author, commit.subject)


def _brought(commit: Commit, asked: Sequence[tuple[Link, Action, int]], resolved: dict[int, str]) -> Iterator[Claim]:
    """The linked things that a new upstream commit is, or says that it was made from."""
    for link, action, incident in asked:
        sha = resolved.get(link.id)
        picked = sha is not None and sha in (commit.sha, *commit.picked)
        pulled = link.kind is LinkKind.PULL_REQUEST and commit.pull == int(link.ref)
        if picked or pulled:
            yield _claim(incident, action.number, EvidenceKind.LINKED, commit)


def _reached(
    mirror: Mirror, fetched: Fetched, link: Link, sha: str | None, old_tip: str | None, since: int
) -> Commit | None:
    """The upstream commit that a link reached by: itself, a cherry-pick, a rebase, or its pull request's merge."""
    tip = fetched.new_tip
    if sha is not None:
        if mirror.is_ancestor(sha, tip):
            return read_commit(mirror, sha)
        fresh = link.sha == sha  # known before: only what is new can carry it now
        other = find_pick(mirror, tip, sha, since=since) or find_same_patch(
            mirror, tip, read_commit(mirror, sha), old_tip=old_tip if fresh else None
        )
        if other is not None:
            return read_commit(mirror, other)
    if link.kind is LinkKind.PULL_REQUEST:
        merged = find_pull(mirror, tip, int(link.ref), since=since)
        return read_commit(mirror, merged) if merged else None
    return None


def _is_about(link: Link, action: Action, commit: Commit) -> bool:
    """A branch that was only just made from upstream points at an old commit, which carries nothing of it."""
    return link.kind is not LinkKind.BRANCH or commit.committed_at >= action.done_at - HOUR


def _rewritten(mirror: Mirror, fetched: Fetched, claims: Sequence[Evidence]) -> Iterator[Loss]:
    """After a forced push: the claims whose commits are gone from upstream."""
    holding = {one.commit for one in claims if one.holds and one.commit is not None}
    gone = holding - mirror.contained(holding, fetched.new_tip)
    if gone:
        yield Loss(frozenset(gone), None)


def _claim(incident: int, action: int, kind: EvidenceKind, commit: Commit) -> Claim:
    return Claim(incident, action, kind, commit.sha, commit.author, commit.subject)
