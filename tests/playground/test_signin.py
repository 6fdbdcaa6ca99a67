"""Sign in with Slack in the playground: the code, what refuses it, and a token whose signature holds."""

import base64
import json
import time
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicNumbers
from cryptography.hazmat.primitives.hashes import SHA256
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.playground import Playground

BACK = "http://127.0.0.1:1/back"
ASKED = {
    "response_type": "code",
    "scope": "openid profile",
    "client_id": "playground",
    "redirect_uri": BACK,
    "state": "s1",
    "nonce": "n1",
}


async def code(pg: Playground, user: str = "U0000SAM01", **changed: str) -> str:
    async with httpx.AsyncClient(base_url=pg.url) as http:
        answer = await http.get("/openid/connect/authorize", params=ASKED | changed | {"user": user})
    back = urlsplit(answer.headers["location"])
    assert parse_qs(back.query)["state"] == ["s1"]
    return parse_qs(back.query)["code"][0]


async def exchange(pg: Playground, one: str, **changed: str) -> dict[str, Any]:
    given = {"client_id": "playground", "client_secret": "playground", "code": one, "redirect_uri": BACK} | changed
    answer = await AsyncWebClient(base_url=pg.api_url).openid_connect_token(**given)
    return dict(answer.data)  # type: ignore[arg-type]


def decoded(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


async def test_the_token_says_who_it_is_and_its_signature_holds() -> None:
    async with Playground() as pg, httpx.AsyncClient(base_url=pg.url) as http:
        token = (await exchange(pg, await code(pg)))["id_token"]
        head, body, signature = token.split(".")
        (key,) = (await http.get("/openid/connect/keys")).json()["keys"]
        e, n = (int.from_bytes(decoded(key[name])) for name in ("e", "n"))
        public = RSAPublicNumbers(e, n).public_key()
        public.verify(decoded(signature), f"{head}.{body}".encode(), PKCS1v15(), SHA256())
        with pytest.raises(InvalidSignature):
            public.verify(decoded(signature), f"{head}.x{body}".encode(), PKCS1v15(), SHA256())
        claims = json.loads(decoded(body))
        assert (claims["iss"], claims["aud"], claims["nonce"]) == (pg.url, "playground", "n1")
        assert claims["https://slack.com/user_id"] == claims["sub"] == "U0000SAM01"
        assert (claims["https://slack.com/team_id"], claims["name"]) == ("T0000ACME1", "Sam Okafor")
        assert claims["exp"] > time.time() and "email" not in claims


async def test_a_code_is_good_once_for_its_app_and_address() -> None:
    async with Playground() as pg:
        one = await code(pg)
        for changed, error in (
            ({"client_secret": "x"}, "bad_client_secret"),
            ({"client_id": "x"}, "invalid_client_id"),
            ({"grant_type": "password"}, "invalid_grant_type"),
        ):
            with pytest.raises(SlackApiError, match=error):
                await exchange(pg, one, **changed)
        with pytest.raises(SlackApiError, match="invalid_code"):
            await exchange(pg, "another")
        await exchange(pg, one)
        with pytest.raises(SlackApiError, match="invalid_code"):
            await exchange(pg, one)
        with pytest.raises(SlackApiError, match="bad_redirect_uri"):
            await exchange(pg, await code(pg), redirect_uri="http://127.0.0.1:1/other")


async def test_the_page_of_people_names_those_who_can_sign_in_and_escapes_what_was_asked() -> None:
    async with Playground() as pg, httpx.AsyncClient(base_url=pg.url) as http:
        page = await http.get("/openid/connect/authorize", params=ASKED | {"state": '"><script>'})
        assert "Maya Lindqvist" in page.text and "Slackbot" not in page.text and "<script>" not in page.text
        for changed in ({"client_id": "x"}, {"redirect_uri": "javascript:1"}, {"scope": "email"}, {"user": "U0"}):
            assert (await http.get("/openid/connect/authorize", params=ASKED | changed)).status_code == 400
