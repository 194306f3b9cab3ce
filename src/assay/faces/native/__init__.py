"""Assay's own REST API, version 1."""

from __future__ import annotations

from litestar import Router

from assay.faces.native import (
    audits,
    batches,
    blocks,
    callbacks,
    earnings,
    events,
    exports,
    imports,
    job_search,
    layouts,
    messages,
    market,
    money,
    people,
    progress,
    projects,
    qualifications,
    qualifying,
    signing_keys,
    tasks,
    teams,
    treasury,
    webhooks,
    workers,
)

router = Router(
    path="/v1",
    route_handlers=[
        *people.HANDLERS,
        *signing_keys.HANDLERS,
        *layouts.HANDLERS,
        *messages.HANDLERS,
        *market.HANDLERS,
        *job_search.HANDLERS,
        *qualifications.HANDLERS,
        *qualifying.HANDLERS,
        *blocks.HANDLERS,
        *workers.HANDLERS,
        *teams.HANDLERS,
        *webhooks.HANDLERS,
        *callbacks.HANDLERS,
        *money.HANDLERS,
        *earnings.HANDLERS,
        *treasury.HANDLERS,
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
