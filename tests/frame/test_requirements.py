"""The pinned requirements: whole, exact, hashed, and the same for everyone."""

import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import grimp
import pytest
from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
DECLARED = [Requirement(line) for line in PROJECT["project"]["dependencies"]]
DEVELOPMENT = [Requirement(line) for line in PROJECT["dependency-groups"]["dev"]]


def logical_lines(name: str) -> list[str]:
    """The lines of a requirements file without comments, each with its continuation joined to it."""
    text = (ROOT / name).read_text(encoding="utf-8").replace("\\\n", "")
    return [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]


def pins(name: str) -> dict[str, Requirement]:
    found = [Requirement(line.partition(" --hash")[0]) for line in logical_lines(name)]
    return {canonicalize_name(pin.name): pin for pin in found}


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_every_line_is_one_exact_version_with_its_hashes(name: str) -> None:
    shape = re.compile(r"[a-z0-9-]+==[^\s*;]+( ; [^-]+?)?\s+(--hash=sha256:[0-9a-f]{64}\s*)+")
    assert [line for line in logical_lines(name) if not shape.fullmatch(line)] == []


@pytest.mark.parametrize(
    ("name", "wanted"), [("requirements.txt", DECLARED), ("requirements-dev.txt", DECLARED + DEVELOPMENT)]
)
def test_pins_satisfy_what_the_project_declares(name: str, wanted: list[Requirement]) -> None:
    pinned = pins(name)
    for requirement in wanted:
        (exact,) = pinned[canonicalize_name(requirement.name)].specifier
        assert requirement.specifier.contains(exact.version), requirement


def test_development_runs_on_the_versions_that_are_deployed() -> None:
    development = pins("requirements-dev.txt")
    assert {name: str(pin) for name, pin in pins("requirements.txt").items()} == {
        name: str(development[name]) for name in pins("requirements.txt")
    }


def test_a_platform_is_left_out_by_a_marker_only_where_a_package_is_not_for_it() -> None:
    windows = default_environment() | {"sys_platform": "win32", "platform_system": "Windows", "os_name": "nt"}
    left_out = {name for name, pin in pins("requirements.txt").items() if not _holds(pin, windows)}
    assert left_out == {"uvloop"}


def _holds(pin: Requirement, environment: dict[str, str]) -> bool:
    return pin.marker is None or pin.marker.evaluate(environment)


def test_the_package_imports_only_what_it_declares() -> None:
    graph = grimp.build_graph("bot", include_external_packages=True, cache_dir=None)
    outside = {name for name in graph.modules if name.split(".")[0] not in {"bot", *sys.stdlib_module_names}}
    distributions = packages_distributions()
    undeclared = {
        module: distributions.get(module)
        for module in outside
        if not {canonicalize_name(owner) for owner in distributions.get(module, [])}
        & {canonicalize_name(requirement.name) for requirement in DECLARED}
    }
    assert undeclared == {}


def test_rules_are_pure() -> None:
    """The lowest room imports the standard library and pydantic, so it can be read and tested by itself."""
    graph = grimp.build_graph("bot", include_external_packages=True, cache_dir=None)
    rules = {"bot.rules", *graph.find_descendants("bot.rules")}
    imported = {target.split(".")[0] for module in rules for target in graph.find_modules_directly_imported_by(module)}
    assert imported - {"bot", "pydantic", *sys.stdlib_module_names} == set()
    effectful = {"asyncio", "random", "secrets", "socket", "sqlite3", "subprocess", "threading", "time"}
    assert imported & effectful == set()
