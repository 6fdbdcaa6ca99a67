"""Slack's requests over HTTP: signed, answered by Bolt."""

from fastapi import FastAPI
from slack_bolt.adapter.asgi.async_handler import AsyncSlackRequestHandler
from slack_bolt.async_app import AsyncApp


def mount(app: FastAPI, slack: AsyncApp) -> None:
    """One address for commands, interactivity and events: `/slack/events`. Bolt speaks ASGI by itself, so that nothing
    of FastAPI stands between."""
    app.mount("/slack", AsyncSlackRequestHandler(slack, path="/slack/events"))  # type: ignore[arg-type]  # a dict is a scope
