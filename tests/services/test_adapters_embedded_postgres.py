"""The bundled server: private, quick to start, gone with its owner, and never forgetting what was committed."""

# ruff: noqa: ASYNC220, ASYNC221, ASYNC222, ASYNC240 - the tests wait for processes, and nothing else runs meanwhile

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest

from assay.adapters import postgres_install
from assay.adapters.embedded_postgres import EmbeddedPostgres, pg_bin
from assay.core.errors import Unavailable

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root has to give the server to another account")

OWNER = """
import sys, time
from pathlib import Path
from assay.adapters.embedded_postgres import EmbeddedPostgres
server = EmbeddedPostgres(Path(sys.argv[1]), fsync=False)
server.start()
try:
    print(server.is_owner, server.pid, server.dsn, flush=True)
    time.sleep(600)
except KeyboardInterrupt:
    import asyncio, asyncpg
    async def ask():
        connection = await asyncpg.connect(server.dsn)
        print(await connection.fetchval("select 'still here'"), flush=True)
        await connection.close()
    asyncio.run(ask())
    server.stop()
"""


def _make_home() -> Path:
    """Not ``tmp_path``: that lies under a folder only root can enter."""
    folder = Path(tempfile.mkdtemp(prefix="assay-test-"))
    folder.chmod(0o711)
    return folder


@pytest.fixture
def new_home() -> Iterator[Path]:
    folder = _make_home()
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def stopped_home() -> Iterator[Path]:
    folder = _make_home()
    with EmbeddedPostgres(folder, fsync=False):
        pass
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def home(stopped_home: Path, new_home: Path) -> Path:
    """A home that was started once before; a copy takes a tenth of the time of a new one."""
    subprocess.run(["cp", "-a", stopped_home / "postgres", new_home], check=True)
    return new_home


async def _ask(dsn: str, query: str) -> object:
    connection = await asyncpg.connect(dsn, timeout=10)
    try:
        return await connection.fetchval(query)
    finally:
        await connection.close()


async def _answers(dsn: str) -> bool:
    try:
        return await _ask(dsn, "select 1") == 1
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError):
        return False


def _run_owner(home: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", OWNER, str(home)], stdout=subprocess.PIPE, text=True, start_new_session=True
    )


def _wait_gone(pid: int, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            return True
        if state in "ZX":
            return True
        time.sleep(0.01)
    return False


async def test_a_new_home_becomes_a_utf8_database_in_builtin_order_reached_by_socket_and_password_only(
    new_home: Path,
) -> None:
    with EmbeddedPostgres(new_home, fsync=False) as server:
        facts = await _ask(
            server.dsn,
            """select array[current_database(), current_setting('server_encoding'), d.datlocprovider::text,
                            d.datlocale, current_setting('listen_addresses'), current_setting('server_version_num')]
               from pg_database d where d.datname = current_database()""",
        )
        passwords = await _ask(server.dsn, "select string_agg(distinct left(rolpassword, 13), ',') from pg_authid")
        rules = await _ask(server.dsn, "select string_agg(distinct auth_method, ',') from pg_hba_file_rules")
        password = (new_home / "postgres" / "password").read_text()
        with pytest.raises(asyncpg.InvalidPasswordError):
            await _ask(server.dsn.replace(password, "wrong"), "select 1")

    assert isinstance(facts, list)
    assert facts[:5] == ["assay", "UTF8", "b", "C.UTF-8", ""]
    assert int(facts[5]) >= 180000
    assert passwords == "SCRAM-SHA-256"
    assert rules == "scram-sha-256"


async def test_files_with_the_password_and_the_folders_around_the_data_are_private(home: Path) -> None:
    with EmbeddedPostgres(home, fsync=False):
        modes = {
            name: stat.S_IMODE((home / "postgres" / name).lstat().st_mode)
            for name in ("password", "state.json", ".", "data", "run")
        }

    assert modes == {"password": 0o600, "state.json": 0o600, ".": 0o700, "data": 0o700, "run": 0o700}


async def test_data_is_kept_over_a_stop_and_a_warm_start_takes_less_than_a_second(new_home: Path) -> None:
    server = EmbeddedPostgres(new_home, fsync=False)
    cold = time.monotonic()
    server.start()
    cold = time.monotonic() - cold
    await _ask(server.dsn, "create table kept as select 42 as answer")
    server.stop()
    assert server.pid is None
    warm = time.monotonic()
    server.start()
    warm = time.monotonic() - warm

    try:
        assert await _ask(server.dsn, "select answer from kept") == 42
        assert warm < 1.0
        assert cold < 10.0
    finally:
        server.stop()


async def test_a_dsn_before_the_start_or_after_the_stop_is_refused(home: Path) -> None:
    server = EmbeddedPostgres(home)

    with pytest.raises(Unavailable, match="call start"):
        server.dsn  # noqa: B018 - reading it is the act


async def test_settings_reach_the_server_and_cannot_open_it_to_the_network(home: Path) -> None:
    with EmbeddedPostgres(home, fsync=False, settings={"work_mem": "3MB", "listen_addresses": "*"}) as server:
        assert await _ask(server.dsn, "select current_setting('work_mem')") == "3MB"
        assert await _ask(server.dsn, "select current_setting('listen_addresses')") == ""


async def test_a_killed_server_comes_back_by_itself_with_every_committed_row(home: Path) -> None:
    """Writers note what was acknowledged outside the database; after each kill all of it must be there."""
    acknowledged: set[int] = set()
    numbers = iter(range(10_000_000))
    running = True

    async def write(dsn: str) -> None:
        while running:
            try:
                connection = await asyncpg.connect(dsn, timeout=5)
                try:
                    while running:
                        number = next(numbers)
                        await connection.execute("insert into rows_kept values ($1)", number)
                        acknowledged.add(number)
                finally:
                    connection.terminate()
            except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError):
                await asyncio.sleep(0.01)

    with EmbeddedPostgres(home, fsync=True) as server:
        await _ask(server.dsn, "create table rows_kept (number int primary key)")
        writers = [asyncio.create_task(write(server.dsn)) for _ in range(4)]
        recovered: list[float] = []
        for _ in range(3):
            await asyncio.sleep(0.3)
            pid = server.pid
            assert pid is not None
            os.kill(pid, signal.SIGKILL)
            killed = time.monotonic()
            # Children of the killed server may finish a statement yet: only a new server counts as back.
            while server.pid in (None, pid) or not await _answers(server.dsn):
                assert time.monotonic() - killed < 20
                await asyncio.sleep(0.01)
            recovered.append(time.monotonic() - killed)
        running = False
        await asyncio.gather(*writers)
        connection = await asyncpg.connect(server.dsn)
        kept = {row[0] for row in await connection.fetch("select number from rows_kept")}
        await connection.close()

    assert len(acknowledged) > 50
    assert acknowledged <= kept
    assert max(recovered) < 15


async def test_a_second_process_attaches_and_leaves_the_server_running(home: Path) -> None:
    with EmbeddedPostgres(home, fsync=False) as server:
        script = (
            "import sys; from pathlib import Path; from assay.adapters.embedded_postgres import EmbeddedPostgres\n"
            "with EmbeddedPostgres(Path(sys.argv[1])) as s: print(s.is_owner, s.pid, s.dsn)"
        )
        done = subprocess.run([sys.executable, "-c", script, str(home)], capture_output=True, text=True, check=True)

        assert done.stdout.split() == ["False", str(server.pid), server.dsn]
        assert await _ask(server.dsn, "select 1") == 1


def test_of_three_processes_that_start_at_once_one_owns_the_server_and_the_others_attach(home: Path) -> None:
    owners = [_run_owner(home) for _ in range(3)]
    try:
        said = [owner.stdout.readline().split() for owner in owners if owner.stdout]

        assert sorted(is_owner for is_owner, _, _ in said) == ["False", "False", "True"]
        assert len({(pid, dsn) for _, pid, dsn in said}) == 1
    finally:
        for owner in owners:
            owner.kill()
            owner.wait()
    assert _wait_gone(int(said[0][1]), 10)


async def test_the_thread_that_started_the_server_may_end(home: Path) -> None:
    """The kernel's parent-death signal follows a thread; a server started from a pool's thread must outlive it."""
    server = EmbeddedPostgres(home, fsync=False)
    starter = threading.Thread(target=server.start)
    starter.start()
    starter.join()

    try:
        await asyncio.sleep(0.1)
        assert await _ask(server.dsn, "select 1") == 1
    finally:
        server.stop()


async def test_an_owner_killed_by_force_takes_the_server_along_and_the_next_start_finds_the_data(home: Path) -> None:
    owner = _run_owner(home)
    assert owner.stdout is not None
    is_owner, pid, dsn = owner.stdout.readline().split()
    await _ask(dsn, "create table kept as select 7 as answer")

    owner.kill()
    owner.wait()

    assert is_owner == "True"
    assert _wait_gone(int(pid), 10)
    with EmbeddedPostgres(home, fsync=False) as server:
        assert server.is_owner
        assert await _ask(server.dsn, "select answer from kept") == 7


async def test_an_interrupt_in_the_terminal_reaches_the_owner_and_not_the_server(home: Path) -> None:
    owner = _run_owner(home)
    assert owner.stdout is not None
    pid = int(owner.stdout.readline().split()[1])

    os.killpg(owner.pid, signal.SIGINT)
    said, _ = owner.communicate(timeout=20)

    assert said.strip() == "still here"
    assert _wait_gone(pid, 10)


@pytest.mark.parametrize("holder", ["zombie", "reused number"])
async def test_a_lock_left_behind_whose_number_now_means_nothing_does_not_block_the_start(
    home: Path, holder: str
) -> None:
    server = EmbeddedPostgres(home, fsync=False)
    server.start()
    server.stop()
    account = postgres_install.server_account()
    other = subprocess.Popen(["sleep", "0" if holder == "zombie" else "60"], **account.switch)  # type: ignore[call-overload]
    if holder == "zombie":
        os.waitid(os.P_PID, other.pid, os.WEXITED | os.WNOWAIT)
    lock = home / "postgres" / "data" / "postmaster.pid"
    lock.write_text(f"{other.pid}\n{home}/postgres/data\n1\n5432\n{home}/postgres/run\n\n  1234 5678\nready\n")
    account.own(lock)
    socket_lock = home / "postgres" / "run" / ".s.PGSQL.5432.lock"
    socket_lock.write_text(f"{other.pid}\n")

    try:
        began = time.monotonic()
        server.start()
        assert time.monotonic() - began < 5
        assert await _ask(server.dsn, "select 1") == 1
    finally:
        server.stop()
        other.kill()
        other.wait()


async def test_a_path_too_long_for_a_socket_gets_a_short_private_folder(home: Path) -> None:
    deep = home / ("x" * 60) / ("y" * 60)
    deep.parent.mkdir(mode=0o711)
    with EmbeddedPostgres(deep, fsync=False) as server:
        assert await _ask(server.dsn, "select 1") == 1
        folder = Path(server.dsn.partition("host=")[2])
        found = folder.lstat()

    assert len(os.fsencode(folder)) < 60
    assert stat.S_IMODE(found.st_mode) == 0o700
    assert found.st_uid == postgres_install.server_account().uid
    shutil.rmtree(folder)


async def test_a_short_folder_that_somebody_else_made_first_is_refused(home: Path) -> None:
    deep = home / ("x" * 60) / ("y" * 60)
    deep.parent.mkdir(mode=0o711)
    with EmbeddedPostgres(deep, fsync=False) as server:
        folder = Path(server.dsn.partition("host=")[2])
    shutil.rmtree(folder)
    folder.symlink_to(home)

    try:
        with pytest.raises(Unavailable, match="not a private folder"):
            EmbeddedPostgres(deep, fsync=False).start()
    finally:
        folder.unlink()


@as_root
def test_a_home_the_account_cannot_enter_is_refused_with_the_remedy_and_left_as_it_was(home: Path) -> None:
    closed = home / "closed"
    closed.mkdir(mode=0o700)

    with pytest.raises(Unavailable, match="set ASSAY_HOME"):
        EmbeddedPostgres(closed / "assay").start()
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700


@as_root
def test_programs_the_account_cannot_reach_are_copied_and_the_closed_folder_stays_closed(home: Path) -> None:
    account = postgres_install.server_account()
    closed = home / "closed"
    closed.mkdir(mode=0o700)
    shutil.copytree(pg_bin().parent, closed / "install", copy_function=os.link, symlinks=True)
    copies = home / "copies"
    copies.mkdir(mode=0o700)
    account.own(copies)

    found = postgres_install.reachable_bin(account, copies, closed / "install" / "bin")

    said = subprocess.run([found / "postgres", "--version"], capture_output=True, text=True, cwd="/", **account.switch)  # type: ignore[call-overload]
    assert found.is_relative_to(copies)
    assert "PostgreSQL" in said.stdout
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700


async def test_a_temporary_server_leaves_nothing_behind() -> None:
    with EmbeddedPostgres.temporary() as server:
        assert await _ask(server.dsn, "select 1") == 1
        home = server.home

    assert not home.exists()
