"""What every command shares: exit codes, output for people and for programs, and running until told to stop."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Any, Final, NoReturn, TypeVar

import structlog
import typer
from rich.console import Console

from assay.core.errors import AssayError, Invalid, Throttled, Unavailable

OK: Final = 0
REFUSED: Final = 1
USAGE: Final = 2
UNAVAILABLE: Final = 3
INTERRUPTED: Final = 4

EXIT_CODES: Final = """
Exit codes: 0 done, 1 refused or not found, 2 wrong use, 3 something needed is unavailable, 4 interrupted.
"""

# Results go to stdout and everything else to stderr, so that either can be piped.
out: Final = Console(highlight=False, soft_wrap=True)
err: Final = Console(stderr=True, highlight=False, soft_wrap=True)

HomeOption = Annotated[
    Path | None,
    typer.Option("--home", help="Where Assay keeps its data. Default: ASSAY_HOME, else the system's place for it."),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]

Result = TypeVar("Result")


class Stop(Exception):
    """A command ends here: what to tell, and its exit code."""

    def __init__(self, code: int, message: str, *, kind: str = "error") -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.kind = kind


def perform(work: Coroutine[Any, Any, Result], *, as_json: bool = False) -> Result:
    """Runs a command to its end. Leaves the process with the exit code of what went wrong."""
    _log_to_stderr()
    try:
        return _run(work)
    except Stop as stop:
        _leave(stop.code, stop.kind, stop.message, as_json)
    except Invalid as error:
        _leave(USAGE, error.code, error.message, as_json)
    except (Unavailable, Throttled) as error:
        _leave(UNAVAILABLE, error.code, error.message, as_json)
    except AssayError as error:
        _leave(REFUSED, error.code, error.message, as_json)
    except (KeyboardInterrupt, asyncio.CancelledError):
        _leave(INTERRUPTED, "interrupted", "Interrupted.", as_json)
    except BrokenPipeError:
        # Whoever read our output has had enough. Nothing may be flushed into the broken pipe on the way out.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise typer.Exit(OK) from None


def _run(work: Coroutine[Any, Any, Result]) -> Result:
    import uvloop

    return uvloop.run(_until_told(work))


async def _until_told(work: Coroutine[Any, Any, Result]) -> Result:
    """The work, cancelled in good order by SIGINT and SIGTERM; a second signal does not interrupt the clearing up."""
    task = asyncio.current_task()
    assert task is not None, "a coroutine runs in a task"
    loop = asyncio.get_running_loop()
    told = False

    def tell() -> None:
        nonlocal told
        if not told:
            told = True
            task.cancel()

    for number in (signal.SIGINT, signal.SIGTERM):
        # What the standard library raises where an event loop cannot take signals; Ctrl-C then ends us at once.
        with suppress(NotImplementedError):
            loop.add_signal_handler(number, tell)
    return await work


def _leave(code: int, kind: str, message: str, as_json: bool) -> NoReturn:
    if as_json:
        print_json({"error": {"code": kind, "message": message}})
    else:
        err.print(f"[bold red]{'Stopped' if code == INTERRUPTED else 'Error'}[/]: ", end="")
        err.print(message, markup=False)
    raise typer.Exit(code)


def print_json(value: Any) -> None:
    """One JSON document on stdout, as it is: no colours, no wrapping."""
    sys.stdout.write(json.dumps(value, indent=2, ensure_ascii=False) + "\n")
    sys.stdout.flush()


def show(value: Any, *, as_json: bool, text: Callable[[], None]) -> None:
    """The result: as JSON, or as ``text`` prints it."""
    if as_json:
        print_json(value)
    else:
        text()


async def forever() -> None:
    """Until the command is told to stop."""
    await asyncio.Event().wait()


async def until_stopped(work: Awaitable[None]) -> None:
    """For servers: being told to stop is how they end, and no failure."""
    with suppress(asyncio.CancelledError):
        await work


def _log_to_stderr() -> None:
    """Warnings and worse, on stderr; stdout belongs to results."""
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(30),
        logger_factory=structlog.PrintLoggerFactory(file=sys.stderr),
    )
