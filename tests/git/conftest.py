import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.git.mirror import Mirror
from tests.git.repos import Work


@pytest.fixture
def work(tmp_path: Path) -> Work:
    """An upstream with one commit on `main`."""
    upstream = Work(tmp_path / "upstream")
    upstream.commit("First", {"app.conf": "pool = 20\n"})
    return upstream


@pytest.fixture
def mirror_of(tmp_path: Path) -> Callable[[Work], Mirror]:
    def make(upstream: Work, branch: str = "main") -> Mirror:
        mirror = Mirror(tmp_path / "mirrors" / upstream.path.name, upstream.url, branch, allow_file=True)
        mirror.open_or_clone()
        return mirror

    return make


@pytest.fixture
def mirror(work: Work, mirror_of: Callable[[Work], Mirror]) -> Mirror:
    return mirror_of(work)


@pytest.fixture
def git_calls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], list[str]]:
    """Writes down the command line of each git that is started from now on; called, it returns and forgets them."""
    log = tmp_path / "git-calls"
    log.touch()
    wrapper = tmp_path / "path" / "git"
    wrapper.parent.mkdir()
    wrapper.write_text(f'#!/bin/sh\necho "$@" >> {log}\nexec {shutil.which("git")} "$@"\n')
    wrapper.chmod(0o755)
    monkeypatch.setenv("PATH", f"{wrapper.parent}:{os.environ['PATH']}")

    def calls() -> list[str]:
        lines = log.read_text().splitlines()
        log.write_text("")
        return lines

    return calls
