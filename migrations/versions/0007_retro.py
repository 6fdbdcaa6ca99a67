"""What people write of an incident.

Revision ID: 0007
Revises: 0006
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "retro",
        sa.Column("id", Id, nullable=False),
        sa.Column("workspace_id", Id, nullable=False),
        sa.Column("incident_id", Id, nullable=False),
        sa.Column("section", sa.String(length=16), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("by", Id, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], name="fk_retro_workspace_id"),
        sa.ForeignKeyConstraint(["incident_id"], ["incidents.id"], name="fk_retro_incident_id"),
        sa.ForeignKeyConstraint(["by"], ["people.id"], name="fk_retro_by"),
        sa.PrimaryKeyConstraint("id", name="pk_retro"),
        sa.UniqueConstraint("incident_id", "section", name="uq_retro_incident_id_section"),
    )


def downgrade() -> None:
    op.drop_table("retro")
