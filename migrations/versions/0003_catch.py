"""Where in Slack an action was said, what was pinned to the timeline, and what was offered to whom.

Revision ID: 0003
Revises: 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer, "sqlite")  # as in the first schema

_SOURCE = ("source_channel", "source_ts", "source_url", "source_gone")


def upgrade() -> None:
    op.add_column("actions", sa.Column("source_channel", sa.String(length=32), nullable=True))
    op.add_column("actions", sa.Column("source_ts", sa.String(length=32), nullable=True))
    op.add_column("actions", sa.Column("source_url", sa.Text(), nullable=True))
    op.add_column("actions", sa.Column("source_gone", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.create_index("ix_actions_source", "actions", ["workspace_id", "source_channel", "source_ts"], unique=True)
    op.add_column("people", sa.Column("offers", sa.Boolean(), server_default=sa.true(), nullable=False))
    op.create_table(
        "pins",
        sa.Column("id", Id, nullable=False),
        sa.Column("workspace_id", Id, nullable=False),
        sa.Column("incident_id", Id, nullable=False),
        sa.Column("channel_id", sa.String(length=32), nullable=False),
        sa.Column("ts", sa.String(length=32), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("by", Id, nullable=False),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], name="fk_pins_workspace_id"),
        sa.ForeignKeyConstraint(["incident_id"], ["incidents.id"], name="fk_pins_incident_id"),
        sa.ForeignKeyConstraint(["by"], ["people.id"], name="fk_pins_by"),
        sa.PrimaryKeyConstraint("id", name="pk_pins"),
        sa.UniqueConstraint("workspace_id", "channel_id", "ts", name="uq_pins_workspace_id_channel_id_ts"),
    )
    op.create_table(
        "offers",
        sa.Column("id", Id, nullable=False),
        sa.Column("workspace_id", Id, nullable=False),
        sa.Column("incident_id", Id, nullable=False),
        sa.Column("channel_id", sa.String(length=32), nullable=False),
        sa.Column("ts", sa.String(length=32), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("link", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], name="fk_offers_workspace_id"),
        sa.ForeignKeyConstraint(["incident_id"], ["incidents.id"], name="fk_offers_incident_id"),
        sa.PrimaryKeyConstraint("id", name="pk_offers"),
        sa.UniqueConstraint("workspace_id", "channel_id", "ts", name="uq_offers_workspace_id_channel_id_ts"),
        sa.UniqueConstraint("incident_id", "fingerprint", name="uq_offers_incident_id_fingerprint"),
    )


def downgrade() -> None:
    op.drop_table("offers")
    op.drop_table("pins")
    op.drop_column("people", "offers")
    op.drop_index("ix_actions_source", "actions")
    for column in reversed(_SOURCE):
        op.drop_column("actions", column)
