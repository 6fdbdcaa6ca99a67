"""The two deploy descriptors: Heroku's Procfile and App Engine's app.yaml."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from honcho.environ import parse_procfile

ROOT = Path(__file__).parents[2]


@pytest.fixture
def procfile() -> dict[str, str]:
    return dict(parse_procfile((ROOT / "Procfile").read_text(encoding="utf-8")).processes)


@pytest.fixture
def app_engine() -> dict[str, Any]:
    return yaml.safe_load((ROOT / "app.yaml").read_text(encoding="utf-8"))


def test_the_procfile_needs_no_console_command(procfile: dict[str, str]) -> None:
    """A host that installs requirements.txt has the modules, and no `hotwash` on PATH."""
    assert procfile == {"release": "python -m bot migrate", "web": "python -m bot serve"}


def test_app_engine_runs_what_the_procfile_runs(procfile: dict[str, str], app_engine: dict[str, Any]) -> None:
    assert app_engine["entrypoint"] == f"{procfile['release']} && exec {procfile['web']}"


def test_app_engine_keeps_one_instance_and_asks_it_how_it_is(app_engine: dict[str, Any]) -> None:
    assert (app_engine["runtime"], app_engine["env"]) == ("python", "flex")
    assert app_engine["manual_scaling"] == {"instances": 1}
    assert app_engine["readiness_check"]["path"] == "/readyz"
    assert app_engine["liveness_check"]["path"] == "/healthz"
    assert "env_variables" not in app_engine  # settings are secrets
