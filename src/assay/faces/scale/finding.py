"""One task by its id here, and as it is told."""

from __future__ import annotations

from typing import Any

from assay.core.errors import NotFound
from assay.faces.scale.asking import named
from assay.faces.scale.task_ids import sought
from assay.faces.scale.task_types import KINDS
from assay.faces.scale.tasks_told import told
from assay.services import customer_tasks, projects
from assay.services.context import Context
from assay.services.customer_tasks import FoundTask, Search


async def find(context: Context, text: str) -> FoundTask:
    """The task of this part of a path. Raises ``NotFound``."""
    wanted = sought(named(text))
    search = Search(among=(wanted.first, wanted.last), ending=wanted.ending)
    rows = await customer_tasks.search(context, search, KINDS, limit=1)
    if not rows:
        raise NotFound(f"There is no task {named(text)[:50]!r}.")
    return rows[0]


async def whole(context: Context, task: FoundTask) -> dict[str, Any]:
    """All that a task tells."""
    return told(task, await projects.version(context, task.project_id, task.project_version))


async def again(context: Context, task: FoundTask) -> dict[str, Any]:
    """The task as it is now."""
    return await whole(context, await customer_tasks.found(context, task.id, KINDS))
