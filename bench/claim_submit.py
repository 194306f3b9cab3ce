"""Claim and submit through the whole HTTP stack, against the same SQL run by pgbench on the same PostgreSQL.

16 annotators claim a task and submit eight boxes as fast as they are answered, for some seconds; then pgbench runs
the two statements that those requests are (authentication and claim; authentication, submission and event) over the
same tables with as many clients. Printed: pairs a second of each and their ratio, the server's CPU time for a pair,
and the 50th and 99th percentile of each request.

    python bench/claim_submit.py [--seconds 10] [--annotators 16]

pgbench comes with Debian's postgresql-15 (or give it as PGBENCH).
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import numpy as np
import psutil

import stage
from assay.core import tokens

PGBENCH = os.environ.get("PGBENCH") or shutil.which("pgbench") or "/usr/lib/postgresql/15/bin/pgbench"


class Connection:
    """One kept-alive HTTP/1.1 connection, as lean as a load generator can be in Python: on two cores it must not be
    what is measured."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, head: str) -> None:
        self._reader, self._writer, self._head = reader, writer, head

    @classmethod
    async def open(cls, url: str, session: str) -> Connection:
        parts = urlsplit(url)
        reader, writer = await asyncio.open_connection(parts.hostname, parts.port, limit=1 << 20)
        head = (
            f"Host: {parts.netloc}\r\nCookie: assay_session={session}\r\nX-Assay-Request: 1\r\n"
            "Content-Type: application/json\r\n"
        )
        return cls(reader, writer, head)

    async def post(self, path: str, body: bytes) -> tuple[int, bytes]:
        self._writer.write(f"POST {path} HTTP/1.1\r\n{self._head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
        head = await self._reader.readuntil(b"\r\n\r\n")
        status = int(head[9:12])
        found = re.search(rb"content-length: (\d+)", head, re.IGNORECASE)
        return status, await self._reader.readexactly(int(found[1])) if found else b""


async def http_pairs(server: stage.Server, filled: stage.Stage, seconds: float) -> dict[str, list[float]]:
    """Pairs for some seconds by every session at once; the time of each request."""
    took: dict[str, list[float]] = {"claim": [], "submit": []}
    claim = b'{"stage":"annotate"}'
    answer = json.dumps({"answer": stage.answer(), "duration_seconds": 4.2}).encode()
    end = time.perf_counter() + seconds

    async def work(session: str) -> None:
        connection = await Connection.open(server.url, session)
        while time.perf_counter() < end:
            began = time.perf_counter()
            status, body = await connection.post(f"/v1/work/projects/{filled.project_id}/claim", claim)
            claimed = time.perf_counter()
            assert status == 200, (status, body[:300])
            turn = body[18:54].decode()
            status, body = await connection.post(f"/v1/work/turns/{turn}/submit", answer)
            assert status == 200, (status, body[:300])
            took["claim"].append(claimed - began)
            took["submit"].append(time.perf_counter() - claimed)

    await asyncio.gather(*(work(session) for session in filled.sessions))
    return took


def script(filled: stage.Stage) -> str:
    """The two statements of a claim and a submission, as pgbench says them."""
    quoted = json.dumps(stage.answer(), separators=(",", ":"))
    organization, now = f"'{filled.organization_id}'::uuid", "now()"
    session = ["(:hash)::text::bytea", "(:worker)::uuid", "'annotator'", now, "now() - interval '14 days'"]
    session.append("now() - interval '1 minute'")

    def say(name: str, *arguments: str) -> str:
        values = [organization, *session, *arguments]
        return f"select * from {name}({', '.join(values)})"

    claim = say(
        "claim_at_once",
        f"'{filled.project_id}'::uuid",
        "1",
        *("0", "20", "2147483647", "2147483647"),
        "now() + interval '30 minutes'",
        "(:low)::bigint",
        "gen_random_uuid()",
    )
    submit = say(
        "submit_at_once",
        "(:claimed_id)::uuid",
        "gen_random_uuid()",
        f"'{quoted}'",
        "8",
        "4.2::real",
        "gen_random_uuid()",
        "'{}'",
    )
    return "\n".join(
        [
            "\\set n random(1, :workers)",
            "select worker as worker, hash as hash, low as low from bench_workers where n = :n \\gset",
            f"{claim} \\gset claimed_",
            f"{submit} \\gset done_",
        ]
    )


async def prepare_peer(server: stage.Server, filled: stage.Stage) -> None:
    connection = await stage.connect(server)
    await connection.execute("create table bench_workers (n int primary key, worker text, hash text, low bigint)")
    low = await connection.fetchval("select max(queue_position) from assignments where state = 'submitted'")
    rows = [
        (n, str(worker), "\\x" + tokens.parse(session).hash.hex(), low)
        for n, (worker, session) in enumerate(zip(filled.worker_ids, filled.sessions, strict=True), 1)
    ]
    await connection.executemany("insert into bench_workers values ($1, $2, $3, $4)", rows)
    await connection.execute("update sessions set last_seen_at = now()")
    await connection.execute("vacuum analyze assignments")
    await connection.close()


def peer_pairs(server: stage.Server, filled: stage.Stage, seconds: float) -> float:
    """Pairs a second by pgbench."""
    parts = urlsplit(server.dsn)
    query = parse_qs(parts.query)
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as file:
        file.write(script(filled))
        file.flush()
        done = subprocess.run(
            [
                PGBENCH, "-n", "-M", "prepared", "-c", str(len(filled.sessions)), "-j", "1", "-T", str(round(seconds)),
                "-D", f"workers={len(filled.sessions)}", "-f", file.name,
                "-h", query["host"][0], "-U", parts.username or "postgres", parts.path.lstrip("/") or "postgres",
            ],
            env={**os.environ, "PGPASSWORD": parts.password or "", "PGPORT": str(parts.port or 5432)},
            capture_output=True, text=True, check=False,
        )  # fmt: skip
    found = re.search(r"tps = ([0-9.]+)", done.stdout)
    if done.returncode or not found or "aborted" in done.stderr:
        raise SystemExit(f"pgbench failed:\n{done.stdout}\n{done.stderr[:2000]}")
    return float(found[1])


# The least a request can cost here: the same framework and server, the same answer's bytes in, nothing done with them.
EMPTY = """
import sys, msgspec, uvicorn
from litestar import Litestar, post

class Mark(msgspec.Struct):
    id: str
    type: str
    label: str
    x: float
    y: float
    width: float
    height: float

class Answer(msgspec.Struct):
    annotations: list[Mark]

@post("/v1/work/turns/{turn:str}/submit", status_code=200)
async def empty(turn: str, data: Answer) -> Answer:
    return data

uvicorn.run(Litestar([empty]), port=int(sys.argv[1]), http="httptools", loop="uvloop", ws="none", access_log=False,
            log_level="critical")
"""


def empty_request_ms(annotators: int, requests: int = 3000) -> float:
    """CPU of one request that does nothing, in ms: how fast this machine is at serving Python over HTTP today."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    process = psutil.Popen([sys.executable, "-c", EMPTY, str(port)])
    body = json.dumps(stage.answer()).encode()

    async def load() -> float:
        for _ in range(600):
            try:
                connections = [await Connection.open(f"http://127.0.0.1:{port}", "none") for _ in range(annotators)]
                break
            except OSError:
                await asyncio.sleep(0.05)

        async def ask(connection: Connection) -> None:
            for _ in range(requests // annotators):
                status, _ = await connection.post("/v1/work/turns/x/submit", body)
                assert status == 200

        before = stage.cpu_seconds(process, children=False)
        await asyncio.gather(*(ask(connection) for connection in connections))
        return 1000 * (stage.cpu_seconds(process, children=False) - before) / (requests // annotators * annotators)

    try:
        return asyncio.run(load())
    finally:
        process.kill()
        process.wait()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--annotators", type=int, default=16)
    parser.add_argument("--tasks", type=int, default=60_000)
    options = parser.parse_args()
    if not Path(PGBENCH).exists():
        raise SystemExit("pgbench is needed: apt-get install postgresql-15, or set PGBENCH")
    with stage.server() as server:
        filled = asyncio.run(stage.fill(server, tasks=options.tasks, workers=options.annotators))
        asyncio.run(http_pairs(server, filled, 2))
        before = [stage.cpu_seconds(server.process, children=children) for children in (False, True)]
        began = time.perf_counter()
        took = asyncio.run(http_pairs(server, filled, options.seconds))
        wall = time.perf_counter() - began
        after = [stage.cpu_seconds(server.process, children=children) for children in (False, True)]
        pairs = len(took["submit"])
        ours = pairs / wall
        asyncio.run(prepare_peer(server, filled))
        peer = peer_pairs(server, filled, options.seconds)
    empty = empty_request_ms(options.annotators)
    print(f"pairs a second: {ours:,.0f} through HTTP, {peer:,.0f} by pgbench: ratio {ours / peer:.2f} (aim 0.25)")
    print(
        f"CPU a pair: server {1000 * (after[0] - before[0]) / pairs:.2f} ms (aim 1.5), "
        f"database {1000 * (after[1] - before[1]) / pairs:.2f} ms"
    )
    print(
        f"an empty request costs this machine {empty:.2f} ms: a pair, which is two requests and the task's decision, "
        f"costs the server {1000 * (after[0] - before[0]) / pairs / empty:.1f} of them"
    )
    for name, times in took.items():
        p50, p99 = np.percentile(np.array(times) * 1000, [50, 99])
        print(f"{name}: {p50:.1f} ms median, {p99:.1f} ms 99th percentile")


if __name__ == "__main__":
    main()
