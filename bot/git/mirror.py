"""A bare mirror of one watched repository: its upstream branch and what people linked, nothing else.

The mirror remembers no tip of its own: the caller passes the tip that it last acted on, out of the database,
so that two replicas with a mirror each see the same moves. A token, or a password in the URL, reaches git through its
environment: it is never on a command line, in the mirror's configuration or in an error.
"""

import configparser
import fcntl
import hashlib
import re
import shutil
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from bot.git.names import valid_branch
from bot.git.run import GitError, asks, environment, git, git_version
from bot.git.urls import checked_url

FETCH_TIMEOUT = 600.0  # seconds
CLONE_TIMEOUT = 3600.0
LOCK_TIMEOUT = 10.0  # seconds to wait for whoever else writes into the mirror

T = TypeVar("T")

_SHA = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?\Z")
_SHORT_SHA = re.compile(r"[0-9a-f]{7,64}\Z")
_REF = re.compile(r"refs/(?:heads/(?P<branch>.+)|(?:pull|merge-requests)/\d{1,10}/head|pull-requests/\d{1,10}/from)\Z")
_MISSING = re.compile(r"couldn't find remote ref|not our ref|does not allow request for unadvertised object")
_FETCH = (
    "fetch", "--quiet", "--no-tags", "--no-write-fetch-head", "--no-recurse-submodules",
    "--no-auto-maintenance", "--refmap=", "upstream",
)  # fmt: skip


class BranchMissing(GitError):
    """The upstream branch is not in the repository: renamed, deleted or never there. The text names the
    repository's own default branch, if it has one."""


class Moved(GitError):
    """A branch that was to be pushed to has commits that we have not seen."""


class NotOurs(GitError):
    """A branch that was to be pushed holds what somebody else committed. It was left as it is."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """What a fetch found.

    `forced`: the upstream branch was rewritten and `old_tip` is no longer part of it, so that all that was
    ever seen in it has to be looked at again. `linked`: what each linked ref points at. `missing`: the linked
    refs and shas that the remote no longer has, or does not give.
    """

    old_tip: str | None
    new_tip: str
    forced: bool
    linked: Mapping[str, str]
    missing: tuple[str, ...]


class Mirror:
    """One watched repository on disk. One process uses it, one call at a time."""

    def __init__(
        self, directory: Path, url: str, branch: str, allow_file: bool = False, token: str | None = None
    ) -> None:
        """`url` is https, ssh or scp-like; with `allow_file` also `file://` or an absolute path. `token` is the
        password of an https URL.

        Raises BadUrl, and ValueError for a branch name that git does not allow.
        """
        if not valid_branch(branch):
            raise ValueError(f"{branch!r} is not a branch name that git allows")
        self.directory = directory.absolute()
        self.branch = branch
        self._ref = f"refs/heads/{branch}"
        # Beside the mirror, under names that no repository of the policy can have.
        self._fresh, self._old, self._lock = (
            self.directory.with_name(f".{self.directory.name}.{what}") for what in ("fresh", "old", "lock")
        )
        self._keep: tuple[int, ...] = ()  # the open lock file, while we hold it
        self._opened = False
        location, password = checked_url(url, allow_file=allow_file, token=token)
        self._env = environment(allow_file=allow_file, config={"remote.upstream.url": location, **password})

    def open_or_clone(self) -> None:
        """Make the mirror ready: sweep up after a process that was killed, and clone if it is not there or does not
        open. Costs nothing once that was done. Raises GitError."""
        if self._opened:
            return
        git_version()
        with self._alone():
            self._sweep()
            if not self._opens():
                self._clone()
        self._opened = True

    def clone(self) -> None:
        """Clone anew beside what is there, then swap: a clone that fails leaves the old one. Raises GitError,
        BranchMissing."""
        with self._alone():
            self._clone()

    def read(self, work: Callable[[], T]) -> T:
        """What `work` finds in the mirror. Where it finds damage, which may show only when an old object is needed, the
        mirror is cloned anew and looked at once more. Raises GitError."""
        try:
            return work()
        except GitError as error:
            if not error.corrupt:
                raise
        self.clone()
        return work()

    def _clone(self) -> None:
        self._sweep()
        try:
            # `init` and `fetch` do what `clone` does, but write the URL to no file.
            object_format = "sha256" if len(self._remote_tip()) == 64 else "sha1"
            init = ("init", "--quiet", "--bare", "--template=", f"--object-format={object_format}")
            git(None, *init, str(self._fresh))
            git(self._fresh, "symbolic-ref", "HEAD", self._ref)
            refspec = f"+{self._ref}:{self._ref}"
            git(self._fresh, *_FETCH, refspec, timeout=CLONE_TIMEOUT, env=self._env, keep=self._keep)
            git(self._fresh, "commit-graph", "write", "--reachable", timeout=FETCH_TIMEOUT, keep=self._keep)
            if self.directory.exists():
                self.directory.rename(self._old)
            self._fresh.rename(self.directory)
        finally:
            self._sweep()

    def fetch(self, old_tip: str | None = None, linked: Iterable[str] = ()) -> Fetched:
        """Bring the upstream branch and `linked` up to date. `linked` are full ref names (`refs/heads/…`,
        `refs/pull/N/head`, `refs/merge-requests/N/head`) and full shas: all else counts as missing, and git
        never sees it. `old_tip` is the tip that the caller last acted on.

        Raises BranchMissing, and GitError if the remote cannot be reached. A damaged mirror is cloned anew.
        """
        wanted = list(dict.fromkeys(linked))
        with self._alone():
            try:
                return self._fetch(old_tip, wanted)
            except GitError as error:
                self._sweep()
                if error.corrupt or not self._opens():
                    self._clone()
                elif not error.locked:
                    raise
            return self._fetch(old_tip, wanted)

    def push(self, commit: str, branch: str, *, ours: str, more: Mapping[str, str]) -> None:
        """Push a commit as a branch other than upstream. One that is there is replaced only if `ours` (an e-mail
        address) committed its tip, and if nobody moves it meanwhile. `more` are variables that say where the commit's
        objects are. Raises NotOurs, and GitError."""
        ref = f"refs/heads/{branch}"
        if ref == self._ref or not valid_branch(branch):
            raise ValueError(f"{branch!r} is no branch to push to")
        there = git(None, "ls-remote", "--refs", "upstream", ref, env=self._env).decode().partition("\t")[0]
        if there == commit:
            return
        with self._alone():
            if there:
                self._fetch_refs([ref])
                by = git(self.directory, "log", "-1", "--format=%ce", "--end-of-options", there, "--").decode().strip()
                if by != ours:
                    raise NotOurs(f"the branch {branch} holds what somebody else committed: it was left as it is")
            lease = f"--force-with-lease={ref}:{there}"
            env = self._env | dict(more)
            git(self.directory, "push", "--quiet", "--no-verify", lease, "upstream", f"{commit}:{ref}",
                timeout=FETCH_TIMEOUT, env=env, keep=self._keep)  # fmt: skip

    def push_upstream(self, commit: str, *, more: Mapping[str, str]) -> None:
        """Push a commit onto the upstream branch, whose tip is its parent. Raises Moved where that has moved on since,
        and GitError."""
        with self._alone():
            try:
                git(self.directory, "push", "--quiet", "--no-verify", "upstream", f"{commit}:{self._ref}",
                    timeout=FETCH_TIMEOUT, env=self._env | dict(more), keep=self._keep)  # fmt: skip
            except GitError as error:
                if "(fetch first)" in error.stderr or "(non-fast-forward)" in error.stderr:
                    raise Moved("the upstream branch moved on meanwhile", error.stderr, error.code) from error
                raise

    def tip(self) -> str:
        """The commit that the upstream branch points at, as last fetched. Raises GitError."""
        return git(self.directory, "rev-parse", "--verify", self._ref).decode().strip()

    def resolve(self, rev: str) -> str | None:
        """The full sha of a commit that the mirror has, from its sha (7 digits or more, and no other
        commit's) or the full name of a ref as it was fetched. None for all else: git sees no other revision
        syntax."""
        if _linkable(rev):
            candidates = [self._local(rev)]
        elif _SHORT_SHA.match(rev.lower()):
            # Not `rev-parse abc1234`: git would first look for a branch of that name.
            candidates = git(self.directory, "rev-parse", f"--disambiguate={rev.lower()}").decode().split()
        else:
            return None
        commits = commits_among(self.directory, candidates)
        return commits[0] if len(commits) == 1 else None

    def is_ancestor(self, sha: str, tip: str) -> bool:
        """Whether `sha` is `tip` or in its history. A commit that the mirror lacks is in no history."""
        if sha not in commits_among(self.directory, [sha]):
            return False
        return asks(self.directory, "merge-base", "--is-ancestor", "--end-of-options", sha, tip)

    def contained(self, shas: Iterable[str], tip: str) -> frozenset[str]:
        """Those of many commits that are `tip` or in its history, asked of git at once."""
        known = commits_among(self.directory, sorted(set(shas)))
        if not known:
            return frozenset()
        revisions = "".join(f"{sha}\n" for sha in known) + f"^{tip}\n"
        outside = git(self.directory, "rev-list", "--stdin", input=revisions.encode()).decode().split()
        return frozenset(known).difference(outside)

    def maintain(self) -> None:
        """Keep history walks and object look-ups fast, and sweep up after a git that was killed. Nothing is
        pruned: what a rewritten branch lost stays explainable. For once a day. Raises GitError."""
        with self._alone():
            self._sweep()
            tasks = ["--task=commit-graph", "--task=loose-objects"]
            if any(self.directory.glob("objects/pack/*.idx")):  # it fails where there is nothing to repack
                tasks.append("--task=incremental-repack")
            git(self.directory, "maintenance", "run", "--quiet", *tasks, timeout=FETCH_TIMEOUT, keep=self._keep)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Nothing else writes into the mirror meanwhile: no other process, and no git that a killed one left running.
        Each git keeps the lock open for as long as it lives, so what it would leave behind is a dead one's."""
        self._lock.parent.mkdir(parents=True, exist_ok=True)
        with self._lock.open("ab") as file:
            deadline = time.monotonic() + LOCK_TIMEOUT
            while True:
                try:
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError:
                    if time.monotonic() > deadline:
                        raise GitError(
                            f"another process writes into {self.directory}, or a git does that one left behind: give "
                            "each process a HOTWASH_MIRRORS of its own"
                        ) from None
                    time.sleep(0.05)
            self._keep = (file.fileno(),)
            try:
                yield
            finally:
                self._keep = ()

    def _opens(self) -> bool:
        """Cheap signs of health: a bare repository whose upstream tip and its tree can be read."""
        from git import InvalidGitRepositoryError, NoSuchPathError, Repo  # loads in 0.1 s, and needs a git

        try:
            with Repo(self.directory) as repository:
                bare = repository.bare
            git(self.directory, "cat-file", "-e", f"{self._ref}^{{tree}}")
        except (InvalidGitRepositoryError, NoSuchPathError, configparser.Error, GitError):
            return False
        return bare

    def _remote_tip(self) -> str:
        """What the upstream branch points at on the remote. Raises BranchMissing and GitError."""
        listed = git(None, "ls-remote", "--symref", "upstream", "HEAD", self._ref, env=self._env).decode()
        default = None
        for line in listed.splitlines():
            value, _, name = line.partition("\t")
            if name == self._ref:
                return value
            if name == "HEAD" and value.startswith("ref: refs/heads/"):
                default = value.removeprefix("ref: refs/heads/")
        hint = f"its default branch is {default!r}" if default else "it may be empty"
        raise BranchMissing(
            f"the repository has no branch {self.branch!r} ({hint}): name its upstream branch in the policy"
        )

    def _fetch(self, old_tip: str | None, wanted: list[str]) -> Fetched:
        refs = [name for name in wanted if _linkable(name)]
        shas = [name for name in wanted if _SHA.match(name)]
        missing = [name for name in wanted if name not in refs and name not in shas]
        try:
            self._fetch_refs(refs)
        except GitError as error:
            if not _MISSING.search(error.stderr):
                raise
            # One absent ref fails the whole fetch: look which are there. Listing all of them is slow, but
            # rare.
            self._remote_tip()
            there = git(None, "ls-remote", "--refs", "upstream", *refs, env=self._env).decode().split()
            missing += [name for name in refs if name not in there]
            self._fetch_refs([name for name in refs if name in there])
        known = commits_among(self.directory, shas)
        missing += [sha for sha in shas if sha not in known and not self._fetch_commit(sha)]

        listed = git(self.directory, "for-each-ref", "--format=%(refname) %(objectname)").decode()
        points_at = dict(line.split(" ") for line in listed.splitlines())
        new_tip = points_at[self._ref]
        forced = old_tip not in (None, new_tip) and not self.is_ancestor(str(old_tip), new_tip)
        if forced:  # much is concluded from what is not in the history: all of it has to be there
            every_commit = environment(config={"core.commitGraph": "false"})
            git(self.directory, "rev-list", "--count", new_tip, timeout=FETCH_TIMEOUT, env=every_commit)
        return Fetched(
            old_tip=old_tip,
            new_tip=new_tip,
            forced=forced,
            linked={name: points_at[self._local(name)] for name in refs if name not in missing},
            missing=tuple(missing),
        )

    def _fetch_refs(self, refs: list[str]) -> None:
        specs = {f"+{ref}:{self._local(ref)}": None for ref in (self._ref, *refs)}
        git(self.directory, *_FETCH, *specs, timeout=FETCH_TIMEOUT, env=self._env, keep=self._keep)

    def _fetch_commit(self, sha: str) -> bool:
        """A commit by its sha. Many servers give only what one of their refs still reaches."""
        try:
            spec = f"+{sha}:refs/linked/{sha}"
            git(self.directory, *_FETCH, spec, timeout=FETCH_TIMEOUT, env=self._env, keep=self._keep)
        except GitError as error:
            if _MISSING.search(error.stderr):
                return False
            raise
        return True

    def _local(self, ref: str) -> str:
        """Where a ref of the remote is kept. Linked ones under a flat name: a branch `a` that is gone from
        the remote but not from here would stand in the way of a new branch `a/b`."""
        if ref == self._ref:
            return ref
        return f"refs/linked/{hashlib.sha256(ref.encode()).hexdigest()[:32]}"

    def _sweep(self) -> None:
        """Remove what a killed git left: locks, with which no fetch succeeds, half-written packs, half a clone. Only
        for who holds the lock."""
        for pattern in ("*.lock", "refs/**/*.lock", "objects/**/*.lock", "objects/**/tmp_*"):
            for path in self.directory.glob(pattern):
                path.unlink(missing_ok=True)
        shutil.rmtree(self._fresh, ignore_errors=True)
        shutil.rmtree(self._old, ignore_errors=True)


def commits_among(git_dir: Path, names: Iterable[str]) -> list[str]:
    """The full shas of those names (full shas, full ref names) that are commits in the repository."""
    asked = "".join(f"{name}\n" for name in names).encode()
    if not asked:
        return []
    answers = git(git_dir, "cat-file", "--batch-check=%(objectname) %(objecttype)", input=asked).decode()
    return [line.removesuffix(" commit") for line in answers.splitlines() if line.endswith(" commit")]


def _linkable(ref: str) -> bool:
    found = _REF.match(ref)
    return found is not None and (found["branch"] is None or valid_branch(found["branch"]))
