"""`hotwash prove` as a shell and a CI job use it."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.warroom.repo import Upstream

BASE = "".join(f"{letter} = {number}\n" for number, letter in enumerate("abcdefgh"))
LIVE = BASE.replace("b = 1", "b = 10").replace("g = 6", "g = 60")


@pytest.fixture
def upstream(tmp_path: Path) -> Upstream:
    upstream = Upstream(tmp_path)
    upstream.commit("Base", "etc/app.conf", BASE)
    upstream.git("tag", "base")
    return upstream


def prove(upstream: Upstream, *args: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "bot", "prove", "--repo", str(upstream.clone), "--upstream", "main", *args]
    return subprocess.run(command, capture_output=True, text=True, cwd=Path(__file__).parents[2])


@pytest.mark.parametrize(
    ("upstream_has", "status", "verdict", "rung"),
    [(LIVE, 0, "landed", 1), (BASE.replace("b = 1", "b = 10"), 1, "partly", None), (BASE, 1, "missing", None)],
)
def test_live_file(upstream: Upstream, tmp_path: Path, upstream_has: str, status: int, verdict: str, rung: int) -> None:
    upstream.commit("Later", "etc/app.conf", upstream_has)
    live = tmp_path / "live"
    live.write_text(LIVE)
    done = prove(upstream, "--base", "base", "--path", "etc/app.conf", "--live", str(live), "--json")
    said = json.loads(done.stdout)
    assert (done.returncode, said["verdict"], said["rung"]) == (status, verdict, rung)
    assert set(said["files"][0]) >= {"path", "upstream_path", "verdict", "hunks"}


def test_diff_without_a_base_and_its_missing_hunk_in_a_terminal(upstream: Upstream, tmp_path: Path) -> None:
    (upstream.clone / "etc/app.conf").write_text(LIVE)
    diff = tmp_path / "change.diff"
    diff.write_text(upstream.git("diff") + "\n")
    upstream.commit("Half", "etc/app.conf", BASE.replace("b = 1", "b = 10"))
    done = prove(upstream, "--base", "base", "--diff", str(diff))
    assert done.returncode == 1
    assert "partly" in done.stdout and "+g = 60" in done.stdout and "+b = 10" not in done.stdout


def test_what_cannot_be_told_and_what_cannot_be_asked(upstream: Upstream, tmp_path: Path) -> None:
    live = tmp_path / "live"
    live.write_text(LIVE)
    usage = prove(upstream, "--path", "etc/app.conf", "--live", str(live))
    assert usage.returncode == 2 and "Say what was changed" in usage.stderr
    nowhere = prove(upstream, "--base", "--upload-pack=x", "--path", "etc/app.conf", "--live", str(live))
    assert nowhere.returncode == 2 and "There is no commit" in nowhere.stderr
    upstream.commit("A pointer", "big.bin", "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n")
    lfs = prove(upstream, "--base", "main", "--path", "big.bin", "--live", str(live))
    assert lfs.returncode == 3, lfs.stdout
