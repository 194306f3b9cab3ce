"""The PostgreSQL that comes with Assay: started by us, reached by nobody else, gone when we are gone.

The server is our child. It listens on a Unix socket in a private folder only, runs as an ordinary user, restarts by
itself when it is killed, and is told by the kernel to shut down when its owner dies in any way. A second process
that opens the same home attaches to the running server and leaves it running.

    home/postgres/data        the cluster
    home/postgres/run         the socket (a short folder under /tmp when this path is too long for a socket)
    home/postgres/password    the generated password, mode 0600
    home/postgres/state.json  where a running server is reached, mode 0600
    home/postgres/server.log  what the server says
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import stat
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from urllib.parse import quote

from assay.adapters.postgres_install import (
    DATABASE,
    SUPERUSER,
    Account,
    make_data_folder,
    pg_bin,
    reachable_bin,
    server_account,
    write_private,
)
from assay.adapters.postgres_keeper import START_SECONDS_MAX, Keeper, is_postmaster, read_lock
from assay.core.errors import Unavailable

__all__ = ["SETTINGS", "EmbeddedPostgres", "pg_bin"]

# Queue tables change every row several times: vacuum early and without long pauses, or claims slow down by the hour.
SETTINGS: Mapping[str, str] = {
    "max_connections": "100",
    "shared_buffers": "128MB",
    "work_mem": "8MB",
    "maintenance_work_mem": "64MB",
    "effective_cache_size": "1GB",
    "random_page_cost": "1.1",
    "jit": "off",
    "wal_compression": "pglz",
    "min_wal_size": "128MB",
    "max_wal_size": "1GB",
    "checkpoint_timeout": "10min",
    "autovacuum_naptime": "15s",
    "autovacuum_vacuum_scale_factor": "0.02",
    "autovacuum_vacuum_insert_scale_factor": "0.1",
    "autovacuum_analyze_scale_factor": "0.05",
    "autovacuum_vacuum_cost_limit": "2000",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] ",
    "log_min_messages": "warning",
}
# Linux allows 107 bytes for a socket's path; the longest file there is ".s.PGSQL.5432.lock".
_SOCKET_FOLDER_BYTES_MAX = 107 - len("/.s.PGSQL.5432.lock")
_LOG_BYTES_MAX = 16 * 1024 * 1024


class EmbeddedPostgres:
    """A server for ``home``; use as a context manager, or ``start`` and ``stop``.

    ``fsync=False`` is for tests: a crash of the machine (not of the server) then loses the data folder.
    ``settings`` are server parameters over ``SETTINGS``. Objects may be started again after ``stop``.
    """

    def __init__(self, home: Path, *, fsync: bool = True, settings: Mapping[str, str] | None = None) -> None:
        self.home = Path(home).resolve()
        self.folder = self.home / "postgres"
        self.data = self.folder / "data"
        self.fsync = fsync
        self.settings = {**SETTINGS, **(settings or {})}
        self._dsn: str | None = None
        self._keeper: Keeper | None = None

    @classmethod
    @contextmanager
    def temporary(cls, settings: Mapping[str, str] | None = None) -> Iterator[EmbeddedPostgres]:
        """A fast server that forgets everything, for tests and demonstrations."""
        home = Path(tempfile.mkdtemp(prefix="assay-"))
        # The account that runs the server must pass through; it can read nothing here that is not its own.
        home.chmod(0o711)
        try:
            with cls(home, fsync=False, settings={"synchronous_commit": "off", **(settings or {})}) as server:
                yield server
        finally:
            shutil.rmtree(home, ignore_errors=True)

    @property
    def dsn(self) -> str:
        """Where the superuser reaches the database. Raises ``Unavailable`` before ``start``."""
        if self._dsn is None:
            raise Unavailable(f"the database of {self.home} is not started: call start() first")
        return self._dsn

    @property
    def is_owner(self) -> bool:
        """True when this process started the server and ``stop`` will end it."""
        return self._keeper is not None and self._keeper.owner_pid == os.getpid()

    @property
    def pid(self) -> int | None:
        """The running postmaster's process id, None when there is none."""
        lock = read_lock(self.data)
        return lock[0] if lock and is_postmaster(lock[0], self.data) else None

    def start(self) -> str:
        """Start the server, or attach to the one that runs for this home; returns the dsn.

        Raises ``Unavailable`` with what to do when the folder cannot be reached by the server's account, or with the
        server's last lines when it does not come up.
        """
        if self.is_owner and self._keeper is not None and self._keeper.is_alive():
            return self.dsn
        account = server_account()
        self._make_folders(account)
        with self._lock():
            attached = self._attach()
            if attached is None:
                attached = self._launch(account)
        self._dsn = attached
        return attached

    def stop(self) -> None:
        """End the server if this process started it: open transactions are rolled back, committed ones are kept."""
        keeper, self._keeper, self._dsn = self._keeper, None, None
        if keeper is not None and keeper.owner_pid == os.getpid():
            (self.folder / "state.json").unlink(missing_ok=True)
            keeper.end()

    def __enter__(self) -> EmbeddedPostgres:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _make_folders(self, account: Account) -> None:
        if not self.home.exists():
            self.home.mkdir(parents=True)
            self.home.chmod(0o711)
        if not account.can_enter(self.home):
            raise Unavailable(
                f"the account '{account.name}', which runs the database, cannot enter {self.home}: set ASSAY_HOME to "
                f"a folder it can pass through (for example /var/lib/assay), or start Assay as an ordinary user"
            )
        if not self.folder.exists():
            self.folder.mkdir(mode=0o700)
            account.own(self.folder)
        elif self.folder.stat().st_uid != account.uid:
            owner, wanted = self.folder.stat().st_uid, f"'{account.name}' (uid {account.uid})"
            raise Unavailable(
                f"{self.folder} belongs to uid {owner}, and the database would run as {wanted}: start Assay as the "
                f"user who made it, or set ASSAY_HOME to another folder"
            )

    @contextmanager
    def _lock(self) -> Iterator[None]:
        """One starter at a time; the second then finds a running server and attaches."""
        descriptor = os.open(self.folder / "start.lock", os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)

    def _attach(self) -> str | None:
        """The dsn of a server that is up; None when one must be started. Waits for one that is on its way out."""
        deadline = time.monotonic() + START_SECONDS_MAX
        while time.monotonic() < deadline:
            lock = read_lock(self.data)
            if lock is None or not is_postmaster(lock[0], self.data):
                return None
            state = self._read_state()
            if lock[1] == "ready" and state is not None:
                return state
            time.sleep(0.01)
        raise Unavailable(f"another server holds {self.data} and is neither ready nor gone: end process {self.pid}")

    def _read_state(self) -> str | None:
        try:
            return str(json.loads((self.folder / "state.json").read_text())["dsn"])
        except (OSError, ValueError, KeyError):
            return None

    def _launch(self, account: Account) -> str:
        bin_folder = reachable_bin(account, self.folder)
        password_file = self.folder / "password"
        if not self.data.exists():
            make_data_folder(bin_folder, self.data, password_file, account, fsync=self.fsync)
        run = self._socket_folder(account)
        log = self.folder / "server.log"
        if log.exists() and log.stat().st_size > _LOG_BYTES_MAX:
            log.replace(log.with_suffix(".log.1"))
        fixed = {
            "listen_addresses": "",
            "unix_socket_directories": '"' + str(run).replace('"', '""') + '"',
            "unix_socket_permissions": "0700",
            "fsync": "on" if self.fsync else "off",
            "full_page_writes": "on" if self.fsync else "off",
        }
        if sys.platform == "linux":
            # After a kill all files are flushed first: in one call rather than a thousand.
            fixed["recovery_init_sync_method"] = "syncfs"
        command = [str(bin_folder / "postgres"), "-D", str(self.data), "-p", "5432"]
        for name, value in {**self.settings, **fixed}.items():
            command += ["-c", f"{name}={value}"]
        keeper = Keeper(command, self.data, run, log, account)
        keeper.begin()
        self._keeper = keeper
        password = password_file.read_text()
        dsn = f"postgresql://{SUPERUSER}:{password}@/{DATABASE}?host={quote(str(run), safe='/')}"
        write_private(self.folder / "state.json", json.dumps({"dsn": dsn, "owner": os.getpid()}), account)
        return dsn

    def _socket_folder(self, account: Account) -> Path:
        run = self.folder / "run"
        if len(os.fsencode(run)) > _SOCKET_FOLDER_BYTES_MAX:
            # The name must be the same at the next start, or an old client's dsn goes nowhere; others could make it
            # first, so it is used only when it is a real folder of ours that nobody else can enter.
            digest = hashlib.sha256(os.fsencode(self.home)).hexdigest()[:12]
            run = Path(tempfile.gettempdir()) / f"assay-{account.uid}-{digest}"
        try:
            run.mkdir(mode=0o700)
            account.own(run)
        except FileExistsError:
            found = run.lstat()
            if not stat.S_ISDIR(found.st_mode) or found.st_uid != account.uid or found.st_mode & 0o077:
                raise Unavailable(
                    f"{run} is not a private folder of '{account.name}': remove it, or set ASSAY_HOME to a shorter path"
                ) from None
        return run
