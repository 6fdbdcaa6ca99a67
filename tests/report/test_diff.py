"""Recorded changes as diffs that people read."""

import subprocess
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.rules.clean import Clean
from bot.rules.model import FileProof, PartProof, PartState, RecordedChange, Verdict
from bot.rules.report_diff import MOST_LINES, FileDiff, file_diff

CONFIG = "".join(f"line {n}\n" for n in range(1, 41)).encode()


def change(base: bytes | None, live: bytes | None, **given: object) -> RecordedChange:
    made = RecordedChange(
        1, 7, 1, "shop", Clean("etc/app.conf"), "b" * 40,
        None if base is None else "100644", base, None if live is None else "100644", live, {},
        Clean("etc/app.conf"), 1, 0,
    )  # fmt: skip
    return replace(made, **given)  # type: ignore[arg-type]


def found(*parts: PartProof) -> FileProof:
    return FileProof(Clean("etc/app.conf"), Clean("etc/app.conf"), Verdict.PARTLY, Clean(""), parts)


def as_patch(diff: FileDiff) -> str:
    lines = [line for hunk in diff.hunks for line in (hunk.header, *hunk.lines)]
    return "\n".join(["--- a/file", "+++ b/file", *lines, ""])


def test_two_places_are_two_hunks_each_with_what_became_of_it() -> None:
    live = CONFIG.replace(b"line 5\n", b"line five\n").replace(b"line 30\n", b"")
    proof = found(PartProof((5, 5), PartState.LANDED, "a" * 40), PartProof((30, 30), PartState.MISSING))
    diff = file_diff(change(CONFIG, live), proof)
    assert [(hunk.header, hunk.state) for hunk in diff.hunks] == [
        ("@@ -2,7 +2,7 @@", PartState.LANDED),
        ("@@ -27,7 +27,6 @@", PartState.MISSING),
    ]
    assert (diff.added, diff.removed, diff.left_out) == (1, 2, 0)
    assert "-line 5" in diff.hunks[0].lines and "+line five" in diff.hunks[0].lines


def test_the_worst_part_of_a_hunk_is_named() -> None:
    live = CONFIG.replace(b"line 5\n", b"line five\n").replace(b"line 7\n", b"line seven\n")
    proof = found(PartProof((5, 5), PartState.LANDED), PartProof((7, 7), PartState.DIVERGED))
    (hunk,) = file_diff(change(CONFIG, live), proof).hunks
    assert hunk.state is PartState.DIVERGED


def test_an_insertion_is_found_before_the_line_that_its_part_names() -> None:
    live = CONFIG.replace(b"line 20\n", b"line 20\nadded\n")
    (hunk,) = file_diff(change(CONFIG, live), found(PartProof((21, 20), PartState.MISSING))).hunks
    assert (hunk.header, hunk.state) == ("@@ -18,6 +18,7 @@", PartState.MISSING)


def test_files_that_come_and_go() -> None:
    new, gone = file_diff(change(None, b"one\ntwo\n")), file_diff(change(b"one\n", None))
    assert (new.note, new.hunks[0].header, new.added) == ("new file", "@@ -0,0 +1,2 @@", 2)
    assert (gone.note, gone.hunks[0].header, gone.removed) == ("deleted", "@@ -1,1 +0,0 @@", 1)
    mode = file_diff(change(b"a\n", b"a\n", live_mode="100755"))
    assert (mode.note, mode.hunks) == ("mode 100644 → 100755", ())


def test_what_has_no_lines_is_said() -> None:
    assert file_diff(change(b"\0\1", b"\0\1\2")).note == "binary, 2 → 3 bytes"
    assert file_diff(change(None, None, base_mode="160000", live_mode="160000")).note == "its content was not read"


def test_a_long_diff_is_cut_and_says_by_how_much() -> None:
    diff = file_diff(change(None, b"x\n" * 500))
    assert sum(len(hunk.lines) for hunk in diff.hunks) == MOST_LINES
    assert (diff.added, diff.left_out) == (500, 500 - MOST_LINES)


def test_one_line_of_a_very_long_file_takes_no_time_and_a_rewritten_one_is_not_compared() -> None:
    long = b"".join(b"%d\n" % n for n in range(200_000))
    began = time.perf_counter()
    diff = file_diff(change(long, long.replace(b"\n777\n", b"\nseven\n")))
    rewritten = file_diff(change(long, long[::-1]))
    assert time.perf_counter() - began < 2
    assert (diff.added, diff.removed) == (1, 1)
    assert rewritten.hunks == () and rewritten.note.startswith("too long to show line by line")


LINES = st.lists(st.sampled_from(["a", "b", "", "{", "}", "-x", "+y", " z", "@@"]), max_size=30)


@settings(max_examples=60, deadline=None)  # each runs git
@given(LINES, LINES)
def test_git_turns_the_base_into_the_live_file_with_it(base: list[str], live: list[str]) -> None:
    """The diff is a real one: what it shows is what was changed."""
    if base == live or not base or not live:
        return
    before, after = ("\n".join(lines) + "\n" for lines in (base, live))
    diff = file_diff(change(before.encode(), after.encode()))
    assert applied(before, as_patch(diff)) == after
    assert (diff.added, diff.removed) == (
        sum(line.startswith("+") for hunk in diff.hunks for line in hunk.lines),
        sum(line.startswith("-") for hunk in diff.hunks for line in hunk.lines),
    )


def applied(before: str, patch: str) -> str:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "file"
        file.write_text(before)
        subprocess.run(["git", "apply", "-"], input=patch.encode(), cwd=folder, check=True, capture_output=True)
        return file.read_text()
