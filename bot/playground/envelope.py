"""One thing that the app is sent, and how sending it fails."""

from dataclasses import dataclass
from typing import Literal

from bot.playground.world import Json

EnvelopeType = Literal["slash_commands", "interactive", "events_api"]


@dataclass(frozen=True, slots=True)
class Envelope:
    type: EnvelopeType
    payload: Json
    retry_attempt: int = 0
    retry_reason: str = ""


class DeliveryFailed(Exception):
    """The app did not take it. `reason` is the word that Slack shows the person, `retry_reason` goes with a retry."""

    def __init__(self, reason: str, retry_reason: str = "http_error", *, final: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.retry_reason = retry_reason
        self.final = final  # the app asked not to be sent it again
