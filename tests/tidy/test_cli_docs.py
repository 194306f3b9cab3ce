"""The page of commands names every command and every exit code, and its examples are commands."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import typer.main
from typer.core import TyperCommand, TyperGroup

from assay.cli import shell
from assay.cli.main import app

PAGE = (Path(__file__).parents[2] / "docs/reference/cli.md").read_text()


def commands(group: TyperGroup, before: str) -> Iterator[tuple[str, TyperCommand]]:
    for name, command in group.commands.items():
        if isinstance(command, TyperGroup):
            yield from commands(command, f"{before} {name}")
        else:
            assert isinstance(command, TyperCommand)
            yield f"{before} {name}", command


def named() -> dict[str, TyperCommand]:
    group = typer.main.get_command(app)
    assert isinstance(group, TyperGroup)
    return dict(commands(group, "assay"))


def test_every_command_has_a_row_and_every_row_a_command() -> None:
    rows = re.findall(r"^\| `(assay [^`]+)` \|", PAGE, re.MULTILINE)

    assert sorted(rows) == sorted(named())


def test_examples_are_understood_by_the_commands_they_show() -> None:
    """Parsed with the command's own options, not run."""
    examples = re.findall(r"^\| `(assay [^`]+)` \|.*\| `(assay [^`]+)` \|$", PAGE, re.MULTILINE)
    assert len(examples) == len(named())

    for name, example in examples:
        arguments = shlex.split(example)[len(name.split()) :]
        assert example.startswith(name)
        named()[name].make_context(name, arguments)


def test_every_exit_code_is_listed() -> None:
    codes = {shell.OK, shell.REFUSED, shell.USAGE, shell.UNAVAILABLE, shell.INTERRUPTED}

    assert {int(code) for code in re.findall(r"^\| (\d) \|", PAGE, re.MULTILINE)} == codes
