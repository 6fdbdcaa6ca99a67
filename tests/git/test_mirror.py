import base64
import hashlib
import os
import shutil
import ssl
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from bot.git.mirror import BranchMissing, Mirror
from bot.git.run import GitError, git
from bot.git.urls import BadUrl
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


class _Server:
    """An https server that gives a repository's files (git's "dumb" protocol) to who knows the password."""

    def __init__(self, root: Path, certificate: Path, password: str) -> None:
        expected = f"Basic {base64.b64encode(f'bot:{password}'.encode()).decode()}"

        class Handler(SimpleHTTPRequestHandler):
            def __init__(self, *args: Any) -> None:
                super().__init__(*args, directory=str(root))

            def do_GET(self) -> None:
                if self.headers.get("Authorization") == expected:
                    return super().do_GET()
                self.send_response(401)
                self.send_header("WWW-Authenticate", 'Basic realm="x"')
                self.end_headers()

            def log_message(self, *args: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(certificate)
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self.host = f"127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> "_Server":
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()


def _certificate(path: Path) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(1).not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(secret + certificate.public_bytes(serialization.Encoding.PEM))
    return path


def test_a_password_opens_the_door_and_is_written_nowhere(
    work: Work, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, git_calls: Callable[[], list[str]]
) -> None:
    work.git("update-server-info")
    certificate = _certificate(tmp_path / "server.pem")
    monkeypatch.setenv("GIT_SSL_CAINFO", str(certificate))
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    header = base64.b64encode(b"bot:s3cret").decode()
    with _Server(work.path, certificate, "s3cret") as server:
        mirror = Mirror(tmp_path / "mirror", f"https://bot:s3cret@{server.host}/.git", "main")
        mirror.open_or_clone()
        assert mirror.fetch().new_tip == work.head()
        with pytest.raises(GitError) as caught:
            Mirror(tmp_path / "other", f"https://bot:wr0ng@{server.host}/.git", "main").open_or_clone()
    assert server.host in str(caught.value)
    calls = "".join(git_calls())
    assert "ls-remote" in calls
    files = "".join(path.read_text(errors="replace") for path in mirror.directory.rglob("*") if path.is_file())
    for secret in ("s3cret", "wr0ng", header):
        assert secret not in str(caught.value) + calls + files


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


_DAMAGES = [
    _truncate_packs, _zero_packs, _flip_bits, _truncate_indexes, _no_objects, _garbage_ref, _dangling_ref,
    _garbage_packed_refs, _no_head, _empty_head, _no_config, _garbage_config, _empty_directory,
]  # fmt: skip


@pytest.fixture
def packed(work: Work, tmp_path: Path) -> Mirror:
    """A mirror whose objects are in a pack."""
    work.fast_import(120)
    mirror = Mirror(tmp_path / "mirror", work.url, "main", allow_file=True)
    mirror.open_or_clone()
    return mirror


_HIDDEN = [_flip_bits]  # damage inside one object shows only when that object is read


@pytest.mark.parametrize("damage", [damage for damage in _DAMAGES if damage not in _HIDDEN])
def test_a_mirror_found_damaged_at_a_fetch_is_cloned_anew(work: Work, packed: Mirror, damage: Damage) -> None:
    damage(packed.directory)
    work.git("reset", "-q", "--hard")
    tip = work.commit()
    assert packed.fetch().new_tip == tip
    git(packed.directory, "fsck", "--strict")
    assert sorted(path.name for path in packed.directory.parent.glob("mirror*")) == ["mirror"]


@pytest.mark.parametrize("damage", [damage for damage in _DAMAGES if damage not in _HIDDEN])
def test_a_damaged_mirror_is_cloned_anew_at_the_start(packed: Mirror, damage: Damage) -> None:
    damage(packed.directory)
    packed.open_or_clone()
    git(packed.directory, "fsck", "--strict")


def test_damage_that_a_reader_finds_says_so(packed: Mirror) -> None:
    _flip_bits(packed.directory)
    with pytest.raises(GitError) as caught:
        git(packed.directory, "log", "--format=%B", "refs/heads/main")
    assert caught.value.corrupt
    packed.clone()
    git(packed.directory, "log", "--format=%B", "refs/heads/main")


def test_a_sound_mirror_is_left_alone(packed: Mirror) -> None:
    (packed.directory / "marker").touch()
    packed.open_or_clone()
    packed.fetch()
    assert (packed.directory / "marker").exists()


def test_a_clone_that_fails_leaves_what_was_there(work: Work, packed: Mirror) -> None:
    work.path.rename(work.path.with_name("away"))
    (packed.directory / "HEAD").unlink()
    with pytest.raises(GitError):
        packed.open_or_clone()
    assert (packed.directory / "objects").is_dir()


def test_a_remote_that_is_away_is_an_error_and_no_reason_to_clone(work: Work, packed: Mirror) -> None:
    (packed.directory / "marker").touch()
    work.path.rename(work.path.with_name("away"))
    with pytest.raises(GitError):
        packed.fetch()
    work.path.with_name("away").rename(work.path)
    packed.fetch()
    assert (packed.directory / "marker").exists()


def test_a_lock_that_a_killed_git_left_is_removed_once_it_is_old(work: Work, mirror: Mirror) -> None:
    first = mirror.tip()
    second = work.commit()
    lock = mirror.directory / "refs/heads/main.lock"
    lock.touch()
    with pytest.raises(GitError, match="lock"):
        mirror.fetch(first)
    assert lock.exists()  # it may be a living git's
    an_hour_ago = time.time() - 3700
    os.utime(lock, (an_hour_ago, an_hour_ago))
    with pytest.raises(GitError, match="lock"):
        mirror.fetch(first)
    assert mirror.fetch(first).new_tip == second


def test_maintenance_keeps_all_and_sweeps_up(work: Work, mirror: Mirror) -> None:
    mirror.maintain()
    work.fast_import(300)
    second = mirror.fetch().new_tip
    work.git("reset", "-q", "--hard", "HEAD~5")
    mirror.fetch(second)
    leftover = mirror.directory / "objects/pack/tmp_pack_x"
    leftover.touch()
    an_hour_ago = time.time() - 3700
    os.utime(leftover, (an_hour_ago, an_hour_ago))
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
