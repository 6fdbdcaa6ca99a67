"""The one way in: a typed command, whoever sent it through whatever surface, in one transaction."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import orjson
from sqlalchemy import Connection, insert, select
from sqlalchemy.exc import IntegrityError

from bot.ledger import load
from bot.ledger.database import Database
from bot.ledger.prepared import Prepared
from bot.ledger.tables import receipts
from bot.rules import commands as ask
from bot.rules import words
from bot.rules.clean import Redacted
from bot.rules.decision import Answer, Button, Menu
from bot.rules.policy import Policy
from bot.warroom import (
    cancel,
    catchup,
    close,
    confirm,
    drift,
    duplicate,
    edit,
    find,
    help,
    home,
    join,
    lead,
    link,
    log,
    offer,
    open,
    owner,
    patch,
    pin,
    post,
    push,
    record_change,
    remind,
    rename,
    reopen,
    resolve,
    retro,
    role,
    ruling,
    settle,
    severity,
    snooze,
    stats,
    status,
    timeline,
)  # fmt: skip
from bot.warroom import (
    incidents as listing,
)
from bot.warroom.scope import Request, Scope, know, know_workspace

T = TypeVar("T")

VERBS: dict[type, Callable[[Scope, Any], Answer]] = {
    ask.Open: open.run,
    ask.Log: log.run,
    ask.LinkTo: link.run,
    ask.RecordChange: record_change.run,
    ask.Confirm: confirm.run,
    ask.Patch: patch.run,
    ask.Push: push.run,
    ask.Undone: ruling.undone,
    ask.Waive: ruling.waive,
    ask.Ephemeral: ruling.ephemeral,
    ask.Strike: ruling.strike,
    ask.Edit: edit.run,
    ask.Owner: owner.run,
    ask.Snooze: snooze.run,
    ask.Post: post.run,
    ask.Severity: severity.run,
    ask.Lead: lead.run,
    ask.Role: role.run,
    ask.Rename: rename.run,
    ask.Duplicate: duplicate.run,
    ask.Join: join.run,
    ask.Resolve: resolve.run,
    ask.Close: close.run,
    ask.Retro: retro.show,
    ask.WriteRetro: retro.write,
    ask.Reopen: reopen.run,
    ask.Cancel: cancel.run,
    ask.Status: status.run,
    ask.CatchUp: catchup.run,
    ask.Timeline: timeline.run,
    ask.ListIncidents: listing.run,
    ask.Drift: drift.run,
    ask.Stats: stats.run,
    ask.Find: find.run,
    ask.Help: help.run,
    ask.Pin: pin.run,
    ask.Unpin: pin.unpin,
    ask.Offers: offer.stop,
}

_RECEIPT = Prepared(insert(receipts))


@dataclass(frozen=True, slots=True)
class WarRooms:
    """What every surface holds to reach the verbs."""

    db: Database
    policy: Policy
    redactor: Callable[[str], Redacted]
    key: bytes | None = None  # of the team: keeps lines with secrets comparable

    async def handle(self, request: Request, command: ask.Command) -> Answer:
        """Do what was asked, durably, once. Raises Refusal, with nothing recorded, if it can't be done.

        A request that was handled before gets the answer it got then.
        """
        try:
            return await self.db.write(lambda conn: self._handle(conn, request, command))
        except IntegrityError:
            earlier = await self.db.read(lambda conn: _earlier_answer(conn, request))
            if earlier is None:
                raise
            return earlier

    async def alone(self, workspace: int, team: str, at: int, via: str, work: Callable[[Scope], T]) -> T:
        """Run `work` in Hotwash's own name, for what no person asked: the clock, Git, a refusal by Slack."""

        def recorded(conn: Connection) -> T:
            scope = Scope(conn, self.policy, self.redactor, team, workspace, load.HOTWASH, at, via)
            result = work(scope)
            aftermath(scope)
            return result

        return await self.db.write(recorded)

    async def once(self, team: str, key: str, at: int, via: str, work: Callable[[Scope], T]) -> T | None:
        """As `alone`, for an event that Slack may deliver twice: `key` makes it one. None if it was handled before, or
        comes from a workspace that nothing is known of."""
        workspace = await self.db.read(lambda conn: load.workspace_id(conn, team))
        if workspace is None:
            return None

        def first(scope: Scope) -> T:
            _RECEIPT.run(scope.conn, {"workspace_id": workspace, "key": key, "at": at, "answer": ""})
            return work(scope)

        try:
            return await self.alone(workspace, team, at, via, first)
        except IntegrityError:
            if not await self.handled(team, key):
                raise
            return None

    async def handled(self, team: str, key: str) -> bool:
        """Whether a request was handled before."""
        return await self.db.read(lambda conn: _earlier(conn, team, key)) is not None

    def _handle(self, conn: Connection, request: Request, command: ask.Command) -> Answer:
        known = load.person_in_team(conn, request.team, request.slack_id)
        if known is None:
            workspace = know_workspace(conn, request.team, request.at)
            known = workspace, know(conn, workspace, request.slack_id, request.name)
        workspace, actor = known
        scope = Scope(
            conn=conn,
            policy=self.policy,
            redactor=self.redactor,
            team=request.team,
            workspace=workspace,
            actor=actor,
            at=request.at,
            via=request.via,
            channel=request.channel,
        )
        answer = VERBS[type(command)](scope, command)
        aftermath(scope)
        if scope.drill:
            answer = replace(answer, text=f"DRILL · {answer.text}")
        if scope.found_secrets:
            answer = Answer(f"{answer.text}\n{words.secrets_found(scope.found_secrets)}", answer.buttons, answer.menu)
        receipt = {"workspace_id": workspace, "key": request.key, "at": request.at, "answer": _to_text(answer)}
        _RECEIPT.run(conn, receipt)
        return answer


def aftermath(scope: Scope) -> None:
    """What follows from a change, whichever verb made it: is all reconciled now, who is to be reminded when, and whose
    Home tab shows it."""
    for incident_id in sorted(scope.touched):
        incident = load.incident_by_id(scope.conn, incident_id)
        settle.run(scope, incident)
        remind.plan(scope, incident)
    scope.touched.clear()
    home.refresh(scope)


def _earlier_answer(conn: Connection, request: Request) -> Answer | None:
    stored = _earlier(conn, request.team, request.key)
    return None if stored is None else _from_text(stored)


def _earlier(conn: Connection, team: str, key: str) -> str | None:
    workspace = load.workspace_id(conn, team)
    return conn.scalar(select(receipts.c.answer).where(receipts.c.workspace_id == workspace, receipts.c.key == key))


def _to_text(answer: Answer) -> str:
    return orjson.dumps(answer).decode()


def _from_text(text: str) -> Answer:
    raw = orjson.loads(text)
    buttons = tuple(Button(**button) for button in raw["buttons"])
    menu = raw["menu"] and Menu(**{**raw["menu"], "options": tuple(raw["menu"]["options"])})
    return Answer(raw["text"], buttons, menu)
