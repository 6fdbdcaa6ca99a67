"""Tokens: shown once, kept as a hash, in force for a while, for one workspace and one role."""

import asyncio
import re
from pathlib import Path
from typing import Any

import httpx
import pytest

from bot import ops
from bot.ledger import tokens
from bot.ledger.database import Database
from bot.ledger.tables import tokens as table
from bot.ledger.tables import workspaces
from bot.rules.clean import Clean
from bot.rules.decision import Refusal
from bot.rules.model import DAY, Role
from bot.settings import Settings, load_settings
from bot.warroom.scope import know_workspace
from tests.warroom.conftest import War
from tests.web.test_webhooks import looked

DEPLOY = {"repository": "shop", "environment": "production", "sha": "a" * 40, "state": "starting"}


@pytest.fixture
async def settings(database_url: str) -> Settings:
    db = Database(database_url)
    await db.write(lambda conn: know_workspace(conn, "T1", 1))
    await db.close()
    return load_settings(database_url=database_url)


async def test_a_token_is_shown_once(settings: Settings) -> None:
    assert await ops.list_tokens(settings) == ["There is no token yet."]
    secret = await ops.create_token(settings, "ci", Role.DEPLOY, 90)
    assert re.fullmatch(r"hotwash_[\w-]{43}", secret)
    (line,) = await ops.list_tokens(settings)
    assert re.fullmatch(r"ci: deploy, made 20\S+, in force until 20\S+, never used", line)
    db = Database(settings.database_url)
    (row,) = await db.read(lambda conn: conn.execute(table.select()).all())
    assert not [value for value in row if secret[8:] in str(value)]
    assert await db.read(lambda conn: tokens.find(conn, secret)) is not None
    assert await db.read(lambda conn: tokens.find(conn, secret[:-1])) is None
    await db.close()


async def test_a_name_is_free_again_once_its_token_is_revoked(settings: Settings) -> None:
    first = await ops.create_token(settings, "ci", Role.DEPLOY, 90)
    with pytest.raises(Refusal, match="There is a token ci already"):
        await ops.create_token(settings, "ci", Role.DEPLOY, 90)
    await ops.revoke_token(settings, "ci")
    assert await ops.create_token(settings, "ci", Role.DEPLOY, 1) != first
    revoked, other = await ops.list_tokens(settings)
    assert "revoked 20" in revoked and "in force" in other
    with pytest.raises(Refusal, match="No token in force is called deploy"):
        await ops.revoke_token(settings, "deploy")


@pytest.mark.sqlite_only
async def test_a_secret_is_no_name(settings: Settings) -> None:
    for name in ("ghp_" + "a1B2" * 9, " "):
        with pytest.raises(Refusal, match="put no secret in it"):
            await ops.create_token(settings, name, Role.DEPLOY, 90)


@pytest.mark.sqlite_only
async def test_the_command(settings: Settings, tmp_path: Path) -> None:
    import os
    import sys

    async def hotwash(*args: str) -> tuple[int | None, str]:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot", *args, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
            env=os.environ | {"DATABASE_URL": settings.database_url},
        )  # fmt: skip
        said, _ = await process.communicate()
        return process.returncode, said.decode().strip()

    code, secret = await hotwash("token", "create", "--name", "ci", "--role", "deploy", "--days", "90")
    assert (code, secret[:8]) == (0, "hotwash_")
    assert (await hotwash("token", "list"))[1].startswith("ci: deploy, made ")
    assert await hotwash("token", "revoke", "ci") == (0, "The token ci is revoked.")
    assert (await hotwash("token", "revoke", "ci"))[0] == 2
    assert (await hotwash("token", "create", "--name", "x", "--role", "admin"))[0] == 2


async def test_who_may_tell_of_a_deployment(war: War, http: httpx.AsyncClient) -> None:
    await looked(war)
    now = war.clock.now()

    def make(conn: Any, name: str, at: int) -> str:
        workspace = conn.execute(workspaces.select()).one().id
        return tokens.create(conn, workspace, Clean(name), Role.DEPLOY, 1, at)

    good = await war.db.write(lambda conn: make(conn, "good", now))
    old = await war.db.write(lambda conn: make(conn, "old", now - DAY))
    revoked = await war.db.write(lambda conn: make(conn, "revoked", now))
    workspace = await war.db.read(lambda conn: conn.execute(workspaces.select()).one().id)
    await war.db.write(lambda conn: tokens.revoke(conn, workspace, "revoked", now))

    async def told(authorization: str | None, **changed: object) -> tuple[int, str]:
        headers = {} if authorization is None else {"Authorization": authorization}
        answer = await http.post("/api/v1/deployments", json=DEPLOY | changed, headers=headers)
        assert answer.status_code != 401 or answer.headers["www-authenticate"] == "Bearer"
        body = answer.json()
        return answer.status_code, body.get("detail") or body["said"]

    asked = "Send a token: `Authorization: Bearer …`."
    assert await told(None) == (401, asked)
    assert await told(f"Basic {good}") == (401, asked)
    assert await told("Bearer hotwash_") == (401, "There is no such token.")
    assert await told(f"Bearer {old}") == (401, "The token old has expired: make a new one.")
    assert await told(f"Bearer {revoked}") == (401, "The token revoked was revoked.")
    assert await told(f"Bearer {good}", repository="other") == (404, "The policy has no repository 'other'.")
    for changed in ({"sha": "1f3c"}, {"state": "done"}, {"environment": ""}, {"id": "x" * 201}, {"more": 1}):
        status, sentence = await told(f"Bearer {good}", **changed)
        assert status == 422 and next(iter(changed)) in sentence, sentence
    assert (await told(f"Bearer {good}", environment="staging"))[0] == 200
    used = await war.db.read(lambda conn: tokens.find(conn, good))
    assert used is not None and used.used_at is not None
    war.move(days=2)
    assert (await told(f"Bearer {good}"))[0] == 401
