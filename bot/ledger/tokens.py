"""Tokens of the REST surface. What is kept is their SHA-256: of 256 random bits nobody guesses any, however fast."""

import hashlib
import secrets
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from bot.ledger.tables import tokens, workspaces
from bot.rules.clean import Clean
from bot.rules.decision import Refusal
from bot.rules.model import DAY, Role

PREFIX = "hotwash_"  # so that scanners for secrets can know one


@dataclass(frozen=True, slots=True)
class Token:
    id: int
    workspace_id: int
    team: str
    name: Clean
    role: Role
    created_at: int
    expires_at: int
    revoked_at: int | None
    used_at: int | None


def create(conn: Connection, workspace: int, name: Clean, role: Role, days: int, at: int) -> str:
    """Make a token and return it: nobody can read it again. Raises Refusal where one in force has that name."""
    if any(one.name == name for one in in_force(conn, workspace, at)):
        raise Refusal(f"There is a token {name} already. Revoke it first, or choose another name.")
    secret = PREFIX + secrets.token_urlsafe(32)
    conn.execute(
        insert(tokens).values(
            workspace_id=workspace,
            name=name,
            hash=_hash(secret),
            role=role.value,
            created_at=at,
            expires_at=at + days * DAY,
        )
    )
    return secret


def find(conn: Connection, secret: str) -> Token | None:
    """The token, whether or not it is still in force."""
    row = conn.execute(_ALL.where(tokens.c.hash == _hash(secret))).first()
    return None if row is None else _token(row)


def in_force(conn: Connection, workspace: int, at: int) -> list[Token]:
    here = (tokens.c.workspace_id == workspace, tokens.c.revoked_at.is_(None), tokens.c.expires_at > at)
    return [_token(row) for row in conn.execute(_ALL.where(*here).order_by(tokens.c.id))]


def known(conn: Connection, workspace: int) -> list[Token]:
    """All that were ever made, oldest first."""
    rows = conn.execute(_ALL.where(tokens.c.workspace_id == workspace).order_by(tokens.c.id))
    return [_token(row) for row in rows]


def revoke(conn: Connection, workspace: int, name: str, at: int) -> None:
    """Raises Refusal where no token in force has that name."""
    ids = [one.id for one in in_force(conn, workspace, at) if one.name == name]
    if not ids:
        raise Refusal(f"No token in force is called {name}: `hotwash token list` names them.")
    conn.execute(update(tokens).where(tokens.c.id.in_(ids)).values(revoked_at=at))


def used(conn: Connection, token_id: int, at: int) -> None:
    conn.execute(update(tokens).where(tokens.c.id == token_id).values(used_at=at))


_ALL = select(tokens, workspaces.c.team_id).join(workspaces, workspaces.c.id == tokens.c.workspace_id)


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


def _token(row: Row[Any]) -> Token:
    return Token(
        row.id, row.workspace_id, row.team_id, row.name, Role(row.role), row.created_at, row.expires_at,
        row.revoked_at, row.used_at,
    )  # fmt: skip
