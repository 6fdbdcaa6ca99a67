"""Sign in with Slack, as OpenID Connect has it: the page that asks who you are, and the token that says it.

https://docs.slack.dev/authentication/sign-in-with-slack
"""

import base64
import html
import json
import secrets
import time
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urlsplit

from bot.playground.errors import SlackError
from bot.playground.world import Json, User, World

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

ID_TOKEN_SECONDS = 300
CODE_SECONDS = 600
SCOPES = {"openid", "profile", "email"}


@dataclass(frozen=True, slots=True)
class Consent:
    user: str
    redirect_uri: str
    nonce: str
    scopes: tuple[str, ...]
    expires: float


@dataclass
class OpenId:
    """Who consented to what, on real time."""

    _codes: dict[str, Consent] = field(default_factory=dict)

    @cached_property
    def _key(self) -> "RSAPrivateKey":
        from cryptography.hazmat.primitives.asymmetric import rsa

        return rsa.generate_private_key(65537, 2048)

    def consent(self, user: str, asked: Json) -> str:
        """The code that goes back to the app."""
        code = secrets.token_hex(16)
        scopes = tuple(sorted(set(asked["scope"].split()) & SCOPES))
        expires = time.monotonic() + CODE_SECONDS
        self._codes[code] = Consent(user, asked["redirect_uri"], asked.get("nonce", ""), scopes, expires)
        return code

    def exchange(self, code: str, redirect_uri: str) -> Consent:
        """What was consented to, once. Raises SlackError: `invalid_code`, `bad_redirect_uri`."""
        consent = self._codes.pop(code, None)
        if consent is None or consent.expires < time.monotonic():
            raise SlackError("invalid_code")
        if redirect_uri != consent.redirect_uri:
            raise SlackError("bad_redirect_uri")
        return consent

    def id_token(self, world: World, client_id: str, consent: Consent) -> str:
        """A JSON Web Token, signed with RS256; `keys` has what checks it."""
        from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
        from cryptography.hazmat.primitives.hashes import SHA256

        now = int(time.time())
        head = {"typ": "JWT", "alg": "RS256", "kid": "playground"}
        claims: Json = {
            "iss": world.base_url,
            "aud": client_id,
            "iat": now,
            "exp": now + ID_TOKEN_SECONDS,
            "nonce": consent.nonce,
            **claims_of(world, consent),
        }
        signed = f"{_encoded(json.dumps(head).encode())}.{_encoded(json.dumps(claims).encode())}"
        return f"{signed}.{_encoded(self._key.sign(signed.encode(), PKCS1v15(), SHA256()))}"

    def keys(self) -> Json:
        numbers = self._key.public_key().public_numbers()
        modulus, exponent = (_encoded(n.to_bytes((n.bit_length() + 7) // 8)) for n in (numbers.n, numbers.e))
        return {
            "keys": [{"kty": "RSA", "use": "sig", "alg": "RS256", "kid": "playground", "n": modulus, "e": exponent}]
        }


def claims_of(world: World, consent: Consent) -> Json:
    """What an app is told of somebody."""
    user = world.users[consent.user]
    claims: Json = {
        "sub": user.id,
        "https://slack.com/user_id": user.id,
        "https://slack.com/team_id": world.team_id,
        "https://slack.com/team_name": world.team_name,
        "https://slack.com/team_domain": world.team_domain,
    }
    if "profile" in consent.scopes:
        first, _, last = user.real_name.partition(" ")
        claims |= {"name": user.real_name, "given_name": first, "family_name": last, "locale": "en-US"}
    if "email" in consent.scopes:
        claims |= {"email": user.email, "email_verified": True}
    return claims


def back_to_app(redirect_uri: str, **said: str) -> str:
    return f"{redirect_uri}{'&' if urlsplit(redirect_uri).query else '?'}{urlencode(said)}"


def choice(world: World, people: list[User], asked: Json) -> str:
    """A page on which whoever sits at the browser says who they are."""
    links = "".join(
        f'<li><a href="?{html.escape(urlencode({**asked, "user": user.id}))}">{html.escape(user.real_name)}</a></li>'
        for user in people
    )
    no = html.escape(back_to_app(asked["redirect_uri"], error="access_denied", state=asked.get("state", "")))
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>Sign in to {html.escape(world.team_name)}</title><main><h1>Sign in to {html.escape(world.team_name)}"
        f'</h1><p>Who are you?</p><ul>{links}</ul><p><a href="{no}">Cancel</a></p></main></html>'
    )


def _encoded(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()
