"""The baseline: a Bolt app that acknowledges `/hotfix` and does nothing, as fast as Bolt allows.

`python -m tests.bench.noop http PORT` or `… socket`; Slack is at SLACK_API_URL.
"""

import os
import sys
from typing import Any

import uvicorn
import uvloop
from slack_bolt.adapter.asgi.async_handler import AsyncSlackRequestHandler
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.web.async_client import AsyncWebClient

from bot.playground.app import APP_TOKEN, BOT_TOKEN, SIGNING_SECRET


async def authorize(**context: Any) -> AuthorizeResult:
    return AuthorizeResult(
        enterprise_id=context.get("enterprise_id"), team_id=context.get("team_id"), bot_token=BOT_TOKEN
    )


app = AsyncApp(
    client=AsyncWebClient(BOT_TOKEN, base_url=os.environ["SLACK_API_URL"]),
    authorize=authorize,
    signing_secret=SIGNING_SECRET,
    process_before_response=True,
)


@app.command("/hotfix")
async def hotfix(ack: AsyncAck) -> None:
    await ack()


async def over_socket_mode() -> None:
    await AsyncSocketModeHandler(app, APP_TOKEN).start_async()


if __name__ == "__main__":
    if sys.argv[1] == "http":
        uvicorn.run(
            AsyncSlackRequestHandler(app),
            host="127.0.0.1",
            port=int(sys.argv[2]),
            loop="uvloop",
            log_level="warning",
            access_log=False,
        )
    else:
        uvloop.run(over_socket_mode())
