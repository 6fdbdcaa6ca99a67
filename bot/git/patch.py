"""Diffs as people send them (`git diff`, `diff -u`, `diff -r`): what they say, and applying them.

`git apply` looks for a hunk's context anywhere near, and so puts it into the wrong one of two equal blocks. Here a
hunk goes where its line numbers say, else to the only other place where its old lines stand, else nowhere.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import takewhile

from bot.git.compare import lines_of

_RANGES = re.compile(rb"@@ -(\d{1,9})(?:,(\d{1,9}))? \+\d{1,9}(?:,(\d{1,9}))? @@")
_PLAIN = re.compile(rb"(\d{1,9})(?:,(\d{1,9}))?([acd])\d{1,9}(?:,\d{1,9})?\Z")  # a hunk of `diff` without -u
_MODE_LINE = re.compile(rb"(old|new|new file|deleted file) mode ([0-7]{6})")
_INDEX_LINE = re.compile(rb"index ([0-9a-f]{4,64})\.\.[0-9a-f]{4,64}(?: ([0-7]{6}))?")
_STAMP = re.compile(rb"\t.*|\s+\d{4}-\d\d-\d\d \d\d:\d\d:\d\d.*")
_ESCAPED = re.compile(rb'\\(?:([0-7]{3})|([abtnvfr"\\]))')
_TO_ESCAPE = re.compile(rb'[\x00-\x1f"\\\x7f-\xff]')
_ESCAPES = dict(zip(b'abtnvfr"\\', b'\a\b\t\n\v\f\r"\\', strict=True))


class NoPatch(ValueError):
    """The text is no diff that can be used. Says what is wrong with it, and what to send instead."""


class NoDiff(NoPatch):
    """There is no diff of a named file in it."""


class DoesNotApply(ValueError):
    """The old lines of a hunk do not stand, or not in one place only, in the version that it is applied to."""


@dataclass(frozen=True, slots=True)
class Hunk:
    """`start` is a line of the old version, from 0; `old` are its lines from there on, context included; `new` are
    the lines that come to their place."""

    start: int
    old: tuple[bytes, ...]
    new: tuple[bytes, ...]


@dataclass(slots=True)
class FilePatch:
    """What a diff says of one file. Paths are as written, with prefixes such as `a/`; None is /dev/null. `blob` is the
    (abbreviated) id of the old content, `renamed_to` the new name, without prefix, of a renamed file. Modes, blob and
    new name are None where the diff does not say."""

    old_path: str | None
    new_path: str | None
    old_mode: str | None = None
    new_mode: str | None = None
    blob: str | None = None
    renamed_to: str | None = None
    binary: bool = False
    hunks: list[Hunk] = field(default_factory=list)

    @property
    def paths(self) -> list[str]:
        """Where the file may be in the repository, likeliest first."""
        written = [path for path in (self.old_path, self.new_path) if path is not None]
        stripped = [path[2:] for path in written if re.match("[abciow]/.", path)]
        return list(dict.fromkeys([*stripped, *written]))


def read_patch(text: bytes) -> list[FilePatch]:
    """Read a diff of one or more files, unified or plain; what stands around it is skipped. Raises NoPatch."""
    lines = lines_of(text)
    patches: list[FilePatch] = []
    header: FilePatch | None = None  # of git's `diff --git`, until its hunks begin
    at = 0
    while at < len(lines):
        line = lines[at].rstrip(b"\r\n")
        following = lines[at + 1] if at + 1 < len(lines) else b""
        if line.startswith(b"diff --git "):
            path = _same_path(line.removeprefix(b"diff --git "))
            header = FilePatch(path, path)
            patches.append(header)
        elif line.startswith(b"--- ") and following.startswith(b"+++ "):
            if header is None:
                patches.append(FilePatch(None, None))
            patches[-1].old_path, patches[-1].new_path = _path(line[4:]), _path(following.rstrip(b"\r\n")[4:])
            header = None
            at += 1
        elif line.startswith(b"@@ -") and patches:
            hunk, at = _read_hunk(lines, at)
            patches[-1].hunks.append(hunk)
            continue
        elif line.startswith(b"diff -") and len(line.split(b" ")) > 3:  # diff -r old/file new/file
            old, new = line.split(b" ")[-2:]
            patches.append(FilePatch(_path(old), _path(new)))
        elif _PLAIN.match(line) and following[:2] in (b"< ", b"> ") and patches:
            hunk, at = _read_plain_hunk(lines, at)
            patches[-1].hunks.append(hunk)
            continue
        elif line.startswith(b"Only in ") and b": " in line:
            raise NoPatch("a file is only on one side, and the diff does not hold it: use `diff -ruN`")
        elif header is not None:
            _read_header(header, line)
        elif line.startswith(b"Binary files ") and line.endswith(b" differ"):
            raise NoPatch("binary files have no diff: send the files themselves")
        at += 1
    patches = [
        one for one in patches if one.hunks or one.binary or one.blob or one.renamed_to or one.old_mode or one.new_mode
    ]
    if not patches:
        raise NoDiff("there is no diff of a named file in it: send what `git diff` or `diff -u old new` prints")
    for patch in patches:
        if patch.old_path is None and patch.new_path is None:
            raise NoPatch("a file in the diff has no name that can be read")
    return patches


def write_patch(patches: Sequence[FilePatch]) -> bytes:
    """A diff that `read_patch` reads as these patches."""
    return b"".join(part for patch in patches for part in _written(patch))


def apply_patch(patch: FilePatch, content: bytes) -> bytes:
    """The new version of a file, from its old one. Line ends are taken from the file where a paste has lost or gained
    carriage returns. Raises DoesNotApply."""
    lines = lines_of(content)
    try:
        return b"".join(_applied(patch.hunks, lines))
    except DoesNotApply:
        returns = {line.endswith(b"\r\n") for line in lines}
        if len(returns) != 1:
            raise
        end = b"\r\n" if returns.pop() else b"\n"
        return b"".join(_applied((_with_line_ends(hunk, end) for hunk in patch.hunks), lines))


def _written(patch: FilePatch) -> Iterator[bytes]:
    old, new = _quoted(patch.old_path), _quoted(patch.new_path)
    named = _quoted(patch.old_path if patch.old_path is not None else patch.new_path)
    yield b"diff --git " + named + b" " + named + b"\n"
    if patch.renamed_to is not None:
        yield b"rename from " + old + b"\nrename to " + _quoted(patch.renamed_to) + b"\n"
    if patch.old_path is None and patch.new_mode:
        yield b"new file mode " + patch.new_mode.encode() + b"\n"
    elif patch.new_path is None and patch.old_mode:
        yield b"deleted file mode " + patch.old_mode.encode() + b"\n"
    else:
        yield from (b"old mode " + mode.encode() + b"\n" for mode in [patch.old_mode] if mode)
        yield from (b"new mode " + mode.encode() + b"\n" for mode in [patch.new_mode] if mode)
    if patch.blob is not None:
        yield b"index " + patch.blob.encode() + b"..0000000\n"
    if patch.binary:
        yield b"GIT binary patch\n"
    if patch.hunks:
        yield b"--- " + old + b"\n+++ " + new + b"\n"
    for hunk in patch.hunks:
        above = _alike(hunk.old, hunk.new)
        below = _alike(hunk.old[above:][::-1], hunk.new[above:][::-1])
        yield b"@@ -%d,%d +1,%d @@\n" % (hunk.start + bool(hunk.old), len(hunk.old), len(hunk.new))
        yield from _tagged(b" ", hunk.old[:above])
        yield from _tagged(b"-", hunk.old[above : len(hunk.old) - below])
        yield from _tagged(b"+", hunk.new[above : len(hunk.new) - below])
        yield from _tagged(b" ", hunk.old[len(hunk.old) - below :])


def _alike(one: Sequence[bytes], other: Sequence[bytes]) -> int:
    """How many lines both begin with."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))


def _tagged(tag: bytes, lines: Sequence[bytes]) -> Iterator[bytes]:
    for line in lines:
        yield tag + line if line.endswith(b"\n") else tag + line + b"\n\\ No newline at end of file\n"


def _applied(hunks: Iterable[Hunk], lines: list[bytes]) -> list[bytes]:
    result: list[bytes] = []
    done = 0
    for hunk in hunks:
        start = _place(hunk, lines)
        if start < done:
            raise DoesNotApply(f"two hunks meet at line {start + 1}")
        result += [*lines[done:start], *hunk.new]
        done = start + len(hunk.old)
    return [*result, *lines[done:]]


def _place(hunk: Hunk, lines: list[bytes]) -> int:
    old = list(hunk.old)
    if lines[hunk.start : hunk.start + len(old)] == old and hunk.start <= len(lines):
        return hunk.start
    places = [at for at in _each(old[0], lines) if lines[at : at + len(old)] == old] if old else []
    if len(places) == 1:
        return places[0]
    where = "in several places" if places else "nowhere"
    raise DoesNotApply(f"the old lines of the hunk at line {hunk.start + 1} stand {where} in this version of the file")


def _each(line: bytes, lines: list[bytes]) -> Iterator[int]:
    at = -1
    with suppress(ValueError):
        while True:
            at = lines.index(line, at + 1)
            yield at


def _with_line_ends(hunk: Hunk, end: bytes) -> Hunk:
    def turned(lines: tuple[bytes, ...]) -> tuple[bytes, ...]:
        return tuple(line.rstrip(b"\r\n") + end if line.endswith(b"\n") else line for line in lines)

    return Hunk(hunk.start, turned(hunk.old), turned(hunk.new))


def _read_hunk(lines: list[bytes], at: int) -> tuple[Hunk, int]:
    """A hunk whose `@@` stands at line `at`, and the line after it."""
    found = _RANGES.match(lines[at])
    if found is None:
        raise NoPatch(f"line {at + 1} of the diff begins like a hunk, but has no line numbers")
    start, old_left, new_left = (int(number) if number is not None else 1 for number in found.groups())
    start -= old_left > 0  # of no lines, diff names the one before
    old: list[bytes] = []
    new: list[bytes] = []
    at += 1
    while old_left > 0 or new_left > 0 or (at < len(lines) and lines[at].startswith(b"\\")):
        line = lines[at] if at < len(lines) else b""
        tag, text = line[:1], line[1:]
        if tag in (b"\n", b"\r"):  # an empty line of context whose blank was trimmed on the way
            tag, text = b" ", line
        if tag == b"\\":  # "No newline at end of file", about the line before
            for side in (old, new) if lines[at - 1][:1] == b" " else (old,) if lines[at - 1][:1] == b"-" else (new,):
                if side:
                    side[-1] = side[-1].rstrip(b"\r\n")
        elif tag in (b" ", b"-", b"+"):
            if tag != b"+":
                old.append(text)
                old_left -= 1
            if tag != b"-":
                new.append(text)
                new_left -= 1
        else:
            raise NoPatch(f"the diff is cut off or damaged at its line {at + 1}: send all of it, if need be as a file")
        at += 1
    if old_left or new_left:
        raise NoPatch(f"the hunk before line {at + 1} of the diff is longer than it says: send it unedited")
    return Hunk(start, tuple(old), tuple(new)), at


def _read_plain_hunk(lines: list[bytes], at: int) -> tuple[Hunk, int]:
    """A hunk such as `3,4c3`, which stands at line `at`, and the line after it."""
    found = _PLAIN.match(lines[at].rstrip(b"\r\n"))
    start = int(found[1]) - (found[3] != b"a") if found else 0  # an addition names the line before it
    sides: dict[bytes, list[bytes]] = {b"<": [], b">": []}
    side = b"<"
    at += 1
    while at < len(lines):
        line = lines[at]
        if line[:2] in (b"< ", b"> "):
            side = line[:1]
            sides[side].append(line[2:])
        elif line.startswith(b"\\ ") and sides[side]:
            sides[side][-1] = sides[side][-1].rstrip(b"\r\n")
        elif line.rstrip(b"\r\n") != b"---":
            break
        at += 1
    return Hunk(start, tuple(sides[b"<"]), tuple(sides[b">"])), at


def _read_header(patch: FilePatch, line: bytes) -> None:
    """One of the lines that git puts between `diff --git` and the first hunk."""
    if named := _MODE_LINE.fullmatch(line):
        what, mode = named[1], named[2].decode()
        if what == b"old":
            patch.old_mode = mode
        elif what == b"new":
            patch.new_mode = mode
        elif what == b"new file":
            patch.old_path, patch.new_mode = None, mode
        else:
            patch.new_path, patch.old_mode = None, mode
    elif line.startswith(b"rename from "):
        patch.old_path = _path(line.removeprefix(b"rename from "))
    elif line.startswith(b"rename to "):
        patch.new_path = patch.renamed_to = _path(line.removeprefix(b"rename to "))
    elif line.startswith((b"Binary files ", b"GIT binary patch")):
        patch.binary = True
    elif blobs := _INDEX_LINE.fullmatch(line):
        patch.blob = blobs[1].decode()
        if blobs[2]:
            patch.old_mode = patch.new_mode = blobs[2].decode()


def _path(written: bytes) -> str | None:
    written = _unquoted(written) if written.startswith(b'"') else _STAMP.sub(b"", written)
    return None if written == b"/dev/null" else written.decode("utf-8", "surrogateescape")


def _same_path(both: bytes) -> str | None:
    """The path in `a/x b/x`, if both are the same but for the prefix; lines that follow tell the others."""
    middle = len(both) // 2
    one, other = both[:middle], both[middle + 1 :]
    if both[middle : middle + 1] != b" " or one.partition(b"/")[2] != other.partition(b"/")[2]:
        return None
    return _path(one)


def _unquoted(written: bytes) -> bytes:
    """A path in git's quotes: `"caf\\303\\251"`."""
    inside = written[1:].rpartition(b'"')[0]
    return _ESCAPED.sub(lambda found: bytes([int(found[1], 8) & 255 if found[1] else _ESCAPES[found[2][0]]]), inside)


def _quoted(path: str | None) -> bytes:
    if path is None:
        return b"/dev/null"
    written = path.encode("utf-8", "surrogateescape")
    return b'"' + _TO_ESCAPE.sub(lambda found: b"\\%03o" % found[0][0], written) + b'"'
