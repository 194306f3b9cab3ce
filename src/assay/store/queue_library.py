"""PgQueuer, told where its tables are.

Apart from ``jobs`` because it takes a fifth of all the time a server needs to be imported, and a server can open its
door without it.
"""

from __future__ import annotations

from typing import Any, Final

from pgqueuer.adapters.persistence.qb import QueryBuilderEnvironment, QueryQueueBuilder, QuerySchedulerBuilder
from pgqueuer.adapters.persistence.queries import Queries
from pgqueuer.domain.settings import DBSettings
from pgqueuer.domain.types import Channel

from assay.store import queue_names

_SETTINGS: Final = DBSettings(
    db_schema=queue_names.SCHEMA, queue_table=queue_names.TABLE, channel=Channel(queue_names.CHANNEL)
)


def install_statements() -> list[str]:
    """What makes the queue's tables, in a database that has none."""
    builder = QueryBuilderEnvironment(_SETTINGS)
    return [builder.build_install_query(), builder.build_optimize_autovacuum_query()]


def queries_for(driver: Any) -> Queries:
    """PgQueuer's own statements, over our schema."""
    return Queries(
        driver,
        qbe=QueryBuilderEnvironment(_SETTINGS),
        qbq=QueryQueueBuilder(_SETTINGS),
        qbs=QuerySchedulerBuilder(_SETTINGS),
    )
