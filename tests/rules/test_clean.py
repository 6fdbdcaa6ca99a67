"""Redaction against a corpus, and what holds for any text."""

import hashlib
import hmac
import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.rules.clean import Clean, redact
from tests.rules import secrets_corpus as corpus

KEY = b"a key of the test"
SECRETS = {"frozen": corpus.FROZEN_SECRETS, "later": corpus.LATER_SECRETS, "third": corpus.THIRD_SECRETS}
HARMLESS = {"frozen": corpus.FROZEN_HARMLESS, "later": corpus.LATER_HARMLESS, "third": corpus.THIRD_HARMLESS}


@pytest.mark.parametrize("half", SECRETS)
def test_at_least_98_percent_of_lines_lose_their_secrets(half: str) -> None:
    lines = SECRETS[half]
    kept = [
        line
        for line in lines
        if any(secret in redact(corpus.without_marks(line)).text for secret in corpus.secrets_in(line))
    ]
    print(f"{half}: {len(lines) - len(kept)} of {len(lines)} lines with secrets")
    assert len(lines) >= 50
    assert len(kept) <= 0.02 * len(lines), kept


@pytest.mark.parametrize("half", SECRETS)
def test_what_is_no_secret_stays_beside_one(half: str) -> None:
    lines = SECRETS[half]
    inexact = [line for line in lines if redact(corpus.without_marks(line)).text != corpus.expected(line)]
    assert len(inexact) <= 0.05 * len(lines), inexact


@pytest.mark.parametrize("half", HARMLESS)
def test_harmless_lines_stay_as_they_are(half: str) -> None:
    lines = HARMLESS[half]
    assert len(lines) >= 20
    assert [(line, redact(line)) for line in lines if redact(line) != (line, ())] == []


def test_equal_secrets_stay_recognisable_as_equal_under_one_key() -> None:
    digest = hmac.new(KEY, b"hunter2", hashlib.sha256).hexdigest()[:8]
    text, found = redact("PGPASSWORD=hunter2 psql; mysql -phunter2; mysql -phunter3", KEY)
    assert text.startswith(f"PGPASSWORD=[redacted:{digest}] psql; mysql -p[redacted:{digest}]; mysql -p[redacted:")
    assert text.count(digest) == 2
    assert found == ("a password",)
    assert digest not in redact("PGPASSWORD=hunter2 psql", b"another key").text


def test_what_was_found_is_named_once_and_by_its_maker() -> None:
    line = f"git clone https://x:{corpus.GITHUB}@github.com/a/b && export T={corpus.GITHUB} K={corpus.AWS_ID}"
    assert redact(line).found == ("a GitHub token", "an AWS key")


@pytest.mark.parametrize(
    "line",
    [
        "PASSWORD=[redacted:1a2b3c4d]",
        "mysql -p[redacted] shop",
        "psql postgres://app:[redacted:1a2b3c4d]@db/shop",
        "ldappasswd -w [redacted] -s [redacted] uid=ana",
        "the password is [redacted:1a2b3c4d], tell nobody",
    ],
)
def test_what_is_redacted_already_is_let_alone(line: str) -> None:
    assert redact(line, KEY) == (line, ())


def test_the_rest_of_a_value_that_is_partly_redacted_is_taken_too() -> None:
    assert redact("PASSWORD=[redacted:1a2b3c4d]hunter2").text == "PASSWORD=[redacted:1a2b3c4d][redacted]"


def test_characters_that_no_database_takes_are_replaced() -> None:
    assert redact("a\0b\ud800c").text == "a\ufffdb\ufffdc"


PIECES = [
    *corpus.FROZEN_SECRETS,
    *corpus.LATER_SECRETS,
    *corpus.THIRD_SECRETS,
    *"=:'\"\\,;&|()<>-$@/[] \n\t7",
    *(
        "--",
        "://",
        "[redacted",
        "[redacted]",
        "[redacted:1a2b3c4d]",
        "password",
        "token",
        "secret",
        "api_key",
        "hunter2",
    ),
    *("mysql ", " -p", "curl ", " -u ", "echo ", "login ", " to ", " is ", " from ", "IDENTIFIED BY ", "Bearer "),
]
lines_of_pieces = st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=5)), max_size=12).map(
    lambda pieces: corpus.without_marks("".join(pieces))
)


@given(lines_of_pieces, st.sampled_from([KEY, None]))
@example("ldappasswd -w ldapPw1 -s us3rPw uid=ana", None)
def test_redacting_twice_changes_nothing(text: str, key: bytes | None) -> None:
    once = redact(text, key)
    assert redact(once.text, key) == (once.text, ())
    assert isinstance(once.text, Clean)
    once.text.encode()  # storable


@pytest.mark.parametrize(
    "unit",
    [
        *("a", "password ", "password=", "password: a ", "token=token=", "mysql -p ", "curl -u ", "eyJaaaaaaaaaaaa-"),
        *("-----BEGIN PRIVATE KEY-----\nAAAAAAAAAAAAAAAAAAAA", "://a:", "://a:b@", "echo a ", "'\"", '\\"', "--token "),
        *(
            "Authorization: ",
            "[redacted:",
            "password='",
            "login x ",
            "set password for ",
            "vault login -a ",
            "a:b@tcp( ",
        ),
    ],
)
def test_a_quarter_of_a_megabyte_takes_no_more_than_linear_time(unit: str) -> None:
    """A quadratic pattern takes minutes here; the limit leaves room for a slow machine."""
    text = unit * (250_000 // len(unit))
    start = time.process_time()
    redact(text, KEY)
    assert time.process_time() - start < 3


def test_a_word_is_machine_made() -> None:
    assert Clean.word("a79f427") == "a79f427"
    for text in ("two words", "line\n", "x" * 301, "naïve"):
        with pytest.raises(ValueError, match="not a machine-made word"):
            Clean.word(text)
