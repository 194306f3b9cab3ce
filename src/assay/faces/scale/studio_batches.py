"""The order of work: batches that are not finished yet, and which of them come first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from litestar import Response

from assay.core.errors import Invalid
from assay.faces.http import AnyRequest, enter
from assay.faces.scale.asking import answer, object_in, serves
from assay.faces.scale.batches import called
from assay.faces.scale.batches_told import told_in_order
from assay.faces.scale.reading import a_list
from assay.services import batches
from assay.services.batches import Batch, Search
from assay.services.context import Context


@serves("GET", "/studio/batches", "task.read")
async def list_in_order(request: AnyRequest) -> Response[bytes]:
    """Every batch that is not finished, in the order of their tasks; those without a place by their age."""
    async with enter(request) as context:
        return answer(await _in_order(context))


@serves("POST", "/studio/batches/set_priorities", "task.write")
async def set_order(request: AnyRequest) -> Response[bytes]:
    """Puts batches in order. Those that are not named come after them, by their age."""
    wanted = a_list((await object_in(request)).get("batches"), "batches")
    if not wanted:
        raise Invalid("Name the batches in their order, or reset the order.", "batches")
    async with enter(request) as context:
        await batches.put_in_order(context, [await _named(context, one) for one in wanted])
        return answer(await _in_order(context))


@serves("POST", "/studio/batches/reset_priorities", "task.write")
async def reset_order(request: AnyRequest) -> Response[bytes]:
    """Takes their places from all batches: the oldest comes first again."""
    async with enter(request) as context:
        await batches.put_in_order(context, [])
        return answer(await _in_order(context))


async def _named(context: Context, entry: Any) -> Batch:
    name = entry.get("name") if isinstance(entry, dict) else entry
    if not isinstance(name, str):
        raise Invalid("Each must name a batch.", "batches")
    return await called(context, name)


async def _in_order(context: Context) -> Sequence[dict[str, Any]]:
    wanted = Search(mode=context.caller.mode, unfinished=True, archived=False)
    found = await batches.search(context, wanted, limit=None, in_order=True)
    counts = await batches.counts(context, found)
    return [told_in_order(batch, counts[batch.id], []) for batch in found]


HANDLERS: Final = [list_in_order, set_order, reset_order]
