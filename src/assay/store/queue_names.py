"""What PgQueuer's things are called in our database."""

from __future__ import annotations

from typing import Final

SCHEMA: Final = "queue"
TABLE: Final = "pgqueuer"
# A notification here wakes every runner.
CHANNEL: Final = "ch_pgqueuer"
