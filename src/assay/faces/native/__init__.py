"""Assay's own REST API, version 1."""

from __future__ import annotations

from litestar import Router

from assay.faces.native import (
    audits,
    batches,
    callbacks,
    events,
    exports,
    imports,
    people,
    progress,
    projects,
    tasks,
    teams,
    webhooks,
    workers,
)

router = Router(
    path="/v1",
    route_handlers=[
        *people.HANDLERS,
        *workers.HANDLERS,
        *teams.HANDLERS,
        *webhooks.HANDLERS,
        *callbacks.HANDLERS,
        *events.HANDLERS,
        *exports.HANDLERS,
        *imports.HANDLERS,
        *progress.HANDLERS,
        projects.router,
        tasks.router,
        audits.router,
        batches.router,
    ],
)
