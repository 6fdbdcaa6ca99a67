import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from bot.git.patch import DoesNotApply, NoDiff, NoPatch, apply_patch, read_patch, write_patch
from tests.git.repos import Work

OLD = b"".join(b"line %d\n" % n for n in range(30))
NEW = OLD.replace(b"line 5\n", b"line five\n").replace(b"line 20\n", b"").replace(b"line 25\n", b"line 25\nmore\n")

_CONTENT = st.lists(
    st.sampled_from([b"a\n", b"b\n", b"\n", b"c", b"-- x\n", b"@@ -1 +1 @@\n", b"\r\n", b"\\ x\n"])
).map(b"".join)


def _diff(folder: Path, old: bytes, new: bytes, *command: str) -> bytes:
    (folder / "old").write_bytes(old)
    (folder / "new").write_bytes(new)
    done = subprocess.run([*command, "old", "new"], cwd=folder, capture_output=True, check=False)
    assert done.returncode in (0, 1), done.stderr
    return done.stdout


@pytest.mark.parametrize(
    "command",
    [
        ("git", "diff", "--no-index"),
        ("git", "diff", "--no-index", "--no-prefix"),
        ("git", "diff", "--no-index", "-U0"),
        ("git", "diff", "--no-index", "--patience", "-U10"),
        ("diff", "-u"),
        ("diff", "-U", "0"),
        ("diff", "-u", "-p"),
    ],
)
def test_every_kind_of_unified_diff_is_applied(tmp_path: Path, command: tuple[str, ...]) -> None:
    (patch,) = read_patch(_diff(tmp_path, OLD, NEW, *command))
    assert apply_patch(patch, OLD) == NEW


@pytest.mark.parametrize("options", ["-r", "-ru", "-ruN"])
def test_a_diff_of_two_folders(tmp_path: Path, options: str) -> None:
    for side, one, other in (("a", OLD, b"x"), ("b", NEW, b"y\n")):
        (tmp_path / side / "etc").mkdir(parents=True)
        (tmp_path / side / "etc/app.conf").write_bytes(one)
        (tmp_path / side / "etc/other").write_bytes(other)
    text = subprocess.run(["diff", options, "a", "b"], cwd=tmp_path, capture_output=True, check=False).stdout
    first, second = read_patch(text)
    assert (first.paths[0], apply_patch(first, OLD)) == ("etc/app.conf", NEW)
    assert (second.paths[0], apply_patch(second, b"x")) == ("etc/other", b"y\n")


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(_CONTENT, _CONTENT)
@example(b"a", b"a\n")
@example(b"", b"\n")
@example(b"a\nb", b"b")
def test_what_git_says_of_two_files_makes_the_one_into_the_other(tmp_path: Path, old: bytes, new: bytes) -> None:
    text = _diff(tmp_path, old, new, "git", "diff", "--no-index", "--text")
    if old == new:
        return
    (patch,) = read_patch(b"some words before\n\n" + text)
    assert apply_patch(patch, old) == new
    assert read_patch(write_patch([patch])) == [patch]


@given(
    st.one_of(
        st.binary(),
        st.lists(
            st.sampled_from(
                [b"diff --git a/x b/x\n", b"--- a/x\n", b"+++ b/x\n", b"@@ -1,2 +1,2 @@\n", b" a\n", b"-b\n", b"+c\n",
                 b"\\ No newline\n", b"\n", b"index 1234567..89abcde 100644\n", b"new file mode 100644\n",
                 b"rename from x\n", b'--- "a/\\303\n', b"@@ -\n", b"--- \n", 
                 b"2c2\n", b"< a\n", b"> b\n", b"diff -r a b\n", b"+++ \n",
                 b"Binary files a and b differ\n"]
            )
        ).map(b"".join),
    )
)  # fmt: skip
def test_no_text_breaks_it(text: bytes) -> None:
    try:
        patches = read_patch(text)
    except NoPatch:
        return
    for patch in patches:
        try:
            apply_patch(patch, OLD)
        except DoesNotApply:
            continue


def _read(work: Work, *args: str) -> bytes:
    return (work.git("diff", *args, "HEAD~1", "HEAD") + "\n").encode()


def test_what_git_says_beside_the_hunks(work: Work) -> None:
    work.commit("Before", {"mode": "x\n", "gone": "gone\n", "moved": "1\n2\n3\n4\n", "größe": "x\n", "bin": b"\0"})
    (work.path / "mode").chmod(0o755)
    (work.path / "gone").unlink()
    (work.path / "moved").rename(work.path / "new place")
    work.commit("After", {"added": "x\n", "größe": "y\n", "bin": b"\0\1"})
    patches = read_patch(_read(work, "-M"))
    assert read_patch(write_patch(patches)) == patches
    found = {(one.old_path, one.new_path): one for one in patches}
    assert set(found) == {
        (None, "b/added"),
        ("a/bin", "a/bin"),
        ("a/gone", None),
        ("a/größe", "b/größe"),
        ("a/mode", "a/mode"),
        ("moved", "new place"),
    }
    assert found[None, "b/added"].new_mode == "100644"
    assert (found["a/mode", "a/mode"].old_mode, found["a/mode", "a/mode"].new_mode) == ("100644", "100755")
    assert found["a/bin", "a/bin"].binary
    assert found["moved", "new place"].renamed_to == "new place"
    assert work.head("HEAD~1:größe").startswith(found["a/größe", "b/größe"].blob or "-")


def test_times_after_names_are_no_part_of_them(tmp_path: Path) -> None:
    text = _diff(tmp_path, OLD, NEW, "diff", "-u")
    assert b"\t" in text.splitlines()[0]
    for one in (text, text.replace(b"\t", b"   ")):
        (patch,) = read_patch(one)
        assert (patch.old_path, patch.new_path) == ("old", "new")


@pytest.mark.parametrize(
    ("header", "paths"),
    [
        ("--- a/etc/app.conf\n+++ b/etc/app.conf\n", ["etc/app.conf", "a/etc/app.conf", "b/etc/app.conf"]),
        ("--- etc/app.conf\n+++ etc/app.conf\n", ["etc/app.conf"]),
        ("--- /etc/app.conf.orig\n+++ /etc/app.conf\n", ["/etc/app.conf.orig", "/etc/app.conf"]),
        ("--- /dev/null\n+++ b/new\n", ["new", "b/new"]),
    ],
)
def test_where_the_file_may_be(header: str, paths: list[str]) -> None:
    (patch,) = read_patch(f"{header}@@ -0,0 +1 @@\n+x\n".encode())
    assert patch.paths == paths


def test_a_paste_that_lost_its_carriage_returns_or_gained_some() -> None:
    text = b"--- a/x\n+++ b/x\n@@ -1,2 +1,2 @@\n one\n-two\n+three\n"
    (patch,) = read_patch(text)
    assert apply_patch(patch, b"one\r\ntwo\r\n") == b"one\r\nthree\r\n"
    (patch,) = read_patch(text.replace(b"\n", b"\r\n"))
    assert apply_patch(patch, b"one\ntwo\n") == b"one\nthree\n"


def test_a_paste_that_lost_the_blanks_of_empty_lines() -> None:
    (patch,) = read_patch(b"--- a/x\n+++ b/x\n@@ -1,3 +1,3 @@\n one\n\n-two\n+three\n")
    assert apply_patch(patch, b"one\n\ntwo\n") == b"one\n\nthree\n"


def test_a_hunk_goes_to_the_only_other_place_where_its_lines_stand() -> None:
    (patch,) = read_patch(b"--- a/x\n+++ b/x\n@@ -1,2 +1,2 @@\n one\n-two\n+three\n")
    assert apply_patch(patch, b"zero\none\ntwo\n") == b"zero\none\nthree\n"
    with pytest.raises(DoesNotApply, match="in several places"):
        apply_patch(patch, b"zero\none\ntwo\none\ntwo\n")
    with pytest.raises(DoesNotApply, match="nowhere"):
        apply_patch(patch, b"zero\n")


@pytest.mark.parametrize("text", [b"", b"a screenshot, and words\n", b"3c3\n< a\n---\n> b\n", b"\0\xff\n--- \n"])
def test_what_is_no_diff_is_told_from_a_damaged_one(text: bytes) -> None:
    with pytest.raises(NoDiff):
        read_patch(text)
    with pytest.raises(NoPatch) as caught:
        read_patch(b"--- a/x\n+++ b/x\n@@ -1,3 +1,3 @@\n one\n")
    assert not isinstance(caught.value, NoDiff)


def test_a_hunk_of_a_large_file_is_found_at_once() -> None:
    lines = [b"%d\n" % (n % 50_000) for n in range(100_000)]
    lines[99_998:] = [b"here\n", b"there\n"]
    (patch,) = read_patch(b"--- a/x\n+++ b/x\n@@ -1,2 +1,2 @@\n here\n-there\n+everywhere\n" * 1)
    assert apply_patch(patch, b"".join(lines)).endswith(b"here\neverywhere\n")


def test_hunks_that_meet_do_not_apply() -> None:
    (patch,) = read_patch(b"--- a/x\n+++ b/x\n@@ -1,2 +1,1 @@\n-a\n-b\n+x\n@@ -2,2 +1,1 @@\n-b\n-c\n+y\n")
    with pytest.raises(DoesNotApply):
        apply_patch(patch, b"a\nb\nc\n")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"", "no diff"),
        (b"3c3\n< a\n---\n> b\n", "no diff of a named file"),
        (b"diff -r a/x b/x\n1c1\n< a\n---\n> b\nOnly in b: y\n", "use `diff -ruN`"),
        (b"--- a/x\n+++ b/x\n@@ -1,3 +1,3 @@\n one\n-two\n", "cut off"),
        (b"--- a/x\n+++ b/x\n@@ -1,3 +1,3 @@\n one\n-two\n*three\n", "cut off or damaged at its line 6"),
        (b"--- a/x\n+++ b/x\n@@ nonsense\n@@ -x +y @@\n", "no line numbers"),
        (b"--- a/x\n+++ b/x\n@@ -1 +1,2 @@\n-one\n-two\n+three\n+four\n", "longer than it says"),
        (b"--- /dev/null\n+++ /dev/null\n@@ -1 +1 @@\n-a\n+b\n", "no name"),
        (b"Binary files a/x and b/x differ\n", "binary"),
    ],
)
def test_what_is_wrong_with_a_diff_is_said(text: bytes, said: str) -> None:
    with pytest.raises(NoPatch, match=said):
        read_patch(text)
