"""A worker's day: find work, claim it, draw, submit; and a reviewer's."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from litestar import Response, get, post, put
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import FromPath, JSONBody

from assay.core.annotations.kind import Answer
from assay.core.errors import AlreadyExists, Conflict, Unavailable
from assay.core.tasks import Stage
from assay.faces.given import GivenTurn
from assay.faces.hints import Queue
from assay.faces.http import AnyRequest, House, enter, house, network_of, token_of
from assay.faces.media import Asker, media_of
from assay.faces.worker import wire
from assay.services import accounts, labeling, projects, review, routing
from assay.services.context import Caller, Context
from assay.services.routing import HeldTurn, Version

DRAFT_BYTES_MAX = 2 * 1024 * 1024
ANSWER_BYTES_MAX = 10 * 1024 * 1024
CLAIMS_AT_ONCE_MAX = 10


@dataclass(frozen=True)
class _Asker:
    now: datetime
    caller: Caller


async def _turn(request: AnyRequest, context: Context, turn: HeldTurn) -> wire.Turn:
    """The turn as the page shows it."""
    version = await projects.version(context, turn.project_id, turn.project_version)
    sent_back = await routing.sent_back(context, turn)
    judge = None
    if turn.stage == "review" and turn.state == "claimed":
        judged = await review.judged(context, turn)
        judge = wire.Judge(
            answer=judged.answer,
            agreement=judged.agreement,
            confidence=judged.confidence,
            reason=turn.reason,
            objects=judged.objects,
            voices=[wire.Voice(chr(ord("A") + i % 26), id_, answer) for i, (id_, answer) in enumerate(judged.voices)],
            may_send_back=judged.may_send_back,
        )
    return _shown(house(request), context, turn, version, sent_back, judge)


def _shown(
    home: House,
    asker: Asker,
    turn: HeldTurn,
    version: Version,
    sent_back: tuple[Answer, str] | None = None,
    judge: wire.Judge | None = None,
) -> wire.Turn:
    assert turn.claimed_at is not None, "a held turn was claimed"
    media = None
    if turn.photo is not None and turn.attachment_id is not None:
        media = media_of(home, asker, turn.attachment_id, turn.photo)
    return wire.Turn(
        assignment_id=turn.id,
        task_id=turn.task_id,
        project_id=turn.project_id,
        project_name=turn.project_name,
        stage=turn.stage,
        round=turn.round,
        claimed_at=turn.claimed_at,
        lease_until=turn.lease_until or asker.now,
        extension_available=not turn.extended and version.policy.extension_seconds > 0,
        server_time=asker.now,
        instructions=version.instructions,
        taxonomy=version.taxonomy,
        media=media,
        prelabels=turn.prelabels,
        draft=turn.draft,
        sent_back=None if sent_back is None else wire.SentBack(sent_back[1], sent_back[0]),
        review=judge,
    )


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
    chance = house(request).chance()
    for attempt in range(CLAIMS_AT_ONCE_MAX):
        # The same worker claimed in several places at once and more than one found the same task. One of them has it
        # now, so that another look finds another.
        with suppress(AlreadyExists):
            turn = None
            if attempt == 0 and data.stage == "annotate":
                turn = await _claim_at_once(request, project_id, chance)
            turn = turn or await _claim(request, project_id, data.stage, chance)
            break
    else:
        raise Conflict("You are claiming in too many places at once. Try again in a moment.")
    return Response(turn, status_code=200 if turn is not None else 204)


async def _claim_at_once(request: AnyRequest, project_id: UUID, chance: float) -> wire.Turn | None:
    """An annotate turn for a worker who claimed here not long ago, in one round trip. None: ask the ordinary way."""
    home, token = house(request), token_of(request)
    queue: Queue = (token.organization_id, project_id, "annotate")
    caller = home.remembered.callers.get(token.hash)
    version = home.remembered.versions.get((token.organization_id, project_id))
    now = home.clock()
    session = None if caller is None else accounts.seen_session(token, caller, now)
    hints, seconds = home.hints.get(queue), now.timestamp()
    if caller is None or session is None or version is None or hints.is_stale(seconds):
        return None
    home.gate.check(network_of(request), token, now)
    start = hints.start(session.worker_id, seconds)
    with suppress(Unavailable):
        found = await routing.claim_at_once(
            home.database,
            token.organization_id,
            session,
            project_id,
            version,
            now=now,
            chance=chance,
            event_id=home.new_id(now),
            from_position=start,
        )
        if found is None:
            return None
        if found.position is not None:
            # Others may have moved the hints meanwhile.
            home.hints.put(queue, home.hints.get(queue).claimed(session.worker_id, found.position, start, seconds))
        if found.turn.project_version == version.version and found.turn.round == 1:
            home.remembered.give(token.organization_id, found.turn, version)
            return _shown(home, _Asker(now, caller), found.turn, version)
        async with enter(request) as context:
            return await _turn(request, context, found.turn)
    return None


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
        return await _turn(request, context, found.turn)


@get("/turns", opt={"permission": "work.annotate"}, operation_id="list_turns")
async def list_turns(request: AnyRequest) -> wire.Turns:
    """The turns you hold, oldest first: what to go on with after a reload."""
    async with enter(request) as context:
        return wire.Turns([await _turn(request, context, turn) for turn in await routing.held_turns(context)])


@get("/turns/{turn_id:uuid}", opt={"permission": "work.annotate"}, operation_id="get_turn")
async def get_turn(request: AnyRequest, turn_id: FromPath[UUID]) -> wire.Turn:
    """One of your turns."""
    async with enter(request) as context:
        return await _turn(request, context, await routing.own_turn(context, turn_id))


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
    token = token_of(request)
    # Once: whoever asks again is repeating a request, and should read what became of the first.
    given = house(request).remembered.turns.take((token.organization_id, turn_id))
    submission_id = None if given is None else await _submit_at_once(request, given, data)
    if submission_id is None:
        async with enter(request) as context:
            turn = None if given is None else given.turn
            submission_id = await labeling.submit(context, turn_id, data.answer, data.duration_seconds, given=turn)
    house(request).ring()
    return wire.Submitted(submission_id)


async def _submit_at_once(request: AnyRequest, given: GivenTurn, data: wire.Submit) -> UUID | None:
    """Hands in an answer in one round trip. None: ask the ordinary way."""
    home, token, now = house(request), token_of(request), house(request).clock()
    caller = home.remembered.callers.get(token.hash)
    session = None if caller is None else accounts.seen_session(token, caller, now)
    if session is None or session.worker_id != given.turn.worker_id:
        return None
    home.gate.check(network_of(request), token, now)
    submission_id = home.new_id(now)
    # After an answer that did not come, the ordinary way finds out what became of it.
    with suppress(Unavailable):
        taken_in = await labeling.submit_at_once(
            home.database,
            token.organization_id,
            session,
            given.turn,
            given.version,
            data.answer,
            data.duration_seconds,
            now=now,
            submission_id=submission_id,
            event_id=home.new_id(now),
        )
        return submission_id if taken_in else None
    return None


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
