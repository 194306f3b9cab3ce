"""Payouts: what a freelancer asked to have of what they earned.

    asked ──> sent ──> paid
      └────────┴─────> failed (and is earned again)

Who pays is behind a port. One of them is a person with a bank's form: the file they take along and the one they bring
back are CSV (RFC 4180, UTF-8).
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Literal, TypeAlias
from uuid import UUID

from assay.core.errors import Conflict, Invalid, Problem
from assay.core.formats.cells import safe_cell
from assay.core.ids import parse
from assay.core.ledger import Mode
from assay.core.money import MINOR_MAX, Money, show
from assay.core.texts import is_storable

PayoutState: TypeAlias = Literal["asked", "sent", "paid", "failed"]
# What a provider can say of one, and a person who paid it.
OutcomeState: TypeAlias = Literal["sent", "paid", "failed"]

DESTINATION_MAX: Final = 500
REFERENCE_MAX: Final = 200
FAILURE_MAX: Final = 1000
# How many of one freelancer's may be under way.
OPEN_MAX: Final = 20
RESULTS_MAX: Final = 5000

_NEXT: Final[Mapping[PayoutState, frozenset[OutcomeState]]] = {
    "asked": frozenset({"sent", "paid", "failed"}),
    "sent": frozenset({"sent", "paid", "failed"}),
    "paid": frozenset({"paid"}),
    "failed": frozenset({"failed"}),
}


@dataclass(frozen=True)
class Payout:
    """``destination``: as the freelancer wrote it. ``reference``: the provider's own name for it."""

    id: UUID
    mode: Mode
    freelancer_id: UUID
    amount_minor: int
    currency: str
    state: PayoutState
    destination: str
    provider: str | None
    reference: str | None
    failure: str | None
    asked_at: datetime
    sent_at: datetime | None
    ended_at: datetime | None

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.currency)


@dataclass(frozen=True)
class Outcome:
    """What became of a payout; ``failure`` is for people and there when it failed."""

    state: OutcomeState
    reference: str | None = None
    failure: str | None = None

    def __post_init__(self) -> None:
        assert (self.state == "failed") == (self.failure is not None), "what failed says why"


def check_asked(amount_minor: int, currency: str, minimum_minor: int, destination: str, under_way: int) -> None:
    """Whether a freelancer may ask for this. Raises ``Invalid``, and ``Conflict`` with too many under way."""
    if not minimum_minor <= amount_minor <= MINOR_MAX:
        raise Invalid(f"The least that is paid out is {Money(minimum_minor, currency)}.", "amount")
    if not 1 <= len(destination.strip()) <= DESTINATION_MAX or not is_storable(destination):
        raise Invalid(f"Where to, in 1 to {DESTINATION_MAX} characters.", "destination")
    if under_way >= OPEN_MAX:
        raise Conflict(f"{under_way} payouts are under way; wait for one of them to arrive.")


def check_outcome(outcome: Outcome) -> None:
    """Raises ``Invalid`` for words that cannot be kept."""
    for field, text, most in (
        ("reference", outcome.reference, REFERENCE_MAX),
        ("failure", outcome.failure, FAILURE_MAX),
    ):
        if text is not None and (not 1 <= len(text) <= most or not is_storable(text)):
            raise Invalid(f"Between 1 and {most} characters that can be stored.", field)


def advances(state: PayoutState, outcome: OutcomeState) -> bool:
    """Whether this is news. Raises ``Conflict`` for what has ended in another way."""
    if outcome not in _NEXT[state]:
        raise Conflict(f"This payout {'was paid' if state == 'paid' else 'failed'}; that is final.")
    return outcome != state


# --- on paper -----------------------------------------------------------------------------------------------------

COLUMNS: Final[Sequence[str]] = (
    "id", "state", "amount", "currency", "destination", "freelancer", "asked at", "reference", "failure"
)  # fmt: skip


def as_csv(payouts: Iterable[Payout]) -> bytes:
    """A row for each. The same file comes back with states, references and failures filled in (``read_results``)."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for one in payouts:
        texts = (safe_cell(text) for text in (one.destination, one.freelancer_id))
        ended = (safe_cell(one.reference), safe_cell(one.failure))
        asked = one.asked_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        writer.writerow((one.id, one.state, show(one.amount_minor, one.currency), one.currency, *texts, asked, *ended))
    return out.getvalue().encode()


def read_results(content: bytes) -> Sequence[tuple[UUID, Outcome]]:
    """What was paid and what was not, from a file with the columns id and state at least, in any order.

    Rows that say neither paid nor failed are passed over. Raises ``Invalid`` with a problem for each row that cannot be
    read, and for a payout that is there twice; nothing is done then.
    """
    try:
        text = content.decode("utf-8-sig")
        table = list(csv.DictReader(io.StringIO(text, newline=""), strict=True))
    except (UnicodeDecodeError, csv.Error) as error:
        raise Invalid("This is not a CSV file in UTF-8.", "file") from error
    if table and not {"id", "state"} <= {str(name) for name in table[0]}:
        raise Invalid("The first row names the columns, id and state among them.", "file")
    if len(table) > RESULTS_MAX:
        raise Invalid(f"At most {RESULTS_MAX} rows at once.", "file")
    found: dict[UUID, Outcome] = {}
    problems = []
    for number, row in enumerate(table, 2):
        try:
            if (read := _result(row)) is None:
                continue
            if read[0] in found:
                raise Invalid("This payout is there twice.", "id")
            found[read[0]] = read[1]
        except Invalid as error:
            problems.append(Problem(f"row {number}", error.message))
    if problems:
        raise Invalid(problems[:100])
    return list(found.items())


def _result(row: Mapping[str, str | None]) -> tuple[UUID, Outcome] | None:
    id_ = parse((row["id"] or "").strip())
    state = (row["state"] or "").strip().lower()
    reference = (row.get("reference") or "").strip() or None
    if state == "paid":
        outcome = Outcome("paid", reference)
    elif state == "failed":
        outcome = Outcome("failed", reference, (row.get("failure") or "").strip() or "The payment did not arrive.")
    elif state in ("asked", "sent", ""):
        return None
    else:
        raise Invalid("A payout is paid or failed.", "state")
    check_outcome(outcome)
    return id_, outcome
