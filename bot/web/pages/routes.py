"""The pages: incidents, one incident, the drift board, and trends."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Query, Request, Response
from fastapi.responses import FileResponse

from bot.git.urls import commit_url
from bot.rules.checklist import Item, named
from bot.rules.model import IncidentState
from bot.rules.proofs import finding
from bot.rules.telling import tell
from bot.warroom.handle import WarRooms
from bot.web.live import stream
from bot.web.pages import reads, trends
from bot.web.pages.reads import Sought
from bot.web.pages.render import NO_SUCH, SAFE, number_of, page, said
from bot.web.signin import Viewer

_STATIC = {path.name: path for path in (Path(__file__).parent / "static").iterdir()}


def router(rooms: WarRooms, now: Callable[[], int], viewer: Callable[[Request], Awaitable[Viewer]]) -> APIRouter:
    """`now` is business time, in microseconds; `viewer` the dependency that says who looks."""
    routes = APIRouter(include_in_schema=False)

    @routes.get("/static/{name}")
    async def static(name: str) -> Response:
        if name not in _STATIC:
            return said(404, "Not found", "There is no such file.")
        return FileResponse(_STATIC[name], headers=SAFE | {"Cache-Control": "no-cache"})

    @routes.get("/")
    async def incidents(
        looking: Annotated[Viewer, Depends(viewer)],
        q: Annotated[str, Query(max_length=200)] = "",
        state: str = "",
        severity: str = "",
        page_number: Annotated[int, Query(alias="page")] = 1,
    ) -> Response:
        sought = Sought(q.strip(), state, severity, page_number)
        found = await rooms.db.read(lambda conn: reads.find(conn, looking, sought))
        return page(
            "incidents.html",
            viewer=looking,
            sought=sought,
            found=found,
            now=now(),
            states=[one.value for one in IncidentState],
            severities=rooms.policy.severity_names(),
        )

    @routes.get("/incidents/{name}")
    async def incident(name: str, looking: Annotated[Viewer, Depends(viewer)]) -> Response:
        found = await rooms.db.read(lambda conn: reads.shown(conn, looking, number_of(name), now()))
        if found is None:
            return page("said.html", 404, viewer=looking, title="Not found", sentence=NO_SUCH)
        return page(
            "incident.html",
            viewer=looking,
            shown=found,
            room=found.room,
            incident=found.room.incident,
            now=now(),
            standing=_standing,
            finding=lambda item: finding(item.basis.proofs) if item.basis.proofs else "",
            tell=lambda line: tell(line, found.room.people),
            commit_page=commit_page,
        )

    @routes.get("/incidents/{name}/live")
    async def live(name: str, request: Request, looking: Annotated[Viewer, Depends(viewer)]) -> Response:
        number = number_of(name)

        async def mark() -> int | None:
            """Asks anew who looks: who left the channel, or was signed out, is told nothing more."""
            try:
                still = await viewer(request)
            except HTTPException:
                return None
            found = await rooms.db.read(lambda conn: reads.incident_for(conn, still, number))
            return None if found is None else found.last_seq

        return stream(mark)

    @routes.get("/drift")
    async def drift(looking: Annotated[Viewer, Depends(viewer)], owner: str = "") -> Response:
        board = await rooms.db.read(lambda conn: reads.board(conn, looking, now()))
        return page("drift.html", viewer=looking, board=board, owner=owner, now=now())

    @routes.get("/trends")
    async def over_time(
        looking: Annotated[Viewer, Depends(viewer)], weeks: Annotated[int, Query(ge=1, le=104)] = 12
    ) -> Response:
        found = await rooms.db.read(lambda conn: trends.trends(conn, rooms, looking, now(), weeks))
        return page("trends.html", viewer=looking, trends=found, weeks=weeks, tallest=trends.TALLEST)

    def commit_page(repo: str | None, sha: str) -> str | None:
        """The address of a commit on its host, where that has one."""
        watched = rooms.policy.repository(repo) if repo else None
        return commit_url(watched.url, sha) if watched else None

    return routes


def _standing(item: Item) -> str:
    return named(item.action, item.basis.how)
