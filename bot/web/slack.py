"""Slack's requests over HTTP: signed, answered by Bolt."""

from fastapi import APIRouter, Request, Response
from slack_bolt.adapter.fastapi.async_handler import AsyncSlackRequestHandler
from slack_bolt.async_app import AsyncApp


def router(app: AsyncApp) -> APIRouter:
    """One address for commands, interactivity and events: `/slack/events`."""
    routes = APIRouter()
    handler = AsyncSlackRequestHandler(app)

    @routes.post("/slack/events")
    async def events(request: Request) -> Response:
        return await handler.handle(request)

    return routes
