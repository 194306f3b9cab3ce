"""How many tasks a second come in by bulk creation, against PostgreSQL inserting the same rows by itself.

Requests of 10,000 tasks, each with a unique id and metadata, are sent to the server over HTTP, two at a time; then
the same number of rows goes into the same tables (task, turn, event) by plain `insert ... select generate_series`,
through two connections. Printed: tasks a second of each and their ratio.

The peer fills the same columns, indexes and triggers, with ids that ascend as ours do, in transactions of the same
size. It is spared what only a server does: reading and checking requests, rows that differ, batches, row-level security
(it is a superuser), unique ids that may be taken, answers. A ratio near 1 says that the database sets the pace.

    python bench/bulk_create.py [--requests 10]
"""

from __future__ import annotations

import argparse
import asyncio
import json
import time

import asyncpg
import httpx

import stage


async def over_http(server: stage.Server, filled: stage.Stage, requests: int) -> float:
    """Tasks a second. The bodies are made beforehand: making them is the customer's time."""
    bodies = [
        json.dumps(
            {
                "batch": f"batch {n % 3}",
                "tasks": [
                    {
                        "attachment_id": str(filled.attachment_id),
                        "unique_id": f"photo-{n}-{row}",
                        "metadata": {"camera": row % 7, "night": row % 3 == 0},
                    }
                    for row in range(10_000)
                ],
            }
        ).encode()
        for n in range(requests)
    ]
    headers = {"authorization": f"Bearer {filled.owner_key}", "content-type": "application/json"}
    waiting = asyncio.Queue[bytes]()
    for body in bodies:
        waiting.put_nowait(body)

    async def send(client: httpx.AsyncClient) -> None:
        while not waiting.empty():
            body = waiting.get_nowait()
            answer = await client.post(f"/v1/projects/{filled.project_id}/tasks", content=body)
            assert answer.status_code == 201, answer.text[:500]
            assert answer.json()["created"] == 10_000

    async with httpx.AsyncClient(base_url=server.url, headers=headers, timeout=120) as client:
        began = time.perf_counter()
        await asyncio.gather(send(client), send(client))
        return requests * 10_000 / (time.perf_counter() - began)


async def by_sql(server: stage.Server, filled: stage.Stage, tasks: int) -> float:
    """Tasks a second of the same rows, straight into the tables in transactions of 10,000."""
    starts = iter(range(0, tasks, 10_000))

    async def insert(connection: asyncpg.Connection) -> None:
        for start in starts:
            async with connection.transaction():
                await connection.execute(
                    "select set_config('assay.organization', $1::text, true)", str(filled.organization_id)
                )
                await connection.execute(BY_SQL, filled.organization_id, filled.project_id, filled.attachment_id, start)

    connections = [await stage.connect(server), await stage.connect(server)]
    began = time.perf_counter()
    await asyncio.gather(*map(insert, connections))
    took = time.perf_counter() - began
    for connection in connections:
        await connection.close()
    return tasks / took


# Ids that ascend, as random ones land all over the indexes and take more than twice the CPU.
BY_SQL = """
    with made as (
        insert into tasks (organization_id, id, project_id, project_version, attachment_id, unique_id,
            metadata, state, created_at)
        select $1, uuidv7(), $2, 1, $3, 'peer-' || n, '{"camera": 1, "night": false}',
            'annotating', now()
        from generate_series($4::int, $4::int + 9999) n returning id),
    turn as (
        insert into assignments (organization_id, id, task_id, project_id, stage, round, state,
            queue_position, opened_at)
        select $1, uuidv7(), id, $2, 'annotate', 1, 'open',
            (50::bigint << 56) | nextval('queue_sequence'), now() from made)
    insert into events (organization_id, id, type, at, actor_kind, project_id, task_id)
    select $1, uuidv7(), 'task.created', now(), 'system', $2, id from made"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--requests", type=int, default=10)
    options = parser.parse_args()
    with stage.server() as server:
        filled = asyncio.run(stage.fill(server, tasks=0, workers=1))
        asyncio.run(by_sql(server, filled, 10_000))
        ours = asyncio.run(over_http(server, filled, options.requests))
        filled = asyncio.run(stage.fill(server, tasks=0, workers=1))
        peer = asyncio.run(by_sql(server, filled, options.requests * 10_000))
    print(f"tasks a second: {ours:,.0f} over HTTP (aim 20,000), {peer:,.0f} by SQL alone: ratio {ours / peer:.2f}")


if __name__ == "__main__":
    main()
