"""Payouts on paper: the file that goes to whoever pays, and the one that comes back."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

import pytest

from assay.core.errors import Conflict, Invalid
from assay.core.payouts import OPEN_MAX, Outcome, Payout, advances, as_csv, check_asked, check_outcome, read_results

ONE, TWO = (UUID(int=0x0193F1C2000070008000000000000000 + n) for n in (1, 2))


def payout(id_: UUID, destination: str = "CH93 0076") -> Payout:
    asked = datetime(2026, 3, 2, 9, tzinfo=UTC)
    return Payout(id_, "live", TWO, 1250, "USD", "sent", destination, "manual", "ref", None, asked, asked, None)


def test_the_file_comes_back_filled_in() -> None:
    text = as_csv([payout(ONE), payout(TWO, "=cmd()")]).decode()

    assert "'=cmd()" in text
    assert text.splitlines()[1] == f"{ONE},sent,12.50,USD,CH93 0076,{TWO},2026-03-02T09:00:00Z,ref,"
    assert read_results(text.encode()) == [], "nothing was decided yet"
    filled = text.replace(f"{ONE},sent", f"{ONE},Paid").replace(f"{TWO},sent", f"{TWO},failed")
    assert read_results(filled.encode()) == [
        (ONE, Outcome("paid", "ref")),
        (TWO, Outcome("failed", "ref", "The payment did not arrive.")),
    ]


def test_columns_may_come_in_any_order_and_be_fewer() -> None:
    content = f"\ufeffstate,id,more\r\npaid,{str(ONE).upper()},x\r\n".encode()

    assert read_results(content) == [(ONE, Outcome("paid"))]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"\xff\xfe", "UTF-8"),
        (b'id,state\r\n"x', "CSV"),
        (b"name,state\r\nx,paid\r\n", "columns"),
        (b"id,state\r\nx,paid\r\n", "not an id"),
        (f"id,state\r\n{ONE},perhaps\r\n".encode(), "paid or failed"),
        (f"id,state\r\n{ONE},paid\r\n{ONE},failed\r\n".encode(), "twice"),
        (f"id,state,reference\r\n{ONE},paid,{'x' * 201}\r\n".encode(), "Between 1 and 200"),
        (b"id,state\r\n" + b"x,paid\r\n" * 5001, "5000"),
    ],
    ids=["encoding", "quote", "columns", "id", "state", "twice", "reference", "rows"],
)
def test_what_cannot_be_read_is_told_by_row_and_nothing_is_done(content: bytes, said: str) -> None:
    with pytest.raises(Invalid, match=said):
        read_results(content)


def test_what_has_ended_stays() -> None:
    assert advances("asked", "paid")
    assert advances("sent", "failed")
    assert not advances("paid", "paid")
    assert not advances("sent", "sent")
    for state, outcome in (("paid", "failed"), ("failed", "paid"), ("paid", "sent")):
        with pytest.raises(Conflict):
            advances(state, outcome)  # type: ignore[arg-type]


def test_what_may_be_asked_for() -> None:
    check_asked(500, "USD", 500, "CH93 0076", OPEN_MAX - 1)
    for amount, destination, field in (
        (499, "CH93", "amount"),
        (500, " ", "destination"),
        (500, "x" * 501, "destination"),
    ):
        with pytest.raises(Invalid) as refused:
            check_asked(amount, "USD", 500, destination, 0)
        assert [problem.field for problem in refused.value.problems] == [field]
    with pytest.raises(Conflict):
        check_asked(500, "USD", 500, "CH93", OPEN_MAX)
    with pytest.raises(Invalid):
        check_outcome(Outcome("failed", None, ""))
