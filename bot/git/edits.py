"""Line edits between versions of files, and three-way merges of them, by git itself."""

import re
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from bot.git.compare import Edit
from bot.git.run import git

_DIFF = (
    "diff", "--no-index", "--unified=0", "--inter-hunk-context=0", "--text", "--no-color", "--no-renames",
    "--no-ext-diff", "--no-textconv",
)  # fmt: skip
_RANGES = re.compile(rb"@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")
_FILE = re.compile(rb'diff --git "?a/.*/(\d+)"? "?b/')


def edits_between(pairs: Sequence[tuple[bytes, bytes]], *, smallest: bool = False) -> list[list[Edit]]:
    """The edits from the first to the second content of each pair, in one git process.

    Of versions that many people worked on, the "patience" algorithm tells repeated blocks apart best: in 5,000 made-up
    files of such blocks it put no edit into a wrong one, where histogram and Myers did in 24 and 11. But it tears a
    file apart where a line has moved; what one person changed is best read as the `smallest` edits, which Myers finds.
    Raises GitError.
    """
    if not pairs:
        return []
    algorithm = "--diff-algorithm=myers" if smallest else "--patience"
    with _files(pairs) as folder:
        out = git(None, *_DIFF, algorithm, "--", str(folder / "0"), str(folder / "1"), ok=(0, 1))
    edits: list[list[Edit]] = [[] for _ in pairs]
    current = edits[0]
    for line in out.split(b"\n"):  # lines of content begin with "+", "-" or "\"
        if line.startswith(b"@@ "):
            found = _RANGES.match(line)
            assert found is not None
            a, n, c, m = (int(number) if number is not None else 1 for number in found.groups())
            # Of an empty range git names the line before it, counted from 1: that is its start, counted from 0.
            a, c = a - (n > 0), c - (m > 0)
            current.append(Edit(a, a + n, c, c + m))
        elif line.startswith(b"diff --git "):
            name = _FILE.match(line)
            assert name is not None
            current = edits[int(name[1])]
    return edits


def merged(base: bytes, ours: bytes, theirs: bytes) -> bytes | None:
    """What a three-way merge makes of two versions, None if they conflict. Raises GitError."""
    with _files([(base, ours), (theirs, b"")]) as folder:
        files = [str(folder / side / name) for side, name in (("1", "0"), ("0", "0"), ("0", "1"))]
        # The exit status is the number of conflicts, up to 127.
        out = git(None, "merge-file", "--stdout", "--quiet", *files, ok=tuple(range(128)))
        conflicts = b"<<<<<<< " + files[0].encode() in out
    return None if conflicts else out


@contextmanager
def _files(pairs: Sequence[tuple[bytes, bytes]]) -> Iterator[Path]:
    """Pair n as the files `0/n` and `1/n` in a folder that is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="hotwash-") as name:
        folder = Path(name).resolve()
        for side in (0, 1):
            (folder / str(side)).mkdir()
            for number, pair in enumerate(pairs):
                (folder / str(side) / str(number)).write_bytes(pair[side])
        yield folder
