"""A worker's day: find work, claim it, draw, submit; and a reviewer's."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta
from uuid import UUID

from litestar import Response, get, post, put
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import FromPath, JSONBody

from assay.core.errors import AlreadyExists, Conflict
from assay.core.tasks import Stage
from assay.faces.http import AnyRequest, enter, house, token_of
from assay.faces.worker import at_once, shown, wire
from assay.services import labeling, projects, review, routing
from assay.services.context import Context

DRAFT_BYTES_MAX = 2 * 1024 * 1024
ANSWER_BYTES_MAX = 10 * 1024 * 1024
CLAIMS_AT_ONCE_MAX = 10


def _today(context: Context) -> datetime:
    """The start of the day, UTC."""
    return context.now.replace(hour=0, minute=0, second=0, microsecond=0)


@get("/projects", opt={"permission": "work.annotate"}, operation_id="list_work")
async def list_work(request: AnyRequest) -> wire.WorkProjects:
    """Active projects and what each has for you now."""
    async with enter(request) as context:
        rows = await routing.projects_with_work(context, _today(context))
        return wire.WorkProjects(
            [
                wire.WorkProject(
                    id=row["id"],
                    name=row["name"],
                    kind=row["kind"],
                    annotate_open=row["annotate_open"],
                    review_open=row["review_open"],
                    done_today=row["done_today"],
                    training=await shown.training_of(context, row["id"]) if row["untrained"] else None,
                    suspended=row["suspended_reason"] is not None,
                    suspended_reason=row["suspended_reason"],
                )
                for row in rows
            ]
        )


@post(
    "/projects/{project_id:uuid}/claim",
    status_code=200,
    opt={"permission": "work.annotate"},
    operation_id="claim",
    responses={204: ResponseSpec(None, description="Nothing fits you now.", generate_examples=False)},
)
async def claim(
    request: AnyRequest, project_id: FromPath[UUID], data: JSONBody[wire.Claim]
) -> Response[wire.Turn | None]:
    """The next turn that fits you; 204 when there is none now. It is yours until its lease ends."""
    # Drawn once: if each of two ways drew its own, golds would come at another rate than the policy's.
    chance = at_once.tried(request.scope).chance
    if chance is None:
        chance = house(request).chance()
    for _ in range(CLAIMS_AT_ONCE_MAX):
        # The same worker claimed in several places at once and more than one found the same task. One of them has it
        # now, so that another look finds another.
        with suppress(AlreadyExists):
            turn = await _claim(request, project_id, data.stage, chance)
            break
    else:
        raise Conflict("You are claiming in too many places at once. Try again in a moment.")
    return Response(turn, status_code=200 if turn is not None else 204)


async def _claim(request: AnyRequest, project_id: UUID, stage: Stage, chance: float) -> wire.Turn | None:
    # A claim that a crash undoes is a lease nobody holds, so its commit need not wait for the disk.
    async with enter(request, durable=False) as context:
        kept = house(request).hints
        queue = (context.organization_id, project_id, stage)
        seconds = context.now.timestamp()
        if kept.get(queue).is_stale(seconds):
            first = await routing.first_open(context, project_id, stage)
            kept.put(queue, kept.get(queue).refreshed(first, seconds))
        worker_id = context.worker_id
        start = kept.get(queue).start(worker_id, seconds)
        found = await routing.claim_next(context, project_id, stage, from_position=start, chance=chance)
        if found is None and kept.get(queue).must_look_again(start):
            start = 0
            found = await routing.claim_next(context, project_id, stage, from_position=start, chance=chance)
        if found is None:
            kept.put(queue, kept.get(queue).dry(worker_id, seconds))
            return None
        if found.position is not None:
            kept.put(queue, kept.get(queue).claimed(worker_id, found.position, start, seconds))
        remembered = house(request).remembered
        remembered.callers.put(token_of(request).hash, context.caller)
        remembered.versions.put((context.organization_id, project_id), found.version)
        version = await projects.version(context, found.turn.project_id, found.turn.project_version)
        remembered.give(context.organization_id, found.turn, version)
        return await shown.held(house(request), context, found.turn)


@get("/turns", opt={"permission": "work.annotate"}, operation_id="list_turns")
async def list_turns(request: AnyRequest) -> wire.Turns:
    """The turns you hold, oldest first: what to go on with after a reload."""
    async with enter(request) as context:
        return wire.Turns(
            [await shown.held(house(request), context, turn) for turn in await routing.held_turns(context)]
        )


@get("/turns/{turn_id:uuid}", opt={"permission": "work.annotate"}, operation_id="get_turn")
async def get_turn(request: AnyRequest, turn_id: FromPath[UUID]) -> wire.Turn:
    """One of your turns."""
    async with enter(request) as context:
        return await shown.held(house(request), context, await routing.own_turn(context, turn_id))


@put(
    "/turns/{turn_id:uuid}/draft",
    status_code=204,
    opt={"permission": "work.annotate"},
    operation_id="save_draft",
    request_max_body_size=DRAFT_BYTES_MAX,
)
async def save_draft(request: AnyRequest, turn_id: FromPath[UUID], data: JSONBody[wire.Draft]) -> None:
    """Keeps what you have so far; it need not be complete."""
    async with enter(request, durable=False) as context:
        await labeling.save_draft(context, turn_id, data.answer)


@post(
    "/turns/{turn_id:uuid}/submit",
    status_code=200,
    opt={"permission": "work.annotate"},
    operation_id="submit",
    request_max_body_size=ANSWER_BYTES_MAX,
)
async def submit(request: AnyRequest, turn_id: FromPath[UUID], data: JSONBody[wire.Submit]) -> wire.Submitted:
    """Hands in your answer. Sending the same one again is safe."""
    # Once: whoever asks again is repeating a request, and should read what became of the first.
    given = at_once.tried(request.scope).given or house(request).remembered.turns.take(
        (token_of(request).organization_id, turn_id)
    )
    async with enter(request) as context:
        turn = None if given is None else given.turn
        submission_id = await labeling.submit(context, turn_id, data.answer, data.duration_seconds, given=turn)
        practice = None if turn is not None else await shown.practised(context, turn_id)
    house(request).ring()
    return wire.Submitted(submission_id, practice)


@post("/turns/{turn_id:uuid}/extend", status_code=200, opt={"permission": "work.annotate"}, operation_id="extend")
async def extend(request: AnyRequest, turn_id: FromPath[UUID]) -> wire.Extended:
    """More time, once a turn."""
    async with enter(request) as context:
        turn = await labeling.extend(context, turn_id)
        return wire.Extended(turn.lease_until or context.now + timedelta(0))


@post("/turns/{turn_id:uuid}/skip", status_code=204, opt={"permission": "work.annotate"}, operation_id="skip")
async def skip(request: AnyRequest, turn_id: FromPath[UUID], data: JSONBody[wire.Skip]) -> None:
    """Leaves the task to somebody else, with a reason."""
    async with enter(request) as context:
        await labeling.leave(context, turn_id, "skipped", reason=data.reason, comment=data.comment)
    house(request).ring()


@post("/turns/{turn_id:uuid}/report", status_code=204, opt={"permission": "work.annotate"}, operation_id="report")
async def report(request: AnyRequest, turn_id: FromPath[UUID], data: JSONBody[wire.Report]) -> None:
    """Says that the task itself is broken."""
    async with enter(request) as context:
        await labeling.leave(context, turn_id, "reported", reason=data.reason, comment=data.comment)
    house(request).ring()


@post("/turns/{turn_id:uuid}/return", status_code=204, opt={"permission": "work.annotate"}, operation_id="give_back")
async def give_back(request: AnyRequest, turn_id: FromPath[UUID]) -> None:
    """Gives the turn back as if it had never been claimed."""
    async with enter(request) as context:
        await labeling.leave(context, turn_id, "returned")
    house(request).ring()


@post(
    "/turns/{turn_id:uuid}/review",
    status_code=200,
    opt={"permission": "work.review"},
    operation_id="rule",
    request_max_body_size=ANSWER_BYTES_MAX,
)
async def rule(request: AnyRequest, turn_id: FromPath[UUID], data: JSONBody[wire.Rule]) -> wire.Ruled:
    """Hands in your verdict. Sending the same one again is safe."""
    async with enter(request) as context:
        review_id = await review.rule(
            context,
            turn_id,
            data.verdict,
            comment=data.comment,
            answer=data.answer,
            duration_seconds=data.duration_seconds,
        )
    house(request).ring()
    return wire.Ruled(review_id)


@get("/me/stats", opt={"permission": "work.annotate"}, operation_id="my_stats")
async def my_stats(request: AnyRequest) -> wire.Stats:
    """How much you have done."""
    async with enter(request) as context:
        row = await routing.stats(context, _today(context))
        return wire.Stats(row["submitted_today"], row["submitted_total"], row["seconds_median"])


HANDLERS = [
    list_work,
    claim,
    list_turns,
    get_turn,
    save_draft,
    submit,
    extend,
    skip,
    report,
    give_back,
    rule,
    my_stats,
]
