"""Layouts: a requester's own pages with places, from which programs make the questions of their tasks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from assay.core import layouts as rules
from assay.core.postings import MissingThing
from assay.services.context import Context
from assay.store import events
from assay.store import layouts as store
from assay.store.layouts import Layout

__all__ = ["Layout", "filled", "get", "listed", "make", "retire"]


async def make(context: Context, name: str, html: str) -> Layout:
    """A new layout. Its text is never changed; another text is another layout. Raises ``Invalid``, and
    ``Forbidden`` for a test key, which uses layouts and does not see them."""
    context.require_live()
    rules.check(name, html)
    layout = Layout(context.new_id(), name.strip(), html, context.now)
    await store.insert(context.tenant, layout)
    await _record(context, "layout.created", layout)
    return layout


async def get(context: Context, layout_id: UUID) -> Layout:
    """Raises ``NotFound``."""
    context.require_live()
    return await store.get(context.tenant, layout_id)


async def listed(context: Context, *, before: UUID | None, limit: int) -> Sequence[Layout]:
    """Newest first, retired ones too; one more than ``limit`` where there are more."""
    context.require_live()
    return await store.listed(context.tenant, before=before, limit=limit + 1)


async def filled(context: Context, layout_id: UUID, given: Mapping[str, str]) -> str:
    """Its page with these values. Raises ``NotFound`` (for a retired one too), ``Invalid`` unless exactly its places
    are given, and ``TooLarge``."""
    layout = await store.get(context.tenant, layout_id)
    if layout.retired_at is not None:
        raise MissingThing("layout")
    return rules.filled(layout.html, given)


async def retire(context: Context, layout_id: UUID) -> None:
    """Nothing new is made from it; tasks that were stay as they are. Raises ``NotFound``."""
    context.require_live()
    layout = await store.get(context.tenant, layout_id)
    if layout.retired_at is None:
        await store.retire(context.tenant, layout_id, context.now)
        await _record(context, "layout.retired", layout)


async def _record(context: Context, type: str, layout: Layout) -> None:
    about: dict[str, Any] = {"layout_id": str(layout.id), "name": layout.name}
    event = events.NewEvent(context.new_id(), type, data=about)
    await events.record(context.tenant, context.now, context.caller.actor, [event])
