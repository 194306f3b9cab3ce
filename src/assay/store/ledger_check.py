"""Adds up a market's ledger and compares it with what it must be, without trusting any sum that is kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from assay.core.ledger_check import RULES, Finding, Report
from assay.store.connection import Tenant, queries

_SECONDS_MAX: Final = 600
# What each rule looks at.
_LOOKED_AT: Final[Mapping[str, str]] = {
    "transfers_balance": "transfers",
    "accounts_follow": "accounts",
    "accounts_covered": "accounts",
    "money_is_conserved": "currencies",
    "holds_are_promises": "postings",
    "paid_once": "engagements",
    "paid_as_approved": "engagements",
    "bonuses_paid": "bonuses",
    "payouts_paid": "payouts",
}


async def check(room: Tenant) -> Report:
    """Each rule is one statement, so it sees the market at one moment, and others go on meanwhile.

    Must be seen by nobody's eyes but the market's, or what is hidden looks missing.
    """
    assert room.party is None, "a party sees its own part only"
    statements = queries("ledger_check")
    (counts,) = await _read(room, statements["counts"])
    findings = []
    for rule, meaning in RULES.items():
        found = await _read(room, statements[rule])
        examples = [{name: _plain(value) for name, value in row.items() if name != "broken"} for row in found]
        findings.append(Finding(rule, meaning, counts[_LOOKED_AT[rule]], found[0]["broken"] if found else 0, examples))
    totals = [dict(row) for row in await _read(room, statements["totals"])]
    return Report(findings, counts["transfers"], counts["entries"], totals)


async def _read(room: Tenant, sql: str) -> Sequence[Mapping[str, Any]]:
    # Everything there is may take longer than statements commonly may.
    return await room.connection.fetch(sql, room.organization_id, timeout=_SECONDS_MAX)


def _plain(value: Any) -> object:
    return str(value) if isinstance(value, UUID) else value
