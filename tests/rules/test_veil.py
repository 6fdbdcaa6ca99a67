"""Secrets in files: whole lines are taken out, and versions stay comparable line by line."""

from hypothesis import given
from hypothesis import strategies as st

from bot.rules.clean import redact, secret_lines, veil

KEY = b"a team's key"
CONF = b"listen = 80\n  password = hunter2secret\nworkers = 4\n"
PRIVATE = (
    b"a: 1\nkey: |\n  -----BEGIN PRIVATE KEY-----\n  MIIEvQIBADANBgkqhkiG9w0BAQEFAASC\n"
    b"  Zm9vYmFyYmF6cXV4Zm9vYmFyYmF6cXV4\n  -----END PRIVATE KEY-----\nb: 2\n"
)


def test_the_line_of_a_secret_is_taken_out_and_its_neighbours_stay() -> None:
    lines, found = secret_lines(CONF, KEY)
    (standing,) = lines.values()
    assert found == ("a password",)
    assert veil(CONF, lines, KEY) == b"listen = 80\n  " + standing.encode() + b"\nworkers = 4\n"
    assert redact(standing).text == standing


def test_all_lines_of_a_private_key_are_taken_out() -> None:
    lines, found = secret_lines(PRIVATE, KEY)
    hidden = veil(PRIVATE, lines, KEY)
    assert "a private key" in found
    assert len(lines) == len(set(lines.values())) == 4
    assert b"MII" not in hidden and b"Zm9v" not in hidden and b"BEGIN" not in hidden
    assert hidden.startswith(b"a: 1\nkey: |\n  [redacted:") and hidden.endswith(b"]\nb: 2\n")


def test_the_same_line_is_the_same_and_another_is_another() -> None:
    lines, _ = secret_lines(CONF, KEY)
    again = veil(CONF.replace(b"  password", b"\tpassword").replace(b"\n", b"\r\n"), lines, KEY)
    (standing,) = lines.values()
    assert again == b"listen = 80\r\n\t" + standing.encode() + b"\r\nworkers = 4\r\n"
    other = CONF.replace(b"hunter2secret", b"hunter3secret")
    assert veil(other, lines, KEY) == other  # it is only compared, and never stored so
    both = secret_lines(other, KEY).lines | lines
    assert veil(other, both, KEY) != veil(CONF, both, KEY)
    assert secret_lines(CONF, b"another key").lines.keys().isdisjoint(lines)


def test_without_a_key_lines_are_taken_out_and_look_alike() -> None:
    two = CONF + b"  password = hunter3secret\n"
    lines, _ = secret_lines(two, None)
    assert set(lines.values()) == {"[redacted]"}
    assert veil(two, lines, None).count(b"  [redacted]\n") == 2


def test_what_stands_for_a_line_is_not_that_line() -> None:
    """Somebody commits what was shown to them: that is not the secret."""
    lines, _ = secret_lines(CONF, KEY)
    shown = veil(CONF, lines, KEY)
    committed = veil(shown, lines, KEY)
    assert committed != shown
    assert veil(veil(committed, {}, KEY), {}, KEY) not in (shown, committed)
    assert veil(shown, {}, KEY) == committed  # also where no line is veiled


def test_more_lines_are_veiled_later_and_the_others_stay() -> None:
    both = CONF + b"token: ghp_0123456789abcdefghijklmnopqrstuvwxyz\n"
    first, all_lines = secret_lines(CONF, KEY).lines, secret_lines(both, KEY).lines
    rest = {hashed: line for hashed, line in all_lines.items() if hashed not in first}
    assert veil(veil(both, first, KEY), rest, KEY, again=True) == veil(both, all_lines, KEY)


def test_a_line_ends_at_a_line_feed_alone() -> None:
    odd = b"password = hunter2secret\rrest\x0b\x0c\nlast"
    lines, _ = secret_lines(odd, KEY)
    assert b"hunter2secret" not in veil(odd, lines, KEY)
    assert veil(odd, lines, KEY).endswith(b"\nlast")


@given(
    st.lists(
        st.sampled_from([b"x", b"password = hunter2secret", b" password: s3cr3tpw", b"", b"\xff\0", b"[redacted]"]),
        max_size=12,
    )
)
def test_veiled_versions_are_equal_where_the_versions_are(lines: list[bytes]) -> None:
    content = b"\n".join(lines)
    found = secret_lines(content, KEY).lines
    hidden = veil(content, found, KEY)
    assert b"hunter2secret" not in hidden and b"s3cr3tpw" not in hidden
    was, now = content.split(b"\n"), hidden.split(b"\n")
    assert len(was) == len(now)
    for one, hidden_one in zip(was, now, strict=True):
        for other, hidden_other in zip(was, now, strict=True):
            assert (one == other) is (hidden_one == hidden_other)
