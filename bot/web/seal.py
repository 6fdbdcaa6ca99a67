"""What a browser keeps for us, or a link carries: sealed with HOTWASH_KEY, so that nobody else can make or read one."""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from typing import Any

import orjson


class Seal:
    """Seals are told apart by purpose: one made for a link opens no session. Replicas that share a key share them."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def close(self, purpose: str, content: Mapping[str, Any]) -> str:
        return self._fernet(purpose).encrypt(orjson.dumps(content)).decode()  # type: ignore[no-any-return]

    def open(self, purpose: str, sealed: str, seconds: int | None = None) -> dict[str, Any] | None:
        """What was sealed; None for what we did not seal for this purpose with this key, or longer than `seconds`
        ago."""
        from cryptography.fernet import InvalidToken

        try:
            content = self._fernet(purpose).decrypt(sealed.encode(), ttl=seconds)
        except InvalidToken:
            return None
        opened: dict[str, Any] = orjson.loads(content)
        return opened

    def stamp(self, purpose: str, text: str) -> str:
        """What only we can have computed of `text`."""
        return hmac.new(self._derived(purpose), text.encode(), hashlib.sha256).hexdigest()

    def _derived(self, purpose: str) -> bytes:
        return hmac.digest(self._key, f"hotwash pages: {purpose}".encode(), "sha256")

    def _fernet(self, purpose: str) -> Any:
        from cryptography.fernet import Fernet  # loaded when the first page is asked for: many installs have none

        return Fernet(base64.urlsafe_b64encode(self._derived(purpose)))
