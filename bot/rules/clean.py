"""Text that may be stored: secrets are taken out before anything else sees it.

`Clean` is the only kind of free text the ledger accepts, and `redact` the only door to it, so a new
surface cannot forget redaction: the database layer refuses a plain `str`.
"""

import re
from typing import Self

_WORD = re.compile(r"[\w.:/#@+\-=]{0,300}\Z", re.ASCII)


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
