"""What is tracked stands without the machine that it was written on."""

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
    return [ROOT / os.fsdecode(name) for name in listed.split(b"\0") if name]


def test_no_file_names_this_machine() -> None:
    own = [str(ROOT), str(Path(sys.prefix).resolve()), str(Path(sys.executable).resolve().parent)]
    own = [path for path in own if not path.startswith(("/usr/", "/bin"))]  # those are everyone's
    text = {path: path.read_bytes() for path in tracked() if path.is_file()}
    assert [path for path, content in text.items() if any(place.encode() in content for place in own)] == []


def test_no_file_names_an_index_of_packages() -> None:
    index = re.compile(rb"(?i)--(extra-)?index-url[ =]|--find-links[ =]|\bhttps?://[^\s/]*(p[y]pi|p[y]thonhosted)[.]")
    assert [path for path in tracked() if path.is_file() and index.search(path.read_bytes())] == []


def test_nothing_that_a_run_leaves_behind_is_tracked() -> None:
    ignored = subprocess.run(
        ["git", "ls-files", "-ci", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert ignored.stdout == ""


def test_the_licence_is_apache_2() -> None:
    text = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert "Apache License\n" in text and "Version 2.0, January 2004" in text
    assert "END OF TERMS AND CONDITIONS" in text and "The Hotwash authors" in text
