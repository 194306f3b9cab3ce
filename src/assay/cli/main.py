"""The command line: `assay`."""

from __future__ import annotations

import typer

from assay.cli import (
    adding,
    aggregating,
    doctor,
    exporting,
    label,
    ledger,
    market,
    people,
    projects,
    requesting,
    sealing,
    serving,
    simulate,
)
from assay.cli.shell import EXIT_CODES

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help=f"Assay: photos in, trusted boxes out.\n\n{EXIT_CODES}",
)
app.command()(serving.serve)
app.command()(serving.demo)
app.command()(label.label)
app.add_typer(projects.group, name="project")
app.command()(adding.add)
app.command()(simulate.simulate)
app.command()(exporting.export)
app.command()(aggregating.aggregate)
app.command()(people.link)
app.command()(requesting.signing_key)
app.command()(requesting.layout)
app.add_typer(market.group, name="market")
app.command("check-ledger")(ledger.check_ledger)
app.command()(doctor.doctor)
app.command()(sealing.reseal)


def main() -> None:
    """What the installed script `assay` runs."""
    app()


if __name__ == "__main__":
    main()
