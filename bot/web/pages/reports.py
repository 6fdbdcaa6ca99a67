"""The close-out report as a page: for members, and for whoever has a link that was made for it."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Annotated

import structlog
from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import HTMLResponse
from sqlalchemy import Connection

from bot.forms.gather import report_of
from bot.ledger import load
from bot.rules.report import Report
from bot.warroom.handle import WarRooms
from bot.web import share
from bot.web.pages import reads
from bot.web.pages.render import NO_SUCH, SAFE, number_of, page, said
from bot.web.signin import Client, Viewer, own_form

_SAFE = SAFE | {
    # The report is one file that holds its style; nothing else may be loaded, run or sent.
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
    ),
    "Referrer-Policy": "no-referrer",  # the address is what opens it
}
_ENDED = "This link has ended, or was never one of ours. Whoever sent it can make another."

log = structlog.get_logger()


def router(
    rooms: WarRooms, now: Callable[[], int], client: Client | None, viewer: Callable[[Request], Awaitable[Viewer]]
) -> APIRouter:
    routes = APIRouter(include_in_schema=False)

    @routes.get("/incidents/{name}/report")
    async def report(name: str, looking: Annotated[Viewer, Depends(viewer)]) -> Response:
        def work(conn: Connection) -> Report | None:
            found = reads.incident_for(conn, looking, number_of(name))
            return None if found is None else report_of(conn, found, rooms.policy, now())

        found = await rooms.db.read(work)
        if found is None:
            return page("said.html", 404, viewer=looking, title="Not found", sentence=NO_SUCH)
        return await _html(found, "")

    @routes.post("/incidents/{name}/share")
    async def make_link(
        name: str,
        looking: Annotated[Viewer, Depends(viewer)],
        form: Annotated[str, Form()] = "",
        days: Annotated[int, Form(ge=1, le=share.LONGEST)] = 7,
    ) -> Response:
        assert client is not None
        own_form(looking, form)
        found = await rooms.db.read(lambda conn: reads.incident_for(conn, looking, number_of(name)))
        if found is None:
            return page("said.html", 404, viewer=looking, title="Not found", sentence=NO_SUCH)
        address, until = share.link(client.seal, client.url, found.id, days)
        log.info("report shared", incident=found.number, user=looking.person.slack_id, until=_utc(until))
        return page("shared.html", viewer=looking, incident=found, address=address, until=_utc(until))

    @routes.get("/r/{token}")
    async def shared(token: str) -> Response:
        opened = share.opened(client.seal, token) if client else None
        if opened is None:
            return said(404, "Nothing here", _ENDED)
        incident_id, until = opened
        found = await rooms.db.read(
            lambda conn: report_of(conn, load.incident_by_id(conn, incident_id), rooms.policy, now())
        )
        return await _html(found, f"You see this by a link that ends {_utc(until)}.")

    return routes


async def _html(report: Report, note: str) -> Response:
    """Rendered beside the event loop: a large one takes a while."""
    from bot.forms.page import to_html

    return HTMLResponse(await asyncio.to_thread(to_html, report, note), headers=_SAFE)


def _utc(seconds: int) -> str:
    return f"{datetime.fromtimestamp(seconds, UTC):%d %b %Y %H:%M} UTC"
