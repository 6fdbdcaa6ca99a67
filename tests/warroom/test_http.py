"""Slack over signed HTTP instead of Socket Mode, with the process as its users start it."""

from pathlib import Path

import httpx

from bot.playground import Playground
from tests.warroom.serving import serving


async def test_the_same_over_http(database_url: str, tmp_path: Path) -> None:
    async with (
        Playground(rate_limits=False) as pg,
        serving(pg, database_url, tmp_path / "serve", "", signing_secret="playground") as serve,
    ):
        await serve.ready()
        await pg.client.post("app", request_url=f"{serve.url}/slack/events")
        maya = pg.person("maya")
        answer = await maya.command("#general", "/incident open sev2 checkout answers 502")
        assert "INC-1 (sev2) is recorded" in answer.text
        room = "#inc-1-checkout-answers-502"
        card = await maya.wait_for("#incidents", "INC-1", within=15) and await maya.wait_for(room, "Manual changes")
        await maya.press(card, "Log a change…")
        await maya.wait_for_modal("What did you change")
        assert await maya.submit(text="vim /etc/motd") == {}
        await maya.wait_for(room, r"(?m)^\S+ #1\b")

        async with httpx.AsyncClient(timeout=30) as stranger:
            forged = await stranger.post(
                f"{serve.url}/slack/events",
                data={"command": "/hotfix", "text": "x", "team_id": "T1", "user_id": "U1", "trigger_id": "1"},
                headers={"X-Slack-Request-Timestamp": "1", "X-Slack-Signature": "v0=00"},
            )
            assert forged.status_code == 401
            health = await stranger.get(f"{serve.url}/healthz")
            assert health.json() == {"status": "ok"}
        assert "Traceback" not in serve.log
