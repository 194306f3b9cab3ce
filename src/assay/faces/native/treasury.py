"""The market's office: how it trades, what requesters sent in, and what freelancers are to be paid."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal, TypeAlias
from uuid import UUID

import msgspec
from litestar import Response, get, patch, post
from litestar.params import FromPath, JSONBody, QueryParameter

from assay.core.errors import Invalid
from assay.core.ledger_check import Report
from assay.core.market_settings import MarketSettings
from assay.core.money import parse
from assay.core.payouts import Outcome, as_csv, read_results
from assay.faces.http import AnyRequest, Page, enter, id_cursor, page_of
from assay.faces.native.amounts import AskedMode, Balance, Cursor, Limit, balance
from assay.faces.native.earnings import Payout, payout_of
from assay.services import ledger, markets, payouts

RESULTS_BYTES_MAX: Final = 2 * 1024 * 1024
# Rows of the file for whoever pays.
_FILE_ROWS_MAX: Final = 5000


class Settings(msgspec.Struct):
    """Amounts are minor units (cents) of ``currency``. What an hour must bring is ``pay_floor_minor``, if anything. The
    market keeps ``fee_basis_points`` (hundredths of a percent) of every reward and bonus on top of it, and at least
    ``fee_minimum_minor`` where it keeps anything; requesters pay it. A requester who rejects more than ``brake_count``
    within ``brake_days``, and more than ``brake_percent`` of what they decide, has further rejections looked at by the
    market's reviewers first; 100 percent is never."""

    currency: str
    fee_basis_points: int
    fee_minimum_minor: int
    pay_floor_minor: int | None
    payout_minimum_minor: int
    sign_up: Literal["open", "invitation", "closed"]
    strict_limits: bool
    appeal_days: int
    brake_count: int
    brake_percent: int
    brake_days: int
    auto_approval_seconds: int


class SettingsChange(msgspec.Struct, forbid_unknown_fields=True):
    """What is left out stays as it is. A ``pay_floor_minor`` of null is none."""

    currency: str | msgspec.UnsetType = msgspec.UNSET
    fee_basis_points: int | msgspec.UnsetType = msgspec.UNSET
    fee_minimum_minor: int | msgspec.UnsetType = msgspec.UNSET
    pay_floor_minor: int | msgspec.UnsetType | None = msgspec.UNSET
    payout_minimum_minor: int | msgspec.UnsetType = msgspec.UNSET
    sign_up: Literal["open", "invitation", "closed"] | msgspec.UnsetType = msgspec.UNSET
    strict_limits: bool | msgspec.UnsetType = msgspec.UNSET
    appeal_days: int | msgspec.UnsetType = msgspec.UNSET
    brake_count: int | msgspec.UnsetType = msgspec.UNSET
    brake_percent: int | msgspec.UnsetType = msgspec.UNSET
    brake_days: int | msgspec.UnsetType = msgspec.UNSET
    auto_approval_seconds: int | msgspec.UnsetType = msgspec.UNSET


class Requester(msgspec.Struct):
    """A requester who has, or had, money here."""

    id: UUID
    name: str
    balance: Balance


class Payment(msgspec.Struct, forbid_unknown_fields=True):
    """``amount``: such as `250.00`. ``reference``: what tells this payment from all others, as the bank has it; the
    same one again changes nothing."""

    amount: str
    reference: str
    memo: str = ""


class PayoutOutcome(msgspec.Struct, forbid_unknown_fields=True):
    """``reference``: the bank's name for it. ``failure``: why, for the freelancer to read."""

    state: Literal["sent", "paid", "failed"]
    reference: str | None = None
    failure: str | None = None


class Results(msgspec.Struct):
    """How many payouts the file told of."""

    paid: int
    failed: int


class Check(msgspec.Struct):
    """Whether the market's books hold, rule by rule."""

    holds: bool
    report: Report


@get("/market/settings", opt={"permission": "self.read"}, operation_id="get_market_settings", tags=["Money"])
async def get_market_settings(request: AnyRequest) -> Settings:
    """How the market trades that the organization is on: its currency, its fees, what an hour must bring."""
    async with enter(request) as context:
        return _settings(await markets.settings(context))


@patch("/market/settings", opt={"permission": "market.write"}, operation_id="change_market_settings", tags=["Money"])
async def change_market_settings(request: AnyRequest, data: JSONBody[SettingsChange]) -> Settings:
    """Changes how the market trades, for whoever runs it. What was promised before stays as it was."""
    changed: dict[str, Any] = msgspec.structs.asdict(data)
    given = {name: value for name, value in changed.items() if value is not msgspec.UNSET}
    async with enter(request) as context:
        return _settings(await markets.change(context, given))


@get("/market/requesters", opt={"permission": "market.read"}, operation_id="list_requesters", tags=["Money"])
async def list_requesters(request: AnyRequest, cursor: Cursor = None, limit: Limit = 50) -> Page[Requester]:
    """Who has, or had, money on the market. For whoever runs it."""
    async with enter(request) as context:
        rows = await ledger.requesters(context, after=id_cursor(cursor), limit=limit)
        found = [Requester(row.id, row.name, balance(row.balance)) for row in rows]
        return page_of(found, limit, lambda requester: str(requester.id))


@post(
    "/market/requesters/{requester_id:uuid}/funds",
    opt={"permission": "market.write"},
    operation_id="fund_requester",
    tags=["Money"],
)
async def fund_requester(request: AnyRequest, requester_id: FromPath[UUID], data: JSONBody[Payment]) -> Balance:
    """Books what a requester sent in. For whoever runs the market; the requester's balance comes back."""
    async with enter(request) as context:
        minor = parse(data.amount, (await markets.settings(context)).currency).minor
        return balance(await ledger.fund(context, requester_id, minor, data.reference, data.memo))


@post(
    "/market/requesters/{requester_id:uuid}/refunds",
    opt={"permission": "market.write"},
    operation_id="refund_requester",
    tags=["Money"],
)
async def refund_requester(request: AnyRequest, requester_id: FromPath[UUID], data: JSONBody[Payment]) -> Balance:
    """Books what a requester got back of what is available. For whoever runs the market."""
    async with enter(request) as context:
        minor = parse(data.amount, (await markets.settings(context)).currency).minor
        return balance(await ledger.give_back(context, requester_id, minor, data.reference, data.memo))


# --- payouts ------------------------------------------------------------------------------------------------------

State: TypeAlias = Literal["asked", "sent", "paid", "failed"]
InState: TypeAlias = Annotated[State | None, QueryParameter(name="state", description="Only those in this state.")]
OfState: TypeAlias = Annotated[State, QueryParameter(name="state", description="Which of them the file has.")]


@get("/market/payouts", opt={"permission": "market.read"}, operation_id="list_payouts", tags=["Money"])
async def list_payouts(
    request: AnyRequest,
    mode: AskedMode = None,
    which: InState = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[Payout]:
    """What freelancers asked for, the newest first. For whoever runs the market."""
    async with enter(request) as context:
        rows = await payouts.page(context, mode=mode, state=which, before=id_cursor(cursor), limit=limit)
        return page_of([payout_of(row) for row in rows], limit, lambda payout: str(payout.id))


@get("/market/payouts.csv", opt={"permission": "market.read"}, operation_id="export_payouts", tags=["Money"])
async def export_payouts(request: AnyRequest, mode: AskedMode = None, which: OfState = "sent") -> Response[bytes]:
    """The latest 5000 as a CSV file, for whoever pays them; filled in, it comes back as results."""
    async with enter(request) as context:
        rows = await payouts.page(context, mode=mode, state=which, limit=_FILE_ROWS_MAX)
    headers = {"content-disposition": f'attachment; filename="payouts-{which}.csv"', "cache-control": "no-store"}
    return Response(as_csv(rows[:_FILE_ROWS_MAX]), media_type="text/csv; charset=utf-8", headers=headers)


@post(
    "/market/payouts/results",
    opt={"permission": "market.write"},
    operation_id="tell_payout_results",
    tags=["Money"],
    status_code=200,
    request_max_body_size=RESULTS_BYTES_MAX,
)
async def tell_payout_results(request: AnyRequest) -> Results:
    """Takes the CSV file back (the body): rows whose state is paid or failed are booked, all or none. The same file
    again changes nothing."""
    async with enter(request) as context:
        # Whoever may not do this learns so before a file is read.
        await markets.settings(context)
    results = read_results(await request.body())
    if not results:
        raise Invalid("No row says paid or failed.", "file")
    async with enter(request) as context:
        settled = await payouts.tell_all(context, results)
    paid = sum(payout.state == "paid" for payout in settled)
    return Results(paid, len(settled) - paid)


@post(
    "/market/payouts/{payout_id:uuid}/outcome",
    opt={"permission": "market.write"},
    operation_id="tell_payout_outcome",
    tags=["Money"],
    status_code=200,
)
async def tell_payout_outcome(request: AnyRequest, payout_id: FromPath[UUID], data: JSONBody[PayoutOutcome]) -> Payout:
    """What became of a payout. What failed is earned again."""
    if (data.state == "failed") != (data.failure is not None):
        raise Invalid("Say why for what failed, and only for that.", "failure")
    async with enter(request) as context:
        outcome = Outcome(data.state, data.reference, data.failure)
        return payout_of(await payouts.tell(context, payout_id, outcome))


@get("/market/ledger-check", opt={"permission": "market.read"}, operation_id="check_ledger", tags=["Money"])
async def check_ledger(request: AnyRequest) -> Check:
    """Adds everything up and compares what is held with what postings promise. For whoever runs the market."""
    async with enter(request) as context:
        report = await ledger.check(context)
    return Check(report.holds, report)


HANDLERS = [
    get_market_settings,
    change_market_settings,
    list_requesters,
    fund_requester,
    refund_requester,
    list_payouts,
    export_payouts,
    tell_payout_results,
    tell_payout_outcome,
    check_ledger,
]


def _settings(settings: MarketSettings) -> Settings:
    return Settings(**vars(settings))
