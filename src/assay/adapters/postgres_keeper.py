"""PostgreSQL as our child: started, watched, started again when it is killed, and told to end when we do.

What stands in the way of that, and is dealt with here: the kernel's parent-death signal follows threads, zombies
look alive, lock files outlive their servers, and numbers of processes are used again.
"""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

import structlog

from assay.adapters.postgres_install import Account, clean_environment
from assay.core.errors import Unavailable

log = structlog.get_logger()

START_SECONDS_MAX: Final = 60.0
_STOP_SECONDS_MAX: Final = 30.0
_PR_SET_PDEATHSIG: Final = 1


class Keeper(threading.Thread):
    """The thread that is the server's parent.

    The kernel's parent-death signal follows the *thread* that forked, so that thread must live as long as the
    process does. It also reaps the server at once (a zombie looks alive to the next start) and starts it again.
    """

    def __init__(self, command: list[str], data: Path, run: Path, log: Path, account: Account) -> None:
        super().__init__(name="postgres-keeper", daemon=True)
        self.owner_pid = os.getpid()
        self._command = command
        self._data, self._run, self._log, self._account = data, run, log, account
        self._ending = threading.Event()
        self._settled = threading.Event()
        self._failure: Exception | None = None
        self._process: subprocess.Popen[bytes] | None = None

    def begin(self) -> None:
        self.start()
        self._settled.wait()
        if self._failure is not None:
            raise self._failure

    def end(self) -> None:
        self._ending.set()
        deadline = time.monotonic() + _STOP_SECONDS_MAX
        # Fast, then immediate, then by force: each later one costs more recovery at the next start.
        for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
            process = self._process
            if process is not None and process.poll() is None:
                process.send_signal(number)
            self.join(max(deadline - time.monotonic(), 2.0))
            if not self.is_alive():
                return

    def run(self) -> None:
        try:
            process = self._come_up()
            self._settled.set()
            while not self._ending.is_set():
                process.wait()
                if not self._ending.is_set():
                    log.warning("database_ended_by_itself", status=process.returncode, data=str(self._data))
                    process = self._come_up()
            process.wait()
        except Unavailable as error:
            self._give_up(error)
        except Exception as error:  # a thread's exception is seen by nobody unless it is handed over
            self._give_up(Unavailable(f"the database could not be started: {error}"))
        finally:
            self._settled.set()

    def _give_up(self, error: Unavailable) -> None:
        if self._settled.is_set() and not self._ending.is_set():
            log.error("database_not_restarted", error=error.message)
        self._failure = error

    def _come_up(self) -> subprocess.Popen[bytes]:
        """Start until ready. After a kill the dead server's children hold its memory for a moment: try again."""
        deadline = time.monotonic() + START_SECONDS_MAX
        while True:
            _release_stale_lock(self._data, self._run)
            said_from = self._log.stat().st_size if self._log.exists() else 0
            process = self._spawn()
            while process.poll() is None:
                lock = read_lock(self._data)
                if lock == (process.pid, "ready"):
                    return process
                if time.monotonic() > deadline or self._ending.is_set():
                    process.send_signal(signal.SIGINT)
                    process.wait()
                    break
                time.sleep(0.003)
            said = self._log.read_bytes()[said_from:].decode(errors="replace").strip()
            busy = "still in use" in said or "lock file" in said
            if self._ending.is_set() or not busy or time.monotonic() > deadline:
                last = "\n".join(said.splitlines()[-5:])
                raise Unavailable(f"PostgreSQL did not come up for {self._data} (see {self._log}): {last}")
            time.sleep(0.05)

    def _spawn(self) -> subprocess.Popen[bytes]:
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603 - our own program, arguments built above
                self._command,
                cwd=self._data,
                env=clean_environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                # Its own session: Ctrl-C in the terminal reaches us, and we end it when we are done with it.
                start_new_session=True,
                preexec_fn=_die_with(os.getpid()),
                **self._account.switch,
            )  # type: ignore[call-overload]
        assert self._process is not None
        return self._process


def _die_with(parent: int) -> Callable[[], None] | None:
    """What the child does just before it becomes the server: ask for SIGINT (fast shutdown) when its parent dies."""
    if sys.platform != "linux":
        return None
    prctl = ctypes.CDLL(None, use_errno=True).prctl

    def ask() -> None:
        # The parent may have died between the fork and this line: then nobody would ever tell us.
        if prctl(_PR_SET_PDEATHSIG, int(signal.SIGINT), 0, 0, 0) != 0 or os.getppid() != parent:
            os._exit(1)

    return ask


def read_lock(data: Path) -> tuple[int, str] | None:
    """(process id, status) of the server's lock file; the status is empty while it starts."""
    try:
        lines = (data / "postmaster.pid").read_text().splitlines()
        return int(lines[0]), lines[7].strip() if len(lines) > 7 else ""
    except (OSError, ValueError, IndexError):
        return None


def is_postmaster(pid: int, data: Path) -> bool:
    """True when ``pid`` is a living server of ``data``, not a zombie and not another program with a reused number."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    if sys.platform != "linux":
        return True
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
        # A server stands in its data folder; comparing folders and not names sees through links.
        return status.rpartition(")")[2].split()[0] not in "ZX" and os.path.samefile(f"/proc/{pid}/cwd", data)
    except OSError:
        return False


def _release_stale_lock(data: Path, run: Path) -> None:
    """Let a new server take over from one that was killed.

    PostgreSQL believes a lock file whose process id exists, and a zombie or a reused number does. The file itself
    must stay: it names the shared memory, by which the new server sees whether children of the old one still live.
    So only its first line is changed, to our own number, which PostgreSQL knows cannot be a server (its parent).
    """
    lock = read_lock(data)
    if lock is not None and is_postmaster(lock[0], data):
        return
    for leftover in (".s.PGSQL.5432", ".s.PGSQL.5432.lock"):
        (run / leftover).unlink(missing_ok=True)
    if lock is None:
        return
    path = data / "postmaster.pid"
    lines = path.read_text().splitlines(keepends=True)
    with path.open("r+") as file:
        file.write("".join([f"{os.getpid()}\n", *lines[1:]]))
        file.truncate()
