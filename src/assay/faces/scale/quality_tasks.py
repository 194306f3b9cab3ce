"""Tasks whose answer is known: hidden ones that measure people, and visible ones that they practise on."""

from __future__ import annotations

from typing import Any, Final

from litestar import Response
from litestar.params import FromPath

from assay.core.errors import Invalid, Problem
from assay.faces.http import AnyRequest, enter, house
from assay.faces.scale.asking import answer, named, object_in, query_of, serves
from assay.faces.scale.pages import limit_of
from assay.faces.scale.reading import one, several, written
from assay.faces.scale.task_ids import shown, sought
from assay.faces.scale.task_type import Params, TaskType
from assay.faces.scale.task_types import type_named
from assay.faces.scale.tasks import Known, created
from assay.services import resolution, training
from assay.services.context import Context
from assay.services.customer_tasks import FoundTask
from assay.services.training import Labeler


@serves("POST", "/evaluation_tasks/{task:str}", "task.write")
async def create_evaluation_task(request: AnyRequest, task: FromPath[str]) -> Response[bytes]:
    """A task that is mixed in unseen among the others of its project; whoever gets it is measured by it."""
    return await _create(request, task, _make_gold)


@serves("POST", "/training_tasks/{task:str}", "task.write")
async def create_training_task(request: AnyRequest, task: FromPath[str]) -> Response[bytes]:
    """A task to practise on before any work of its project is offered; its answer is shown afterwards."""
    return await _create(request, task, _make_training)


async def _create(request: AnyRequest, task: str, known: Known) -> Response[bytes]:
    body = {name: value for name, value in (await object_in(request)).items() if value is not None}
    if not body.get("expected_response"):
        raise Invalid("Give the answer that is expected.", "expected_response")
    if not body.get("project"):
        raise Invalid("Say which project it belongs to.", "project")
    # An answer that a reviewer is to correct is, here, one to begin with.
    body.setdefault("hypothesis", body.get("initial_response"))
    made = await created(request, type_named(named(task)), body, known)
    house(request).ring()
    return answer(made)


async def _make_gold(context: Context, task: FoundTask, task_type: TaskType, params: Params) -> dict[str, Any]:
    expected = params["expected_response"]
    known = task_type.prelabels(params, expected, "expected_response")
    if known is None:
        raise Invalid("Give the answer that is expected.", "expected_response")
    try:
        await resolution.command(context, task.id, "make_gold", gold=known)
    except Invalid as error:
        raise Invalid(
            [Problem(f"expected_response.{said.field}".rstrip("."), said.message) for said in error.problems]
        ) from error
    return {
        "id": shown(task.id),
        "type": task_type.name,
        "project": task.project_name,
        "created_at": written(task.created_at),
        "initial_response": params.get("initial_response"),
        "expected_response": expected,
        "metadata": task.metadata,
    }


async def _make_training(context: Context, task: FoundTask, task_type: TaskType, params: Params) -> dict[str, Any]:
    told = await _make_gold(context, task, task_type, params)
    await training.make_training(context, task.project_id, task.id)
    return told


# --- who practised ------------------------------------------------------------------------------------------------


@serves("GET", "/quality/labelers", "worker.read")
async def list_labelers(request: AnyRequest) -> Response[bytes]:
    """Whoever practised, by address, with every attempt; only on some tasks, or only some people, where those are
    named."""
    query = query_of(request)
    tasks, emails = several(query, "quality_task_ids"), several(query, "labeler_emails")
    limit = limit_of(query)
    async with enter(request) as context:
        found = await training.labelers(
            context,
            emails=[email.lower() for email in emails] or None,
            endings=[sought(text).ending for text in tasks if "," not in text] or None,
            after=one(query, "next_token"),
            limit=limit,
        )
    told: dict[str, Any] = {"docs": [_labeler(labeler) for labeler in found[:limit]], "limit": limit}
    told["has_more"] = len(found) > limit
    if told["has_more"]:
        told["next_token"] = found[limit - 1].email
    return answer(told)


def _labeler(labeler: Labeler) -> dict[str, Any]:
    return {
        "id": str(labeler.worker_id),
        "email": labeler.email,
        "name": labeler.name,
        "training_attempts": [
            {
                "quality_task_id": shown(attempt.task_id),
                "project": attempt.project,
                "score": attempt.score,
                "attempt": attempt.run,
                "attempted_at": written(attempt.answered_at),
            }
            for attempt in labeler.attempts
        ],
    }


HANDLERS: Final = [create_evaluation_task, create_training_task, list_labelers]
