"""Finding work: offers, what they pay an hour, why not, what next, and searches that are kept."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal, TypeAlias
from uuid import UUID

import msgspec
from litestar import delete, get, put
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter

from assay.core.errors import Invalid
from assay.core.job_ranking import Filter, Sort
from assay.core.offers import AiHelp
from assay.core.qualifications import SYSTEM_NAMES, Requirement
from assay.faces.http import AnyRequest, Page, enter
from assay.faces.native.market import AskedMode, Figures, Limit, figures, mode_of
from assay.services import job_search

Words: TypeAlias = Annotated[str, QueryParameter(max_length=200, description="Words in title, description, keywords.")]
Minor: TypeAlias = Annotated[int | None, QueryParameter(ge=0, le=10**12, description="Minor units of the currency.")]
Seconds: TypeAlias = Annotated[int | None, QueryParameter(ge=1, le=31_536_000)]


class WhyNot(msgspec.Struct):
    """``reason``: why it cannot be taken; ``remedy``: what would change that. ``way``: by which way, where it is a
    requirement; ``type_id``: the qualification type that can be asked for, where there is one."""

    reason: str
    remedy: str
    way: Literal["work", "profile", "request", "test", "wait", "requester", "operator", "none"]
    type_id: UUID | None = None


class Job(msgspec.Struct):
    """An offer as you see it. ``hourly_minor``: what an hour pays at the median pace of the ``timed`` latest answers
    (``seconds_median``); none while nobody's is known. ``expected_hourly_minor``: what an hour would bring you, by how
    likely approval is. ``places`` are counted in up to 20 ``postings``. ``requester``: once there is something to tell.
    """

    offer_id: UUID
    requester_id: UUID
    title: str
    description: str
    keywords: str
    reward_minor: int
    currency: str
    duration_seconds: int
    auto_approval_seconds: int
    created_at: datetime
    places: int
    postings: int
    first_expiry: datetime | None
    hourly_minor: int | None
    seconds_median: float | None
    timed: int
    expected_hourly_minor: int
    approval: float
    eligible: bool
    may_preview: bool
    why_not: list[WhyNot]
    requirements: list[Requirement]
    own_turns: int
    per_worker_cap: int | None
    ai_help: AiHelp | None
    requester: Figures | None


class NextJob(msgspec.Struct):
    """What you might do next; none where there is nothing you may take."""

    job: Job | None


class Preview(msgspec.Struct):
    """The posting that shows what the work is like."""

    posting_id: UUID


class NewSearch(msgspec.Struct, forbid_unknown_fields=True):
    """Under a name that you have: in its place."""

    name: str
    filter: Filter


class SavedSearch(msgspec.Struct):
    id: UUID
    name: str
    filter: Filter
    created_at: datetime


@get("/market/jobs", opt={"permission": "market.work"}, operation_id="list_jobs", tags=["Jobs"])
async def list_jobs(
    request: AnyRequest,
    words: Words = "",
    reward_min_minor: Minor = None,
    hourly_min_minor: Minor = None,
    duration_max_seconds: Seconds = None,
    requester_id: FromQuery[UUID | None] = None,
    eligible_only: FromQuery[bool] = False,
    sort: FromQuery[Sort] = "best",
    mode: AskedMode = None,
    cursor: FromQuery[str | None] = None,
    limit: Limit = 50,
) -> Page[Job]:
    """What there is to do: first what you may take, then the rest, with why not and how to become eligible."""
    wanted = Filter(words, reward_min_minor, hourly_min_minor, duration_max_seconds, requester_id, eligible_only, sort)
    skip = _skipped(cursor)
    async with enter(request) as context:
        found = await job_search.search(context, wanted, mode=mode_of(context, mode), skip=skip, limit=limit)
    jobs = [_job(one) for one in found]
    return Page(jobs[:limit], str(skip + limit) if len(jobs) > limit else None)


@get("/market/next-job", opt={"permission": "market.work"}, operation_id="next_job", tags=["Jobs"])
async def next_job(
    request: AnyRequest,
    words: Words = "",
    reward_min_minor: Minor = None,
    hourly_min_minor: Minor = None,
    duration_max_seconds: Seconds = None,
    requester_id: FromQuery[UUID | None] = None,
    mode: AskedMode = None,
) -> NextJob:
    """What you might do next: likely the best gain for your time, and now and then something little known. Ask again
    for another."""
    wanted = Filter(words, reward_min_minor, hourly_min_minor, duration_max_seconds, requester_id)
    async with enter(request) as context:
        found = await job_search.next_best(context, wanted, mode=mode_of(context, mode))
    return NextJob(None if found is None else _job(found))


@get("/market/jobs/{offer_id:uuid}", opt={"permission": "market.work"}, operation_id="get_job", tags=["Jobs"])
async def get_job(request: AnyRequest, offer_id: FromPath[UUID], mode: AskedMode = None) -> Job:
    """One offer, while there is something of it for you to take."""
    async with enter(request) as context:
        return _job(await job_search.job(context, offer_id, mode=mode_of(context, mode)))


@get(
    "/market/jobs/{offer_id:uuid}/preview",
    opt={"permission": "market.work"},
    operation_id="preview_job",
    tags=["Jobs"],
)
async def preview_job(request: AnyRequest, offer_id: FromPath[UUID], mode: AskedMode = None) -> Preview:
    """Which posting shows what the work of an offer is like, where you may look into it before you take it."""
    async with enter(request) as context:
        return Preview(await job_search.preview(context, offer_id, mode=mode_of(context, mode)))


@get("/market/searches", opt={"permission": "market.work"}, operation_id="list_searches", tags=["Jobs"])
async def list_searches(request: AnyRequest, mode: AskedMode = None) -> Page[SavedSearch]:
    """The searches that you keep, by name."""
    async with enter(request) as context:
        return Page([_saved(one) for one in await job_search.filters(context, mode=mode_of(context, mode))])


@put("/market/searches", opt={"permission": "market.work"}, operation_id="save_search", tags=["Jobs"])
async def save_search(request: AnyRequest, data: JSONBody[NewSearch], mode: AskedMode = None) -> SavedSearch:
    """Keeps a search under a name."""
    async with enter(request) as context:
        return _saved(await job_search.save_filter(context, data.name, data.filter, mode=mode_of(context, mode)))


@delete(
    "/market/searches/{search_id:uuid}",
    opt={"permission": "market.work"},
    operation_id="delete_search",
    tags=["Jobs"],
    status_code=204,
)
async def delete_search(request: AnyRequest, search_id: FromPath[UUID]) -> None:
    """Forgets a search."""
    async with enter(request) as context:
        await job_search.delete_filter(context, search_id)


HANDLERS = [list_jobs, next_job, get_job, preview_job, list_searches, save_search, delete_search]


def _skipped(cursor: str | None) -> int:
    # A place in a list that is worked out anew: at most as many as are looked at.
    if cursor is None:
        return 0
    if not (cursor.isascii() and cursor.isdigit() and len(cursor) <= 6):
        raise Invalid("This is not a cursor of ours; start without one.", "cursor")
    return int(cursor)


def _job(found: job_search.Found) -> Job:
    one = found.opening
    why = [_why(each.reason, each.remedy, each.way, each.requirement.type_id) for each in found.unmet]
    why += [WhyNot(reason, remedy, "none") for reason, remedy in found.why_not[len(found.unmet) :]]
    return Job(
        offer_id=one.id,
        hourly_minor=found.hourly_minor,
        seconds_median=one.seconds,
        expected_hourly_minor=int(found.expected.hourly_minor),
        approval=found.expected.approval,
        eligible=found.eligible,
        may_preview=found.may_preview,
        why_not=why,
        requester=None if one.figures is None else figures(one.figures),
        **{name: getattr(one, name) for name in _SAME},
    )


_SAME = (
    "requester_id",
    "title",
    "description",
    "keywords",
    "reward_minor",
    "currency",
    "duration_seconds",
    "auto_approval_seconds",
    "created_at",
    "places",
    "postings",
    "first_expiry",
    "timed",
    "requirements",
    "own_turns",
    "per_worker_cap",
    "ai_help",
)


def _why(reason: str, remedy: str, way: str, type_id: UUID) -> WhyNot:
    return WhyNot(reason, remedy, way, None if type_id in SYSTEM_NAMES else type_id)  # type: ignore[arg-type]


def _saved(one: job_search.SavedFilter) -> SavedSearch:
    return SavedSearch(one.id, one.name, one.filter, one.created_at)
