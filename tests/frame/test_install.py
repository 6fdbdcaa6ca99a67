"""`pip install .` gives a Hotwash that needs no checkout around it."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel that `pip install .` builds, built without asking an index for the build's own parts."""
    folder = tmp_path_factory.mktemp("wheel")
    pip = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
    subprocess.run([*pip, "--disable-pip-version-check", "--wheel-dir", folder, ROOT], check=True)
    (built,) = folder.glob("hotwash-*.whl")
    return built


def test_the_wheel_carries_all_that_the_package_reads(wheel: Path) -> None:
    carried = set(zipfile.ZipFile(wheel).namelist())
    listed = subprocess.run(
        ["git", "ls-files", "bot", "migrations"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    needed = {name.replace("migrations/", "bot/_migrations/", 1) for name in listed.stdout.split()}
    assert any(name.startswith("bot/_migrations/versions/") for name in needed)
    assert needed - carried == set()
    assert {name.partition("/")[0] for name in carried} == {
        "bot",
        wheel.name.removesuffix("-py3-none-any.whl") + ".dist-info",
    }


@pytest.mark.timeout(180)
def test_an_install_migrates_from_any_directory(
    wheel: Path, runtime_python: Path, empty_database_url: str, tmp_path: Path
) -> None:
    site = tmp_path / "site"
    pip = [runtime_python, "-m", "pip", "install", "--quiet", "--no-deps", "--disable-pip-version-check"]
    subprocess.run([*pip, "--target", site, wheel], check=True)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()

    def hotwash(*arguments: str) -> str:
        environment = {"PYTHONPATH": str(site), "DATABASE_URL": empty_database_url, "PATH": "/usr/bin:/bin"}
        command = [site / "bin" / "hotwash", *arguments]
        done = subprocess.run(command, cwd=elsewhere, env=environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return done.stdout

    assert "migrate" in hotwash("--help")
    hotwash("migrate")
    hotwash("verify")  # reads the tables that the migration made
