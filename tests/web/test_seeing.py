"""What those who run the bot see of it: `/metrics`, `/readyz`, the log."""

import asyncio
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest
from prometheus_client.parser import text_string_to_metric_families

from bot.playground import Playground
from bot.playground.client import Person
from tests.warroom.repo import Upstream
from tests.warroom.serving import Serving, serving

Samples = dict[tuple[str, tuple[tuple[str, str], ...]], float]


async def scraped(serve: Serving) -> Samples:
    async with httpx.AsyncClient(timeout=30) as client:
        answer = await client.get(f"{serve.url}/metrics")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain; version=")
    families = text_string_to_metric_families(answer.text)
    return {(one.name, tuple(sorted(one.labels.items()))): one.value for family in families for one in family.samples}


def value(samples: Samples, name: str, **labels: str) -> float:
    return samples[name, tuple(sorted(labels.items()))]


async def shown(maya: Person, serve: Serving) -> None:
    async with asyncio.timeout(40), httpx.AsyncClient(timeout=30) as client:
        while " 0 effects wait" not in f" {(await client.get(f'{serve.url}/readyz')).json()['outbox']}":
            await asyncio.sleep(0.2)


@pytest.mark.timeout(120)
async def test_what_was_done_is_counted_and_told(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOTWASH_ALLOW_FILE_REMOTES", "true")
    upstream = Upstream(tmp_path)
    async with (
        Playground(rate_limits=False) as pg,
        serving(pg, database_url, tmp_path / "serve", upstream.policy) as serve,
    ):
        await serve.ready()
        maya = pg.person("maya")
        await pg.client.fault("chat.postMessage", "rate_limited", seconds=1)
        await maya.command("#general", "/incident open sev2 checkout answers 502")
        await maya.command("#general", "/hotfix INC-1 vim /etc/motd, password=hunter2secret")
        await maya.command("#general", "/hotfix INC-1 #9 undone")
        await shown(maya, serve)
        samples = await scraped(serve)
        async with httpx.AsyncClient(timeout=30) as client:
            ready = (await client.get(f"{serve.url}/readyz")).json()
        log: list[dict[str, Any]] = [orjson.loads(line) for line in serve.log.splitlines()]
    assert value(samples, "hotwash_commands_total", verb="Open", outcome="done") == 1
    assert value(samples, "hotwash_commands_total", verb="Log", outcome="done") == 1
    assert value(samples, "hotwash_commands_total", verb="Undone", outcome="refused") == 1
    assert value(samples, "hotwash_command_seconds_count") == 3
    assert value(samples, "hotwash_slack_calls_total", method="chat_postMessage", outcome="429") == 1
    assert value(samples, "hotwash_effects_total", kind="action", outcome="done") >= 1
    assert value(samples, "hotwash_effect_seconds_count") > 5
    assert value(samples, "hotwash_outbox_waiting") == value(samples, "hotwash_outbox_parked") == 0
    assert value(samples, "hotwash_actions", state="drifting") == 1
    assert value(samples, "hotwash_incidents", state="open") == 1
    assert value(samples, "hotwash_repository_failures", repository="shop") == 0
    assert ready["status"] == "ready" and ready["repositories"] == "1 are read"
    commands = [line for line in log if line["event"] == "command"]
    assert [(line["verb"], line["outcome"], line["incident"]) for line in commands] == [
        ("Open", "done", None),
        ("Log", "done", 1),
        ("Undone", "refused", 1),
    ]
    later = [line for line in log if line["event"] == "delivery: later" and line["error"] == "ratelimited"]
    assert later and {line["incident"] for line in later} == {1} and all(line["effect"] for line in later)
    assert "hunter2secret" not in serve.log
