"""A Python with nothing but the deployed requirements, as a host gives it."""

import fcntl
import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def runtime_python(pytestconfig: pytest.Config) -> Path:
    """The interpreter of a virtual environment into which requirements.txt, and nothing else, was installed.

    Kept in pytest's cache between runs, since installing takes some 15 s; the workers of a run share it.
    """
    assert pytestconfig.cache is not None
    pinned = (ROOT / "requirements.txt").read_bytes()
    name = hashlib.sha256(pinned + sys.version.encode()).hexdigest()[:16]
    home = pytestconfig.cache.mkdir("runtime") / name
    python = home / "bin" / "python"
    with (home.parent / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (home / "complete").exists():
            shutil.rmtree(home, ignore_errors=True)
            subprocess.run([sys.executable, "-m", "venv", home], check=True)
            install = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
            subprocess.run([*install, "--require-hashes", "-r", ROOT / "requirements.txt"], check=True)
            (home / "complete").touch()
    return python
