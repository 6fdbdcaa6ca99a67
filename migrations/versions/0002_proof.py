"""What was changed by hand and what became of it in Git: changes, proofs, pull requests, deployments; tokens.

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer, "sqlite")  # as in the first schema


def upgrade() -> None:
    op.create_table(
        "changes",
        sa.Column("id", Id, nullable=False),
        sa.Column("workspace_id", Id, nullable=False),
        sa.Column("incident_id", Id, nullable=False),
        sa.Column("action_id", Id, nullable=False),
        sa.Column("repo", sa.String(length=63), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("base_commit", sa.String(length=64), nullable=False),
        sa.Column("base_mode", sa.String(length=6), nullable=True),
        sa.Column("base_content", sa.LargeBinary(), nullable=True),
        sa.Column("live_mode", sa.String(length=6), nullable=True),
        sa.Column("live_content", sa.LargeBinary(), nullable=True),
        sa.Column("veil", sa.Text(), nullable=True),
        sa.Column("upstream_path", sa.Text(), nullable=False),
        sa.Column("by", Id, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("dropped_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], name="fk_changes_workspace_id"),
        sa.ForeignKeyConstraint(["incident_id"], ["incidents.id"], name="fk_changes_incident_id"),
        sa.ForeignKeyConstraint(["action_id"], ["actions.id"], name="fk_changes_action_id"),
        sa.ForeignKeyConstraint(["by"], ["people.id"], name="fk_changes_by"),
        sa.PrimaryKeyConstraint("id", name="pk_changes"),
    )
    op.create_index("ix_changes_action_id", "changes", ["action_id"])
    op.create_index("ix_changes_repo", "changes", ["workspace_id", "repo"])
    op.create_table(
        "sent_changes",
        sa.Column("id", Id, nullable=False),
        sa.Column("workspace_id", Id, nullable=False),
        sa.Column("incident_id", Id, nullable=False),
        sa.Column("action_id", Id, nullable=False),
        sa.Column("repo", sa.String(length=63), nullable=False),
        sa.Column("whole", sa.Boolean(), nullable=False),
        sa.Column("path", sa.Text(), nullable=True),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("veil", sa.Text(), nullable=True),
        sa.Column("by", Id, nullable=False),
        sa.Column("via", sa.String(length=32), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], name="fk_sent_changes_workspace_id"),
        sa.ForeignKeyConstraint(["incident_id"], ["incidents.id"], name="fk_sent_changes_incident_id"),
        sa.ForeignKeyConstraint(["action_id"], ["actions.id"], name="fk_sent_changes_action_id"),
        sa.ForeignKeyConstraint(["by"], ["people.id"], name="fk_sent_changes_by"),
        sa.PrimaryKeyConstraint("id", name="pk_sent_changes"),
    )
    op.create_index("ix_sent_changes_action_id", "sent_changes", ["action_id"])
    op.create_index("ix_sent_changes_repo", "sent_changes", ["workspace_id", "repo"])
    op.create_table(
        "proofs",
        sa.Column("id", Id, nullable=False),
        sa.Column("workspace_id", Id, nullable=False),
        sa.Column("incident_id", Id, nullable=False),
        sa.Column("action_id", Id, nullable=False),
        sa.Column("repo", sa.String(length=63), nullable=False),
        sa.Column("tip", sa.String(length=64), nullable=False),
        sa.Column("change_id", Id, nullable=False),
        sa.Column("verdict", sa.String(length=16), nullable=False),
        sa.Column("rung", sa.Integer(), nullable=True),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], name="fk_proofs_workspace_id"),
        sa.ForeignKeyConstraint(["incident_id"], ["incidents.id"], name="fk_proofs_incident_id"),
        sa.ForeignKeyConstraint(["action_id"], ["actions.id"], name="fk_proofs_action_id"),
        sa.PrimaryKeyConstraint("id", name="pk_proofs"),
        sa.UniqueConstraint("action_id", "repo", name="uq_proofs_action_id_repo"),
    )
    op.create_table(
        "patches",
        sa.Column("id", Id, nullable=False),
        sa.Column("workspace_id", Id, nullable=False),
        sa.Column("incident_id", Id, nullable=False),
        sa.Column("action_id", Id, nullable=False),
        sa.Column("repo", sa.String(length=63), nullable=False),
        sa.Column("made_for", sa.Text(), nullable=True),
        sa.Column("tip", sa.String(length=64), nullable=True),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("push_by", Id, nullable=True),
        sa.Column("push_at", sa.BigInteger(), nullable=True),
        sa.Column("commit", sa.String(length=64), nullable=True),
        sa.Column("pushed", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], name="fk_patches_workspace_id"),
        sa.ForeignKeyConstraint(["incident_id"], ["incidents.id"], name="fk_patches_incident_id"),
        sa.ForeignKeyConstraint(["action_id"], ["actions.id"], name="fk_patches_action_id"),
        sa.ForeignKeyConstraint(["push_by"], ["people.id"], name="fk_patches_push_by"),
        sa.PrimaryKeyConstraint("id", name="pk_patches"),
        sa.UniqueConstraint("action_id", "repo", name="uq_patches_action_id_repo"),
    )
    op.create_index("ix_patches_repo", "patches", ["workspace_id", "repo"])
    op.create_table(
        "pulls",
        sa.Column("id", Id, nullable=False),
        sa.Column("workspace_id", Id, nullable=False),
        sa.Column("repo", sa.String(length=63), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("reviews", sa.Text(), nullable=False),
        sa.Column("head_ref", sa.Text(), nullable=False),
        sa.Column("head_sha", sa.String(length=64), nullable=False),
        sa.Column("merge_commit", sa.String(length=64), nullable=True),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], name="fk_pulls_workspace_id"),
        sa.PrimaryKeyConstraint("id", name="pk_pulls"),
        sa.UniqueConstraint("workspace_id", "repo", "number", name="uq_pulls_workspace_id_repo_number"),
    )
    op.create_table(
        "deployments",
        sa.Column("id", Id, nullable=False),
        sa.Column("workspace_id", Id, nullable=False),
        sa.Column("repo", sa.String(length=63), nullable=False),
        sa.Column("environment", sa.Text(), nullable=False),
        sa.Column("external_id", sa.String(length=80), nullable=False),
        sa.Column("sha", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("live_at", sa.BigInteger(), nullable=True),
        sa.Column("judged_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], name="fk_deployments_workspace_id"),
        sa.PrimaryKeyConstraint("id", name="pk_deployments"),
        sa.UniqueConstraint("workspace_id", "repo", "external_id", name="uq_deployments_workspace_id_repo_external_id"),
    )
    op.create_index("ix_deployments_environment", "deployments", ["workspace_id", "repo", "environment"])
    op.create_table(
        "deployed",
        sa.Column("id", Id, nullable=False),
        sa.Column("workspace_id", Id, nullable=False),
        sa.Column("incident_id", Id, nullable=False),
        sa.Column("action_id", Id, nullable=False),
        sa.Column("environment", sa.Text(), nullable=False),
        sa.Column("deployment_id", Id, nullable=False),
        sa.Column("commit", sa.String(length=64), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], name="fk_deployed_workspace_id"),
        sa.ForeignKeyConstraint(["incident_id"], ["incidents.id"], name="fk_deployed_incident_id"),
        sa.ForeignKeyConstraint(["action_id"], ["actions.id"], name="fk_deployed_action_id"),
        sa.ForeignKeyConstraint(["deployment_id"], ["deployments.id"], name="fk_deployed_deployment_id"),
        sa.PrimaryKeyConstraint("id", name="pk_deployed"),
        sa.UniqueConstraint("action_id", "environment", name="uq_deployed_action_id_environment"),
    )
    op.create_table(
        "tokens",
        sa.Column("id", Id, nullable=False),
        sa.Column("workspace_id", Id, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("role", sa.String(length=24), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("revoked_at", sa.BigInteger(), nullable=True),
        sa.Column("used_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], name="fk_tokens_workspace_id"),
        sa.PrimaryKeyConstraint("id", name="pk_tokens"),
        sa.UniqueConstraint("hash", name="uq_tokens_hash"),
    )
    with op.batch_alter_table("links") as batch:
        batch.alter_column("by", existing_type=Id, nullable=True)
        batch.add_column(sa.Column("dropped_at", sa.BigInteger(), nullable=True))


def downgrade() -> None:
    by = sa.column("by")
    op.execute(sa.delete(sa.table("links", by)).where(by.is_(None)))
    with op.batch_alter_table("links") as batch:
        batch.drop_column("dropped_at")
        batch.alter_column("by", existing_type=Id, nullable=False)
    for table in ("tokens", "deployed", "deployments", "pulls", "patches", "proofs", "sent_changes", "changes"):
        op.drop_table(table)
