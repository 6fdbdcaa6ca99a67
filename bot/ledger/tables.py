"""The tables, the same on SQLite and PostgreSQL. Every row belongs to a workspace; times are microseconds UTC.

`entries` is the ledger and is only ever appended to (triggers see to it, `guards`). The other tables are
state that follows from it, changed in the same transaction, or work that is still to do.
"""

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    false,
    text,
    true,
)

from bot.rules.clean import Clean

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class CleanText(TypeDecorator[Clean]):
    """Text that people typed. Refuses (TypeError) what did not go through redaction."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        if value is not None and not isinstance(value, Clean):
            raise TypeError(f"text to store must be redacted first, got {type(value).__name__}")
        return value

    def process_result_value(self, value: Any, dialect: Dialect) -> Clean | None:
        return None if value is None else Clean(value)


Id = BigInteger().with_variant(Integer, "sqlite")
Micros = BigInteger


def _id() -> Column[int]:
    return Column("id", Id, primary_key=True)


def _workspace() -> Column[int]:
    return Column("workspace_id", ForeignKey("workspaces.id"), nullable=False)


def _incident() -> Column[int]:
    return Column("incident_id", ForeignKey("incidents.id"), nullable=False)


workspaces = Table(
    "workspaces",
    metadata,
    _id(),
    Column("team_id", String(32), nullable=False, unique=True),
    Column("name", CleanText),
    Column("bot_user_id", String(32)),
    Column("announce_channel_id", String(32)),
    Column("last_incident", Integer, nullable=False, server_default=text("0")),
    Column("created_at", Micros, nullable=False),
)

people = Table(
    "people",
    metadata,
    _id(),
    _workspace(),
    Column("slack_id", String(64), nullable=False),  # replaced by `erased-<id>` when a person is erased
    Column("name", CleanText, nullable=False),
    Column("tz", String(64), nullable=False, server_default="UTC"),
    Column("kind", String(16), nullable=False, server_default="unknown"),
    Column("seen_at", Micros),  # when Slack was last asked about them
    Column("offers", Boolean, nullable=False, server_default=true()),  # whether to ask them about what they write
    Column("home_at", Micros),  # when they last opened the Home tab
    Column("home_page", Integer, nullable=False, server_default=text("1")),
    UniqueConstraint("workspace_id", "slack_id"),
    Index("ix_people_home", "workspace_id", "home_at"),
)

incidents = Table(
    "incidents",
    metadata,
    _id(),
    _workspace(),
    Column("number", Integer, nullable=False),  # 0 is the standing incident
    Column("title", CleanText, nullable=False),
    Column("severity", String(63), nullable=False),
    Column("state", String(16), nullable=False),
    Column("private", Boolean, nullable=False, server_default=false()),
    Column("standing", Boolean, nullable=False, server_default=false()),
    Column("opened_by", ForeignKey("people.id"), nullable=False),
    Column("lead_id", ForeignKey("people.id")),
    Column("opened_at", Micros, nullable=False),
    Column("resolved_at", Micros),
    Column("closed_at", Micros),
    Column("reconciled_at", Micros),
    Column("channel_id", String(32)),
    Column("channel_name", String(80)),
    Column("last_action", Integer, nullable=False, server_default=text("0")),
    Column("last_seq", Integer, nullable=False, server_default=text("0")),
    Column("head_hash", String(64), nullable=False, server_default=""),
    Column("drill", Boolean, nullable=False, server_default=false()),
    Column("borrowed", Boolean, nullable=False, server_default=false()),  # its room is a channel that was there before
    Column("service", String(63)),  # by its name in the policy
    Column("duplicate_of", Integer),  # the number of the incident that goes on
    Column("archived_at", Micros),  # its room
    UniqueConstraint("workspace_id", "number"),
    Index("ix_incidents_channel", "workspace_id", "channel_id"),
    Index("ix_incidents_state", "workspace_id", "state"),
)

members = Table(  # who may see a private incident
    "members",
    metadata,
    _id(),
    _workspace(),
    _incident(),
    Column("person_id", ForeignKey("people.id"), nullable=False),
    UniqueConstraint("incident_id", "person_id"),
)

roles = Table(  # who has which of the policy's roles; the lead stands on the incident
    "roles",
    metadata,
    _id(),
    _workspace(),
    _incident(),
    Column("role", String(63), nullable=False),
    Column("person_id", ForeignKey("people.id"), nullable=False),
    UniqueConstraint("incident_id", "role"),
)

entries = Table(
    "entries",
    metadata,
    _id(),
    _workspace(),
    _incident(),
    Column("seq", Integer, nullable=False),
    Column("at", Micros, nullable=False),
    Column("actor_id", ForeignKey("people.id")),  # None: Hotwash itself
    Column("via", String(32), nullable=False),
    Column("kind", String(40), nullable=False),
    Column("ref_seq", Integer),
    Column("payload", Text),  # canonical JSON, hashed as it stands here; None once purged
    Column("salt", LargeBinary(16)),
    Column("payload_hash", String(64), nullable=False),
    Column("prev_hash", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
    UniqueConstraint("incident_id", "seq"),
    Index("ix_entries_kind", "incident_id", "kind", "at"),  # when something last happened, among thousands of entries
    CheckConstraint("(payload IS NULL) = (salt IS NULL)", name="purged_whole"),
)

actions = Table(
    "actions",
    metadata,
    _id(),
    _workspace(),
    _incident(),
    Column("number", Integer, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("text", CleanText, nullable=False),
    Column("target", CleanText),
    Column("repo", CleanText),
    Column("path", CleanText),
    Column("state", String(16), nullable=False),
    Column("logged_by", ForeignKey("people.id"), nullable=False),
    Column("owner_id", ForeignKey("people.id"), nullable=False),
    Column("owner_group", String(32)),
    Column("logged_at", Micros, nullable=False),
    Column("done_at", Micros, nullable=False),
    Column("until", Micros),
    Column("ruling", String(16)),
    Column("ruled_by", ForeignKey("people.id")),
    Column("ruled_at", Micros),
    Column("ruled_why", CleanText),
    Column("nudged", Integer, nullable=False, server_default=text("0")),
    Column("snoozed_until", Micros),
    Column("drifting_since", Micros),
    Column("drifted", BigInteger, nullable=False, server_default=text("0")),
    Column("source_channel", String(32)),  # the message that it was logged from: channel, ts and address
    Column("source_ts", String(32)),
    Column("source_url", CleanText),
    Column("source_gone", Boolean, nullable=False, server_default=false()),  # that message was deleted
    UniqueConstraint("incident_id", "number"),
    Index("ix_actions_owner", "workspace_id", "owner_id", "state"),
    Index("ix_actions_source", "workspace_id", "source_channel", "source_ts", unique=True),
)

links = Table(
    "links",
    metadata,
    _id(),
    _workspace(),
    _incident(),
    Column("action_id", ForeignKey("actions.id"), nullable=False, index=True),
    Column("kind", String(16), nullable=False),
    Column("repo", String(63)),
    Column("ref", CleanText, nullable=False),
    Column("sha", String(64)),
    Column("url", CleanText),
    Column("by", ForeignKey("people.id")),  # None: Hotwash itself, from what a pull request says
    Column("at", Micros, nullable=False),
    Column("dropped_at", Micros),  # its pull request was closed without being merged
    UniqueConstraint("action_id", "kind", "repo", "ref"),
    Index("ix_links_repo", "workspace_id", "repo"),
)

evidence = Table(
    "evidence",
    metadata,
    _id(),
    _workspace(),
    _incident(),
    Column("action_id", ForeignKey("actions.id"), nullable=False, index=True),
    Column("kind", String(16), nullable=False),
    Column("strength", String(8), nullable=False),
    Column("repo", String(63)),
    Column("commit", String(64)),
    Column("by", ForeignKey("people.id")),
    Column("at", Micros, nullable=False),
    Column("lost_at", Micros),
    Column("lost_by", String(64)),
    Index("ix_evidence_commit", "workspace_id", "repo", "commit"),
)

reminders = Table(  # one row a thing to remind of; the clock rings, this says what is due
    "reminders",
    metadata,
    _id(),
    _workspace(),
    Column("lane", String(80), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("incident_id", ForeignKey("incidents.id")),
    Column("action_id", ForeignKey("actions.id")),
    Column("person_id", ForeignKey("people.id")),
    Column("due_at", Micros),  # business time; None: nothing to remind of
    Column("sent_at", Micros),
    Column("sent", Integer, nullable=False, server_default=text("0")),
    UniqueConstraint("workspace_id", "lane"),
    Index("ix_reminders_due", "due_at"),
)

nudges = Table(  # the claim to a person's one message of a day
    "nudges",
    metadata,
    _id(),
    _workspace(),
    Column("person_id", ForeignKey("people.id"), nullable=False),
    Column("local_date", String(10), nullable=False),
    Column("at", Micros, nullable=False),
    UniqueConstraint("workspace_id", "person_id", "local_date"),
)

outbox = Table(
    "outbox",
    metadata,
    _id(),
    _workspace(),
    Column("lane", String(160), nullable=False),
    Column("kind", String(24), nullable=False),
    Column("incident_id", ForeignKey("incidents.id")),
    Column("key", String(64), nullable=False, server_default=""),
    Column("needs_room", Boolean, nullable=False),
    Column("wanted", Integer, nullable=False, server_default=text("1")),
    Column("done", Integer, nullable=False, server_default=text("0")),
    Column("created_at", Micros, nullable=False),
    Column("due_at", Micros, nullable=False),  # the database's clock, as are leases
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    Column("unsure", Boolean, nullable=False, server_default=false()),  # a call may have taken effect unseen
    Column("leased_by", String(40)),
    Column("leased_until", Micros),
    Column("parked_at", Micros),
    Column("error", CleanText),
    UniqueConstraint("workspace_id", "lane"),
    Index("ix_outbox_open", "due_at", sqlite_where=text("wanted > done"), postgresql_where=text("wanted > done")),
)

messages = Table(  # where a lane's message stands in Slack
    "messages",
    metadata,
    _id(),
    _workspace(),
    Column("lane", String(160), nullable=False),
    Column("channel_id", String(32), nullable=False),
    Column("ts", String(32), nullable=False),
    UniqueConstraint("workspace_id", "lane"),
)

pacing = Table(  # when the next call of a bucket may go out, by the database's clock
    "pacing",
    metadata,
    _id(),
    _workspace(),
    Column("bucket", String(100), nullable=False),
    Column("next_at", Micros, nullable=False),
    UniqueConstraint("workspace_id", "bucket"),
)

receipts = Table(  # what was already handled, and the answer it got
    "receipts",
    metadata,
    _id(),
    _workspace(),
    Column("key", String(160), nullable=False),
    Column("at", Micros, nullable=False),
    Column("answer", Text, nullable=False),
    UniqueConstraint("workspace_id", "key"),
    Index("ix_receipts_at", "at"),
)

repositories = Table(
    "repositories",
    metadata,
    _id(),
    _workspace(),
    Column("name", String(63), nullable=False),
    Column("tip", String(64)),
    Column("due_at", Micros, nullable=False),
    Column("polled_at", Micros),
    Column("failures", Integer, nullable=False, server_default=text("0")),
    Column("error", CleanText),
    Column("leased_by", String(40)),
    Column("leased_until", Micros),
    UniqueConstraint("workspace_id", "name"),
)

changes = Table(  # what was done to one file by hand, as far as it may rest: secrets are out of the contents
    "changes",
    metadata,
    _id(),
    _workspace(),
    _incident(),
    Column("action_id", ForeignKey("actions.id"), nullable=False, index=True),
    Column("repo", String(63), nullable=False),
    Column("path", CleanText, nullable=False),
    Column("base_commit", String(64), nullable=False),
    Column("base_mode", String(6)),  # None: there was no such file
    Column("base_content", LargeBinary),
    Column("live_mode", String(6)),  # None: the file was deleted
    Column("live_content", LargeBinary),
    Column("veil", Text),  # JSON: keyed hash of a line that held a secret → the line that stands for it
    Column("upstream_path", CleanText, nullable=False),  # where the last proof found the file
    Column("by", ForeignKey("people.id"), nullable=False),
    Column("at", Micros, nullable=False),
    Column("seq", Integer, nullable=False),  # of the entry that says so
    Column("dropped_at", Micros),  # a later change of the same file took its place, or it was purged
    Index("ix_changes_repo", "workspace_id", "repo"),
)

sent_changes = Table(  # a diff or a live file as it was sent, veiled, until its repository is looked at
    "sent_changes",
    metadata,
    _id(),
    _workspace(),
    _incident(),
    Column("action_id", ForeignKey("actions.id"), nullable=False, index=True),
    Column("repo", String(63), nullable=False),
    Column("whole", Boolean, nullable=False),  # the live file itself, and no diff
    Column("path", CleanText),  # of the file, as far as the action says it
    Column("content", LargeBinary, nullable=False),
    Column("veil", Text),  # as in `changes`
    Column("by", ForeignKey("people.id"), nullable=False),
    Column("via", String(32), nullable=False),
    Column("at", Micros, nullable=False),
    Column("seq", Integer, nullable=False),  # of the entry that says so
    Index("ix_sent_changes_repo", "workspace_id", "repo"),
)

proofs = Table(  # what the last look for an action's changes in a repository found
    "proofs",
    metadata,
    _id(),
    _workspace(),
    _incident(),
    Column("action_id", ForeignKey("actions.id"), nullable=False),
    Column("repo", String(63), nullable=False),
    Column("tip", String(64), nullable=False),
    Column("change_id", Id, nullable=False),  # the newest of the changes that were looked for
    Column("verdict", String(16), nullable=False),
    Column("rung", Integer),
    Column("why", CleanText, nullable=False),
    Column("detail", Text, nullable=False),  # JSON: per file its verdict and the state and commits of each part
    Column("at", Micros, nullable=False),
    UniqueConstraint("action_id", "repo"),
)

patches = Table(  # what upstream misses of an action's changes in a repository, where somebody was to have it
    "patches",
    metadata,
    _id(),
    _workspace(),
    _incident(),
    Column("action_id", ForeignKey("actions.id"), nullable=False),
    Column("repo", String(63), nullable=False),
    Column("made_for", Text),  # the missing parts that it holds; None until it is made
    Column("tip", String(64)),  # to which it applies
    Column("content", LargeBinary),
    Column("push_by", ForeignKey("people.id")),  # who asked for its branch
    Column("push_at", Micros),
    Column("commit", String(64)),  # that we made of it, and may have pushed
    Column("pushed", Boolean, nullable=False, server_default=false()),
    UniqueConstraint("action_id", "repo"),
    Index("ix_patches_repo", "workspace_id", "repo"),
)

pulls = Table(  # pull requests, as their host last told of them
    "pulls",
    metadata,
    _id(),
    _workspace(),
    Column("repo", String(63), nullable=False),
    Column("number", Integer, nullable=False),
    Column("title", CleanText, nullable=False),
    Column("url", CleanText, nullable=False),
    Column("state", String(16), nullable=False),
    Column("reviews", Text, nullable=False),  # JSON: reviewer → what they last said, and when
    Column("head_ref", CleanText, nullable=False),
    Column("head_sha", String(64), nullable=False),
    Column("merge_commit", String(64)),
    Column("changed_at", Micros, nullable=False),  # by its host's clock, so that what comes late changes nothing
    UniqueConstraint("workspace_id", "repo", "number"),
)

deployments = Table(  # which commit runs where, and which is on its way there
    "deployments",
    metadata,
    _id(),
    _workspace(),
    Column("repo", String(63), nullable=False),
    Column("environment", CleanText, nullable=False),
    Column("external_id", String(80), nullable=False),
    Column("sha", String(64), nullable=False),
    Column("state", String(16), nullable=False),
    Column("at", Micros, nullable=False),  # by its host's clock
    Column("live_at", Micros),  # when it last went live; a later try of the same that fails leaves it running
    Column("judged_at", Micros),  # when it was looked up which actions it undoes
    UniqueConstraint("workspace_id", "repo", "external_id"),
    Index("ix_deployments_environment", "workspace_id", "repo", "environment"),
)

deployed = Table(  # whether what runs in an environment has the commit by which an action landed
    "deployed",
    metadata,
    _id(),
    _workspace(),
    _incident(),
    Column("action_id", ForeignKey("actions.id"), nullable=False),
    Column("environment", CleanText, nullable=False),
    Column("deployment_id", ForeignKey("deployments.id"), nullable=False),
    Column("commit", String(64), nullable=False),
    Column("since", Micros),  # None: it has not
    UniqueConstraint("action_id", "environment"),
)

tokens = Table(  # of the REST surface: the token itself is shown once and kept nowhere
    "tokens",
    metadata,
    _id(),
    _workspace(),
    Column("name", CleanText, nullable=False),
    Column("hash", String(64), nullable=False, unique=True),
    Column("role", String(24), nullable=False),
    Column("created_at", Micros, nullable=False),
    Column("expires_at", Micros, nullable=False),
    Column("revoked_at", Micros),
    Column("used_at", Micros),
)

pins = Table(  # messages that stand on a timeline
    "pins",
    metadata,
    _id(),
    _workspace(),
    _incident(),
    Column("channel_id", String(32), nullable=False),
    Column("ts", String(32), nullable=False),
    Column("seq", Integer, nullable=False),
    Column("by", ForeignKey("people.id"), nullable=False),
    UniqueConstraint("workspace_id", "channel_id", "ts"),
)

offers = Table(  # messages whose author was asked about them: once each, and once for the same words in an incident
    "offers",
    metadata,
    _id(),
    _workspace(),
    _incident(),
    Column("channel_id", String(32), nullable=False),
    Column("ts", String(32), nullable=False),
    Column("fingerprint", String(64), nullable=False),
    Column("link", CleanText),  # the commit or pull request that was asked about
    UniqueConstraint("workspace_id", "channel_id", "ts"),
    UniqueConstraint("incident_id", "fingerprint"),
)

webhooks = Table(  # what endpoints of the policy are still to be told
    "webhooks",
    metadata,
    _id(),
    _workspace(),
    _incident(),
    Column("endpoint", String(63), nullable=False),
    Column("message_id", String(64), nullable=False),
    Column("action", Integer),  # its number
    Column("body", Text, nullable=False),  # JSON, of which nobody typed anything
    Column("queued_at", Micros, nullable=False),  # by the database's clock
    Index("ix_webhooks_endpoint", "workspace_id", "endpoint", "id"),
)

retro = Table(  # what people wrote of an incident, a row a section
    "retro",
    metadata,
    _id(),
    _workspace(),
    _incident(),
    Column("section", String(16), nullable=False),
    Column("text", CleanText, nullable=False),
    Column("by", ForeignKey("people.id"), nullable=False),
    Column("at", Micros, nullable=False),
    Column("seq", Integer, nullable=False),  # of the entry that says so
    UniqueConstraint("incident_id", "section"),
)
