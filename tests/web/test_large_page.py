"""The page of a large incident: 200 actions and 5,000 entries in less than 200 ms of the server and 300 kB."""

import time
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI, Request

from bot.ledger import load
from bot.ledger.migrate import upgrade
from bot.ledger.tables import people
from bot.web.pages import routes
from bot.web.signin import Viewer
from tests.report import incidents


@pytest.mark.timeout(120)
async def test_the_page_of_a_large_incident_is_small_and_quick(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path / 'large.sqlite'}"
    upgrade(url)
    book = incidents.Book(url)
    await incidents.large(book)
    somebody = await book.rooms.db.read(lambda conn: conn.execute(people.select().limit(1)).one())
    person = await book.rooms.db.read(lambda conn: load.person(conn, somebody.id))

    async def viewer(request: Request) -> Viewer:
        return Viewer(somebody.workspace_id, person, "form")

    app = FastAPI()
    app.include_router(routes.router(book.rooms, lambda: book.now, viewer))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://hotwash") as http:
        took = []
        for _ in range(5):
            began = time.perf_counter()
            page = await http.get(f"/incidents/INC-{book.number}")
            took.append(time.perf_counter() - began)
    await book.rooms.db.close()
    assert page.text.count('<li id="a') == 200 and "4500 earlier entries are not on this page" in page.text
    assert len(page.content) < 300_000
    assert min(took) < 0.2, took
