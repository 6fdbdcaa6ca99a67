"""Recorded changes: from a live file or a diff, and the commit that they were made to."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from bot.git.objects import ABSENT, LARGEST, File, read_blobs, tree_entries, versions
from bot.git.parts import Change
from bot.git.patch import DoesNotApply, FilePatch, apply_patch

_VERSIONS = 200  # of a file that are tried as the base of a diff


class Unusable(ValueError):
    """A change that cannot be recorded as one. Says why, and what to send instead."""


def file_at(git_dir: Path, commit: str, path: str) -> File:
    """A file as a commit has it; ABSENT if it has none there. The content of a very large file is left out. Raises
    GitError."""
    entry = tree_entries(git_dir, commit, [path]).get(path)
    if entry is None:
        return ABSENT
    if entry.size > LARGEST or entry.mode == "160000":
        return File(entry.mode)
    return File(entry.mode, read_blobs(git_dir, [entry.blob])[entry.blob])


def change_to_live(git_dir: Path, base: str, path: str, live: bytes | None, mode: str | None = None) -> Change:
    """A change by what a file of commit `base` has become: its content, None if it was deleted. Raises GitError."""
    before = file_at(git_dir, base, path)
    if live is None:
        return Change(path, base, before, ABSENT)
    return Change(path, base, before, File(mode or (before.mode if before.there else "100644"), live))


def changes_of_patch(
    git_dir: Path, base: str, patches: Sequence[FilePatch], prefixes: Mapping[str, str] | None = None
) -> list[Change]:
    """A change by its diff to commit `base`. `prefixes` map paths on a server to paths in the repository
    (`/etc/nginx/` → `deploy/nginx/`).

    Raises Unusable if the diff does not apply there, and GitError.
    """
    changes = []
    for patch in patches:
        paths = [_mapped(path, prefixes or {}) for path in patch.paths]
        known = tree_entries(git_dir, base, paths)
        path = next((path for path in paths if path in known), paths[0])
        before = file_at(git_dir, base, path)
        if patch.binary:
            raise Unusable(f"{path}: a diff does not hold binary content: send the file itself")
        if not before.there and any(hunk.old for hunk in patch.hunks):
            raise Unusable(f"{path}: the file is not in the repository at {base[:10]}")
        if before.there and before.content is None:
            changes.append(Change(path, base, before, before))  # a submodule, or too large: nobody will look into it
            continue
        try:
            live = apply_patch(patch, before.content or b"")
        except DoesNotApply as error:
            raise Unusable(f"{path} at {base[:10]}: {error}") from error
        mode = patch.new_mode or (before.mode if before.there else "100644")
        new_path = patch.renamed_to or path
        if patch.new_path is None or new_path != path:
            changes.append(Change(path, base, before, ABSENT))
        if patch.new_path is not None:
            changes.append(Change(new_path, base, before if new_path == path else ABSENT, File(mode, live)))
    return changes


def find_base(git_dir: Path, tip: str, patches: Sequence[FilePatch], prefixes: Mapping[str, str] | None = None) -> str:
    """The newest commit in the history of `tip` to which the whole diff applies: what was running when it was made.

    Raises Unusable, which tells why it applies nowhere, and GitError.
    """
    if any(not hunk.old for patch in patches for hunk in patch.hunks if patch.old_path is not None):
        raise Unusable("the diff has no lines of context, so that its base cannot be found: send it without -U0")
    paths = [_mapped(path, prefixes or {}) for patch in patches for path in patch.paths]
    touched = versions(git_dir, None, tip, paths, first_parent=True, limit=_VERSIONS)
    first: Unusable | None = None
    for commit in dict.fromkeys([tip, *(version.commit for version in touched)]):
        try:
            changes_of_patch(git_dir, commit, patches, prefixes)
        except Unusable as error:
            first = first or error
            continue
        return commit
    raise Unusable(f"the diff applies to no version of upstream ({first}): send it against a commit, and name that")


def _mapped(path: str, prefixes: Mapping[str, str]) -> str:
    """The path in the repository of a path on a server; the longest prefix counts."""
    for prefix in sorted(prefixes, key=len, reverse=True):
        if path.startswith(prefix):
            return prefixes[prefix] + path.removeprefix(prefix)
    return path
