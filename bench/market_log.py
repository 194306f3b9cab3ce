"""What a market acknowledged, and whether its database has it: the log of `market_robots`, held against what is there.

``proved`` runs `assay check-ledger` besides.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import IO, Any

import stage


class Log:
    """What was acknowledged, one line each, outside everything that is killed."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.lines = 0
        self._file: IO[str] = path.open("w")

    def write(self, **entry: Any) -> None:
        self._file.write(json.dumps(entry) + "\n")
        self._file.flush()
        self.lines += 1

    def read(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.path.read_text().splitlines()]


# Each of these must find nothing.
_MUST_BE_EMPTY = {
    "somebody was given a posting twice": """
        select posting_id, freelancer_id from engagements where state not in ('returned', 'abandoned')
        group by 1, 2 having count(*) > 1""",
    "a posting has more turns than places": """
        select p.id from postings p join engagements e on e.posting_id = p.id
        where e.state not in ('returned', 'abandoned')
        group by p.id, p.max_engagements having count(*) > p.max_engagements""",
    "a posting counts other turns than there are": """
        select p.id from postings p left join engagements e on e.posting_id = p.id
        group by p.id, p.pending, p.submitted, p.approved, p.rejected
        having (p.pending, p.submitted, p.approved, p.rejected) is distinct from
            (count(*) filter (where e.state = 'accepted'), count(*) filter (where e.state = 'submitted'),
             count(*) filter (where e.state = 'approved'), count(*) filter (where e.state = 'rejected'))""",
    "an engagement without its turn, or in another state": """
        select e.id, e.state, a.state from engagements e full join assignments a on a.id = e.id
        where a.worker_id is distinct from e.freelancer_id or a.task_id is distinct from e.posting_id
            or (a.state = 'claimed') <> (e.state = 'accepted')""",
    "a submitted turn without its answer, or the reverse": """
        select e.id, e.state from engagements e left join submissions s on s.assignment_id = e.id
        where (e.state in ('submitted', 'approved', 'rejected')) <> (s.id is not null)""",
}


async def missing(server: stage.Server, log: Log) -> list[str]:
    """What the database lacks of the log, or has too much of."""
    connection = await stage.connect(server)
    found = []
    for name, sql in _MUST_BE_EMPTY.items():
        rows = await connection.fetch(sql)
        if rows:
            found.append(f"{name}: {len(rows)}, such as {[tuple(map(str, row)) for row in rows[:3]]}")
    kept = {
        str(row["id"]): row
        for row in await connection.fetch("""
            select e.id, e.posting_id, e.freelancer_id, e.state, s.answer -> 'attributes' ->> 'colour' as colour,
                exists (select from bonuses b where b.engagement_id = e.id) as bonus
            from engagements e left join submissions s on s.assignment_id = e.id""")
    }
    told = await connection.fetch("""
        select data ->> 'engagement_id' as id, type, count(*) as times from events
        where type in ('engagement.accepted', 'engagement.submitted') group by 1, 2""")
    posted = {str(row["id"]) for row in await connection.fetch("select id from postings")}
    await connection.close()
    said = {(row["id"], row["type"].partition(".")[2]): row["times"] for row in told}
    for id_, row in kept.items():
        # Once in the market's room and once in the requester's.
        wanted = (2, 0 if row["state"] == "accepted" else 2)
        if (said.get((id_, "accepted"), 0), said.get((id_, "submitted"), 0)) != wanted:
            found.append(f"the record tells otherwise of engagement {id_} ({row['state']})")
    entries = log.read()
    found += [
        f"LOST: {entry}, kept is {kept.get(entry['id'])}"
        for entry in entries
        if not (entry["id"] in posted if entry["kind"] == "post" else _is_kept(entry, kept.get(entry["id"])))
    ]
    for kind in ("accept", "submit"):
        times = Counter(entry["id"] for entry in entries if entry["kind"] == kind)
        found += [f"{kind} of {id_} was acknowledged {n} times" for id_, n in times.items() if n > 1]
    return found


_STATES = {
    "accept": ("accepted", "submitted", "approved", "rejected"),
    "submit": ("submitted", "approved", "rejected"),
    "approve": ("approved",),
    "reject": ("rejected",),
    "bonus": ("approved", "rejected"),
}


def _is_kept(entry: dict[str, Any], row: Any) -> bool:
    if row is None or row["state"] not in _STATES[entry["kind"]]:
        return False
    if entry["kind"] == "accept":
        return (str(row["freelancer_id"]), str(row["posting_id"])) == (entry["worker"], entry["posting"])
    if entry["kind"] == "submit":
        return (str(row["freelancer_id"]), row["colour"]) == (entry["worker"], entry["colour"])
    return entry["kind"] != "bonus" or bool(row["bonus"])


def proved(home: Path) -> tuple[bool, str]:
    """Whether `assay check-ledger` holds on this home, and what it says."""
    done = subprocess.run(
        [sys.executable, "-m", "assay.cli.main", "check-ledger"],
        env={**os.environ, "ASSAY_HOME": str(home), "COLUMNS": "200"}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    return done.returncode == 0 and "holds" in done.stdout, done.stdout + done.stderr
