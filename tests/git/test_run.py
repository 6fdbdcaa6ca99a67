import os
import subprocess
import threading
import time
from pathlib import Path

import pytest

from bot.git import run
from bot.git.run import GitError, asks, git, git_records, git_version, stop
from tests.git.repos import Work


def _alive(marker: str) -> bool:
    listed = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout
    return any(line.startswith(f"sleep {marker}") for line in listed.splitlines())


def _eventually_gone(marker: str) -> bool:
    deadline = time.monotonic() + 5
    while _alive(marker) and time.monotonic() < deadline:
        time.sleep(0.02)
    return not _alive(marker)


def test_a_hung_git_is_ended_with_all_that_it_started() -> None:
    with pytest.raises(GitError, match=r"did not end within 0\.3 s"):
        git(None, "-c", "alias.hang=!sleep 61.25 & sleep 61.25", "hang", timeout=0.3)
    assert _eventually_gone("61.25")


def test_a_child_that_outlives_git_does_not_hold_us() -> None:
    started = time.monotonic()
    with pytest.raises(GitError, match="did not end within"):
        git(None, "-c", "alias.leave=!sleep 62.25 & exit 0", "leave", timeout=0.3)
    assert time.monotonic() - started < 10
    assert _eventually_gone("62.25")


def test_the_end_of_the_program_ends_every_git() -> None:
    said: list[str] = []

    def wait() -> None:
        try:
            git(None, "-c", "alias.hang=!sleep 63.25", "hang")
        except GitError as error:
            said.append(str(error))

    waiting = threading.Thread(target=wait)
    waiting.start()
    while not _alive("63.25"):
        time.sleep(0.01)
    stop()
    waiting.join(10)
    assert "was stopped, since the program is ending" in said[0]
    assert _eventually_gone("63.25")


def test_a_missing_git_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    git_version.cache_clear()
    with pytest.raises(GitError, match=r"install git 2\.38"):
        git_version()


def test_an_old_git_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    old = tmp_path / "git"
    old.write_text("#!/bin/sh\necho git version 2.30.2\n")
    old.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    git_version.cache_clear()
    with pytest.raises(GitError, match=r"git 2\.30\.2 is too old"):
        git_version()


def test_this_git_will_do() -> None:
    git_version.cache_clear()
    assert git_version() >= run.MINIMUM


def test_credentials_stay_out_of_errors() -> None:
    error = GitError(
        "`git fetch` failed",
        "fatal: unable to access 'https://bot:s3cret@git.example.com/x/': 403\nauthorization: Basic s3cret\n",
        128,
    )
    assert "s3cret" not in str(error) + error.stderr + repr(error)
    assert "https://git.example.com/x/" in str(error)


def test_what_the_remote_says_is_no_sign_of_damage_here() -> None:
    assert not GitError("x", "remote: fatal: bad object 1234\n", 128).corrupt
    assert not GitError("x", "fatal: Could not read from remote repository.\n", 128).corrupt
    assert not GitError("x", "fatal: could not read Username for 'https://x': terminal prompts disabled\n").corrupt
    assert GitError("x", "fatal: bad object refs/heads/main\n", 128).corrupt


def test_nobodys_configuration_counts(work: Work, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    config = tmp_path / "config"
    config.write_text("[alias]\n\tmine = !echo from-a-file\n[core]\n\thooksPath = /elsewhere\n")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(config))
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
    monkeypatch.setenv("GIT_CONFIG_KEY_0", "alias.mine")
    monkeypatch.setenv("GIT_CONFIG_VALUE_0", "!echo from-the-environment")
    monkeypatch.setenv("GIT_DIR", "/nowhere")
    monkeypatch.setenv("GIT_EXTERNAL_DIFF", "false")
    directory = work.path / ".git"
    with pytest.raises(GitError, match="'mine' is not a git command"):
        git(directory, "mine")
    assert git(directory, "config", "core.hooksPath").strip() == os.devnull.encode()
    assert git(directory, "rev-parse", "HEAD").decode().strip() == work.head()


def test_no_hook_runs(work: Work, tmp_path: Path) -> None:
    hook = work.path / ".git/hooks/reference-transaction"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f"#!/bin/sh\ntouch {tmp_path}/ran\n")
    hook.chmod(0o755)
    git(work.path / ".git", "update-ref", "refs/heads/other", work.head())
    assert not (tmp_path / "ran").exists()
    work.git("update-ref", "refs/heads/third", work.head())  # the hook itself works
    assert (tmp_path / "ran").exists()


def test_a_repository_above_does_not_answer_for_a_damaged_one(work: Work) -> None:
    inner = work.path / "mirror"
    inner.mkdir()
    with pytest.raises(GitError, match="not a git repository") as caught:
        git(inner, "rev-parse", "HEAD")
    assert caught.value.corrupt


def test_transports_that_run_commands_are_refused(work: Work, tmp_path: Path) -> None:
    with pytest.raises(GitError, match="not allowed"):
        git(work.path / ".git", "fetch", f"ext::sh -c touch% {tmp_path}/ran")
    with pytest.raises(GitError, match="not allowed"):
        git(work.path / ".git", "fetch", work.url)
    assert not (tmp_path / "ran").exists()


def test_questions_have_two_answers_or_an_error(work: Work) -> None:
    first, second = work.head(), work.commit()
    directory = work.path / ".git"
    assert asks(directory, "merge-base", "--is-ancestor", first, second)
    assert not asks(directory, "merge-base", "--is-ancestor", second, first)
    with pytest.raises(GitError) as caught:
        asks(directory, "merge-base", "--is-ancestor", "0" * 40, second)
    assert caught.value.code == 128


def test_records_come_as_they_are_read_and_git_ends_when_nobody_reads(work: Work) -> None:
    work.fast_import(2000)
    records = git_records(work.path / ".git", "log", "-z", "--format=%H%n%B", "refs/heads/main")
    assert b"change 1999" in next(records)
    assert len(run._running_now) == 1
    records.close()
    assert not run._running_now


def test_records_of_a_failing_git_raise(work: Work) -> None:
    with pytest.raises(GitError, match="`git log` failed"):
        list(git_records(work.path / ".git", "log", "-z", "no-such-ref"))


def test_input_and_output_larger_than_a_pipe(work: Work) -> None:
    asked = f"{work.head()}\n".encode() * 50_000
    answers = git(work.path / ".git", "cat-file", "--batch-check", input=asked)
    assert answers.count(b"commit") == 50_000
