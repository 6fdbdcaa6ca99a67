"""Text that may be stored: secrets are taken out before anything else sees it.

`Clean` is the only kind of free text the ledger accepts, and `redact` the only door to it, so a new
surface cannot forget redaction: the database layer refuses a plain `str`.
"""

import functools
import hmac
import re
from collections.abc import Iterable
from typing import NamedTuple, Self

from bot.rules.secrets import Span, secret_spans

_WORD = re.compile(r"[\w.:/#@+\-=]{0,300}\Z", re.ASCII)
_PLACEHOLDER = re.compile(r"\[redacted(?::[0-9a-f]{8})?\]")
_LONGEST = len("[redacted:1a2b3c4d]")
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
    placeholder = functools.cache(functools.partial(_placeholder, key))
    # What was taken out may have hidden the edge of another secret: until nothing is found. Each round leaves less.
    while spans := _outside_placeholders(text, secret_spans(text)):
        parts, at = [], 0
        for span in spans:
            parts += [text[at : span.start], placeholder(text[span.start : span.end])]
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
