"""Branches that Hotwash pushes: one commit, found again, never upstream and over nobody's work."""

import base64
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bot.git.mirror import Mirror, NotOurs
from bot.git.push import push_patch
from bot.git.run import GitError
from tests.git.hosting import READ, WRITE, Host, hosting
from tests.git.repos import Work

PATCH = b"diff --git a/app.conf b/app.conf\n--- a/app.conf\n+++ b/app.conf\n@@ -1 +1 @@\n-pool = 20\n+pool = 80\n"
BRANCH = "hotwash/INC-42-7"
AT = 1_760_000_000_000_000


def push(mirror: Mirror, tip: str, at: int = AT, branch: str = BRANCH) -> str:
    return push_patch(mirror, tip, PATCH, branch, "Bring in INC-42#7: pool 80\n\nReconciles: INC-42#7", at)


def test_one_commit_on_top_of_the_tip(work: Work, mirror: Mirror) -> None:
    tip = work.head()
    commit = push(mirror, tip)
    assert work.head(BRANCH) == commit
    assert work.git("rev-list", f"{tip}..{BRANCH}") == commit
    assert work.git("show", f"{BRANCH}:app.conf") == "pool = 80"
    assert work.git("log", "-1", "--format=%B", BRANCH).endswith("Reconciles: INC-42#7")
    assert work.head("main") == tip
    assert mirror.resolve(commit) is None  # nothing was written to the mirror


def test_pushing_twice_is_pushing_once(work: Work, mirror: Mirror, git_calls: Callable[[], list[str]]) -> None:
    again = Mirror(mirror.directory, work.url, "main", allow_file=True)
    commit = push(again, work.head())
    git_calls()
    assert push(again, work.head()) == commit
    assert not any(" push " in f" {call} " for call in git_calls())


def test_our_own_branch_moves_with_upstream(work: Work, mirror: Mirror) -> None:
    push(mirror, work.head())
    tip = work.commit("Elsewhere")
    mirror.fetch()
    commit = push(mirror, tip)
    assert work.head(BRANCH) == commit
    assert work.head(f"{BRANCH}~1") == tip


def test_what_somebody_else_committed_stays(work: Work, mirror: Mirror) -> None:
    push(mirror, work.head())
    work.git("checkout", "-q", BRANCH)
    theirs = work.commit("And another thing")
    work.git("checkout", "-q", "main")
    with pytest.raises(NotOurs, match="holds what somebody else committed"):
        push(mirror, work.head(), at=AT + 1_000_000)
    assert work.head(BRANCH) == theirs


def test_never_to_upstream(work: Work, mirror: Mirror) -> None:
    tip = work.head()
    with pytest.raises(ValueError, match="no branch to push to"):
        push(mirror, tip, branch="main")
    assert work.head() == tip


def test_a_patch_that_does_not_apply_pushes_nothing(work: Work, mirror: Mirror) -> None:
    tip = work.commit("Other", {"app.conf": "pool = 40\n"})
    mirror.fetch()
    with pytest.raises(GitError, match="patch does not apply"):
        push(mirror, tip)
    assert work.git("branch", "--list", BRANCH) == ""


@pytest.fixture
def host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Host]:
    monkeypatch.setenv("GIT_SSL_CAINFO", str(tmp_path / "host.pem"))
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with hosting(tmp_path) as running:
        yield running


@pytest.mark.parametrize("token", [READ, WRITE])
def test_it_takes_a_token_that_may_push(host: Host, tmp_path: Path, token: str) -> None:
    work = Work(host.root / "shop")
    tip = work.commit("First", {"app.conf": "pool = 20\n"})
    (host.root / "shop.git").symlink_to(work.path / ".git")
    mirror = Mirror(tmp_path / "mirror", host.url("shop"), "main", token=token)
    mirror.open_or_clone()
    if token == WRITE:
        assert push(mirror, tip) == work.head(BRANCH)
        return
    with pytest.raises(GitError) as caught:
        push(mirror, tip)
    assert caught.value.denied
    assert READ not in str(caught.value) and base64.b64encode(READ.encode()).decode() not in str(caught.value)
    assert work.git("branch", "--list", BRANCH) == ""
