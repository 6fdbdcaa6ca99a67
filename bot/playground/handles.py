"""What Slack hands out with an interaction and takes back later: trigger ids and response URLs. On real time."""

import secrets
import time
from collections import OrderedDict
from dataclasses import dataclass, field

from bot.playground.errors import SlackError

TRIGGER_SECONDS = 3.0
RESPONSE_URL_SECONDS = 30 * 60.0
RESPONSE_URL_USES = 5


@dataclass(slots=True)
class _Trigger:
    user: str
    expires: float
    view: str | None
    used: bool = False


@dataclass(slots=True)
class ResponseUrl:
    channel: str
    user: str
    expires: float
    message_ts: str | None = None  # the message that was pressed, or that a command was answered with
    uses_left: int = RESPONSE_URL_USES


@dataclass(slots=True)
class Handles:
    _triggers: OrderedDict[str, _Trigger] = field(default_factory=OrderedDict)
    _urls: OrderedDict[str, ResponseUrl] = field(default_factory=OrderedDict)
    _codes: dict[str, tuple[str, str]] = field(default_factory=dict)

    def new_trigger(self, user: str, view: str | None = None) -> str:
        """A trigger id for what `user` just did, in the modal `view` if it was in one."""
        now = time.monotonic()
        _drop_expired(self._triggers, now - 60)
        trigger_id = f"{secrets.randbelow(10**13)}.{secrets.randbelow(10**12)}.{secrets.token_hex(16)}"
        self._triggers[trigger_id] = _Trigger(user, now + TRIGGER_SECONDS, view)
        return trigger_id

    def use_trigger(self, trigger_id: str) -> tuple[str, str | None]:
        """Exchange a trigger id, once, for its user and the modal it came from.

        Raises SlackError: `invalid_trigger_id`, `expired_trigger_id` (after 3 s), `exchanged_trigger_id`.
        """
        trigger = self._triggers.get(trigger_id)
        if trigger is None:
            raise SlackError("invalid_trigger_id")
        if trigger.expires < time.monotonic():
            raise SlackError("expired_trigger_id")
        if trigger.used:
            raise SlackError("exchanged_trigger_id")
        trigger.used = True
        return trigger.user, trigger.view

    def new_response_url(self, channel: str, user: str, message_ts: str | None = None) -> str:
        """The secret part of a response URL."""
        now = time.monotonic()
        _drop_expired(self._urls, now)
        key = f"{secrets.randbelow(10**13)}/{secrets.token_urlsafe(18)}"
        self._urls[key] = ResponseUrl(channel, user, now + RESPONSE_URL_SECONDS, message_ts)
        return key

    def answered(self, key: str, message_ts: str) -> None:
        """The command of this response URL was answered with a message, which `replace_original` then means."""
        if self._urls[key].message_ts is None:
            self._urls[key].message_ts = message_ts

    def use_response_url(self, key: str) -> ResponseUrl:
        """Count one use. Raises SlackError: `expired_url` (unknown, or after 30 minutes), `used_url` (after 5 uses)."""
        url = self._urls.get(key)
        if url is None or url.expires < time.monotonic():
            raise SlackError("expired_url")
        if url.uses_left == 0:
            raise SlackError("used_url")
        url.uses_left -= 1
        return url

    def new_code(self, user: str, redirect_uri: str) -> str:
        """An OAuth code for one exchange."""
        code = secrets.token_hex(16)
        self._codes[code] = (user, redirect_uri)
        return code

    def use_code(self, code: str, redirect_uri: str) -> str:
        """The user who consented. Raises SlackError: `invalid_code`, `bad_redirect_uri`."""
        user, expected = self._codes.pop(code, ("", ""))
        if not user:
            raise SlackError("invalid_code")
        if redirect_uri and redirect_uri != expected:
            raise SlackError("bad_redirect_uri")
        return user


def _drop_expired(kept: OrderedDict[str, _Trigger] | OrderedDict[str, ResponseUrl], before: float) -> None:
    """Both are kept in the order of expiry, so this stops at the first that is still good."""
    while kept:
        key = next(iter(kept))
        if kept[key].expires >= before:
            return
        del kept[key]
