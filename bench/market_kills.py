"""Kills server and database at random moments under a market's load and looks for what was lost.

Freelancers take turns, open frames and hand in; requesters post, approve, reject and give bonuses by signed requests,
and all of them try again after a broken connection or a 503. Meanwhile the server, its database, both, or one of the
database's processes are ended with SIGKILL, and what does not rise by itself is started again on the same home. At the
end everybody works until nothing is left, and the database is held against what was acknowledged:

    nothing lost        every acknowledged posting, turn, answer, decision and bonus is there, as it was sent
    nothing twice       nobody is given a posting twice, and none has more turns than it has places
    nothing stuck       every turn that was taken is handed in and decided on, and no task is due any more
    the money is right  `assay check-ledger` holds: what is held is what is promised, and each approval is paid once

    python bench/market_kills.py [--kills 12] [--seed 1]

Ends with 1 when anything was found.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import random
import time

import asyncpg

import market_log
import market_robots
import stage
from nothing_lost import DRAIN_SECONDS, KINDS, PATIENCE_SECONDS, House

_LEFT = """
    select (select count(*) from engagements where state in ('accepted', 'submitted'))
        + (select count(*) from postings where status = 'assignable')
        + (select count(*) from queue.due_tasks)"""


async def torment(
    house: House, kills: int, seed: int, people: tuple[int, int], log: market_log.Log
) -> market_robots.Load:
    """Load, kills, and work to the end."""
    made = await market_robots.open_bazaar(house.server, freelancers_count=people[0], requesters_count=people[1])
    load = market_robots.Load(house.server.url, made, log, seed, patience=PATIENCE_SECONDS)
    at_work = load.people()
    chance = random.Random(seed)
    for kill in range(kills):
        await asyncio.sleep(chance.uniform(0.3, 2.0))
        kind = KINDS[kill % len(KINDS)] if kill < len(KINDS) else chance.choice(KINDS)
        began, before = time.monotonic(), log.lines
        house.kill(kind, chance)
        # In a thread: the load goes on while the server starts.
        await asyncio.to_thread(house.raise_again)
        while log.lines < before + 5 and time.monotonic() < began + PATIENCE_SECONDS:  # noqa: ASYNC110
            await asyncio.sleep(0.02)
        print(f"  kill {kill + 1:2} {kind:22} work went on after {time.monotonic() - began:.2f} s", flush=True)
    load.posting = False
    drained = await drain(house)
    load.working = load.deciding = False
    await asyncio.gather(*at_work)
    if drained is None:
        load.faults.append("not everything was done in the end")
    else:
        print(f"  everything was done {drained:.1f} s after the last kill")
    return load


async def drain(house: House) -> float | None:
    """Seconds until nothing is left to take, hand in or decide on; none when that takes too long."""
    began = time.monotonic()
    while time.monotonic() < began + DRAIN_SECONDS:
        with contextlib.suppress(OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
            connection = await stage.connect(house.server)
            left = await connection.fetchval(_LEFT)
            await connection.close()
            if left == 0:
                return time.monotonic() - began
        await asyncio.sleep(0.3)
    return None


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=12)
    parser.add_argument("--seed", type=int, default=int.from_bytes(os.urandom(3)))
    parser.add_argument("--freelancers", type=int, default=16)
    parser.add_argument("--requesters", type=int, default=2)
    options = parser.parse_args()
    print(f"{options.kills} kills, seed {options.seed}")
    house = House()
    try:
        log = market_log.Log(house.home.with_suffix(".log"))
        people = (options.freelancers, options.requesters)
        load = asyncio.run(torment(house, options.kills, options.seed, people, log))
        found = [*load.faults, *asyncio.run(market_log.missing(house.server, log))]
        holds, said = market_log.proved(house.home)
    finally:
        house.close()
    load.counts.update(f"{entry['kind']} acknowledged" for entry in log.read())
    print("  " + ", ".join(f"{count} {what}" for what, count in sorted(load.counts.items())))
    print(said)
    for line in found[:30]:
        print(f"  {line}")
    if found or not holds:
        raise SystemExit(f"{len(found)} faults; the acknowledgements are in {log.path}, the server said {house.output}")
    log.path.unlink()
    house.output.unlink()
    print("nothing lost, nothing twice, nothing stuck, and the ledger holds")


if __name__ == "__main__":
    main()
