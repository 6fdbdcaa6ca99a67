"""The Bolt app: inbound only. What Slack shows goes out through the outbox."""

import logging
import re
from typing import Any

from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack import (
    buttons,
    commands,
    files,
    home,
    joins,
    mentions,
    messages,
    modals,
    offers,
    opening,
    reactions,
    shortcuts,
)
from bot.slack.inbound import Inbound


def build_app(inbound: Inbound, client: AsyncWebClient, signing_secret: str | None) -> AsyncApp:
    """The app with all its listeners. The durable write belongs in the listener before the answer goes out, so
    `process_before_response`; it also spares the 10 ms that Bolt polls for an ack otherwise."""
    token = client.token

    async def authorize(**context: Any) -> AuthorizeResult:
        # Bolt's own would call auth.test first: then no command could be logged while Slack is away.
        return AuthorizeResult(
            enterprise_id=context.get("enterprise_id"), team_id=context.get("team_id"), bot_token=token
        )

    # Bolt warns, at each start, that a token is of no use beside `authorize`: that is why it is given here.
    logging.getLogger("slack_bolt.AsyncApp").addFilter(lambda record: "ignored" not in record.getMessage())
    app = AsyncApp(
        client=client,
        authorize=authorize,
        signing_secret=signing_secret or "unused: Socket Mode is authenticated by its token",
        request_verification_enabled=signing_secret is not None,
        process_before_response=True,
    )
    commands.register(app, inbound)  # Bolt takes the first listener that fits
    home.register(app, inbound)
    offers.register(app, inbound)
    buttons.register(app, inbound)
    shortcuts.register(app, inbound)
    opening.register(app, inbound)
    modals.register(app, inbound)
    files.register(app, inbound)
    mentions.register(app, inbound)
    reactions.register(app, inbound)
    joins.register(app, inbound)
    messages.register(app, inbound)

    @app.event(re.compile(".+"))
    async def unused(body: dict[str, Any]) -> None:
        """An event that the app is subscribed to and has no use for is answered, or Slack would send it again."""

    return app
