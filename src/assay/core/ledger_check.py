"""What must hold of a ledger, and what was found of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

RULES: Final[Mapping[str, str]] = {
    "transfers_balance": "the entries of every transfer sum to zero, and none is without entries",
    "accounts_follow": "every account holds the sum of its entries",
    "accounts_covered": "no account holds less than nothing, but the world outside and requesters who play",
    "money_is_conserved": "all accounts of a currency together hold nothing",
    "holds_are_promises": "for every posting so much is held as it may still have to pay",
    "paid_once": "no engagement is paid twice",
    "paid_as_approved": "every approved engagement was paid its reward and fee, and no other was paid",
    "bonuses_paid": "every bonus was paid once, in full",
    "payouts_paid": "every payout took its amount once, and gave it back if it failed",
}


class Finding(msgspec.Struct, frozen=True):
    """One rule: ``checked`` things were looked at, ``broken`` of them break it, such as ``examples`` (ten at most)."""

    rule: str
    meaning: str
    checked: int
    broken: int
    examples: Sequence[Mapping[str, object]] = ()


class Report(msgspec.Struct, frozen=True):
    """All rules, and what there is: ``totals`` is what is held by mode, currency and purpose, in minor units."""

    findings: Sequence[Finding]
    transfers: int
    entries: int
    totals: Sequence[Mapping[str, object]]

    @property
    def holds(self) -> bool:
        return not any(finding.broken for finding in self.findings)
