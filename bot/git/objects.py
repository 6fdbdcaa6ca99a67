"""Files in commits: reading them, following them through renames, and the versions that upstream gave them."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from bot.git.run import GitError, git

LARGEST = 10_000_000  # bytes of a file that is still read
SYMLINK, SUBMODULE = "120000", "160000"
_HISTORY_TIMEOUT = 300.0  # seconds


@dataclass(frozen=True, slots=True)
class File:
    """A file as a commit has it: git's mode (`100644`, `100755`, `120000` for a symbolic link, `160000` for a
    submodule, "" if it is not there) and its content, None if that is not there or was not read."""

    mode: str
    content: bytes | None = None

    @property
    def there(self) -> bool:
        return self.mode != ""


ABSENT = File("")


@dataclass(frozen=True, slots=True)
class Entry:
    """A file in the tree of a commit: its mode, the id of its blob, and its size in bytes (0 for a submodule)."""

    mode: str
    blob: str
    size: int


@dataclass(frozen=True, slots=True)
class Version:
    """What `commit` made of a file. `blob` is None if it deleted it."""

    commit: str
    parents: tuple[str, ...]
    mode: str
    blob: str | None


def tree_entries(git_dir: Path, commit: str, paths: Collection[str]) -> dict[str, Entry]:
    """The files among `paths` that a commit has. Raises GitError."""
    entries: dict[str, Entry] = {}
    wanted = sorted(set(paths))
    for chunk in (wanted[i : i + 500] for i in range(0, len(wanted), 500)):
        listed = git(git_dir, "--literal-pathspecs", "ls-tree", "-z", "--long", "--full-tree", commit, "--", *chunk)
        for record in listed.split(b"\0")[:-1]:
            meta, _, path = record.partition(b"\t")
            mode, kind, blob, size = meta.decode().split()
            if size == "BAD":
                raise _gone(blob)
            if kind != "tree":
                entries[_text(path)] = Entry(mode, blob, int(size) if size != "-" else 0)
    return entries


def read_blobs(git_dir: Path, blobs: Iterable[str]) -> dict[str, bytes]:
    """The contents of blobs, in one git process. Raises GitError if one is not there."""
    wanted = list(dict.fromkeys(blobs))
    if not wanted:
        return {}
    out = git(git_dir, "cat-file", "--batch", input="".join(f"{blob}\n" for blob in wanted).encode())
    contents = {}
    at = 0
    for blob in wanted:
        end = out.index(b"\n", at)
        _, _, *size = out[at:end].decode().split(" ")
        if not size:
            raise _gone(blob)
        contents[blob] = out[end + 1 : end + 1 + int(size[0])]
        at = end + 2 + int(size[0])
    return contents


def blob_sizes(git_dir: Path, blobs: Iterable[str]) -> dict[str, int]:
    """The sizes of blobs in bytes; submodules, which are no blobs of the repository, are left out. Raises GitError."""
    asked = "".join(f"{blob}\n" for blob in dict.fromkeys(blobs)).encode()
    if not asked:
        return {}
    answers = git(git_dir, "cat-file", "--batch-check=%(objectname) %(objectsize)", input=asked).decode().splitlines()
    return {blob: int(size) for blob, _, size in (answer.partition(" ") for answer in answers) if size.isdigit()}


def renames(git_dir: Path, base: str, tip: str, path: str) -> list[str]:
    """The names that a file of `base` had on its way to `tip`, first to last, without `path` itself; empty if it was
    deleted. Found in one look if it kept half of its lines, else step by step. Raises GitError."""
    rename = ("-r", "-z", "-M", "-l2000", "--diff-filter=R", "--name-status")
    looks = git(git_dir, "diff-tree", *rename, "--end-of-options", base, tip, timeout=_HISTORY_TIMEOUT).split(b"\0")
    direct = {_text(old): _text(new) for old, new in zip(looks[1::3], looks[2::3], strict=True)}
    if path in direct:
        return [direct[path]]
    steps = git(
        git_dir, "log", "-z", "--topo-order", "--reverse", "--format=", *rename[2:],
        "--end-of-options", tip, f"^{base}", timeout=_HISTORY_TIMEOUT,
    ).split(b"\0")  # fmt: skip
    names = [path]
    for old, new in zip(steps[1::3], steps[2::3], strict=True):
        if _text(old) == names[-1]:
            names.append(_text(new))
    return names[1:]


def versions(
    git_dir: Path, base: str | None, tip: str, paths: Sequence[str], *, first_parent: bool, limit: int
) -> list[Version]:
    """The versions that a file had in the commits of `tip` (that `base` has not, if given), newest first, under any of
    its `paths`; at most `limit`. With `first_parent` only the states of the upstream branch itself, else also those in
    branches that were merged. Raises GitError."""
    out = git(
        git_dir, "--literal-pathspecs", "log", "-z", "--topo-order", "--raw", "--no-abbrev", "--no-renames",
        "--diff-merges=first-parent", *(["--first-parent"] if first_parent else []), f"--max-count={limit}",
        "--format=%x01%H %P", "--end-of-options", tip, *([f"^{base}"] if base else []), "--", *paths,
        timeout=_HISTORY_TIMEOUT,
    )  # fmt: skip
    found: list[Version] = []
    fields = iter(out.split(b"\0"))
    for one in fields:
        if one.startswith(b"\x01"):
            commit, *parents = one[1:].decode().split()
            found.append(Version(commit, tuple(parents), "", None))
        elif one.lstrip(b"\n").startswith(b":"):
            next(fields)  # the path
            _, mode, _, blob, status = one.decode().split()
            if status != "D":
                found[-1] = replace(found[-1], mode=mode, blob=blob)
    return found


def is_text(content: bytes) -> bool:
    """As git sees it: no NUL in the first 8,000 bytes."""
    return b"\0" not in content[:8000]


def _gone(blob: str) -> GitError:
    """Git says so without an error of its own; what a tree names and nobody has is damage all the same."""
    return GitError("the repository lacks one of its files", f"missing object {blob}")


def _text(path: bytes) -> str:
    return path.decode("utf-8", "surrogateescape")
