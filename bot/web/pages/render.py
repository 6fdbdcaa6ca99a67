"""A template and its facts become a page, with the headers that keep it ours."""

import re
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import groupby
from typing import Any

from fastapi.responses import HTMLResponse

from bot.rules.model import Line
from bot.rules.summary import plain_duration, utc
from bot.rules.worktime import local_time

NOT_HERE = "These pages are for the full members of the workspace. Guests see nothing here."
NO_SUCH = "There is no such incident, or it is private and you are not in its channel."
SAFE = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self'; "
        "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    ),
    "Referrer-Policy": "same-origin",  # not to commits' hosts; a form of ours may see its own
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
}


def page(template: str, status: int = 200, **facts: Any) -> HTMLResponse:
    """A page for one person: kept by no cache. Every value is escaped."""
    return HTMLResponse(_templates().get_template(template).render(facts), status, SAFE)


def said(status: int, title: str, sentence: str) -> HTMLResponse:
    """A page that says one thing, to whoever asks."""
    return page("said.html", status, title=title, sentence=sentence, viewer=None)


def number_of(name: str) -> int:
    """Of an incident by its name in an address; -1, which none has, for what is no name of one."""
    found = re.fullmatch(r"INC-(\d{1,9})", name, re.IGNORECASE | re.ASCII)
    return int(found[1]) if found else -1


def _days(lines: Iterable[Line], tz: str) -> Iterator[tuple[str, Iterator[Line]]]:
    """Day by day, as that person's calendar has it."""
    return groupby(lines, key=lambda line: f"{local_time(line.at, tz):%A %d %B %Y}")


@cache
def _templates() -> Any:
    # Loaded with the first page: it costs a tenth of the start, and many installs serve none.
    from jinja2 import Environment, PackageLoader, StrictUndefined

    templates = Environment(
        loader=PackageLoader("bot.web.pages"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    templates.filters |= {
        "duration": plain_duration,
        "machine": lambda us: f"{utc(us):%Y-%m-%dT%H:%M:%SZ}",
        "minute": lambda us, tz: f"{local_time(us, tz):%a %d %b %Y %H:%M}",
        "days": _days,
        "second": lambda us, tz: f"{local_time(us, tz):%H:%M:%S}",
    }
    return templates
