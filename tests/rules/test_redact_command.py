"""`hotwash redact`: the filter of the ledger, for standard input."""

import os
import subprocess
import sys

from tests.rules import secrets_corpus as corpus


def run(text: bytes, *args: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "bot", "redact", *args], input=text, env=os.environ | environment, capture_output=True
    )


def test_secrets_go_and_all_else_stays_to_the_byte() -> None:
    done = run("café\r\nmysql -u root -phunter2 shop\r\n\tends without a newline".encode())
    assert done.stdout == "café\r\nmysql -u root -p[redacted] shop\r\n\tends without a newline".encode()
    assert (done.returncode, done.stderr) == (0, b"hotwash: found a password\n")


def test_a_key_that_spans_lines_is_one_secret() -> None:
    done = run(f"before\n{corpus.PEM}\nafter\n".encode(), HOTWASH_KEY="of the team")
    assert done.stdout.startswith(b"before\n[redacted:") and done.stdout.endswith(b"]\nafter\n")
    assert b"\n".join(done.stdout.splitlines()[1:-1]).count(b"redacted") == 1


def test_check_prints_nothing_and_says_by_its_status() -> None:
    found, clean = run(b"PGPASSWORD=tr0ub4dor psql", "--check"), run(b"ssh -p 22 web-1 uptime", "--check")
    assert (found.returncode, found.stdout, found.stderr) == (1, b"", b"hotwash: found a password\n")
    assert (clean.returncode, clean.stdout, clean.stderr) == (0, b"", b"")


def test_bytes_that_are_no_text_end_nothing() -> None:
    done = run(b"\xff\x00 PGPASSWORD=tr0ub4dor psql\n")
    assert (done.returncode, done.stdout) == (0, "\ufffd\ufffd PGPASSWORD=[redacted] psql\n".encode())
