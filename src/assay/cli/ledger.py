"""`assay check-ledger`: whether the money adds up."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
import typer

from assay.cli.shell import REFUSED, HomeOption, JsonOption, out, perform, show

if TYPE_CHECKING:
    from assay.core.ledger_check import Report


def check_ledger(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Proves the ledger of every market: adds up all entries, and compares what is held with what postings promise.

    Trusts no sum that is kept, changes nothing, and may run beside a server. Exits with 1 when something does not hold.

    Examples:

        assay check-ledger
        assay check-ledger --json
    """
    from assay.app import opened
    from assay.cli.home import entered, settings_for
    from assay.services import accounts, ledger

    async def work() -> list[tuple[str, str, Report]]:
        found = []
        async with opened(settings_for(home)) as inside:
            for organization_id in await inside.database.tenants():
                async with entered(inside.house, organization_id) as context:
                    if (report := await ledger.check_if_market(context)) is not None:
                        found.append((str(organization_id), (await accounts.organization(context)).name, report))
        return found

    found = perform(work(), as_json=as_json)
    holds = all(report.holds for _, _, report in found)
    markets = [{"id": id_, "name": name, "holds": one.holds, **_plain(one)} for id_, name, one in found]
    show({"holds": holds, "markets": markets}, as_json=as_json, text=lambda: _print(found))
    if not holds:
        raise typer.Exit(REFUSED)


def _plain(report: Report) -> dict[str, Any]:
    plain: dict[str, Any] = msgspec.to_builtins(report)
    return plain


def _print(found: list[tuple[str, str, Report]]) -> None:
    from assay.core.money import show as amount

    if not found:
        out.print("There is no market here, and no money.")
    for _, name, report in found:
        out.print(f"{name}: {report.transfers} transfers with {report.entries} entries.", markup=False)
        for finding in report.findings:
            mark = f"[bold red]{finding.broken} BROKEN[/]" if finding.broken else "[green]holds[/]"
            out.print(f"  {mark}  ", end="")
            out.print(f"{finding.meaning} ({finding.checked} looked at)", markup=False)
            for example in finding.examples:
                out.print("      " + ", ".join(f"{key} {value}" for key, value in example.items()), markup=False)
        for total in report.totals:
            shown = f"{amount(int(str(total['minor'])), str(total['currency']))} {total['currency']}"
            out.print(f"  {total['mode']} {total['purpose']}: {shown}", markup=False)
