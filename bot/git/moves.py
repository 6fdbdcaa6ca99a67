"""What a move of upstream touched, and which of several commits came last."""

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from bot.git.run import git

_TIMEOUT = 300.0  # seconds


@dataclass(frozen=True, slots=True)
class Move:
    """The paths that differ between two commits. A file that was renamed is there by both of its names, a folder by
    those of all its files."""

    paths: frozenset[str]
    added: bool  # whether any file is new, or under a new name

    def concerns(self, paths: Collection[str]) -> bool:
        """Whether it changed any of these files. An empty path stands for a file that was nowhere: it may be back
        under any name."""
        return not self.paths.isdisjoint(paths) or (self.added and "" in paths)


def move(git_dir: Path, old: str, new: str) -> Move:
    """Raises GitError."""
    # Renames are not looked for: the old name counts as deleted, the new one as added, and either concerns the file.
    listed = git(
        git_dir, "diff-tree", "-r", "-z", "--no-renames", "--name-status", "--end-of-options", old, new,
        timeout=_TIMEOUT,
    ).decode("utf-8", "surrogateescape").split("\0")  # fmt: skip
    return Move(frozenset(listed[1::2]), "A" in listed[0::2])


def newest(git_dir: Path, commits: Collection[str]) -> str | None:
    """The commit that has all others in its history; of several that have not each other, the youngest. None of
    none. Raises GitError."""
    distinct = sorted(set(commits))
    if len(distinct) < 2:
        return next(iter(distinct), None)
    heads = git(git_dir, "merge-base", "--independent", *distinct, timeout=_TIMEOUT).decode().split()
    return git(git_dir, "rev-list", "--no-walk=sorted", "--max-count=1", *heads).decode().strip()
