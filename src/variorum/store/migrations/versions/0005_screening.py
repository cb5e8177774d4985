"""What the screen of dedup looks at, kept beside the features of each record.

Features of an older version are made anew by the next dedup run, and these columns with them.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("record_features", sa.Column("abstracts", sa.BigInteger(), server_default="0", nullable=False))
    op.add_column("record_features", sa.Column("standing", sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    op.drop_column("record_features", "standing")
    op.drop_column("record_features", "abstracts")
