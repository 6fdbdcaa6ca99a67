"""Who may use the REST surface: whoever holds a token of the role that a route asks for."""

from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import Depends, HTTPException
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from bot.ledger import tokens
from bot.ledger.tokens import Token
from bot.rules.model import Role
from bot.warroom.handle import WarRooms

_BEARER = HTTPBearer(auto_error=False, description="A token made with `hotwash token create`.")
_CHALLENGE = {"WWW-Authenticate": "Bearer"}


def bearer(rooms: WarRooms, role: Role, now: Callable[[], int]) -> Callable[..., Awaitable[Token]]:
    """A dependency: the token of a request, if it may do what `role` may. `now` is in microseconds."""

    async def token_of(given: Annotated[HTTPAuthorizationCredentials | None, Depends(_BEARER)]) -> Token:
        if given is None:
            raise HTTPException(401, "Send a token: `Authorization: Bearer …`.", _CHALLENGE)
        token = await rooms.db.read(lambda conn: tokens.find(conn, given.credentials))
        if token is None:
            raise HTTPException(401, "There is no such token.", _CHALLENGE)
        if token.revoked_at is not None:
            raise HTTPException(401, f"The token {token.name} was revoked.", _CHALLENGE)
        if token.expires_at <= now():
            raise HTTPException(401, f"The token {token.name} has expired: make a new one.", _CHALLENGE)
        if token.role is not role:
            raise HTTPException(403, f"The token {token.name} has the role {token.role}; this takes {role}.")
        return token

    return token_of
