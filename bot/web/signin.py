"""Sign in with Slack (OpenID Connect), and who is signed in.

https://docs.slack.dev/authentication/sign-in-with-slack
"""

import base64
import binascii
import hmac
import secrets
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import quote, urlencode, urljoin

import orjson
import structlog
from fastapi import APIRouter, Depends, Form, HTTPException, Request, Response
from fastapi.responses import RedirectResponse
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_client import AsyncWebClient

from bot.ledger import load
from bot.ledger.database import Database
from bot.rules.model import Person, PersonKind
from bot.web.pages.render import NOT_HERE, said
from bot.web.seal import Seal

SESSION = 12 * 3600  # seconds: a long day
UNDER_WAY = 600  # seconds that signing in may take
SLACK_TIMEOUT = 10  # seconds

log = structlog.get_logger()

Meet = Callable[[str, str], Awaitable[Person]]
"""(team id, Slack id) → the person, as Slack tells of them now."""


@dataclass(frozen=True, slots=True)
class Client:
    """What signing in takes: the app's client id and secret, the key, where Slack's API is, where people reach us."""

    id: str
    secret: str
    seal: Seal
    api_url: str
    url: str

    @property
    def redirect_uri(self) -> str:
        return urljoin(self.url, "/signin/callback")

    @property
    def secure(self) -> bool:
        return self.url.startswith("https://")

    @property
    def cookie(self) -> str:
        """The session's. With this prefix no other host of the domain can set it."""
        return "__Host-hotwash" if self.secure else "hotwash"


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who is signed in. `form` goes with every form, and shows that it was ours."""

    workspace: int
    person: Person
    form: str


class NotSignedIn(Exception):
    """What Slack sent back does not show who somebody is; the text says so to them."""


class Barred(HTTPException):
    """Not for whoever asks; shown to people as a page."""


async def tell_barred(request: Request, error: Exception) -> Response:
    assert isinstance(error, Barred)
    return said(error.status_code, "Not shown", error.detail)


def viewer_of(db: Database, client: Client | None, missing: str) -> Callable[[Request], Awaitable[Viewer]]:
    """A dependency: who looks at a page. Leads to Slack who is not signed in. Guests and strangers see nothing."""

    async def viewer(request: Request) -> Viewer:
        if client is None:
            raise Barred(503, missing)
        cookie = request.cookies.get(client.cookie, "")
        session = client.seal.open("session", cookie, SESSION)
        if session is None:
            where = request.url.path + (f"?{request.url.query}" if request.url.query else "")
            back = f"?next={quote(where)}" if request.method == "GET" else ""
            raise HTTPException(303, "Sign in first.", {"Location": f"/signin{back}"})
        workspace, slack_id = session["workspace"], session["slack_id"]
        person = await db.read(lambda conn: load.person_by_slack(conn, workspace, slack_id))
        if person is None or person.kind is not PersonKind.MEMBER:
            raise Barred(403, NOT_HERE)
        return Viewer(workspace, person, client.seal.stamp("form", cookie))

    return viewer


def own_form(viewer: Viewer, token: str) -> None:
    """Raises Barred for a form that another site made a browser send."""
    if not hmac.compare_digest(viewer.form, token):
        raise Barred(403, "This form was not made here, or you signed in anew since. Nothing was done: reload.")


def router(
    db: Database, client: Client | None, missing: str, meet: Meet, viewer: Callable[[Request], Awaitable[Viewer]]
) -> APIRouter:
    """`missing` says what to set where there is no `client`."""
    routes = APIRouter(include_in_schema=False)

    @routes.get("/signin")
    async def leave(next: str = "/") -> Response:
        """To Slack, which asks the person and sends them back."""
        if client is None:
            return said(503, "Not set up", missing)
        under_way = {"state": secrets.token_urlsafe(24), "nonce": secrets.token_urlsafe(24), "next": _local(next)}
        asked = {
            "response_type": "code",
            "scope": "openid profile",
            "client_id": client.id,
            "redirect_uri": client.redirect_uri,
            "state": under_way["state"],
            "nonce": under_way["nonce"],
        }
        response = RedirectResponse(f"{urljoin(client.api_url, '/openid/connect/authorize')}?{urlencode(asked)}", 303)
        response.set_cookie(
            "hotwash_signin",
            client.seal.close("signin", under_way),
            max_age=UNDER_WAY,
            path="/signin",
            httponly=True,
            secure=client.secure,
            samesite="lax",
        )
        return response

    @routes.get("/signin/callback")
    async def come_back(request: Request, code: str = "", state: str = "", error: str = "") -> Response:
        if client is None:
            return said(503, "Not set up", missing)
        under_way = client.seal.open("signin", request.cookies.get("hotwash_signin", ""), UNDER_WAY)
        if under_way is None or not hmac.compare_digest(str(under_way["state"]), state):
            return said(400, "Not signed in", "This is not the sign-in that this browser began, or it took too long.")
        if error:
            return said(403, "Not signed in", "Slack says that you declined.")
        try:
            team, slack_id = _subject(await _token(client, code), client, str(under_way["nonce"]))
            workspace = await db.read(lambda conn: load.workspace_id(conn, team))
            if workspace is None:
                return said(403, "Not signed in", "Hotwash is not installed in that workspace.")
            person = await meet(team, slack_id)
        except SlackApiError as refused:
            log.warning("not signed in", error=str(refused.response.get("error")))
            return said(403, "Not signed in", "Slack did not confirm who you are. Sign in again.")
        except NotSignedIn as wrong:
            log.warning("not signed in", error=str(wrong))
            return said(403, "Not signed in", str(wrong))
        except (SlackClientError, OSError, TimeoutError) as away:
            log.warning("slack not reached", error=repr(away))
            return said(503, "Not signed in", "Slack could not be reached. Try again in a moment.")
        if person.kind is not PersonKind.MEMBER:
            return said(403, "Not shown", NOT_HERE)
        response = RedirectResponse(str(under_way["next"]), 303)
        response.set_cookie(
            client.cookie,
            client.seal.close("session", {"workspace": workspace, "slack_id": slack_id}),
            max_age=SESSION,
            httponly=True,
            secure=client.secure,
            samesite="lax",
        )
        response.delete_cookie("hotwash_signin", path="/signin")
        return response

    @routes.post("/signout")
    async def sign_out(looking: Annotated[Viewer, Depends(viewer)], form: Annotated[str, Form()] = "") -> Response:
        assert client is not None
        own_form(looking, form)
        response = said(200, "Signed out", "You are signed out of Hotwash, not of Slack.")
        response.delete_cookie(client.cookie, secure=client.secure, httponly=True, samesite="lax")
        return response

    return routes


def _local(path: str) -> str:
    """Where to go afterwards: a page of ours, whatever a link says. Browsers read `\\` as `/`."""
    return path if path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable() else "/"


async def _token(client: Client, code: str) -> str:
    """The id token that Slack gives for a code."""
    slack = AsyncWebClient(base_url=client.api_url, timeout=SLACK_TIMEOUT, retry_handlers=[])
    answer = await slack.openid_connect_token(
        client_id=client.id, client_secret=client.secret, code=code, redirect_uri=client.redirect_uri
    )
    return str(answer["id_token"])


def _subject(id_token: str, client: Client, nonce: str) -> tuple[str, str]:
    """The team's and the person's Slack id.

    The token came straight from Slack over TLS, which stands for its signature (OpenID Connect Core 1.0, 3.1.3.7, 6);
    what it says is checked. Raises NotSignedIn.
    """
    try:
        body = id_token.split(".")[1]
        claims: dict[str, Any] = orjson.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
        right = (
            claims["iss"] == urljoin(client.api_url, "/").rstrip("/")
            and claims["aud"] == client.id
            and hmac.compare_digest(str(claims["nonce"]), nonce)
            and claims["exp"] > time.time()
        )
        team, slack_id = str(claims["https://slack.com/team_id"]), str(claims["https://slack.com/user_id"])
    except (IndexError, KeyError, TypeError, binascii.Error, orjson.JSONDecodeError) as error:
        raise NotSignedIn("What Slack answered could not be read. Sign in again.") from error
    if not right:
        raise NotSignedIn("What Slack answered is for another sign-in, or too old. Sign in again.")
    return team, slack_id
