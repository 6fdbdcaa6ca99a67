import subprocess

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.git.names import valid_branch

_ALPHABET = "ab./-@{}~^:?*[\\ \x7f\x01é_lock"


@settings(max_examples=80, deadline=None)
@given(st.lists(st.sampled_from([*_ALPHABET, ".lock", "..", "@{", "//", "HEAD"]), min_size=1, max_size=8).map("".join))
@example("@")
@example("HEAD")
@example("-x")
@example("a/.b")
@example("a.lock/b")
@example("a.lock")
@example("hotfix/pool-size")
def test_git_itself_agrees(name: str) -> None:
    # As `refs/heads/<name>`: `--branch` alone would also expand `@{-1}`.
    git = subprocess.run(["git", "check-ref-format", f"refs/heads/{name}"], check=False).returncode == 0
    assert valid_branch(name) == (git and not name.startswith("-") and name not in ("@", "HEAD"))


@pytest.mark.parametrize("name", ["", "a\0b", "a" * 256, "é" * 128])
def test_names_that_no_file_could_have(name: str) -> None:
    assert not valid_branch(name)
