"""Kills server and database at random moments under load and looks for what was lost.

Annotators claim, draw and submit, reviewers rule and a customer adds tasks, all over HTTP, and all of them try again
after a broken connection or a 503 as a browser does. Every answer of the server that acknowledges something is written
to a log that the server knows nothing of. Meanwhile the server, its database, both, or one of the database's processes
are ended with SIGKILL, and what does not rise by itself is started again on the same home. At the end everybody works
until nothing is left, and the database is held against the log:

    nothing lost        every acknowledged task, submission and review is there, as it was sent
    nothing twice       nobody answers a task twice in a round; no task has more opinions than were asked for
    nothing stuck       every task comes to its end; no turn, job or suspended life is left over
    the record agrees   one event for each task, submission, verdict and end, and none for what did not happen

    python bench/nothing_lost.py [--kills 20] [--seed 1]

Ends with 1 when anything was found.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import asyncpg
import httpx
import psutil

import stage
from assay.core.policy import GoldRule, Policy, ReviewSample

OVERLAP = 2
POLICY = Policy(review=ReviewSample(0.3), gold=GoldRule(rate=0.1), skips_max=25)
KINDS = ("server", "database", "both", "one database process")
# How long one request is tried again, and how long the work may take to end once nothing is killed any more.
PATIENCE_SECONDS = 60.0
DRAIN_SECONDS = 120.0


class Log:
    """What was acknowledged, one line each, outside everything that is killed."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file: IO[str] = path.open("w")

    def write(self, **entry: Any) -> None:
        self._file.write(json.dumps(entry) + "\n")
        self._file.flush()

    def read(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.path.read_text().splitlines()]


@dataclass
class Load:
    """The people at work. ``adding`` ends first, then ``working`` when everything is done."""

    url: str
    filled: stage.Stage
    log: Log
    seed: int
    adding: bool = True
    working: bool = True
    counts: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)

    @contextlib.asynccontextmanager
    async def browser(self, session: str) -> AsyncIterator[httpx.AsyncClient]:
        headers = {"x-assay-request": "1", "cookie": f"assay_session={session}"}
        async with httpx.AsyncClient(base_url=self.url, headers=headers, timeout=20) as client:
            yield client

    async def ask(self, client: httpx.AsyncClient, method: str, path: str, **body: Any) -> httpx.Response:
        """One request, repeated until the server has an opinion on it."""
        end = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                answer = await client.request(method, path, **body)
            except httpx.TransportError:
                self.counts["broken connections"] += 1
            else:
                if answer.status_code not in (429, 502, 503):
                    if answer.status_code >= 500:
                        self.faults.append(f"{method} {path}: {answer.status_code} {answer.text[:300]}")
                    return answer
                self.counts["unavailable"] += 1
            if time.monotonic() > end:
                raise SystemExit(f"{method} {path} had no answer for {PATIENCE_SECONDS:.0f} seconds")
            await asyncio.sleep(0.05)

    async def annotate(self, number: int) -> None:
        """Claims and submits; now and then gives a turn back or skips it, or comes back after a reload."""
        chance = random.Random(f"{self.seed} annotator {number}")
        claim = f"/v1/work/projects/{self.filled.project_id}/claim"
        async with self.browser(self.filled.sessions[number]) as client:
            resumed = True
            while self.working:
                broken = self.counts["broken connections"]
                turns = []
                if resumed:
                    # What was claimed when the connection broke is found again, as after a reload.
                    turns = (await self.ask(client, "GET", "/v1/work/turns")).json().get("items", [])
                if not turns:
                    claimed = await self.ask(client, "POST", claim, json={"stage": "annotate"})
                    turns = [claimed.json()] if claimed.status_code == 200 else []
                for turn in turns:
                    await self._answer(client, number, turn, chance)
                resumed = self.counts["broken connections"] != broken or not turns
                await asyncio.sleep(chance.uniform(0.0, 0.02) if turns else 0.1)

    async def _answer(
        self, client: httpx.AsyncClient, number: int, turn: dict[str, Any], chance: random.Random
    ) -> None:
        turn_id = turn["assignment_id"]
        path = f"/v1/work/turns/{turn_id}"
        if chance.random() < 0.02:
            how, body = ("return", None) if chance.random() < 0.5 else ("skip", {"reason": "unclear"})
            self.counts[how] += (await self.ask(client, "POST", f"{path}/{how}", json=body)).status_code == 204
            return
        boxes = chance.randrange(1, 5)
        answer = stage.answer(boxes)
        if chance.random() < 0.1:
            await self.ask(client, "PUT", f"{path}/draft", json={"answer": answer})
        sent = await self.ask(client, "POST", f"{path}/submit", json={"answer": answer, "duration_seconds": 1.5})
        if sent.status_code == 200:
            self.log.write(
                kind="submission", id=sent.json()["submission_id"], turn=turn_id, task=turn["task_id"], boxes=boxes,
                round=turn["round"], worker=str(self.filled.worker_ids[number]),
            )  # fmt: skip
        else:
            # A claim whose commit the crash undid: somebody else has the turn, or will.
            self.counts["turns gone"] += 1
            if sent.status_code not in (404, 409):
                self.faults.append(f"submit: {sent.status_code} {sent.text[:300]}")

    async def rule(self, session: str) -> None:
        chance = random.Random(f"{self.seed} reviewer")
        claim = f"/v1/work/projects/{self.filled.project_id}/claim"
        async with self.browser(session) as client:
            while self.working:
                turns = (await self.ask(client, "GET", "/v1/work/turns")).json()["items"]
                if not turns:
                    claimed = await self.ask(client, "POST", claim, json={"stage": "review"})
                    turns = [claimed.json()] if claimed.status_code == 200 else []
                for turn in turns:
                    body: dict[str, Any] = {"verdict": "accept", "duration_seconds": 1.0}
                    if chance.random() < 0.2:
                        body |= {"verdict": "fix", "answer": stage.answer(2)}
                    elif chance.random() < 0.2 and turn["review"] and turn["review"]["may_send_back"]:
                        body |= {"verdict": "send_back", "comment": "Look again."}
                    ruled = await self.ask(client, "POST", f"/v1/work/turns/{turn['assignment_id']}/review", json=body)
                    if ruled.status_code == 200:
                        self.log.write(kind="review", id=ruled.json()["review_id"], verdict=body["verdict"])
                    elif ruled.status_code not in (404, 409):
                        self.faults.append(f"review: {ruled.status_code} {ruled.text[:300]}")
                await asyncio.sleep(0.0 if turns else 0.1)

    async def add(self, batch: int = 10) -> None:
        """A customer who keeps the queue a little ahead of the annotators."""
        number = 0
        tasks, progress = (f"/v1/projects/{self.filled.project_id}/{name}" for name in ("tasks", "progress"))
        async with self.browser(self.filled.owner_session) as client:
            while self.adding:
                if (await self.ask(client, "GET", progress)).json()["open_assignments"] > 60:
                    await asyncio.sleep(0.05)
                    continue
                rows = [
                    {"attachment_id": str(self.filled.attachment_id), "unique_id": f"{number}-{n}"}
                    for n in range(batch)
                ]
                added = await self.ask(
                    client, "POST", tasks, json={"tasks": rows}, headers={"idempotency-key": f"batch {number}"}
                )
                number += 1
                if added.status_code != 201 or added.json()["failed"]:
                    self.faults.append(f"adding tasks: {added.status_code} {added.text[:300]}")
                    continue
                for row, result in zip(rows, added.json()["results"], strict=True):
                    self.log.write(kind="task", id=result["task_id"], unique_id=row["unique_id"])


class House:
    """A server process on one home and one port, ended and started again."""

    def __init__(self) -> None:
        self.home = Path(tempfile.mkdtemp(prefix="assay-bench-", dir="/tmp"))
        self.home.chmod(0o755)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.output = self.home.with_suffix(".out")
        self._out = self.output.open("wb")
        self.server = self._start()

    def _start(self) -> stage.Server:
        env = {**os.environ, "ASSAY_HOME": str(self.home), "ASSAY_PORT": str(self.port)}
        self._process = subprocess.Popen(stage.SERVE, env=env, stdout=self._out, stderr=self._out)
        return stage.attach(self.home, self._process)

    def postmaster(self) -> psutil.Process | None:
        with contextlib.suppress(OSError, ValueError, psutil.Error):
            return psutil.Process(int((self.home / "postgres/data/postmaster.pid").read_text().split()[0]))
        return None

    def kill(self, kind: str, chance: random.Random) -> None:
        """SIGKILL; a dead server is started again, a dead database has to rise by itself."""
        postmaster = self.postmaster()
        victims: list[psutil.Process] = []
        if kind == "both" and postmaster is not None:
            # The server first, so that it does not raise the database once more.
            victims = [self.server.process, postmaster, *postmaster.children()]
        elif kind == "database" and postmaster is not None:
            victims = [postmaster]
        elif kind == "one database process" and postmaster is not None:
            victims = [chance.choice(postmaster.children() or [postmaster])]
        else:
            victims = [self.server.process]
        for victim in victims:
            with contextlib.suppress(psutil.Error):
                victim.send_signal(signal.SIGKILL)
        if self.server.process in victims:
            self._process.wait()

    def raise_again(self) -> None:
        if self._process.poll() is not None:
            self.server = self._start()

    def close(self) -> None:
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)
            try:
                self._process.wait(20)
            except subprocess.TimeoutExpired:
                self._process.kill()
        self._out.close()
        shutil.rmtree(self.home, ignore_errors=True)


async def torment(house: House, kills: int, seed: int, workers: int, log: Log) -> tuple[Load, list[str]]:
    """Load, kills, and work to the end; the load's counts and what was found wrong."""
    filled = await stage.fill(house.server, tasks=0, workers=workers, policy=POLICY, overlap=OVERLAP)
    reviewers = [await stage.add_person(house.server, filled, "reviewer") for _ in range(2)]
    load = Load(house.server.url, filled, log, seed)
    await add_golds(load)
    people = [asyncio.create_task(load.annotate(number)) for number in range(workers)]
    people += [asyncio.create_task(load.rule(session)) for session in reviewers]
    customer = asyncio.create_task(load.add())
    chance = random.Random(seed)
    for kill in range(kills):
        await asyncio.sleep(chance.uniform(0.3, 2.0))
        kind = KINDS[kill % len(KINDS)] if kill < len(KINDS) else chance.choice(KINDS)
        began, before = time.monotonic(), len(log.read())
        house.kill(kind, chance)
        # In a thread: the load goes on while the server starts.
        await asyncio.to_thread(house.raise_again)
        while len(log.read()) < before + 5 and time.monotonic() < began + PATIENCE_SECONDS:  # noqa: ASYNC110
            await asyncio.sleep(0.02)
        print(f"  kill {kill + 1:2} {kind:22} work went on after {time.monotonic() - began:.2f} s", flush=True)
    load.adding = False
    await customer
    drained = await drain(house, filled)
    load.working = False
    await asyncio.gather(*people)
    print(f"  everything was done {drained:.1f} s after the last kill" if drained else "  NOT everything was done")
    return load, [*load.faults, *await examined(house, load, log)]


async def add_golds(load: Load) -> None:
    tasks = f"/v1/projects/{load.filled.project_id}/tasks"
    rows = [{"attachment_id": str(load.filled.attachment_id), "gold": stage.answer(3)} for _ in range(30)]
    async with load.browser(load.filled.owner_session) as client:
        (await client.post(tasks, json={"tasks": rows})).raise_for_status()


async def drain(house: House, filled: stage.Stage) -> float | None:
    """Seconds until no task is unfinished and no job is left; none when that takes too long."""
    began = time.monotonic()
    while time.monotonic() < began + DRAIN_SECONDS:
        with contextlib.suppress(OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
            connection = await stage.connect(house.server)
            left = await connection.fetchval(
                """select (select count(*) from tasks where project_id = $1 and not is_gold
                        and state not in ('completed', 'cancelled'))
                    + (select count(*) from queue.due_tasks)""",
                filled.project_id,
            )
            await connection.close()
            if left == 0:
                return time.monotonic() - began
        await asyncio.sleep(0.2)
    return None


# Each of these must find nothing. $1 is the project.
MUST_BE_EMPTY = {
    "a worker answered a task twice in a round": """
        select task_id, worker_id, round from submissions where project_id = $1
        group by 1, 2, 3 having count(*) > 1""",
    "a task has more opinions than were asked for": f"""
        select s.task_id, s.round, count(*) from submissions s join tasks t on t.id = s.task_id and not t.is_gold
        where s.project_id = $1 group by 1, 2 having count(*) > {OVERLAP}""",
    "a task was completed with too few opinions": f"""
        select t.id, t.round from tasks t left join submissions s on s.task_id = t.id and s.round = t.round
        where t.project_id = $1 and t.state = 'completed' group by 1, 2 having count(s.id) < {OVERLAP}""",
    "a submitted turn without its submission, or the reverse": """
        select a.id, a.state from assignments a left join submissions s on s.assignment_id = a.id
        where a.project_id = $1 and a.stage = 'annotate' and (a.state = 'submitted') <> (s.id is not null)""",
    "a submitted review turn without its review, or the reverse": """
        select a.id, a.state from assignments a left join reviews r on r.assignment_id = a.id
        where a.project_id = $1 and a.stage = 'review' and (a.state = 'submitted') <> (r.id is not null)""",
    "an unfinished task": """
        select id, state, broken_reason from tasks
        where project_id = $1 and not is_gold and state <> 'completed'""",
    "a turn left over on a finished task": """
        select a.id, a.stage, a.state from assignments a join tasks t on t.id = a.task_id
        where a.project_id = $1 and a.state in ('open', 'claimed') and not t.is_gold""",
    "a completed task without its response, or the reverse": """
        select t.id from tasks t left join responses r on r.task_id = t.id
        where t.project_id = $1 and (t.state = 'completed') <> (r.task_id is not null)""",
    "a gold answered and never scored": """
        select s.id from submissions s join tasks t on t.id = s.task_id and t.is_gold
        where s.project_id = $1 and s.gold_score is null""",
    "submissions and their events differ": """
        select coalesce(s.id::text, e.data ->> 'submission_id'), s.n, e.n
        from (select id, 1 as n from submissions where project_id = $1) s
        full join (select data::jsonb ->> 'submission_id' as id, count(*) as n, min(data::text)::jsonb as data
                   from events where project_id = $1 and type = 'submission.created' group by 1) e
            on e.id = s.id::text
        where s.n is distinct from e.n""",
    "reviews and their events differ": """
        select r.id, e.n from
            (select r.id, 1 as n from reviews r join tasks t on t.id = r.task_id where t.project_id = $1) r
        full join (select data::jsonb ->> 'review_id' as id, count(*) as n
                   from events where project_id = $1 and type = 'review.created' group by 1) e on e.id = r.id::text
        where r.n is distinct from e.n""",
    "claimed turns and their events differ": """
        select a.id, e.n from
            (select id, 1 as n from assignments where project_id = $1 and claimed_at is not null) a
        full join (select data::jsonb ->> 'assignment_id' as id, count(*) as n
                   from events where project_id = $1 and type = 'assignment.claimed' group by 1) e on e.id = a.id::text
        where a.n is distinct from e.n""",
    "tasks and their events differ": """
        select t.id, t.state, count(e.id) filter (where e.type = 'task.created') as created,
            count(e.id) filter (where e.type = 'task.completed') as completed
        from tasks t left join events e on e.task_id = t.id
        where t.project_id = $1 group by 1, 2
        having count(e.id) filter (where e.type = 'task.created') <> 1
            or count(e.id) filter (where e.type = 'task.completed') <> (t.state = 'completed')::int""",
    "a suspended worker": "select worker_id, reason from suspensions where project_id = $1",
    "a task still due": """
        select task_id, attempts, failure from queue.due_tasks where $1::uuid is not null""",
}


async def examined(house: House, load: Load, log: Log) -> list[str]:
    """What the database lacks of the log, or has too much of."""
    connection = await stage.connect(house.server)
    project_id = load.filled.project_id
    found: list[str] = []
    for name, sql in MUST_BE_EMPTY.items():
        rows = await connection.fetch(sql, project_id)
        if rows:
            found.append(f"{name}: {len(rows)}, such as {[tuple(map(str, row)) for row in rows[:3]]}")
    kept = {
        "submission": {
            str(row["id"]): row
            for row in await connection.fetch(
                "select id, assignment_id, task_id, round, worker_id, annotation_count from submissions"
            )
        },
        "review": {str(row["id"]): row for row in await connection.fetch("select id, verdict from reviews")},
        "task": {str(row["id"]): row for row in await connection.fetch("select id, unique_id from tasks")},
    }
    await connection.close()
    entries = log.read()
    for entry in entries:
        row = kept[entry["kind"]].get(entry["id"])
        if row is None:
            found.append(f"LOST: {entry}")
        elif entry["kind"] == "task" and row["unique_id"] != entry["unique_id"]:
            found.append(f"another task came back: {entry}")
        elif entry["kind"] == "review" and row["verdict"] != entry["verdict"]:
            found.append(f"another verdict is kept: {entry}")
        elif entry["kind"] == "submission" and (
            [str(row[name]) for name in ("assignment_id", "task_id", "worker_id")]
            != [entry[name] for name in ("turn", "task", "worker")]
            or (row["round"], row["annotation_count"]) != (entry["round"], entry["boxes"])
        ):
            found.append(f"another submission is kept: {entry}")
    turns = Counter(entry["turn"] for entry in entries if entry["kind"] == "submission")
    found += [f"turn {turn} was acknowledged {n} times" for turn, n in turns.items() if n > 1]
    load.counts.update(f"{entry['kind']}s acknowledged" for entry in entries)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=int.from_bytes(os.urandom(3)))
    parser.add_argument("--workers", type=int, default=8)
    options = parser.parse_args()
    print(f"{options.kills} kills, seed {options.seed}")
    house = House()
    try:
        log = Log(house.home.with_suffix(".log"))
        load, found = asyncio.run(torment(house, options.kills, options.seed, options.workers, log))
    finally:
        house.close()
    print("  " + ", ".join(f"{count} {what}" for what, count in sorted(load.counts.items())))
    for line in found[:30]:
        print(f"  {line}")
    if found:
        raise SystemExit(f"{len(found)} faults; the acknowledgements are in {log.path}, the server said {house.output}")
    log.path.unlink()
    house.output.unlink()
    print("nothing lost, nothing twice, nothing stuck, and the record agrees")


if __name__ == "__main__":
    main()
