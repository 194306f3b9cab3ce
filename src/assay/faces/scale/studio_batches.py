"""The order of work: batches that are not finished yet, and which of them come first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from litestar import Response
from litestar.params import FromPath

from assay.core.errors import Invalid
from assay.faces.http import AnyRequest, enter, house
from assay.faces.scale.asking import answer, named, object_in, serves
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
    return await _told(context, found)


async def _told(context: Context, found: Sequence[Batch]) -> Sequence[dict[str, Any]]:
    counts, groups = await batches.counts(context, found), await batches.kept_to(context, found)
    return [told_in_order(batch, counts[batch.id], [name for _, name in groups[batch.id]]) for batch in found]


@serves("PUT", "/studio/batches/{name:str}", "worker.write")
async def assign_groups(request: AnyRequest, name: FromPath[str]) -> Response[bytes]:
    """Keeps a batch to groups of workers; with none, everybody is offered its tasks again."""
    groups = a_list((await object_in(request)).get("groups"), "groups")
    if not all(isinstance(group, str) and "\x00" not in group for group in groups):
        raise Invalid("Must be a list of names of groups.", "groups")
    async with enter(request) as context:
        context.require_live()
        batch = await called(context, named(name))
        await batches.keep_to(context, batch, groups)
        (told,) = await _told(context, [batch])
    house(request).ring()
    return answer(told)


HANDLERS: Final = [list_in_order, set_order, reset_order, assign_groups]
