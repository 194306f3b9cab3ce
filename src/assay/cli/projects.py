"""`assay project`: making projects and looking at them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from assay.cli.shell import EXIT_CODES, USAGE, HomeOption, JsonOption, Stop, out, perform, show

group = typer.Typer(no_args_is_help=True, help=f"Projects: what is asked of workers.\n\n{EXIT_CODES}")

LabelOption = Annotated[
    list[str] | None, typer.Option("--label", "-l", help="A label to mark with boxes; repeat for more.")
]


@group.command("create")
def create(
    name: Annotated[str, typer.Argument(help="What to call it.")],
    label: LabelOption = None,
    instructions: Annotated[Path | None, typer.Option(help="A Markdown file with what workers should know.")] = None,
    overlap: Annotated[
        str | None, typer.Option(help="Opinions on each photo: a number, or MIN-MAX for adaptive. Without it, 1.")
    ] = None,
    review: Annotated[
        str | None, typer.Option(help="none, all, sample:SHARE, or low:AGREEMENT. Without it, none.")
    ] = None,
    gold_rate: Annotated[
        float | None, typer.Option(min=0, max=1, help="Share of turns that are hidden tests. Without it, 0.")
    ] = None,
    file: Annotated[Path | None, typer.Option(help="A JSON file with taxonomy, policy and instructions.")] = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Creates a project.

    Examples:

        assay project create Streets --label person --label car --overlap 3
        assay project create Streets -l dog --overlap 2-5 --review low:0.7 --gold-rate 0.1
        assay project create Streets --file project.json
    """

    async def work() -> Any:
        body = _from_file(file) if file else {}
        if label:
            body["taxonomy"] = {**body.get("taxonomy", {}), "labels": [{"name": each} for each in label]}
        if "taxonomy" not in body:
            raise Stop(USAGE, "Give at least one --label, or a --file with a taxonomy.", kind="usage")
        if instructions is not None:
            body["instructions"] = _text(instructions)
        asked = (overlap, review, gold_rate) != (None, None, None)
        if "policy" in body and asked:
            message = f"{file} has a policy: leave out --overlap, --review and --gold-rate, or the file's policy."
            raise Stop(USAGE, message, kind="usage")
        if "policy" not in body:
            body["policy"] = policy_of(overlap or "1", review or "none", gold_rate or 0.0)
        async with _connected(home) as api:
            return await api.post("/v1/projects", {**body, "name": name})

    made = perform(work(), as_json=as_json)
    show(made, as_json=as_json, text=lambda: out.print(f"{made['id']}  {made['name']}", markup=False))


@group.command("list")
def list_(
    state: Annotated[str | None, typer.Option(help="Only those that are active, paused or archived.")] = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Lists projects, newest first.

    Examples:

        assay project list
        assay project list --state active --json
    """

    async def work() -> list[Any]:
        async with _connected(home) as api:
            return [project async for project in api.projects(state)]

    found = perform(work(), as_json=as_json)
    show(found, as_json=as_json, text=lambda: _print_list(found))


@group.command("show")
def show_(
    project: Annotated[str, typer.Argument(help="Its id or name.")],
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Shows a project and where its work stands.

    Examples:

        assay project show Streets
    """

    async def work() -> Any:
        async with _connected(home) as api:
            return await api.project(project)

    found = perform(work(), as_json=as_json)
    show(found, as_json=as_json, text=lambda: _print_one(found))


def policy_of(overlap: str, review: str, gold_rate: float = 0.0) -> dict[str, Any]:
    """A policy from what one writes on a command line. Raises ``Stop`` naming the option that cannot be read."""
    low, dash, high = overlap.partition("-")
    if not low.isdigit() or (dash and not high.isdigit()):
        raise Stop(USAGE, f"--overlap takes a number or MIN-MAX, not {overlap!r}.", kind="usage")
    wanted = (
        {"mode": "adaptive", "minimum": int(low), "maximum": int(high)}
        if dash
        else {"mode": "fixed", "count": int(low)}
    )
    rule, colon, number = review.partition(":")
    rules = {"none": "none", "all": "all", "sample": "sample", "low": "low_agreement"}
    fields = {"sample": "rate", "low": "agreement_min"}
    try:
        asked: dict[str, Any] = {"mode": rules[rule]}
        if colon:
            asked[fields[rule]] = float(number)
    except (KeyError, ValueError):
        raise Stop(
            USAGE, f"--review takes none, all, sample:SHARE or low:AGREEMENT, not {review!r}.", kind="usage"
        ) from None
    return {"overlap": wanted, "review": asked, "gold": {"rate": gold_rate}}


def _from_file(file: Path) -> dict[str, Any]:
    try:
        body = json.loads(_text(file))
    except ValueError as error:
        raise Stop(USAGE, f"{file} is not JSON: {error}", kind="usage") from error
    known = ("kind", "taxonomy", "policy", "instructions")
    if not isinstance(body, dict):
        raise Stop(USAGE, f"{file} must be an object with {', '.join(known)}.", kind="usage")
    # The name is the command's to give, so that one file makes many projects.
    if strangers := sorted(set(body) - {*known, "name"}):
        raise Stop(USAGE, f"{file} has {', '.join(strangers)}; there are {', '.join(known)}.", kind="usage")
    return {name: body[name] for name in known if name in body}


def _text(file: Path) -> str:
    try:
        return file.read_text()
    except (OSError, UnicodeDecodeError) as error:
        raise Stop(USAGE, f"{file} cannot be read: {error}", kind="usage") from error


def _print_list(found: list[Any]) -> None:
    if not found:
        out.print("No projects yet. Make one: assay project create NAME --label LABEL")
        return
    table = Table(box=None, pad_edge=False, header_style="dim")
    for title in ("id", "name", "state", "done", "in work"):
        table.add_column(title)
    for project in found:
        told = project["progress"]
        table.add_row(
            project["id"],
            project["name"],
            project["state"],
            f"{told['completed']} of {told['total']}",
            str(told["active_assignments"]),
        )
    out.print(table)


def _print_one(found: dict[str, Any]) -> None:
    told = found["progress"]
    labels = ", ".join(label["name"] for label in found["taxonomy"].get("labels", []))
    rows = {
        "id": found["id"],
        "state": f"{found['state']}, version {found['version']}",
        "labels": labels,
        "tasks": f"{told['completed']} of {told['total']} completed, {told['annotating']} annotating, "
        f"{told['reviewing']} reviewing, {told['broken']} broken, {told['golds']} golds besides",
        "answers": f"{told['submissions']} with {told['annotations']} annotations",
        "agreement": "-" if told["agreement_mean"] is None else f"{told['agreement_mean']:.2f}",
    }
    out.print(found["name"], style="bold", markup=False)
    for name, value in rows.items():
        out.print(f"{name:<10} {value}", markup=False)


def _connected(home: Path | None) -> Any:
    from assay.cli.home import connected, settings_for

    return connected(settings_for(home))
