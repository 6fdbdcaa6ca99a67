"""Who looks at their Home tab, and at which page of it. Looking for the last entry of a kind.

Revision ID: 0005
Revises: 0004
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("people", sa.Column("home_at", sa.BigInteger(), nullable=True))
    op.add_column("people", sa.Column("home_page", sa.Integer(), server_default=sa.text("1"), nullable=False))
    op.create_index("ix_people_home", "people", ["workspace_id", "home_at"])
    op.create_index("ix_entries_kind", "entries", ["incident_id", "kind", "at"])


def downgrade() -> None:
    op.drop_index("ix_entries_kind", "entries")
    op.drop_index("ix_people_home", "people")
    op.drop_column("people", "home_page")
    op.drop_column("people", "home_at")
