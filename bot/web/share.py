"""A link that shows the report of one incident to whoever has it, until it ends. Nothing of it is stored."""

import time
from urllib.parse import urljoin

from bot.web.seal import Seal

LONGEST = 90  # days
DAY = 86_400  # seconds


def link(seal: Seal, url: str, incident_id: int, days: int) -> tuple[str, int]:
    """The address, and when it ends, in seconds since the epoch: by the wall clock, which no demo moves."""
    until = int(time.time()) + days * DAY
    return urljoin(url, f"/r/{seal.close('report', {'incident': incident_id, 'until': until})}"), until


def opened(seal: Seal, token: str) -> tuple[int, int] | None:
    """The incident's id and when the link ends; None for one that ended, or that this key did not make."""
    said = seal.open("report", token)
    if said is None or said["until"] <= time.time():
        return None
    return said["incident"], said["until"]
