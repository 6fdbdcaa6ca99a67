"""What new commits say: one walk, one process, however many commits there are."""

from collections.abc import Callable, Collection
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

from bot.git.message import Message, parse_message
from bot.git.mirror import Mirror, commits_among
from bot.git.run import git, git_records

_FORMAT = "--format=%H%x1f%P%x1f%ct%x1f%an%x1f%B"
_WALK = ("log", "-z", "--topo-order", "--encoding=UTF-8", "--no-show-signature", "--no-mailmap", _FORMAT)
WALK_TIMEOUT = 600.0  # seconds
_YEAR = 365 * 86_400_000_000  # microseconds


@dataclass(frozen=True, slots=True)
class Commit:
    """One commit that says something. `committed_at` is in microseconds since the epoch.

    `reverts` are full shas of the commits that it takes back; the revert of a merge takes back all that the
    merge had brought in. Whether something is in force after a revert, and a revert of that, is for the
    reader of all commits to say: these are the facts of one.
    """

    sha: str
    parents: tuple[str, ...]
    committed_at: int
    author: str
    subject: str
    incidents: tuple[int, ...] = ()
    reconciles: tuple[tuple[int, int], ...] = ()
    reverts: tuple[str, ...] = ()
    picked: tuple[str, ...] = ()
    pull: int | None = None


@dataclass(frozen=True, slots=True)
class Walk:
    """The commits that say something, oldest first, out of `count` that were read."""

    count: int
    commits: tuple[Commit, ...]


def walk(
    mirror: Mirror,
    old_tip: str | None,
    new_tip: str,
    *,
    since: int,
    linked: Collection[str] = frozenset(),
    pulls: Collection[int] = frozenset(),
) -> Walk:
    """Read the commits that `new_tip` has and `old_tip` has not, merged branches included.

    Without an `old_tip`, or with one that the mirror no longer knows, only commits since `since`
    (microseconds) are read: never all of a long history. Kept are commits that name an incident or an action
    or revert something, and those that bring what was linked: a sha in `linked`, a cherry-pick of one (`-x`),
    a pull request in `pulls`.

    Raises GitError.
    """
    new = f"{old_tip}..{new_tip}" if old_tip and commits_among(mirror.directory, [old_tip]) else new_tip
    bounds = [] if new != new_tip else [_max_age(since)]
    count = 0
    kept: list[tuple[Commit, Message]] = []
    for record in git_records(mirror.directory, *_WALK, *bounds, "--end-of-options", new, "--", timeout=WALK_TIMEOUT):
        count += 1
        commit, message = _read(record)
        picked = tuple(sha for sha in message.picked if sha in linked)
        pull = message.pull if message.pull in pulls else None
        if (
            message.incidents or message.reconciles or message.reverts or message.reverts_pull
            or picked or pull is not None or commit.sha in linked
        ):  # fmt: skip
            kept.append((replace(commit, picked=picked, pull=pull), message))
    reverted = _reverted(mirror.directory, kept)
    return Walk(count, tuple(replace(commit, reverts=reverted[commit.sha]) for commit, _ in reversed(kept)))


def read_commit(mirror: Mirror, sha: str) -> Commit:
    """One commit by its full sha, with what it says. Raises GitError if the mirror lacks it."""
    record = git(mirror.directory, *_WALK, "--no-walk", "--end-of-options", sha, "--").removesuffix(b"\0")
    commit, message = _read(record)
    reverted = _reverted(mirror.directory, [(commit, message)])
    return replace(commit, reverts=reverted[sha], picked=message.picked, pull=message.pull)


def find_pull(mirror: Mirror, tip: str, number: int, *, since: int) -> str | None:
    """The commit in the history of `tip` that merged a pull or merge request, by what hosts write into its
    message; looked for back to `since` (microseconds). A pull request that was rebased in leaves no such
    commit."""
    return _find_pull(mirror.directory, tip, number, since)


def find_pick(mirror: Mirror, tip: str, sha: str, *, since: int) -> str | None:
    """The commit in the history of `tip` that says it was cherry-picked from `sha` (`git cherry-pick -x`)."""
    texts = [f"cherry picked from commit {sha}"]
    return _newest(mirror.directory, tip, texts, since, lambda message: sha in message.picked)


def in_force(mirror: Mirror, tip: str, commit: Commit) -> bool:
    """Whether what `commit` brought is still there at `tip`, by what later commits say: none of them takes it back, or
    the merge that brought it, unless it is taken back itself."""
    taken_back: set[str] = set()
    for later in reversed(walk(mirror, commit.sha, tip, since=commit.committed_at).commits):
        if later.sha not in taken_back:
            taken_back.update(later.reverts)
    return commit.sha not in taken_back


def find_same_patch(mirror: Mirror, tip: str, commit: Commit, *, old_tip: str | None = None) -> str | None:
    """A commit in the history of `tip` (of those that are new since `old_tip`, if given) whose diff is that
    of `commit`, line numbers and white space aside: what a rebase or a cherry-pick leaves. A claim, no
    proof."""
    if len(commit.parents) > 1:
        return None
    excluded = [f"^{sha}" for sha in (*commit.parents, *([old_tip] if old_tip else []))]
    marked = git(
        mirror.directory, "rev-list", "--cherry-mark", "--left-only", "--no-merges",
        "--end-of-options", f"{tip}...{commit.sha}", *excluded, "--", timeout=WALK_TIMEOUT,
    )  # fmt: skip
    return next((line[1:] for line in marked.decode().splitlines() if line.startswith("=")), None)


def _max_age(since: int) -> str:
    return f"--max-age={max(0, since) // 1_000_000}"


def _read(record: bytes) -> tuple[Commit, Message]:
    sha, parents, seconds, author, text = record.decode(errors="replace").split("\x1f", 4)
    message = parse_message(text)
    commit = Commit(
        sha=sha,
        parents=tuple(parents.split()),
        committed_at=int(seconds or 0) * 1_000_000,  # a malformed commit has no date
        author=author,
        subject=text.partition("\n")[0],
        incidents=message.incidents,
        reconciles=message.reconciles,
    )
    return commit, message


def _reverted(git_dir: Path, commits: list[tuple[Commit, Message]]) -> dict[str, tuple[str, ...]]:
    """For each commit, the full shas of what it takes back, as far as the repository has them."""
    named = {
        name
        for _, message in commits
        for reverted in message.reverts
        for name in (reverted.sha, reverted.mainline)
        if name
    }
    full = _full_shas(git_dir, named)
    taken_back: dict[str, list[tuple[str, str | None]]] = {}
    for commit, message in commits:
        pairs = [(full[r.sha], full.get(r.mainline or "")) for r in message.reverts if r.sha in full]
        if not pairs:
            found = (
                _find_pull(git_dir, commit.sha, number, commit.committed_at - _YEAR) for number in message.reverts_pull
            )
            pairs = [(sha, None) for sha in found if sha]
        taken_back[commit.sha] = pairs
    parents = _parents(git_dir, {sha for pairs in taken_back.values() for sha, _ in pairs})
    return {
        by: tuple(
            dict.fromkeys(each for sha, mainline in pairs for each in _brought_in(git_dir, sha, parents[sha], mainline))
        )
        for by, pairs in taken_back.items()
    }


def _brought_in(git_dir: Path, sha: str, parents: tuple[str, ...], mainline: str | None) -> list[str]:
    """A commit, and if it is a merge all that it brought to its mainline (by default its first parent)."""
    if len(parents) < 2:
        return [sha]
    stays = mainline if mainline in parents else parents[0]
    return git(git_dir, "rev-list", "--end-of-options", f"{stays}..{sha}", "--").decode().split()


def _full_shas(git_dir: Path, names: Collection[str]) -> dict[str, str]:
    """Which commits (perhaps abbreviated) shas name; without those that the repository does not know."""
    asked = "".join(f"{name}^{{commit}}\n" for name in names).encode()
    if not asked:
        return {}
    answers = git(git_dir, "cat-file", "--batch-check=%(objectname)", input=asked).decode().splitlines()
    return {name: answer for name, answer in zip(names, answers, strict=True) if " " not in answer}


def _parents(git_dir: Path, shas: Collection[str]) -> dict[str, tuple[str, ...]]:
    if not shas:
        return {}
    asked = "".join(f"{sha}\n" for sha in shas).encode()
    listed = git(git_dir, "rev-list", "--no-walk", "--parents", "--stdin", input=asked).decode().splitlines()
    return {sha: tuple(parents) for sha, *parents in map(str.split, listed)}


def _find_pull(git_dir: Path, tip: str, number: int, since: int) -> str | None:
    return _newest(git_dir, tip, [f"#{number}", f"!{number}"], since, lambda message: message.pull == number)


def _newest(git_dir: Path, tip: str, texts: list[str], since: int, fits: Callable[[Message], bool]) -> str | None:
    """The newest commit in the history of `tip` whose message holds one of `texts`, and fits."""
    grep = ("--fixed-strings", *(f"--grep={text}" for text in texts), _max_age(since))
    with closing(git_records(git_dir, *_WALK, *grep, "--end-of-options", tip, "--", timeout=WALK_TIMEOUT)) as records:
        for commit, message in map(_read, records):
            if fits(message):
                return commit.sha
    return None
