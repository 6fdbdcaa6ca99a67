"""Text that may be stored: secrets are taken out before anything else sees it.

`Clean` is the only kind of free text the ledger accepts, and `redact` the only door to it, so a new
surface cannot forget redaction: the database layer refuses a plain `str`.
"""

import hmac
import re
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from itertools import accumulate
from typing import NamedTuple, Self

from bot.rules.secrets import Span, secret_spans

_WORD = re.compile(r"[\w.:/#@+\-=]{0,300}\Z", re.ASCII)
_PLACEHOLDER = re.compile(r"\[redacted(?::(?:[0-9a-f]{8}){1,2})?\]")
_LONGEST = len("[redacted:1a2b3c4d5e6f7a8b]")
_STANDING = re.compile(rb"\[+redacted(?::[0-9a-f]{16})?\]+")
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")


class Clean(str):
    """Text that went through `redact`, or a machine-made word that cannot hold a secret."""

    __slots__ = ()

    @classmethod
    def word(cls, value: str) -> Self:
        """An identifier that the program itself made or validated: a hash, a state, a Slack id.

        Raises ValueError for anything with spaces or over 300 characters: that is text, and goes through `redact`.
        """
        if not _WORD.match(value):
            raise ValueError(f"not a machine-made word: {value[:40]!r}")
        return cls(value)


class Redacted(NamedTuple):
    """Text that may be stored, and what was taken out of it, each kind once, for people: "an AWS key"."""

    text: Clean
    found: tuple[str, ...]


def redact(text: str, key: bytes | None = None) -> Redacted:
    """Replace every secret by `[redacted:1a2b3c4d]`: the first 8 hex digits of its HMAC-SHA256 under `key`.

    So equal secrets stay recognisable as equal, to whoever has the text, and as what they are to nobody. Without a
    key: `[redacted]`. Redacting twice changes nothing. NUL and lone surrogates, which no database takes, become U+FFFD.
    """
    text = _UNSTORABLE.sub("\ufffd", text)
    found: list[str] = []
    # What was taken out may have hidden the edge of another secret: until nothing is found. Each round leaves less.
    while spans := _outside_placeholders(text, secret_spans(text)):
        parts, at = [], 0
        for span in spans:
            parts += [text[at : span.start], _placeholder(key, text[span.start : span.end])]
            at = span.end
            found.append(span.what)
        text = "".join(parts) + text[at:]
    return Redacted(Clean(text), tuple(dict.fromkeys(found)))


def _placeholder(key: bytes | None, secret: str) -> str:
    return f"[redacted:{hmac.digest(key, secret.encode(), 'sha256').hex()[:8]}]" if key else "[redacted]"


def _outside_placeholders(text: str, spans: Iterable[Span]) -> list[Span]:
    """The spans in order, overlapping ones merged, without the parts that are redacted already."""
    merged: list[Span] = []
    for span in sorted(spans, key=lambda span: span.start):
        if merged and span.start < merged[-1].end:
            merged[-1] = merged[-1]._replace(end=max(merged[-1].end, span.end))
        else:
            merged.append(span)
    outside: list[Span] = []
    for span in merged:
        at = span.start
        for done in _PLACEHOLDER.finditer(text, max(0, at - _LONGEST), span.end + _LONGEST):
            if at < min(done.start(), span.end):
                outside.append(span._replace(start=at, end=min(done.start(), span.end)))
            at = max(at, done.end())
        if at < span.end:
            outside.append(span._replace(start=at))
    return outside


class SecretLines(NamedTuple):
    """Lines of a file that hold secrets: keyed hash → the line that stands for it; and what they hold, each kind once,
    for people. Without a key nothing may be kept of the hashes, and all lines that stand for one are the same."""

    lines: dict[str, str]
    found: tuple[str, ...]


def secret_lines(content: bytes, key: bytes | None) -> SecretLines:
    """The lines of a text, white space around them left out, in which `redact` would find something: also each line of
    a secret that spans several."""
    lines = content.decode("utf-8", "surrogateescape").split("\n")
    standing: dict[str, str] = {}
    found: list[str] = []
    hidden: set[int] = set()
    while True:  # what was taken out may have hidden the edge of another secret
        text = "\n".join(lines)
        starts = list(accumulate((len(line) + 1 for line in lines), initial=0))
        fresh: set[int] = set()
        for span in _outside_placeholders(text, secret_spans(text)):
            first, last = bisect_right(starts, span.start) - 1, bisect_right(starts, span.end - 1) - 1
            here = {at for at in range(first, last + 1) if lines[at].strip()} - hidden
            if here:
                found.append(span.what)
                fresh |= here
        if not fresh:
            return SecretLines(standing, tuple(dict.fromkeys(found)))
        for at in fresh:
            hashed = _line_hash(lines[at].encode("utf-8", "surrogateescape").strip(), key)
            standing[hashed] = lines[at] = f"[redacted:{hashed[:16]}]" if key else "[redacted]"
        hidden |= fresh


def veil(content: bytes, lines: Mapping[str, str], key: bytes | None, *, again: bool = False) -> bytes:
    """`content` with each line whose keyed hash is in `lines` replaced by the line that stands for it; the white space
    around it stays. So versions of a file stay comparable line by line, once each was veiled with the same `lines`.

    A line that only looks as if it stood for another is made to look otherwise: whoever commits what Hotwash showed
    has not committed the secret. So a version is veiled once; `again` with more lines leaves those alone.
    """
    if not lines and b"redacted" not in content:
        return content
    return b"\n".join(_veiled(line, lines, key, again) for line in content.split(b"\n"))


def _veiled(line: bytes, lines: Mapping[str, str], key: bytes | None, again: bool) -> bytes:
    body = line.strip()
    if _STANDING.fullmatch(body):
        return line if again else line.replace(body, b"[" + body + b"]")
    standing = lines.get(_line_hash(body, key)) if lines and body else None
    return line.replace(body, standing.encode()) if standing else line


def _line_hash(body: bytes, key: bytes | None) -> str:
    """Without a key the line could be guessed from it, so it only tells lines apart while they are read."""
    return hmac.digest(key or b"", body, "sha256").hex()
