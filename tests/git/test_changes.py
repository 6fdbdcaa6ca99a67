from pathlib import Path

import pytest

from bot.git.changes import MOST_FILES, Unusable, change_to_live, changes_of_patch, changes_of_ref, file_at, find_base
from bot.git.objects import ABSENT, File
from bot.git.parts import Change
from bot.git.patch import read_patch
from bot.git.prove import prove
from bot.rules.model import Verdict
from tests.git.repos import Work

NGINX = "".join(f"option_{n} {n};\n" for n in range(30))
FIXED = NGINX.replace("option_7 7;", "option_7 70;")


@pytest.fixture
def shop(tmp_path: Path) -> Work:
    work = Work(tmp_path / "shop")
    work.commit("Start", {"deploy/nginx/nginx.conf": NGINX, "app.py": "x = 1\n"})
    return work


def _git_dir(work: Work) -> Path:
    return work.path / ".git"


def _worked_on(work: Work, files: dict[str, str | bytes], *args: str) -> bytes:
    """What `git diff` says when these files were edited; the work tree is put back."""
    for path, content in files.items():
        work.write(path, content)
    work.git("add", "--intent-to-add", "--all")
    text = (work.git("diff", *args) + "\n").encode()
    work.git("reset", "-q", "--hard")
    return text


def test_a_file_of_a_commit(shop: Work) -> None:
    assert file_at(_git_dir(shop), shop.head(), "app.py") == File("100644", b"x = 1\n")
    assert file_at(_git_dir(shop), shop.head(), "none") == ABSENT
    assert file_at(_git_dir(shop), shop.head(), "deploy") == ABSENT


def test_a_change_by_its_live_file(shop: Work) -> None:
    base, git_dir = shop.head(), _git_dir(shop)
    before = File("100644", b"x = 1\n")
    assert change_to_live(git_dir, base, "app.py", b"x = 2\n") == Change(
        "app.py", base, before, File("100644", b"x = 2\n")
    )
    assert change_to_live(git_dir, base, "app.py", None) == Change("app.py", base, before, ABSENT)
    assert change_to_live(git_dir, base, "new", b"") == Change("new", base, ABSENT, File("100644", b""))
    assert change_to_live(git_dir, base, "app.py", b"x = 1\n", "100755").live.mode == "100755"


def test_a_change_by_its_diff(shop: Work) -> None:
    text = _worked_on(shop, {"deploy/nginx/nginx.conf": FIXED, "new.txt": "hello\n"})
    changes = changes_of_patch(_git_dir(shop), shop.head(), read_patch(text))
    assert [(change.path, change.live.content) for change in changes] == [
        ("deploy/nginx/nginx.conf", FIXED.encode()),
        ("new.txt", b"hello\n"),
    ]
    assert changes[1].base == ABSENT
    shop.commit("Fix", {"deploy/nginx/nginx.conf": FIXED, "new.txt": "hello\n"})
    assert prove(_git_dir(shop), shop.head(), changes).verdict is Verdict.LANDED


def test_a_deletion_and_a_rename_by_their_diff(shop: Work) -> None:
    base = shop.head()
    shop.git("rm", "-q", "app.py")
    shop.git("mv", "deploy/nginx/nginx.conf", "deploy/front.conf")
    after = shop.commit("After", {"deploy/front.conf": FIXED})
    text = (shop.git("diff", "-M", base, after) + "\n").encode()
    changes = changes_of_patch(_git_dir(shop), base, read_patch(text))
    assert {(c.path, c.base.there, c.live.there) for c in changes} == {
        ("app.py", True, False),
        ("deploy/nginx/nginx.conf", True, False),
        ("deploy/front.conf", False, True),
    }
    assert prove(_git_dir(shop), base, changes).verdict is Verdict.MISSING
    assert prove(_git_dir(shop), after, changes).verdict is Verdict.LANDED


def test_paths_of_a_server_become_paths_of_the_repository(shop: Work) -> None:
    text = b"--- /etc/nginx/nginx.conf\n+++ /etc/nginx/nginx.conf\n@@ -8 +8 @@\n-option_7 7;\n+option_7 70;\n"
    prefixes = {"/etc/": "other/", "/etc/nginx/": "deploy/nginx/"}
    (change,) = changes_of_patch(_git_dir(shop), shop.head(), read_patch(text), prefixes)
    assert (change.path, change.live.content) == ("deploy/nginx/nginx.conf", FIXED.encode())


def test_a_backup_beside_the_file_is_not_taken_for_it(shop: Work) -> None:
    text = b"--- app.py.orig\n+++ app.py\n@@ -1 +1 @@\n-x = 1\n+x = 2\n"
    (change,) = changes_of_patch(_git_dir(shop), shop.head(), read_patch(text))
    assert change.path == "app.py"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"--- a/app.py\n+++ b/app.py\n@@ -1 +1 @@\n-x = 9\n+x = 2\n", "app.py at .*nowhere in this version"),
        (b"--- a/none\n+++ b/none\n@@ -1 +1 @@\n-x = 1\n+x = 2\n", "none: the file is not in the repository"),
        (b"diff --git a/b b/b\nindex 1234567..89abcde 100644\nBinary files a/b and b/b differ\n", "binary content"),
    ],
)
def test_why_a_diff_cannot_be_used(shop: Work, text: bytes, said: str) -> None:
    with pytest.raises(Unusable, match=said):
        changes_of_patch(_git_dir(shop), shop.head(), read_patch(text))


def test_the_base_of_a_diff_is_the_newest_commit_that_it_applies_to(shop: Work) -> None:
    older = shop.commit("Aside")
    text = _worked_on(shop, {"deploy/nginx/nginx.conf": FIXED})
    patches = read_patch(text)
    assert find_base(_git_dir(shop), shop.head(), patches) == older
    shop.commit("Near it", {"deploy/nginx/nginx.conf": NGINX.replace("option_8 8;", "option_8 80;")})
    shop.commit("More", {"deploy/nginx/nginx.conf": NGINX.replace("option_8 8;", "option_8 81;")})
    base = find_base(_git_dir(shop), shop.head(), patches)
    changes = changes_of_patch(_git_dir(shop), base, patches)
    assert changes[0].base.content == NGINX.encode()
    assert prove(_git_dir(shop), shop.head(), changes).verdict is Verdict.MISSING
    back = shop.commit("Back", {"deploy/nginx/nginx.conf": NGINX})
    assert find_base(_git_dir(shop), shop.head(), patches) == back


def test_a_diff_that_is_upstream_already_finds_the_base_before_it(shop: Work) -> None:
    text = _worked_on(shop, {"deploy/nginx/nginx.conf": FIXED})
    shop.commit("Fix", {"deploy/nginx/nginx.conf": FIXED})
    patches = read_patch(text)
    base = find_base(_git_dir(shop), shop.head(), patches)
    proof = prove(_git_dir(shop), shop.head(), changes_of_patch(_git_dir(shop), base, patches))
    assert (proof.verdict, proof.files[0].hunks[0].commit) == (Verdict.LANDED, shop.head())


def test_a_diff_of_a_new_file_alone_is_based_on_the_tip(shop: Work) -> None:
    text = _worked_on(shop, {"new.txt": "hello\n"})
    assert find_base(_git_dir(shop), shop.head(), read_patch(text)) == shop.head()


def test_a_diff_that_applies_nowhere_says_so(shop: Work) -> None:
    text = b"--- a/app.py\n+++ b/app.py\n@@ -1 +1 @@\n-x = 9\n+x = 2\n"
    with pytest.raises(Unusable, match="applies to no version of upstream"):
        find_base(_git_dir(shop), shop.head(), read_patch(text))


def test_a_diff_without_context_cannot_find_its_base(shop: Work) -> None:
    text = _worked_on(shop, {"app.py": "x = 1\ny = 2\n"}, "-U0")
    with pytest.raises(Unusable, match="without -U0"):
        find_base(_git_dir(shop), shop.head(), read_patch(text))


ONE = b"@@ -8 +8 @@\n-option_7 7;\n+option_7 70;\n"


@pytest.mark.parametrize(
    ("header", "hint"),
    [
        (b"--- nginx.conf.orig\n+++ nginx.conf\n", "deploy/nginx/nginx.conf"),
        (b"--- nginx.conf.orig\n+++ nginx.conf\n", "/etc/nginx/nginx.conf"),
        (b"--- a/etc/nginx/nginx.conf\n+++ b/etc/nginx/nginx.conf\n", None),  # of `git diff --no-index /etc/…`
        (b"--- a/deploy/nginx/nginx.conf\n+++ b/deploy/nginx/nginx.conf\n", "app.py"),
        (b"--- old/nginx.conf\n+++ new/nginx.conf\n", "deploy/nginx/nginx.conf"),
    ],
)
def test_where_the_changed_file_is(shop: Work, header: bytes, hint: str | None) -> None:
    patches, prefixes = read_patch(header + ONE), {"/etc/nginx/": "deploy/nginx/"}
    (change,) = changes_of_patch(_git_dir(shop), shop.head(), patches, prefixes, hint=hint)
    assert (change.path, change.live.content) == ("deploy/nginx/nginx.conf", FIXED.encode())
    assert find_base(_git_dir(shop), shop.head(), patches, prefixes, hint=hint) == shop.head()


@pytest.mark.parametrize("path", ["/etc/app/new", "../../etc/passwd", ".git/config", "x/.git/hooks/post-merge"])
def test_a_path_outside_the_repository_is_refused(shop: Work, path: str) -> None:
    patches = read_patch(f"--- /dev/null\n+++ {path}\n@@ -0,0 +1 @@\n+x\n".encode())
    with pytest.raises(Unusable, match="no path in the repository"):
        changes_of_patch(_git_dir(shop), shop.head(), patches)


def test_a_file_that_a_diff_names_twice_is_refused(shop: Work) -> None:
    text = b"--- a/deploy/nginx/nginx.conf\n+++ b/deploy/nginx/nginx.conf\n" + ONE
    with pytest.raises(Unusable, match="twice"):
        changes_of_patch(_git_dir(shop), shop.head(), read_patch(text + text))


def test_a_mode_that_is_none_is_not_taken(shop: Work) -> None:
    text = b"diff --git a/app.py b/app.py\nold mode 100644\nnew mode 777; rm -rf\n--- a/app.py\n+++ b/app.py\n"
    (change,) = changes_of_patch(_git_dir(shop), shop.head(), read_patch(text + b"@@ -1 +1 @@\n-x = 1\n+x = 2\n"))
    assert change.live == File("100644", b"x = 2\n")


def test_what_a_branch_did_since_it_left_upstream(shop: Work) -> None:
    base = shop.head()
    shop.branch("hotfix")
    shop.commit("One", {"app.py": "x = 2\n"})
    shop.git("rm", "-q", "deploy/nginx/nginx.conf")
    sha = shop.commit("Two", {"größe": "x\n"})
    shop.checkout("main")
    tip = shop.commit("Meanwhile", {"app.py": "x = 1\ny = 1\n"})
    changes = {change.path: change for change in changes_of_ref(_git_dir(shop), tip, sha)}
    assert {path: (one.base.content, one.live.content) for path, one in changes.items()} == {
        "app.py": (b"x = 1\n", b"x = 2\n"),
        "deploy/nginx/nginx.conf": (NGINX.encode(), None),
        "größe": (None, b"x\n"),
    }
    assert {one.base_commit for one in changes.values()} == {base}


@pytest.mark.parametrize("named", [(), ("-m", "pool size")])
def test_what_a_stash_holds(shop: Work, named: tuple[str, ...]) -> None:
    base = shop.head()
    shop.write("app.py", "x = 2\n")
    shop.write("new.txt", "hello\n")
    shop.git("stash", "push", "-q", "-u", *named)
    stash = shop.head("stash@{0}")
    tip = shop.commit("Meanwhile", {"other": "y\n"})
    changes = changes_of_ref(_git_dir(shop), tip, stash)
    assert [(one.path, one.base.content, one.live.content, one.base_commit) for one in changes] == [
        ("app.py", b"x = 1\n", b"x = 2\n", base),
        ("new.txt", None, b"hello\n", base),
    ]


def test_what_a_ref_did_is_bounded_and_needs_a_shared_history(shop: Work) -> None:
    tip = shop.head()
    shop.branch("wide")
    wide = shop.commit("Wide", {f"f{n}": "x\n" for n in range(MOST_FILES + 1)})
    with pytest.raises(Unusable, match=f"{MOST_FILES + 1} files"):
        changes_of_ref(_git_dir(shop), tip, wide)
    shop.git("checkout", "-q", "--orphan", "alone")
    with pytest.raises(Unusable, match="no history in common"):
        changes_of_ref(_git_dir(shop), tip, shop.commit("Alone"))
