"""How this dialect words a callback: the object that ended, in the very shape in which it is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from assay.core.errors import Invalid
from assay.faces.http import AnyRequest, House, house
from assay.faces.scale import batches_told
from assay.faces.scale.task_ids import shown
from assay.faces.scale.task_type import Params
from assay.faces.scale.task_types import KINDS
from assay.faces.scale.tasks_told import told
from assay.services import batches, customer_tasks, projects
from assay.services.attempts import About
from assay.services.context import Context

KEY_HEADER: Final = "scale-callback-auth"


def called_back(request: AnyRequest, params: Params, field: str = "callback_url") -> str | None:
    """As ``address_in``."""
    return address_in(house(request), params, field)


def address_in(home: House, params: Params, field: str = "callback_url") -> str | None:
    """Whom the parameters of a task, project or batch name; none where they name nobody.

    Raises ``Invalid`` for an address that callbacks may not go to.
    """
    address = params.get(field)
    if address is None or address == "":
        return None
    if not isinstance(address, str):
        raise Invalid("Must be an http or https address, or an e-mail address.", field)
    try:
        home.check_callback(address)
    except Invalid as error:
        raise Invalid(error.message, field) from None
    return address


class SpokenCallbacks:
    """``services.attempts.Dialect``."""

    def title(self, about: About) -> str:
        """See the protocol."""
        if about.batch_id is not None:
            return f"Batch {shown(about.batch_id)} is completed"
        assert about.task_id is not None, "a callback is about a task or a batch"
        how = "completed" if about.event_type == "task.completed" else "not possible"
        return f"Task {shown(about.task_id)} is {how}"

    def headers(self, key: str) -> Mapping[str, str]:
        """See the protocol."""
        return {KEY_HEADER: key}

    async def body(self, context: Context, about: About) -> str:
        """See the protocol. ``context`` is of the mode of what is told."""
        if about.batch_id is not None:
            batch = await batches.get(context, about.batch_id)
            counts = await batches.counts(context, [batch])
            ended = batches_told.told(batch, counts[batch.id])
            return msgspec.json.encode({"batch": ended, "status": ended["status"], "batch_id": ended["id"]}).decode()
        assert about.task_id is not None, "a callback is about a task or a batch"
        task = await customer_tasks.found(context, about.task_id, KINDS)
        whole = told(task, await projects.version(context, task.project_id, task.project_version))
        said: dict[str, Any] = {"task": whole, "response": whole.get("response"), "task_id": whole["task_id"]}
        return msgspec.json.encode(said).decode()
