"""Recorded changes: from a live file, a diff, or a branch, and the commit that they were made to."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path, PurePosixPath

from bot.git.objects import ABSENT, LARGEST, SUBMODULE, File, read_blobs, tree_entries, versions
from bot.git.parts import Change
from bot.git.patch import DoesNotApply, FilePatch, apply_patch
from bot.git.run import GitError, git
from bot.rules.policy import mapped_path

MOST_FILES = 100  # that one change may concern
_VERSIONS = 200  # of a file that are tried as the base of a diff
_MODE = re.compile("100(?:644|755)|1[26]0000")

Reading = Callable[[bytes], bytes]  # what is done to the content of a file before it is used


class Unusable(ValueError):
    """A change that cannot be recorded as one. Says why, and what to send instead."""


def file_at(git_dir: Path, commit: str, path: str) -> File:
    """A file as a commit has it; ABSENT if it has none there. The content of a very large file is left out. Raises
    GitError."""
    return files_at(git_dir, commit, [path]).get(path, ABSENT)


def files_at(git_dir: Path, commit: str, paths: Iterable[str]) -> dict[str, File]:
    """Those files among `paths` that a commit has, in two git processes; as with `file_at`. Raises GitError."""
    entries = tree_entries(git_dir, commit, set(paths))
    small = {path: entry for path, entry in entries.items() if entry.size <= LARGEST and entry.mode != SUBMODULE}
    contents = read_blobs(git_dir, {entry.blob for entry in small.values()})
    return {path: File(entry.mode, contents[entry.blob] if path in small else None) for path, entry in entries.items()}


def change_to_live(git_dir: Path, base: str, path: str, live: bytes | None, mode: str | None = None) -> Change:
    """A change by what a file of commit `base` has become: its content, None if it was deleted. Raises GitError."""
    before = file_at(git_dir, base, path)
    if live is None:
        return Change(path, base, before, ABSENT)
    return Change(path, base, before, File(mode or (before.mode if before.there else "100644"), live))


def changes_of_patch(
    git_dir: Path,
    base: str,
    patches: Sequence[FilePatch],
    prefixes: Mapping[str, str] | None = None,
    *,
    hint: str | None = None,
    read: Reading = bytes,
) -> list[Change]:
    """A change by its diff to commit `base`. `prefixes` map paths on a server to paths in the repository
    (`/etc/nginx/` → `deploy/nginx/`); `hint` is where the file is, if the diff is of one and says otherwise. `read` is
    applied to the content of the base.

    Raises Unusable if the diff does not apply there, and GitError.
    """
    named = [_candidates(patch, prefixes or {}, hint if len(patches) == 1 else None) for patch in patches]
    there = files_at(git_dir, base, {path for paths in named for path in paths})
    changes = [
        change
        for patch, paths in zip(patches, named, strict=True)
        for change in _changes_of_file(base, patch, paths, there, read)
    ]
    if len({change.path for change in changes}) < len(changes):
        raise Unusable("the diff names a file twice: send one diff from the first state to the last")
    return changes


def _candidates(patch: FilePatch, prefixes: Mapping[str, str], hint: str | None) -> list[str]:
    """Where the file may be in the repository, likeliest first. Raises Unusable if that is nowhere."""
    paths = [mapped for path in patch.paths if (mapped := mapped_path(path, prefixes))] + patch.paths
    if hint is not None:
        hint = mapped_path(hint, prefixes) or hint
        # A diff that was made in the file's own folder says less than whoever logged the action.
        beside = "/" not in paths[0] and PurePosixPath(hint).name in paths
        paths = [hint, *paths] if beside else [*paths, hint]
    inside = [path for path in paths if in_repository(path)]
    if not inside:
        raise Unusable(
            f"{paths[0]}: that is no path in the repository: say which one it is with `--file`, or map it in the policy"
        )
    return list(dict.fromkeys(inside))


def in_repository(path: str) -> bool:
    """Whether it can be the path of a file in a repository."""
    return not path.startswith("/") and not {"", ".", "..", ".git"}.intersection(path.split("/"))


def _changes_of_file(
    base: str, patch: FilePatch, paths: Sequence[str], there: Mapping[str, File], read: Reading
) -> list[Change]:
    path = next((path for path in paths if path in there), paths[0])
    before = there.get(path, ABSENT)
    if patch.binary:
        raise Unusable(f"{path}: a diff does not hold binary content: send the file itself")
    if not before.there and any(hunk.old for hunk in patch.hunks):
        raise Unusable(f"{path}: the file is not in the repository at {base[:10]}")
    if before.there and before.content is None:
        return [Change(path, base, before, before)]  # a submodule, or too large: nobody will look into it
    before = File(before.mode, read(before.content)) if before.content is not None else before
    try:
        live = apply_patch(patch, before.content or b"")
    except DoesNotApply as error:
        raise Unusable(f"{path} at {base[:10]}: {error}") from error
    given = patch.new_mode if patch.new_mode and _MODE.fullmatch(patch.new_mode) else None
    mode = given or (before.mode if before.there else "100644")
    new_path = patch.renamed_to or path
    if not in_repository(new_path):
        raise Unusable(f"{new_path}: that is no path in the repository")
    changes = []
    if patch.new_path is None or new_path != path:
        changes.append(Change(path, base, before, ABSENT))
    if patch.new_path is not None:
        changes.append(Change(new_path, base, before if new_path == path else ABSENT, File(mode, live)))
    return changes


def find_base(
    git_dir: Path,
    tip: str,
    patches: Sequence[FilePatch],
    prefixes: Mapping[str, str] | None = None,
    *,
    hint: str | None = None,
    read: Reading = bytes,
) -> str:
    """The newest commit in the history of `tip` to which the whole diff applies: what was running when it was made.
    The other arguments are those of `changes_of_patch`.

    Raises Unusable, which tells why it applies nowhere, and GitError.
    """
    if any(not hunk.old for patch in patches for hunk in patch.hunks if patch.old_path is not None):
        raise Unusable("the diff has no lines of context, so that its base cannot be found: send it without -U0")
    paths = {path for patch in patches for path in _candidates(patch, prefixes or {}, hint)}
    touched = versions(git_dir, None, tip, sorted(paths), first_parent=True, limit=_VERSIONS)
    first: Unusable | None = None
    for commit in dict.fromkeys([tip, *(version.commit for version in touched)]):
        try:
            changes_of_patch(git_dir, commit, patches, prefixes, hint=hint, read=read)
        except Unusable as error:
            first = first or error
            continue
        return commit
    raise Unusable(
        f"the diff applies to no version of upstream ({first}): make it from upstream's own version of the file to "
        "what runs, for example with `git diff`"
    )


def changes_of_ref(git_dir: Path, tip: str, sha: str) -> list[Change]:
    """What a branch, or a stash that was pushed as one, did since it left the upstream branch: from the commit that
    `sha` and `tip` share to `sha`; of a stash, from the commit that it was made on, untracked files included.

    Raises Unusable if they share none or if it concerns too many files, and GitError.
    """
    parents, _, subject = (
        git(git_dir, "show", "-s", "--format=%P%n%s", sha, "--").decode(errors="replace").partition("\n")
    )
    before = parents.split()
    if len(before) > 1 and re.match(r"(?:WIP on|On) \S", subject) and _is_index(git_dir, before[1], before[0]):
        base, beside = before[0], before[2:]
    else:
        base, beside = _shared(git_dir, tip, sha), []
    looks = git(git_dir, "diff-tree", "-r", "-z", "--no-renames", "--name-only", base, sha, "--").split(b"\0")[:-1]
    for untracked in beside:
        looks += git(git_dir, "ls-tree", "-r", "-z", "--name-only", "--full-tree", untracked).split(b"\0")[:-1]
    paths = list(dict.fromkeys(path.decode("utf-8", "surrogateescape") for path in looks))
    if len(paths) > MOST_FILES:
        raise Unusable(f"it differs in {len(paths)} files, and {MOST_FILES} are the most that are recorded")
    old, new = files_at(git_dir, base, paths), files_at(git_dir, sha, paths)
    for untracked in beside:
        new |= files_at(git_dir, untracked, paths)
    return [Change(path, base, old.get(path, ABSENT), new.get(path, ABSENT)) for path in paths]


def _is_index(git_dir: Path, commit: str, on: str) -> bool:
    """Whether a commit is what `git stash` makes of the index, on top of the commit `on`."""
    said = git(git_dir, "show", "-s", "--format=%P %s", commit, "--").decode(errors="replace")
    return said.startswith(f"{on} index on ")


def _shared(git_dir: Path, tip: str, sha: str) -> str:
    try:
        return git(git_dir, "merge-base", "--end-of-options", tip, sha).decode().strip()
    except GitError as error:
        if error.code != 1:
            raise
        raise Unusable("it has no history in common with the upstream branch") from error
