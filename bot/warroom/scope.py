"""One request inside one transaction: who asks, when, through what, about which incident."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection, and_, insert, select, update

from bot.ledger import load, outbox
from bot.ledger.record import record
from bot.ledger.tables import incidents, members, people, repositories, workspaces
from bot.rules import words
from bot.rules.clean import Clean, Redacted
from bot.rules.decision import Answer, Decision, Effect, EffectKind, Entry, Insert, Refusal, Update
from bot.rules.model import Action, Incident, IncidentState, Person
from bot.rules.policy import Policy
from bot.rules.rights import may
from bot.warroom import commit_report, tell_outside

STANDING = 0  # the number of a workspace's standing incident
_ON_EVERY_HOME = ("incident.", "action.owner")  # entries that change more than the Home tabs of owner and lead


@dataclass(frozen=True, slots=True)
class Request:
    """What a surface knows about who asks. `key` makes a repeated delivery of the same request one request."""

    team: str
    slack_id: str
    name: str
    via: str
    key: str
    at: int
    channel: str | None = None


@dataclass(slots=True)
class Scope:
    """Everything that a verb may use. It reads and writes only through here, so that who sees what is asked once."""

    conn: Connection
    policy: Policy
    redactor: Callable[[str], Redacted]
    team: str
    workspace: int
    actor: Person
    at: int
    via: str
    channel: str | None = None
    found_secrets: list[str] = field(default_factory=list)
    drill: bool = False  # whether what is asked about is a practice, which every answer then says
    touched: dict[int, None] = field(default_factory=dict)  # incidents whose state changed, to be settled after
    homes: dict[int, bool] = field(default_factory=dict)  # incidents that Home tabs show; True: everybody's

    def clean(self, typed: str) -> Clean:
        """Redact what somebody typed, and remember what was taken out so that they are told."""
        redacted = self.redactor(typed)
        self.found_secrets.extend(redacted.found)
        return redacted.text

    def incident(self, number: int | None, verb: str = "look") -> Incident:
        """The incident that is meant: the numbered one, or the one whose room this is. Locked for appending.

        Raises Refusal where there is none that this person may see, or to which they may not do `verb`.
        """
        found = self._find(number)
        if found is None:
            raise Refusal(words.no_incident_here() if number is None else words.no_such_incident(number))
        if found.standing and number is None and verb != "look":
            raise Refusal(words.no_incident_here())
        self.may(verb, found)
        self.about(found)
        return found

    def incident_or_standing(self, number: int | None, verb: str) -> Incident:
        """As `incident`, but what is logged outside any incident goes to the standing one: nothing is lost."""
        found = self._find(number)
        if found is None:
            if number is not None:
                raise Refusal(words.no_such_incident(number))
            found = self._standing()
        self.may(verb, found)
        self.about(found)
        return found

    def about(self, incident: Incident) -> None:
        """What is asked is about that incident. Whoever asks in a private one's room is in it, so they may see it."""
        self.drill = self.drill or incident.drill
        if incident.private and incident.channel_id == self.channel:
            self.admit(incident, self.actor)

    def admit(self, incident: Incident, person: Person) -> None:
        """Let somebody know of a private incident, and into its room. Of any other everybody knows."""
        if not incident.private or person.id == load.HOTWASH.id:
            return
        row = {"workspace_id": self.workspace, "incident_id": incident.id, "person_id": person.id}
        admit = outbox.upsert(self.conn.dialect, members).values(row).on_conflict_do_nothing()
        if self.conn.scalar(admit.returning(members.c.id)) is not None:
            self.want(EffectKind.INVITE, incident, str(person.id))

    def may(self, verb: str, incident: Incident | None = None) -> None:
        """Raises Refusal, with the sentence that says who can, unless the actor may do `verb`."""
        why_not = may(self.actor, verb, incident, self.policy)
        if why_not is not None:
            raise Refusal(why_not)

    def _find(self, number: int | None) -> Incident | None:
        if number is not None:
            return load.incident_numbered(self.conn, self.workspace, self.actor, number)
        if self.channel is not None:
            return load.incident_of_room(self.conn, self.workspace, self.channel)
        return None

    def _standing(self) -> Incident:
        where = (incidents.c.workspace_id == self.workspace, incidents.c.number == STANDING)
        found = load.incident(self.conn, *where, lock=True)
        if found is not None:
            return found
        lead = self.policy.standing.lead
        row = {
            "workspace_id": self.workspace,
            "number": STANDING,
            "title": Clean(words.STANDING_TITLE),
            "severity": self.policy.default_severity,
            "state": IncidentState.OPEN.value,
            "standing": True,
            "opened_by": self.actor.id,
            "lead_id": self.person(lead).id if lead else None,
            "opened_at": self.at,
        }
        made = self.conn.execute(insert(incidents).values(row).returning(incidents.c.id)).scalar_one()
        self.want(EffectKind.WORKSPACE)  # finds the standing incident's channel
        return load.incident_by_id(self.conn, made, lock=True)

    def action(self, incident: Incident, number: int) -> Action:
        found = load.action(self.conn, incident.id, number)
        if found is None:
            raise Refusal(words.no_such_action(incident, number))
        return found

    def person(self, slack_id: str) -> Person:
        """A person by Slack id, made known if they weren't: Slack is asked about them later."""
        found = load.person_by_slack(self.conn, self.workspace, slack_id)
        return found or know(self.conn, self.workspace, slack_id, "someone")

    def look_now(self, repo: str | None = None) -> None:
        """Have a repository, or all of them, looked at now and not at the next poll."""
        here = repositories.c.workspace_id == self.workspace
        due = update(repositories).where(here if repo is None else and_(here, repositories.c.name == repo))
        self.conn.execute(due.values(due_at=0))

    def want(self, kind: EffectKind, incident: Incident | None = None, key: str = "") -> None:
        """Ask for an effect that no ledger entry goes with."""
        outbox.ask(self.conn, self.workspace, [Effect(kind, incident.id if incident else None, key)])

    def record(self, incident: Incident, decision: Decision) -> Answer:
        """Write a decision about a locked incident, in this person's name."""
        self.write(incident, decision.entries, decision.changes, decision.effects)
        return decision.answer

    def write(
        self,
        incident: Incident,
        entries: Sequence[Entry] = (),
        changes: Sequence[Insert | Update] = (),
        effects: Sequence[Effect] = (),
    ) -> Incident:
        """As `record`, for whoever has no answer to give; the incident with its chain's new end."""
        if any(isinstance(change, Update) for change in changes):
            self.touched.setdefault(incident.id)
        for_all = any(entry.kind.startswith(_ON_EVERY_HOME) for entry in entries)
        self.homes[incident.id] = self.homes.get(incident.id, False) or for_all
        before = tell_outside.states(self, changes)
        recorded = record(
            self.conn,
            self.team,
            incident,
            actor_id=self.actor.id or None,
            via=self.via,
            at=self.at,
            entries=entries,
            changes=changes,
            effects=effects,
        )
        tell_outside.run(self, incident, entries, before)
        commit_report.wish(self, incident, entries)
        return recorded


def know(conn: Connection, workspace: int, slack_id: str, name: str) -> Person:
    """A person of whom only the Slack id is known, made known; Slack is asked about them later."""
    row = {"workspace_id": workspace, "slack_id": slack_id, "name": Clean(name)}
    conn.execute(outbox.upsert(conn.dialect, people).values(row).on_conflict_do_nothing())
    found = load.person_by_slack(conn, workspace, slack_id)
    if found is None:
        raise LookupError(f"{slack_id} was stored and is not there")
    outbox.ask(conn, workspace, [Effect(EffectKind.PERSON, None, str(found.id))])
    return found


def know_workspace(conn: Connection, team: str, at: int) -> int:
    """The id of a workspace, made known at first sight."""
    found = load.workspace_id(conn, team)
    if found is not None:
        return found
    row = {"team_id": team, "created_at": at}
    conn.execute(outbox.upsert(conn.dialect, workspaces).values(row).on_conflict_do_nothing())
    made: int = conn.execute(select(workspaces.c.id).where(workspaces.c.team_id == team)).scalar_one()
    outbox.ask(conn, made, [Effect(EffectKind.WORKSPACE)])
    return made


def next_incident_number(conn: Connection, workspace: int) -> int:
    """Take the workspace's next incident number; the row's lock makes it nobody else's."""
    number: int = conn.execute(
        update(workspaces)
        .where(workspaces.c.id == workspace)
        .values(last_incident=workspaces.c.last_incident + 1)
        .returning(workspaces.c.last_incident)
    ).scalar_one()
    return number
