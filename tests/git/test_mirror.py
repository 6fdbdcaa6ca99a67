import base64
import hashlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bot.git.mirror import BranchMissing, Mirror
from bot.git.objects import read_blobs, tree_entries
from bot.git.run import GitError, git
from bot.git.urls import BadUrl
from tests.git.hosting import READ, Host, hosting
from tests.git.repos import Work

Damage = Callable[[Path], None]


def test_a_mirror_holds_the_upstream_branch_and_nothing_else(work: Work, mirror: Mirror) -> None:
    work.branch("other")
    work.commit()
    work.git("tag", "v1")
    work.checkout("main")
    tip = work.commit()
    work.git("tag", "v2")
    fetched = mirror.fetch()
    assert (fetched.new_tip, fetched.old_tip, fetched.forced) == (tip, None, False)
    assert mirror.tip() == tip
    refs = git(mirror.directory, "for-each-ref", "--format=%(refname)").decode().split()
    assert refs == ["refs/heads/main"]


def test_a_fetch_tells_how_the_branch_moved(work: Work, mirror: Mirror) -> None:
    first = work.head()
    assert mirror.fetch(first).new_tip == first
    second = work.commit()
    fetched = mirror.fetch(first)
    assert (fetched.new_tip, fetched.forced) == (second, False)


def test_a_rewritten_branch_is_forced(work: Work, mirror: Mirror) -> None:
    first, second = work.head(), work.commit()
    mirror.fetch(first)
    work.git("reset", "-q", "--hard", first)
    third = work.commit("another way")
    fetched = mirror.fetch(second)
    assert (fetched.new_tip, fetched.forced) == (third, True)
    assert mirror.resolve(second) == second  # what was lost stays explainable


def test_a_branch_that_went_back_is_forced(work: Work, mirror: Mirror) -> None:
    first, second = work.head(), work.commit()
    mirror.fetch(first)
    work.git("reset", "-q", "--hard", first)
    assert mirror.fetch(second).forced


def test_a_tip_that_the_mirror_never_saw_counts_as_forced(work: Work, mirror: Mirror) -> None:
    assert mirror.fetch("1" * 40).forced


def test_linked_refs_come_along_and_missing_ones_are_named(work: Work, mirror: Mirror) -> None:
    work.branch("hotfix/pool")
    fix = work.commit()
    work.checkout("main")
    work.git("update-ref", "refs/pull/12/head", fix)
    work.git("update-ref", "refs/merge-requests/3/head", fix)
    fetched = mirror.fetch(
        None, ["refs/heads/hotfix/pool", "refs/heads/gone", "refs/pull/12/head", "refs/merge-requests/3/head"]
    )
    assert dict(fetched.linked) == dict.fromkeys(
        ["refs/heads/hotfix/pool", "refs/pull/12/head", "refs/merge-requests/3/head"], fix
    )
    assert fetched.missing == ("refs/heads/gone",)
    assert mirror.resolve("refs/heads/hotfix/pool") == fix
    assert mirror.resolve("refs/heads/gone") is None


def test_a_deleted_branch_does_not_stand_in_the_way_of_a_longer_name(work: Work, mirror: Mirror) -> None:
    work.git("branch", "hotfix")
    assert mirror.fetch(None, ["refs/heads/hotfix"]).missing == ()
    work.git("branch", "-D", "hotfix")
    work.git("branch", "hotfix/pool")
    fetched = mirror.fetch(None, ["refs/heads/hotfix", "refs/heads/hotfix/pool"])
    assert list(fetched.linked) == ["refs/heads/hotfix/pool"]
    assert fetched.missing == ("refs/heads/hotfix",)


def test_a_linked_branch_may_be_rewritten(work: Work, mirror: Mirror) -> None:
    work.branch("fix")
    work.commit("one")
    mirror.fetch(None, ["refs/heads/fix"])
    work.git("commit", "-q", "--amend", "-m", "two")
    assert mirror.fetch(None, ["refs/heads/fix"]).linked["refs/heads/fix"] == work.head("fix")


def test_the_upstream_branch_may_be_linked_too(work: Work, mirror: Mirror) -> None:
    assert mirror.fetch(None, ["refs/heads/main"]).linked == {"refs/heads/main": work.head()}


def test_a_linked_sha_is_fetched_and_kept(work: Work, mirror: Mirror) -> None:
    work.branch("fix")
    fix = work.commit()
    work.checkout("main")
    assert mirror.resolve(fix) is None
    fetched = mirror.fetch(None, [fix, "1" * 40])
    assert fetched.missing == ("1" * 40,)
    assert mirror.resolve(fix[:7]) == fix


def test_only_names_that_can_be_linked_reach_git(mirror: Mirror, git_calls: Callable[[], list[str]]) -> None:
    names = ("--upload-pack=touch x", "-x", "main", "refs/heads/-x", "refs/heads/a:b", "refs/heads/*", "a79f427",
             "refs/heads/a b", "refs/tags/v1", "refs/pull/x/head", "refs/heads/a\n", "")  # fmt: skip
    assert mirror.fetch(None, names).missing == names
    assert all(mirror.resolve(name) is None for name in names if name != "a79f427")
    assert not any("upload-pack" in call or "refs/tags" in call or "*" in call for call in git_calls())


@pytest.mark.parametrize("rev", ["HEAD", "main", "HEAD~1", "@", ":/First", "main^{commit}", "--all", "a79f42", ""])
def test_no_other_revision_syntax_is_resolved(mirror: Mirror, rev: str) -> None:
    assert mirror.resolve(rev) is None


def test_abbreviated_shas(work: Work, mirror: Mirror) -> None:
    tip = work.head()
    for length in (7, 12, 40):
        assert mirror.resolve(tip[:length]) == tip
        assert mirror.resolve(tip[:length].upper()) == tip
    assert mirror.resolve(tip[:6]) is None
    assert mirror.resolve(work.head("HEAD^{tree}")) is None  # not a commit


def test_a_sha_comes_before_a_branch_that_is_called_like_it(tmp_path: Path) -> None:
    work = Work(tmp_path / "upstream")
    first = work.commit()
    work.branch(first[:8])
    second = work.commit()
    mirror = Mirror(tmp_path / "mirror", work.url, first[:8], allow_file=True)
    mirror.open_or_clone()
    assert mirror.tip() == second
    assert mirror.resolve(first[:8]) == first


def test_an_abbreviation_that_two_commits_share_names_none(work: Work, mirror: Mirror) -> None:
    tree = work.head("HEAD^{tree}")
    seen: dict[str, str] = {}
    for n in range(1 << 20):  # two among 2^28 abbreviations are the same long before
        raw = f"tree {tree}\nauthor A <a@x> 0 +0000\ncommitter A <a@x> 0 +0000\n\n{n}\n"
        sha = hashlib.sha1(f"commit {len(raw)}\0{raw}".encode()).hexdigest()
        if sha[:7] in seen:
            break
        seen[sha[:7]] = raw
    one, other = (work.git("hash-object", "-t", "commit", "-w", "--stdin", input=text) for text in (raw, seen[sha[:7]]))
    both = work.git("commit-tree", tree, "-p", work.head(), "-p", one, "-p", other, "-m", "Both")
    work.git("update-ref", "refs/heads/main", both)
    mirror.fetch()
    assert one[:7] == other[:7]
    assert mirror.resolve(one[:7]) is None
    assert mirror.resolve(one[:12]) == one
    assert mirror.resolve(other[:12]) == other


def test_ancestors(work: Work, mirror: Mirror) -> None:
    first = work.head()
    work.branch("fix")
    fix = work.commit()
    work.checkout("main")
    tip = work.commit()
    mirror.fetch(None, ["refs/heads/fix"])
    assert mirror.is_ancestor(first, tip)
    assert mirror.is_ancestor(tip, tip)
    assert not mirror.is_ancestor(fix, tip)
    assert not mirror.is_ancestor("1" * 40, tip)
    assert mirror.contained([first, fix, tip, "1" * 40], tip) == {first, tip}
    assert mirror.contained([], tip) == frozenset()
    assert mirror.contained([fix], tip) == frozenset()


def test_a_renamed_upstream_branch_is_said_with_its_new_name(work: Work, mirror: Mirror) -> None:
    work.git("branch", "-m", "main", "trunk")
    with pytest.raises(BranchMissing, match=r"no branch 'main' \(its default branch is 'trunk'\)"):
        mirror.fetch(work.head())
    with pytest.raises(BranchMissing, match="trunk"):
        mirror.fetch(None, ["refs/heads/gone"])
    assert mirror.tip() == work.head()


def test_a_missing_branch_is_said_at_the_first_clone(work: Work, tmp_path: Path) -> None:
    mirror = Mirror(tmp_path / "mirror", work.url, "production", allow_file=True)
    with pytest.raises(BranchMissing, match=r"'production'.*'main'"):
        mirror.open_or_clone()
    assert list(tmp_path.glob("mirror*")) == []


def test_a_repository_that_is_not_there(tmp_path: Path) -> None:
    mirror = Mirror(tmp_path / "mirror", f"file://{tmp_path}/nowhere", "main", allow_file=True)
    with pytest.raises(GitError, match="does not appear to be a git repository"):
        mirror.open_or_clone()


def test_an_empty_repository(tmp_path: Path) -> None:
    empty = Work(tmp_path / "empty")
    with pytest.raises(BranchMissing, match="may be empty"):
        Mirror(tmp_path / "mirror", empty.url, "main", allow_file=True).open_or_clone()


def test_urls_and_branches_are_checked_first(tmp_path: Path) -> None:
    with pytest.raises(BadUrl):
        Mirror(tmp_path / "mirror", "ext::sh -c touch% x", "main", allow_file=True)
    with pytest.raises(BadUrl):
        Mirror(tmp_path / "mirror", f"file://{tmp_path}", "main")
    for branch in ("-x", "--upload-pack=x", "a..b", "refs/heads/*", ""):
        with pytest.raises(ValueError, match="not a branch name"):
            Mirror(tmp_path / "mirror", "https://git.example.com/x", branch)


@pytest.fixture
def host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Host]:
    monkeypatch.setenv("GIT_SSL_CAINFO", str(tmp_path / "host.pem"))
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with hosting(tmp_path) as running:
        yield running


@pytest.fixture
def hosted(host: Host) -> Work:
    """A repository that the host serves as `shop`."""
    work = Work(host.root / "shop")
    work.commit("First", {"app.conf": "pool = 20\n"})
    (host.root / "shop.git").symlink_to(work.path / ".git")
    return work


@pytest.mark.parametrize("given", ["as a token", "in the URL"])
def test_a_password_opens_the_door_and_is_written_nowhere(
    host: Host, hosted: Work, tmp_path: Path, git_calls: Callable[[], list[str]], given: str
) -> None:
    def mirror_with(name: str, password: str) -> Mirror:
        if given == "as a token":
            return Mirror(tmp_path / name, host.url("shop"), "main", token=password)
        return Mirror(tmp_path / name, host.url("shop").replace("//", f"//bot:{password}@"), "main")

    mirror = mirror_with("mirror", READ)
    mirror.open_or_clone()
    assert mirror.fetch().new_tip == hosted.head()
    with pytest.raises(GitError) as caught:
        mirror_with("other", "wr0ng").open_or_clone()
    assert caught.value.denied
    assert host.netloc in str(caught.value)
    calls = "".join(git_calls())
    assert "ls-remote" in calls
    files = "".join(path.read_text(errors="replace") for path in mirror.directory.rglob("*") if path.is_file())
    headers = [base64.b64encode(f"{user}:{READ}".encode()).decode() for user in ("bot", "x-access-token")]
    for secret in (READ, "wr0ng", *headers):
        assert secret not in str(caught.value) + calls + files


def test_a_token_that_is_taken_back_is_said_and_asked_of_nobody(host: Host, hosted: Work, tmp_path: Path) -> None:
    mirror = Mirror(tmp_path / "mirror", host.url("shop"), "main", token=READ)
    mirror.open_or_clone()
    first, second = hosted.head(), hosted.commit()
    del host.tokens[READ]
    asked = len(host.requests)
    with pytest.raises(GitError) as caught:
        mirror.fetch(first)
    assert caught.value.denied and not caught.value.corrupt
    assert len(host.requests) - asked <= 2  # git itself may ask twice; we don't go on about it
    host.tokens[READ] = "read"
    assert mirror.fetch(first).new_tip == second


@pytest.mark.parametrize(
    "said",
    [
        "remote: Invalid username or token.\nfatal: Authentication failed for 'https://github.com/acme/shop.git/'",
        "fatal: could not read Username for 'https://gitlab.com': terminal prompts disabled",
        "remote: Repository not found.\nfatal: repository 'https://github.com/acme/shop.git/' not found",
        "remote: HTTP Basic: Access denied.\nfatal: Authentication failed for 'https://gitlab.com/acme/shop.git/'",
        "git@github.com: Permission denied (publickey).\nfatal: Could not read from remote repository.",
        "Host key verification failed.\nfatal: Could not read from remote repository.",
    ],
)
def test_what_hosts_say_when_they_let_nobody_in(said: str) -> None:
    error = GitError("`git fetch` failed", said, 128)
    assert error.denied and not error.corrupt


def _packs(directory: Path, suffix: str) -> list[Path]:
    found = list(directory.glob(f"objects/pack/*.{suffix}"))
    assert found
    for path in found:
        path.chmod(0o644)
    return found


def _truncate_packs(directory: Path) -> None:
    for pack in _packs(directory, "pack"):
        os.truncate(pack, 100)


def _zero_packs(directory: Path) -> None:
    for pack in _packs(directory, "pack"):
        pack.write_bytes(bytes(pack.stat().st_size))


def _flip_bits(directory: Path) -> None:
    for pack in _packs(directory, "pack"):
        content = bytearray(pack.read_bytes())
        content[40:60] = bytes(20)
        pack.write_bytes(content)


def _truncate_indexes(directory: Path) -> None:
    for index in _packs(directory, "idx"):
        os.truncate(index, 100)


def _no_objects(directory: Path) -> None:
    shutil.rmtree(directory / "objects")
    (directory / "objects").mkdir()


def _garbage_ref(directory: Path) -> None:
    (directory / "packed-refs").unlink(missing_ok=True)
    (directory / "refs/heads/main").write_text("garbage\n")


def _dangling_ref(directory: Path) -> None:
    (directory / "packed-refs").unlink(missing_ok=True)
    (directory / "refs/heads/main").write_text("1" * 40 + "\n")


def _garbage_packed_refs(directory: Path) -> None:
    (directory / "packed-refs").write_text("zzz\n")


def _no_head(directory: Path) -> None:
    (directory / "HEAD").unlink()


def _empty_head(directory: Path) -> None:
    (directory / "HEAD").write_text("")


def _no_config(directory: Path) -> None:
    (directory / "config").unlink()


def _garbage_config(directory: Path) -> None:
    (directory / "config").write_text("[[[\n")


def _empty_directory(directory: Path) -> None:
    shutil.rmtree(directory)
    directory.mkdir()


def _garbage_commit_graph(directory: Path) -> None:
    (graph,) = directory.glob("objects/info/commit-graph")
    graph.chmod(0o644)
    graph.write_bytes(b"CGPH" + bytes(40))


_DAMAGES = [
    _truncate_packs, _zero_packs, _flip_bits, _truncate_indexes, _no_objects, _garbage_ref, _dangling_ref,
    _garbage_packed_refs, _no_head, _empty_head, _no_config, _garbage_config, _empty_directory,
    _garbage_commit_graph,
]  # fmt: skip


@pytest.fixture
def packed(work: Work, tmp_path: Path) -> Mirror:
    """A mirror whose objects are in a pack."""
    work.fast_import(120)
    mirror = Mirror(tmp_path / "mirror", work.url, "main", allow_file=True)
    mirror.open_or_clone()
    return mirror


def _anew(work: Work, mirror: Mirror) -> Mirror:
    """The same mirror as another process sees it."""
    return Mirror(mirror.directory, work.url, "main", allow_file=True)


_HIDDEN = [_flip_bits]  # damage inside one object shows only when that object is read


@pytest.mark.parametrize("damage", [damage for damage in _DAMAGES if damage not in _HIDDEN])
def test_a_mirror_found_damaged_at_a_fetch_is_cloned_anew(work: Work, packed: Mirror, damage: Damage) -> None:
    damage(packed.directory)
    work.git("reset", "-q", "--hard")
    tip = work.commit()
    assert packed.fetch().new_tip == tip
    git(packed.directory, "fsck", "--strict")
    assert sorted(path.name for path in packed.directory.parent.glob("*mirror*")) == [".mirror.lock", "mirror"]


@pytest.mark.parametrize("damage", [damage for damage in _DAMAGES if damage not in _HIDDEN])
def test_a_damaged_mirror_is_cloned_anew_at_the_start(work: Work, packed: Mirror, damage: Damage) -> None:
    damage(packed.directory)
    _anew(work, packed).open_or_clone()
    git(packed.directory, "fsck", "--strict")


def test_damage_that_a_reader_finds_says_so(packed: Mirror) -> None:
    _flip_bits(packed.directory)
    with pytest.raises(GitError) as caught:
        git(packed.directory, "log", "--format=%B", "refs/heads/main")
    assert caught.value.corrupt
    assert packed.read(lambda: len(git(packed.directory, "log", "--format=%H", "refs/heads/main").split())) == 121


def _lose(directory: Path, name: str) -> None:
    """Unpack a mirror and take one object out."""
    for pack in _packs(directory, "pack"):
        pack.rename(directory / pack.name)
    shutil.rmtree(directory / "objects/pack")
    shutil.rmtree(directory / "objects/info", ignore_errors=True)
    for pack in directory.glob("*.pack"):
        git(directory, "unpack-objects", "-q", input=pack.read_bytes())
        pack.unlink()
    (directory / "objects" / name[:2] / name[2:]).unlink()


def test_an_old_commit_that_is_gone_from_disk_is_not_gone_from_upstream(work: Work, packed: Mirror) -> None:
    """What was acted on last is damaged here: a branch that was rewritten looks the same at first."""
    acted_on = work.head("main~60")
    _lose(packed.directory, acted_on)
    work.git("reset", "-q", "--hard")
    tip = work.commit()
    fetched = packed.fetch(acted_on)
    assert (fetched.new_tip, fetched.forced) == (tip, False)


def test_a_file_that_is_gone_from_disk_is_damage_and_not_an_absent_file(work: Work, packed: Mirror) -> None:
    blob = work.head("main:f1")
    _lose(packed.directory, blob)
    for read in (
        lambda: read_blobs(packed.directory, [blob])[blob],
        lambda: tree_entries(packed.directory, packed.tip(), ["f1"])["f1"].blob,
    ):
        with pytest.raises(GitError) as caught:
            read()
        assert caught.value.corrupt
    assert packed.read(lambda: read_blobs(packed.directory, [blob])[blob]) == b"101"


def test_a_sound_mirror_is_left_alone(packed: Mirror) -> None:
    (packed.directory / "marker").touch()
    packed.open_or_clone()
    packed.fetch()
    assert (packed.directory / "marker").exists()


def test_a_clone_that_fails_leaves_what_was_there(work: Work, packed: Mirror) -> None:
    work.path.rename(work.path.with_name("away"))
    (packed.directory / "HEAD").unlink()
    with pytest.raises(GitError):
        _anew(work, packed).open_or_clone()
    assert (packed.directory / "objects").is_dir()


def test_a_remote_that_is_away_is_an_error_and_no_reason_to_clone(work: Work, packed: Mirror) -> None:
    (packed.directory / "marker").touch()
    work.path.rename(work.path.with_name("away"))
    with pytest.raises(GitError):
        packed.fetch()
    work.path.with_name("away").rename(work.path)
    packed.fetch()
    assert (packed.directory / "marker").exists()


@pytest.mark.parametrize("name", ["refs/heads/main.lock", "packed-refs.lock", "shallow.lock"])
def test_a_lock_that_a_dead_git_left_is_no_hindrance(work: Work, mirror: Mirror, name: str) -> None:
    first, second = mirror.tip(), work.commit()
    (mirror.directory / name).touch()
    assert mirror.fetch(first).new_tip == second
    assert mirror.fetch(second).new_tip == second


def test_a_git_that_outlives_its_process_is_waited_for_and_swept_up_after(
    host: Host, hosted: Work, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A fetch that hangs, in a process that is killed: its git lives on, since it is nobody's to end."""
    mirror = Mirror(tmp_path / "mirror", host.url("shop"), "main", token=READ)
    mirror.open_or_clone()
    first, second = hosted.head(), hosted.commit()
    host.answering.clear()
    asked = len(host.requests)
    code = (
        "import sys; from pathlib import Path; from bot.git.mirror import Mirror; "
        "Mirror(Path(sys.argv[1]), sys.argv[2], 'main', token=sys.argv[3]).fetch()"
    )
    killed = subprocess.Popen([sys.executable, "-c", code, str(mirror.directory), host.url("shop"), READ])
    while len(host.requests) == asked:
        time.sleep(0.02)
    killed.kill()
    killed.wait()
    monkeypatch.setattr("bot.git.mirror.LOCK_TIMEOUT", 0.3)
    with pytest.raises(GitError, match="another process writes into"):
        mirror.fetch(first)
    (mirror.directory / "refs/heads/main.lock").touch()  # as if it were killed too, at the worst moment
    (mirror.directory / "objects/pack/tmp_pack_x").touch()
    host.answering.set()
    monkeypatch.undo()
    monkeypatch.setenv("GIT_SSL_CAINFO", str(tmp_path / "host.pem"))
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    assert mirror.fetch(first).new_tip == second
    assert not list(mirror.directory.rglob("*.lock"))


def test_a_process_that_was_killed_while_it_cloned_leaves_nothing_behind(work: Work, tmp_path: Path) -> None:
    """Each state that the steps of a clone and its swap pass through."""
    for state in ("cloning", "between", "swapped"):
        home = tmp_path / state
        mirror = Mirror(home / "shop", work.url, "main", allow_file=True)
        mirror.open_or_clone()
        if state == "cloning":  # the old one is damaged, the new one half there
            shutil.copytree(home / "shop", home / ".shop.fresh")
            (home / "shop" / "HEAD").unlink()
            (home / ".shop.fresh" / "HEAD").unlink()
        elif state == "between":
            shutil.copytree(home / "shop", home / ".shop.fresh")
            (home / "shop").rename(home / ".shop.old")
        else:
            shutil.copytree(home / "shop", home / ".shop.old")
        again = Mirror(home / "shop", work.url, "main", allow_file=True)
        again.open_or_clone()
        assert again.fetch().new_tip == work.head()
        assert sorted(path.name for path in home.iterdir()) == [".shop.lock", "shop"]


def _limited(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kilobytes: int) -> None:
    """From now on no git that is started may write a larger file: its writes fail as on a full disk."""
    wrapper = tmp_path / "limited" / "git"
    wrapper.parent.mkdir()
    wrapper.write_text(f"#!/bin/sh\ntrap '' XFSZ\nulimit -f {kilobytes * 2}\nexec {shutil.which('git')} \"$@\"\n")
    wrapper.chmod(0o755)
    monkeypatch.setenv("PATH", f"{wrapper.parent}:{os.environ['PATH']}")


def test_a_full_disk_is_said_and_costs_nothing_that_was_there(
    work: Work, mirror: Mirror, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = mirror.tip()
    before = sorted(mirror.directory.rglob("*"))
    second = work.commit("Large", {f"large{n}": os.urandom(100_000) for n in range(3)})
    with monkeypatch.context() as patch:
        _limited(tmp_path, patch, 64)
        for _ in range(2):
            with pytest.raises(GitError) as caught:
                _anew(work, mirror).fetch(first)
            assert caught.value.full and not caught.value.corrupt
        assert mirror.tip() == first
        left = [path for path in mirror.directory.rglob("*") if path.is_file() and path not in before]
        assert sum(path.stat().st_size for path in left) < 64_000  # nothing piles up on the full disk
    assert mirror.fetch(first).new_tip == second


def test_a_damaged_mirror_on_a_full_disk_stays_until_there_is_room(
    work: Work, packed: Mirror, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tip = work.commit("Large", {"large": os.urandom(100_000)})
    (packed.directory / "HEAD").unlink()
    with monkeypatch.context() as patch:
        _limited(tmp_path, patch, 64)
        with pytest.raises(GitError) as caught:
            _anew(work, packed).fetch()
        assert caught.value.full
        assert (packed.directory / "objects").is_dir()
    assert packed.fetch().new_tip == tip


def test_maintenance_keeps_all_and_sweeps_up(work: Work, mirror: Mirror) -> None:
    mirror.maintain()
    work.fast_import(300)
    second = mirror.fetch().new_tip
    work.git("reset", "-q", "--hard", "HEAD~5")
    mirror.fetch(second)
    leftover = mirror.directory / "objects/pack/tmp_pack_x"
    leftover.touch()
    mirror.maintain()
    assert not leftover.exists()
    assert mirror.resolve(second) == second
    git(mirror.directory, "fsck", "--strict")


def test_a_sha256_repository(tmp_path: Path) -> None:
    work = Work(tmp_path / "upstream", object_format="sha256")
    first = work.commit()
    mirror = Mirror(tmp_path / "mirror", work.url, "main", allow_file=True)
    mirror.open_or_clone()
    second = work.commit()
    fetched = mirror.fetch(first)
    assert (fetched.new_tip, fetched.forced) == (second, False)
    assert mirror.resolve(second[:9]) == second


def test_two_mirrors_of_one_repository_see_the_same_moves(work: Work, tmp_path: Path) -> None:
    mirrors = [Mirror(tmp_path / name, work.url, "main", allow_file=True) for name in ("one", "two")]
    first = work.head()
    mirrors[0].open_or_clone()
    work.commit()
    mirrors[1].open_or_clone()
    third = work.commit()
    assert mirrors[0].fetch(first) == mirrors[1].fetch(first)
    assert mirrors[0].tip() == third
