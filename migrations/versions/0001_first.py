"""The first schema: workspaces, people, incidents, the ledger, the state that follows from it, the outbox.

Revision ID: 0001
Revises:
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer, "sqlite")  # SQLite numbers rows by itself in INTEGER keys only


def upgrade() -> None:
    op.create_table(
        "workspaces",
        sa.Column("id", Id, nullable=False),
        sa.Column("team_id", sa.String(length=32), nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("bot_user_id", sa.String(length=32), nullable=True),
        sa.Column("announce_channel_id", sa.String(length=32), nullable=True),
        sa.Column("last_incident", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_workspaces"),
        sa.UniqueConstraint("team_id", name="uq_workspaces_team_id"),
    )
    op.create_table(
        "messages",
        sa.Column("id", Id, nullable=False),
        sa.Column("workspace_id", Id, nullable=False),
        sa.Column("lane", sa.String(length=160), nullable=False),
        sa.Column("channel_id", sa.String(length=32), nullable=False),
        sa.Column("ts", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], name="fk_messages_workspace_id"),
        sa.PrimaryKeyConstraint("id", name="pk_messages"),
        sa.UniqueConstraint("workspace_id", "lane", name="uq_messages_workspace_id_lane"),
    )
    op.create_table(
        "pacing",
        sa.Column("id", Id, nullable=False),
        sa.Column("workspace_id", Id, nullable=False),
        sa.Column("bucket", sa.String(length=100), nullable=False),
        sa.Column("next_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], name="fk_pacing_workspace_id"),
        sa.PrimaryKeyConstraint("id", name="pk_pacing"),
        sa.UniqueConstraint("workspace_id", "bucket", name="uq_pacing_workspace_id_bucket"),
    )
    op.create_table(
        "people",
        sa.Column("id", Id, nullable=False),
        sa.Column("workspace_id", Id, nullable=False),
        sa.Column("slack_id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("tz", sa.String(length=64), server_default="UTC", nullable=False),
        sa.Column("kind", sa.String(length=16), server_default="unknown", nullable=False),
        sa.Column("seen_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], name="fk_people_workspace_id"),
        sa.PrimaryKeyConstraint("id", name="pk_people"),
        sa.UniqueConstraint("workspace_id", "slack_id", name="uq_people_workspace_id_slack_id"),
    )
    op.create_table(
        "receipts",
        sa.Column("id", Id, nullable=False),
        sa.Column("workspace_id", Id, nullable=False),
        sa.Column("key", sa.String(length=160), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], name="fk_receipts_workspace_id"),
        sa.PrimaryKeyConstraint("id", name="pk_receipts"),
        sa.UniqueConstraint("workspace_id", "key", name="uq_receipts_workspace_id_key"),
    )
    op.create_index("ix_receipts_at", "receipts", ["at"])
    op.create_table(
        "repositories",
        sa.Column("id", Id, nullable=False),
        sa.Column("workspace_id", Id, nullable=False),
        sa.Column("name", sa.String(length=63), nullable=False),
        sa.Column("tip", sa.String(length=64), nullable=True),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("polled_at", sa.BigInteger(), nullable=True),
        sa.Column("failures", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("leased_by", sa.String(length=40), nullable=True),
        sa.Column("leased_until", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], name="fk_repositories_workspace_id"),
        sa.PrimaryKeyConstraint("id", name="pk_repositories"),
        sa.UniqueConstraint("workspace_id", "name", name="uq_repositories_workspace_id_name"),
    )
    op.create_table(
        "incidents",
        sa.Column("id", Id, nullable=False),
        sa.Column("workspace_id", Id, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("severity", sa.String(length=63), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("private", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("standing", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("opened_by", Id, nullable=False),
        sa.Column("lead_id", Id, nullable=True),
        sa.Column("opened_at", sa.BigInteger(), nullable=False),
        sa.Column("resolved_at", sa.BigInteger(), nullable=True),
        sa.Column("closed_at", sa.BigInteger(), nullable=True),
        sa.Column("reconciled_at", sa.BigInteger(), nullable=True),
        sa.Column("channel_id", sa.String(length=32), nullable=True),
        sa.Column("channel_name", sa.String(length=80), nullable=True),
        sa.Column("last_action", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("last_seq", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("head_hash", sa.String(length=64), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["lead_id"], ["people.id"], name="fk_incidents_lead_id"),
        sa.ForeignKeyConstraint(["opened_by"], ["people.id"], name="fk_incidents_opened_by"),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], name="fk_incidents_workspace_id"),
        sa.PrimaryKeyConstraint("id", name="pk_incidents"),
        sa.UniqueConstraint("workspace_id", "number", name="uq_incidents_workspace_id_number"),
    )
    op.create_index("ix_incidents_channel", "incidents", ["workspace_id", "channel_id"])
    op.create_index("ix_incidents_state", "incidents", ["workspace_id", "state"])
    op.create_table(
        "nudges",
        sa.Column("id", Id, nullable=False),
        sa.Column("workspace_id", Id, nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("local_date", sa.String(length=10), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_nudges_person_id"),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], name="fk_nudges_workspace_id"),
        sa.PrimaryKeyConstraint("id", name="pk_nudges"),
        sa.UniqueConstraint(
            "workspace_id", "person_id", "local_date", name="uq_nudges_workspace_id_person_id_local_date"
        ),
    )
    op.create_table(
        "actions",
        sa.Column("id", Id, nullable=False),
        sa.Column("workspace_id", Id, nullable=False),
        sa.Column("incident_id", Id, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("target", sa.Text(), nullable=True),
        sa.Column("repo", sa.Text(), nullable=True),
        sa.Column("path", sa.Text(), nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("logged_by", Id, nullable=False),
        sa.Column("owner_id", Id, nullable=False),
        sa.Column("owner_group", sa.String(length=32), nullable=True),
        sa.Column("logged_at", sa.BigInteger(), nullable=False),
        sa.Column("done_at", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=True),
        sa.Column("ruling", sa.String(length=16), nullable=True),
        sa.Column("ruled_by", Id, nullable=True),
        sa.Column("ruled_at", sa.BigInteger(), nullable=True),
        sa.Column("ruled_why", sa.Text(), nullable=True),
        sa.Column("nudged", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("snoozed_until", sa.BigInteger(), nullable=True),
        sa.Column("drifting_since", sa.BigInteger(), nullable=True),
        sa.Column("drifted", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.ForeignKeyConstraint(["incident_id"], ["incidents.id"], name="fk_actions_incident_id"),
        sa.ForeignKeyConstraint(["logged_by"], ["people.id"], name="fk_actions_logged_by"),
        sa.ForeignKeyConstraint(["owner_id"], ["people.id"], name="fk_actions_owner_id"),
        sa.ForeignKeyConstraint(["ruled_by"], ["people.id"], name="fk_actions_ruled_by"),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], name="fk_actions_workspace_id"),
        sa.PrimaryKeyConstraint("id", name="pk_actions"),
        sa.UniqueConstraint("incident_id", "number", name="uq_actions_incident_id_number"),
    )
    op.create_index("ix_actions_owner", "actions", ["workspace_id", "owner_id", "state"])
    op.create_table(
        "entries",
        sa.Column("id", Id, nullable=False),
        sa.Column("workspace_id", Id, nullable=False),
        sa.Column("incident_id", Id, nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("actor_id", Id, nullable=True),
        sa.Column("via", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("ref_seq", sa.Integer(), nullable=True),
        sa.Column("payload", sa.Text(), nullable=True),
        sa.Column("salt", sa.LargeBinary(length=16), nullable=True),
        sa.Column("payload_hash", sa.String(length=64), nullable=False),
        sa.Column("prev_hash", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.CheckConstraint("(payload IS NULL) = (salt IS NULL)", name=op.f("ck_entries_purged_whole")),
        sa.ForeignKeyConstraint(["actor_id"], ["people.id"], name="fk_entries_actor_id"),
        sa.ForeignKeyConstraint(["incident_id"], ["incidents.id"], name="fk_entries_incident_id"),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], name="fk_entries_workspace_id"),
        sa.PrimaryKeyConstraint("id", name="pk_entries"),
        sa.UniqueConstraint("incident_id", "seq", name="uq_entries_incident_id_seq"),
    )
    op.create_table(
        "members",
        sa.Column("id", Id, nullable=False),
        sa.Column("workspace_id", Id, nullable=False),
        sa.Column("incident_id", Id, nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.ForeignKeyConstraint(["incident_id"], ["incidents.id"], name="fk_members_incident_id"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_members_person_id"),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], name="fk_members_workspace_id"),
        sa.PrimaryKeyConstraint("id", name="pk_members"),
        sa.UniqueConstraint("incident_id", "person_id", name="uq_members_incident_id_person_id"),
    )
    op.create_table(
        "outbox",
        sa.Column("id", Id, nullable=False),
        sa.Column("workspace_id", Id, nullable=False),
        sa.Column("lane", sa.String(length=160), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("incident_id", Id, nullable=True),
        sa.Column("key", sa.String(length=64), server_default="", nullable=False),
        sa.Column("needs_room", sa.Boolean(), nullable=False),
        sa.Column("wanted", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("done", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("unsure", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("leased_by", sa.String(length=40), nullable=True),
        sa.Column("leased_until", sa.BigInteger(), nullable=True),
        sa.Column("parked_at", sa.BigInteger(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["incident_id"], ["incidents.id"], name="fk_outbox_incident_id"),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], name="fk_outbox_workspace_id"),
        sa.PrimaryKeyConstraint("id", name="pk_outbox"),
        sa.UniqueConstraint("workspace_id", "lane", name="uq_outbox_workspace_id_lane"),
    )
    op.create_index(
        "ix_outbox_open",
        "outbox",
        ["due_at"],
        sqlite_where=sa.text("wanted > done"),
        postgresql_where=sa.text("wanted > done"),
    )
    op.create_table(
        "evidence",
        sa.Column("id", Id, nullable=False),
        sa.Column("workspace_id", Id, nullable=False),
        sa.Column("incident_id", Id, nullable=False),
        sa.Column("action_id", Id, nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("strength", sa.String(length=8), nullable=False),
        sa.Column("repo", sa.String(length=63), nullable=True),
        sa.Column("commit", sa.String(length=64), nullable=True),
        sa.Column("by", Id, nullable=True),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("lost_at", sa.BigInteger(), nullable=True),
        sa.Column("lost_by", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(["action_id"], ["actions.id"], name="fk_evidence_action_id"),
        sa.ForeignKeyConstraint(["by"], ["people.id"], name="fk_evidence_by"),
        sa.ForeignKeyConstraint(["incident_id"], ["incidents.id"], name="fk_evidence_incident_id"),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], name="fk_evidence_workspace_id"),
        sa.PrimaryKeyConstraint("id", name="pk_evidence"),
    )
    op.create_index("ix_evidence_action_id", "evidence", ["action_id"])
    op.create_index("ix_evidence_commit", "evidence", ["workspace_id", "repo", "commit"])
    op.create_table(
        "links",
        sa.Column("id", Id, nullable=False),
        sa.Column("workspace_id", Id, nullable=False),
        sa.Column("incident_id", Id, nullable=False),
        sa.Column("action_id", Id, nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("repo", sa.String(length=63), nullable=True),
        sa.Column("ref", sa.Text(), nullable=False),
        sa.Column("sha", sa.String(length=64), nullable=True),
        sa.Column("url", sa.Text(), nullable=True),
        sa.Column("by", Id, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["action_id"], ["actions.id"], name="fk_links_action_id"),
        sa.ForeignKeyConstraint(["by"], ["people.id"], name="fk_links_by"),
        sa.ForeignKeyConstraint(["incident_id"], ["incidents.id"], name="fk_links_incident_id"),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], name="fk_links_workspace_id"),
        sa.PrimaryKeyConstraint("id", name="pk_links"),
        sa.UniqueConstraint("action_id", "kind", "repo", "ref", name="uq_links_action_id_kind_repo_ref"),
    )
    op.create_index("ix_links_action_id", "links", ["action_id"])
    op.create_index("ix_links_repo", "links", ["workspace_id", "repo"])
    op.create_table(
        "reminders",
        sa.Column("id", Id, nullable=False),
        sa.Column("workspace_id", Id, nullable=False),
        sa.Column("lane", sa.String(length=80), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("incident_id", Id, nullable=True),
        sa.Column("action_id", Id, nullable=True),
        sa.Column("person_id", Id, nullable=True),
        sa.Column("due_at", sa.BigInteger(), nullable=True),
        sa.Column("sent_at", sa.BigInteger(), nullable=True),
        sa.Column("sent", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.ForeignKeyConstraint(["action_id"], ["actions.id"], name="fk_reminders_action_id"),
        sa.ForeignKeyConstraint(["incident_id"], ["incidents.id"], name="fk_reminders_incident_id"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_reminders_person_id"),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], name="fk_reminders_workspace_id"),
        sa.PrimaryKeyConstraint("id", name="pk_reminders"),
        sa.UniqueConstraint("workspace_id", "lane", name="uq_reminders_workspace_id_lane"),
    )
    op.create_index("ix_reminders_due", "reminders", ["due_at"])


def downgrade() -> None:
    for table in (
        "reminders",
        "links",
        "evidence",
        "outbox",
        "members",
        "entries",
        "actions",
        "nudges",
        "incidents",
        "repositories",
        "receipts",
        "people",
        "pacing",
        "messages",
        "workspaces",
    ):
        op.drop_table(table)
