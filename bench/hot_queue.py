"""Claims a second of one hot project in its first seconds and after a minute, with an old snapshot held open.

Every claim leaves a dead entry at the front of the queue's index, and a snapshot that stays open (a backup, a long
report) keeps all of them from being cleaned away: without knowing where to begin, each claim walks over every claim
before it. Sixteen workers claim from one project as fast as they are answered, in the steps of the HTTP face (hints
included) but without HTTP, which would hide what is measured. Printed: claims a second at the beginning and at the
end, the database's CPU time for a claim at both, and the ratios; with --no-hints the same without knowing where to
begin.

    python bench/hot_queue.py [--seconds 60] [--tasks 200000] [--no-hints]

Ends with 1 when fewer than 0.7 of the first claims a second are left.
"""

from __future__ import annotations

import argparse
import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from uuid import UUID

import stage
from assay.app import Opened, opened
from assay.faces.hints import Queue, QueueHints
from assay.services import routing
from assay.services.context import Caller, Context

RATIO_MIN = 0.7
# Rates and times are means over so many seconds at each end: a single second on a shared machine says little.
WINDOW_SECONDS = 3


@dataclass
class Tally:
    """Claims so far, and what they were and what the database had used, second by second."""

    claims: int = 0
    seen: list[tuple[float, int, float]] = field(default_factory=list)

    async def watch(self, cpu: Callable[[], float], seconds: float) -> None:
        began = time.perf_counter()
        while (now := time.perf_counter() - began) < seconds + 0.5:
            self.seen.append((now, self.claims, cpu()))
            await asyncio.sleep(1.0 - (time.perf_counter() - began) % 1.0)

    def rate(self, start: int, end: int) -> tuple[float, float]:
        """Claims a second, and milliseconds of the database's CPU for each, between two looks."""
        (t0, n0, c0), (t1, n1, c1) = self.seen[start], self.seen[end]
        return (n1 - n0) / (t1 - t0), 1000 * (c1 - c0) / max(1, n1 - n0)


async def claim(
    inside: Opened, organization_id: UUID, project_id: UUID, caller: Caller, kept: QueueHints | None
) -> bool:
    """One claim as the HTTP face makes it."""
    home, start = inside.house, 0
    async with inside.database.tenant(organization_id, durable=False) as tenant:
        context = Context(tenant, home.clock(), caller, home.random_bytes, home.chance)
        queue: Queue = (organization_id, project_id, "annotate")
        seconds = context.now.timestamp()
        if kept is not None:
            if kept.get(queue).is_stale(seconds):
                first = await routing.first_open(context, project_id, "annotate")
                kept.put(queue, kept.get(queue).refreshed(first, seconds))
            start = kept.get(queue).start(context.worker_id, seconds)
        found = await routing.claim_next(context, project_id, "annotate", from_position=start)
        if found is None and start:
            found = await routing.claim_next(context, project_id, "annotate")
        if found is not None and found.position is not None and kept is not None:
            kept.put(queue, kept.get(queue).claimed(context.worker_id, found.position, start, seconds))
    return found is not None


async def measure(server: stage.Server, tasks: int, workers: int, seconds: float, *, hints: bool) -> Tally:
    warm = await stage.fill(server, tasks=2_000, workers=1)
    filled = await stage.fill(server, tasks=tasks, workers=workers)
    connection = await stage.connect(server)
    await connection.execute("vacuum analyze")
    await connection.execute("begin isolation level repeatable read; select count(*) from assignments")
    tally = Tally()
    async with opened(replace(server.settings, database_url=server.dsn, connections=workers)) as inside:
        kept = inside.house.hints if hints else None

        async def work(place: stage.Stage, worker_id: UUID, end: float, count: bool) -> None:
            caller = Caller("member", "annotator", worker_id=worker_id)
            while time.perf_counter() < end and await claim(
                inside, place.organization_id, place.project_id, caller, kept
            ):
                tally.claims += count

        await asyncio.gather(*(work(warm, warm.worker_ids[0], time.perf_counter() + 2, False) for _ in range(workers)))
        end = time.perf_counter() + seconds + 1
        await asyncio.gather(
            tally.watch(lambda: stage.cpu_seconds(server.process, children=True), seconds),
            *(work(filled, worker_id, end, True) for worker_id in filled.worker_ids),
        )
    await connection.close()
    return tally


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--tasks", type=int, default=200_000)
    parser.add_argument("--workers", type=int, default=16)
    parser.add_argument("--no-hints", action="store_true")
    options = parser.parse_args()
    with stage.server(ASSAY_JOBS="off") as server:
        tally = asyncio.run(
            measure(server, options.tasks, options.workers, options.seconds, hints=not options.no_hints)
        )
    first, first_cpu = tally.rate(0, WINDOW_SECONDS)
    last, last_cpu = tally.rate(-1 - WINDOW_SECONDS, -1)
    ratio = last / first
    print(f"{tally.claims:,} claims from one project by {options.workers} workers, an old snapshot held open")
    print(f"claims a second: {first:,.0f} at first, {last:,.0f} after {options.seconds} s")
    print(f"ratio {ratio:.2f} (aim {RATIO_MIN})")
    print(
        f"database CPU a claim: {first_cpu:.3f} ms at first, {last_cpu:.3f} ms at the end ({last_cpu / first_cpu:.2f}x)"
    )
    if ratio < RATIO_MIN:
        raise SystemExit("the queue rots")


if __name__ == "__main__":
    main()
