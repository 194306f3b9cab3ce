"""A market under load: 200 freelancers and 20 requesters at once, for two minutes, on one server.

Requesters post and decide by signed requests; freelancers take a turn, open its frame and post its form, with a pause
for thought where one is asked for: without, each waits for all the others, and what is measured is the queue. Nothing
may be refused but a turn where none is left. Printed: what is done in a second, the 50th and 99th percentile of accept
and submit, and the server's CPU time for one job (taken, shown, handed in, decided on and paid, with its share of what
is posted), counted in empty requests through the same stack in the same run. Then `assay check-ledger` has to hold on
that home, no turn may have been given twice, and every acknowledged one is there.

    python bench/market_load.py [--seconds 120] [--freelancers 200] [--requesters 20] [--thought 0]

Ends with 1 when anything was found.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import time
from pathlib import Path

import numpy as np

import market_log
import market_robots
import stage
from claim_submit import empty_request_ms


async def loaded(server: stage.Server, load: market_robots.Load, seconds: float) -> tuple[float, tuple[float, float]]:
    """Works for so long, a little longer to warm up; how long it was, and the CPU seconds of server and database."""
    people = load.people()
    await asyncio.sleep(min(5.0, seconds / 4))
    load.took.clear()
    before = [stage.cpu_seconds(server.process, children=children) for children in (False, True)]
    began = time.perf_counter()
    await asyncio.wait(people, timeout=seconds, return_when=asyncio.FIRST_EXCEPTION)
    wall = time.perf_counter() - began
    after = [stage.cpu_seconds(server.process, children=children) for children in (False, True)]
    took = {name: list(times) for name, times in load.took.items()}
    load.posting = load.working = load.deciding = False
    await asyncio.gather(*people)
    load.took = took
    return wall, (after[0] - before[0], after[1] - before[1])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=120)
    parser.add_argument("--freelancers", type=int, default=200)
    parser.add_argument("--requesters", type=int, default=20)
    parser.add_argument("--thought", type=float, default=0, help="seconds, on average, before a page is posted")
    parser.add_argument("--seed", type=int, default=int.from_bytes(os.urandom(3)))
    options = parser.parse_args()
    with stage.server() as server:
        made = asyncio.run(
            market_robots.open_bazaar(
                server, freelancers_count=options.freelancers, requesters_count=options.requesters
            )
        )  # fmt: skip
        home = server.settings.home
        log = market_log.Log(home.with_suffix(".log"))
        load = market_robots.Load(server.url, made, log, options.seed, thought=options.thought)
        wall, cpu = asyncio.run(loaded(server, load, options.seconds))
        empty = empty_request_ms(16)
        found = [*load.faults, *asyncio.run(market_log.missing(server, log))]
        holds, said = market_log.proved(home)
    report(load, wall, cpu, empty)
    print(said)
    for line in found[:30]:
        print(f"  {line}")
    if found or not holds:
        raise SystemExit(f"{len(found)} faults, seed {options.seed}; the acknowledgements are in {log.path}")
    Path(log.path).unlink()
    print("no error, nothing given twice, nothing acknowledged is missing, and the ledger holds")


def report(load: market_robots.Load, wall: float, cpu: tuple[float, float], empty: float) -> None:
    """What was measured, in words."""
    rates = {name: len(times) / wall for name, times in load.took.items()}
    decided = rates.get("ApproveAssignment", 0) + rates.get("RejectAssignment", 0)
    print(
        f"in a second: {rates.get('accept', 0):.1f} accepted, {rates.get('submit', 0):.1f} submitted, "
        f"{decided:.1f} decided, {sum(rates.values()):.0f} requests, by {len(load.bazaar.freelancers)} freelancers and "
        f"{len(load.bazaar.requesters)} requesters over {wall:.0f} s"
    )
    for name in ("accept", "submit", "open", "page", "ApproveAssignment", "CreateHITWithHITType"):
        if times := load.took.get(name):
            p50, p99 = np.percentile(np.array(times) * 1000, [50, 99])
            print(f"{name}: {p50:.1f} ms median, {p99:.1f} ms 99th percentile")
    jobs = max(1, len(load.took.get("submit", [])))
    server, database = (1000 * seconds / jobs for seconds in cpu)
    print(
        f"CPU a job: server {server:.2f} ms, database {database:.2f} ms; an empty request costs this machine "
        f"{empty:.2f} ms, so a job, which is {sum(map(len, load.took.values())) / jobs:.1f} requests, costs the server "
        f"{server / empty:.0f} of them"
    )
    if load.counts:
        print(", ".join(f"{count} {what}" for what, count in sorted(load.counts.items())))


if __name__ == "__main__":
    main()
