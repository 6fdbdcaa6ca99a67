"""Who has which role; what kind of room an incident has, and which service it is about.

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer, "sqlite")  # as in the first schema

_ROOM = ("drill", "borrowed", "service", "duplicate_of", "archived_at")


def upgrade() -> None:
    op.add_column("incidents", sa.Column("drill", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("incidents", sa.Column("borrowed", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("incidents", sa.Column("service", sa.String(length=63), nullable=True))
    op.add_column("incidents", sa.Column("duplicate_of", sa.Integer(), nullable=True))
    op.add_column("incidents", sa.Column("archived_at", sa.BigInteger(), nullable=True))
    op.create_table(
        "roles",
        sa.Column("id", Id, nullable=False),
        sa.Column("workspace_id", Id, nullable=False),
        sa.Column("incident_id", Id, nullable=False),
        sa.Column("role", sa.String(length=63), nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], name="fk_roles_workspace_id"),
        sa.ForeignKeyConstraint(["incident_id"], ["incidents.id"], name="fk_roles_incident_id"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_roles_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_roles"),
        sa.UniqueConstraint("incident_id", "role", name="uq_roles_incident_id_role"),
    )


def downgrade() -> None:
    op.drop_table("roles")
    for column in reversed(_ROOM):
        op.drop_column("incidents", column)
