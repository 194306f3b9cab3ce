"""Photos and tasks: adding them, listing them, looking at one."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from litestar import Router, delete, get, post, put
from litestar.params import FromPath, FromQuery, HeaderParameter, JSONBody, QueryParameter

from assay.core.errors import Invalid
from assay.core.intake import TaskRow as NewTaskRow
from assay.core.tasks import TaskState
from assay.core.taxonomy import Taxonomy
from assay.faces.http import AnyRequest, FieldProblem, Page, enter, house, id_cursor, page_of
from assay.faces.media import Media, ShownItem, body_of, file_name_of, media_of, put_away, shown_items
from assay.faces.native.audits import Audit, audit_of
from assay.faces.native.events import Event, event_of
from assay.services import intake, resolution, review, tasks
from assay.services.context import Context

Limit = Annotated[int, QueryParameter(ge=1, le=500, description="How many items a page has.")]
BULK_BYTES_MAX = 64 * 1024 * 1024


class Attachment(msgspec.Struct):
    """``duplicate``: the project had this photo already, and this is that one."""

    id: UUID
    media: Media
    duplicate: bool


class NewTasks(msgspec.Struct, forbid_unknown_fields=True):
    """1 to 10,000 tasks. ``batch`` names the batch they go into; it is made if there is none of that name."""

    tasks: list[NewTaskRow]
    batch: str | None = None


class RowResult(msgspec.Struct):
    index: int
    status: Literal["created", "existing", "failed"]
    task_id: UUID | None
    problems: list[FieldProblem]


class BulkResult(msgspec.Struct):
    """One result for each row, in the order sent. Rows that failed did not stop the others."""

    created: int
    existing: int
    failed: int
    results: list[RowResult]


class TaskRow(msgspec.Struct, kw_only=True):
    """A task in a list. ``agreement`` and ``confidence`` are of the latest consensus, within [0, 1]. ``excerpt``: how
    its first text begins, for a task that shows texts."""

    id: UUID
    unique_id: str | None
    state: TaskState
    is_gold: bool
    batch: str | None
    priority: int
    metadata: dict[str, Any]
    media: Media | None
    media_problem: str | None
    excerpt: str | None
    submissions: int
    agreement: float | None
    confidence: float | None
    created_at: datetime
    completed_at: datetime | None


class Person(msgspec.Struct):
    id: UUID
    name: str
    kind: str = "person"


class Assignment(msgspec.Struct, kw_only=True):
    """One worker's turn. ``reason``: why it was skipped, reported or closed, or why a review was asked."""

    id: UUID
    stage: Literal["annotate", "review"]
    round: int
    state: str
    worker: Person | None
    claimed_at: datetime | None
    closed_at: datetime | None
    lease_until: datetime | None
    reason: str | None


class Submission(msgspec.Struct, kw_only=True):
    id: UUID
    assignment_id: UUID
    worker: Person
    round: int
    answer: dict[str, Any]
    duration_seconds: float
    submitted_at: datetime
    gold_score: float | None
    agreement_with_consensus: float | None


class Consensus(msgspec.Struct, kw_only=True):
    """``objects`` say of each object who marked it and how sure the merge is; ``members`` point into
    ``submission_ids`` by index."""

    answer: dict[str, Any]
    confidence: float
    agreement: float
    objects: list[dict[str, Any]]
    submission_ids: list[UUID]


class Review(msgspec.Struct, kw_only=True):
    id: UUID
    reviewer: Person
    verdict: Literal["accept", "fix", "send_back"]
    comment: str | None
    answer: dict[str, Any] | None
    created_at: datetime


class TaskResponse(msgspec.Struct, kw_only=True):
    """The accepted result."""

    answer: dict[str, Any]
    confidence: float
    origin: Literal["submission", "consensus", "review", "audit", "made_up"]
    accepted_at: datetime


class TaskDetail(TaskRow, kw_only=True):
    """``content``: what it shows besides ``media``. ``taxonomy``: what it asks, where that is not what its project's
    version asks."""

    project_id: UUID
    project_version: int
    round: int
    content: list[ShownItem] | None
    taxonomy: Taxonomy | None
    prelabels: dict[str, Any] | None
    gold: dict[str, Any] | None
    broken_reason: str | None
    assignments: list[Assignment]
    submissions: list[Submission]  # type: ignore[assignment]
    consensus: Consensus | None
    reviews: list[Review]
    audits: list[Audit]
    response: TaskResponse | None
    events: list[Event]


class Gold(msgspec.Struct, forbid_unknown_fields=True):
    answer: dict[str, Any]


class WaitingReview(msgspec.Struct):
    task: TaskRow
    assignment_id: UUID
    waiting_since: datetime
    reason: str | None
    claimed_by: Person | None


def _row_fields(request: AnyRequest, context: Context, row: tasks.Task) -> dict[str, Any]:
    media = None
    if row.photo is not None and row.attachment_id is not None:
        media = media_of(house(request), context, row.attachment_id, row.photo)
    return {
        "id": row.id,
        "unique_id": row.unique_id,
        "state": row.state,
        "is_gold": row.is_gold,
        "batch": row.batch,
        "priority": row.priority,
        "metadata": row.metadata,
        "media": media,
        "media_problem": row.media_problem,
        "excerpt": row.excerpt,
        "submissions": row.submissions,
        "agreement": row.agreement,
        "confidence": row.confidence,
        "created_at": row.created_at,
        "completed_at": row.completed_at,
    }


def task_row(request: AnyRequest, context: Context, row: tasks.Task) -> TaskRow:
    """A task as a list shows it."""
    return TaskRow(**_row_fields(request, context, row))


# --- adding -------------------------------------------------------------------------------------------------------


@post("/projects/{project_id:uuid}/attachments", opt={"permission": "task.write"}, operation_id="add_attachment")
async def add_attachment(request: AnyRequest, project_id: FromPath[UUID]) -> Attachment:
    """Adds one photo: its bytes as the body, its name in X-File-Name. JPEG, PNG or WebP, up to 50 MiB.

    The type is decided by content. The camera's orientation is followed and all metadata is dropped.
    """
    home = house(request)
    async with enter(request) as context:
        organization_id = context.organization_id
        await intake.accepting(context, project_id)
    # Decoding takes long: no transaction stays open over it.
    stored = await put_away(home.blobs, organization_id, file_name_of(request), await body_of(request))
    async with enter(request) as context:
        attachment_id, duplicate = await intake.add_attachment(context, project_id, stored)
        return Attachment(attachment_id, media_of(home, context, attachment_id, stored), duplicate)


@post(
    "/projects/{project_id:uuid}/tasks",
    opt={"permission": "task.write"},
    operation_id="create_tasks",
    request_max_body_size=BULK_BYTES_MAX,
)
async def create_tasks(
    request: AnyRequest,
    project_id: FromPath[UUID],
    data: JSONBody[NewTasks],
    idempotency_key: Annotated[str | None, HeaderParameter(name="Idempotency-Key")] = None,
) -> BulkResult:
    """Creates up to 10,000 tasks at once. A row that is wrong comes back with its problems and stops no other.

    With an Idempotency-Key the same request again gives the first answer again and creates nothing.
    """
    async with enter(request) as context:
        if not data.tasks:
            raise Invalid("Give at least one task.", "tasks")
        if idempotency_key is not None:
            asked = f"{request.method} {request.url.path}\n".encode() + await request.body()
            earlier = await intake.remembered(context, idempotency_key, asked)
            if earlier is not None:
                return msgspec.convert(earlier, BulkResult)
        found = await intake.create_tasks(context, project_id, data.tasks, batch=data.batch)
        counts = {"created": 0, "existing": 0, "failed": 0}
        for result in found:
            counts[result.status] += 1
        answer = BulkResult(
            **counts,
            results=[
                RowResult(r.index, r.status, r.task_id, [FieldProblem(p.field, p.message) for p in r.problems])
                for r in found
            ],
        )
        if idempotency_key is not None:
            await intake.remember(context, idempotency_key, answer)
    house(request).ring()
    return answer


# --- reading ------------------------------------------------------------------------------------------------------


@get("/projects/{project_id:uuid}/tasks", opt={"permission": "task.read"}, operation_id="list_tasks")
async def list_tasks(
    request: AnyRequest,
    project_id: FromPath[UUID],
    in_state: Annotated[TaskState | None, QueryParameter(name="state")] = None,
    batch: FromQuery[str | None] = None,
    gold: FromQuery[bool | None] = None,
    worker: FromQuery[UUID | None] = None,
    agreement_max: FromQuery[float | None] = None,
    search: FromQuery[str | None] = None,
    order: FromQuery[Literal["newest", "oldest", "agreement"]] = "newest",
    cursor: FromQuery[str | None] = None,
    limit: Limit = 50,
) -> Page[TaskRow]:
    """Tasks by filters; ``search`` is the beginning of a unique id or file name."""
    async with enter(request) as context:
        filters = tasks.Filters(in_state, batch, gold, worker, agreement_max, search)
        rows, next_cursor = await tasks.listed(context, project_id, filters, order=order, cursor=cursor, limit=limit)
        return Page([task_row(request, context, row) for row in rows], next_cursor)


@get("/tasks/{task_id:uuid}", opt={"permission": "task.read"}, operation_id="get_task")
async def get_task(request: AnyRequest, task_id: FromPath[UUID]) -> TaskDetail:
    """Everything about one task: who drew what, the merged answer, reviews, and what happened."""
    async with enter(request) as context:
        whole = await tasks.whole(context, task_id)
        photos = await tasks.photos_shown(context, whole.task.items)
        content = shown_items(house(request), context, whole.task.items, photos)
        return _detail(request, context, whole, content)


def _detail(
    request: AnyRequest, context: Context, whole: tasks.WholeTask, content: list[ShownItem] | None
) -> TaskDetail:
    fields = _row_fields(request, context, whole.task)
    fields.pop("submissions")
    task = whole.task
    return TaskDetail(
        **fields,
        project_id=task.project_id,
        project_version=task.project_version,
        round=task.round,
        content=content,
        taxonomy=task.taxonomy,
        prelabels=task.prelabels,
        gold=whole.gold,
        broken_reason=task.broken_reason,
        assignments=[
            Assignment(
                id=a["id"],
                stage=a["stage"],
                round=a["round"],
                state=a["state"],
                worker=Person(a["worker_id"], a["worker_name"], a["worker_kind"]) if a["worker_id"] else None,
                claimed_at=a["claimed_at"],
                closed_at=a["closed_at"],
                lease_until=a["lease_until"],
                reason=a["reason"],
            )
            for a in whole.assignments
        ],
        submissions=[
            Submission(
                id=s["id"],
                assignment_id=s["assignment_id"],
                worker=Person(s["worker_id"], s["worker_name"]),
                round=s["round"],
                answer=msgspec.json.decode(s["answer"]),
                duration_seconds=s["duration_seconds"],
                submitted_at=s["submitted_at"],
                gold_score=s["gold_score"],
                agreement_with_consensus=s["agreement"],
            )
            for s in whole.submissions
        ],
        consensus=None
        if whole.consensus is None
        else Consensus(
            answer=msgspec.json.decode(whole.consensus["answer"]),
            confidence=whole.consensus["confidence"],
            agreement=whole.consensus["agreement"],
            objects=msgspec.json.decode(whole.consensus["objects"]),
            submission_ids=list(whole.consensus["submission_ids"]),
        ),
        reviews=[
            Review(
                id=r["id"],
                reviewer=Person(r["reviewer_id"], r["reviewer_name"]),
                verdict=r["verdict"],
                comment=r["comment"],
                answer=None if r["answer"] is None else msgspec.json.decode(r["answer"]),
                created_at=r["created_at"],
            )
            for r in whole.reviews
        ],
        audits=[audit_of(audit) for audit in whole.audits],
        response=None
        if whole.response is None
        else TaskResponse(
            answer=msgspec.json.decode(whole.response["answer"]),
            confidence=whole.response["confidence"],
            origin=whole.response["origin"],
            accepted_at=whole.response["accepted_at"],
        ),
        events=[event_of(event) for event in whole.events],
    )


@get("/projects/{project_id:uuid}/reviews", opt={"permission": "review.queue"}, operation_id="list_reviews")
async def list_reviews(
    request: AnyRequest, project_id: FromPath[UUID], cursor: FromQuery[str | None] = None, limit: Limit = 50
) -> Page[WaitingReview]:
    """Reviews that wait for somebody, oldest first."""
    async with enter(request) as context:
        found = await review.queue(context, project_id, after=id_cursor(cursor), limit=limit)
        page = page_of(found, limit, lambda waiting: str(waiting[0]["assignment_id"]))
        items = [
            WaitingReview(
                task_row(request, context, task),
                row["assignment_id"],
                row["opened_at"],
                row["reason"],
                Person(row["worker_id"], row["worker_name"]) if row["worker_id"] else None,
            )
            for row, task in page.items
        ]
        return Page(items, page.next_cursor)


# --- commands -----------------------------------------------------------------------------------------------------


@post("/tasks/{task_id:uuid}/cancel", status_code=200, opt={"permission": "task.write"}, operation_id="cancel_task")
async def cancel_task(request: AnyRequest, task_id: FromPath[UUID]) -> TaskRow:
    """Ends a task that is not finished; its open turns are closed."""
    return await _command(request, task_id, "cancel")


@post("/tasks/{task_id:uuid}/reopen", status_code=200, opt={"permission": "task.write"}, operation_id="reopen_task")
async def reopen_task(request: AnyRequest, task_id: FromPath[UUID]) -> TaskRow:
    """Gives a broken task back to the workers, in a new round."""
    return await _command(request, task_id, "reopen")


@put("/tasks/{task_id:uuid}/gold", opt={"permission": "task.write"}, operation_id="make_gold")
async def make_gold(request: AnyRequest, task_id: FromPath[UUID], data: JSONBody[Gold]) -> TaskRow:
    """Makes the task a hidden test with this known answer."""
    return await _command(request, task_id, "make_gold", gold=data.answer)


@delete("/tasks/{task_id:uuid}/gold", status_code=200, opt={"permission": "task.write"}, operation_id="unmake_gold")
async def unmake_gold(request: AnyRequest, task_id: FromPath[UUID]) -> TaskRow:
    """Makes a gold an ordinary task again."""
    return await _command(request, task_id, "unmake_gold")


async def _command(
    request: AnyRequest, task_id: UUID, order: resolution.Command, *, gold: dict[str, Any] | None = None
) -> TaskRow:
    async with enter(request) as context:
        await resolution.command(context, task_id, order, gold=gold)
        answer = task_row(request, context, await tasks.get(context, task_id))
    house(request).ring()
    return answer


router = Router(
    path="/",
    route_handlers=[
        add_attachment,
        create_tasks,
        list_tasks,
        get_task,
        list_reviews,
        cancel_task,
        reopen_task,
        make_gold,
        unmake_gold,
    ],
    tags=["Tasks"],
)
