"""Whether listing a million tasks through Scale's API takes time in proportion to the pages, and how long.

The tasks are written by SQL, one in ten of them completed, each with its event; most are in one project, a tenth in
another. A customer then lists the large project to its end, as the `scaleapi` client's generator does: a new connection
for every page of a hundred, Basic, `next_token`, `include_attachment_url`. The peer reads the same pages by the same
keys straight from the table of tasks, by plain SQL over one connection, and is spared HTTP, keys, projects, responses
and JSON. Printed: seconds a page over the first and over the last tenth of all pages and their ratio, the same of the
peer, and the first page, which also counts. Pages at the end that cost more than those at the start would show a list
that is not linear.

    python bench/scale_listing.py [--tasks 1000000] [--batch | --everything]

With --batch all tasks are in one batch, and the batch is listed; with --everything no project is named, and both are.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import json
import statistics
import time
import uuid
from urllib.parse import quote, urlencode, urlsplit

import asyncpg
import httpx

import stage

PAGE = 100
PARAMS = {"geometries": {"box": {"objects_to_annotate": stage.LABELS}}}
# Ids that ascend as they would have come: a millisecond for each task, then chance.
IDS = """(lpad(to_hex(1790000000000 + n), 12, '0') || '7' || substr(md5(n::text), 1, 3)
    || '8' || substr(md5('x' || n::text), 1, 15))::uuid"""
WRITE = f"""
with made as (
    select {IDS} as id, n, n % 10 = 0 as done, to_timestamp((1790000000000 + n) / 1000.0) as at
    from generate_series($5::bigint, $6::bigint) n
), task as (
    insert into tasks (organization_id, id, project_id, project_version, batch_id, attachment_id, unique_id,
        unique_among, metadata, request, state, priority, created_at, completed_at)
    select $1, id, $2, 1, $3, $4, $7 || n, 'live', json_build_object('camera', n % 7),
        '{{"type": "imageannotation", "params": {{"attachment": "https://photos.acme.org/1.jpg"}}}}',
        case when done then 'completed' else 'annotating' end, 50, at, case when done then at end
    from made
), response as (
    insert into responses (organization_id, task_id, answer, confidence, origin, accepted_at)
    select $1, id, '{{"annotations": []}}', 1, 'submission', at from made where done
)
insert into events (organization_id, id, type, at, actor_kind, project_id, task_id)
select $1, gen_random_uuid(), 'task.created', at, 'system', $2, id from made
"""


async def write(server: stage.Server, filled: stage.Stage, tasks: int, in_batch: bool) -> None:
    connection = await asyncpg.connect(server.dsn)
    organization, batch = filled.organization_id, None
    await connection.execute("select set_config('assay.organization', $1, false)", str(organization))
    large = await connection.fetchval("select id from projects where handle = 'Large'")
    small = await connection.fetchval("select id from projects where handle = 'Small'")
    if in_batch:
        batch = uuid.uuid4()
        await connection.execute(
            "insert into batches (organization_id, id, project_id, name, created_at) values ($1, $2, $3, 'all', now())",
            organization,
            batch,
            large,
        )
    photos = {}
    for project in (large, small):
        photos[project] = uuid.uuid4()
        # The photo of the stage, once more for each project.
        await connection.execute(
            """insert into attachments select (jsonb_populate_record(photo, jsonb_build_object(
                   'id', $2::uuid, 'project_id', $3::uuid))).*
               from attachments photo where organization_id = $1 limit 1""",
            organization,
            photos[project],
            project,
        )
    for start in range(0, tasks, 50_000):
        end = min(start + 50_000, tasks)
        # In turns, so that the small project's tasks lie among the others.
        cut = end - (end - start) // 10
        for project, of_batch, first, last in ((large, batch, start, cut), (small, None, cut, end)):
            await connection.execute(
                WRITE, organization, project, of_batch, photos[project], first, last - 1, "photo-", timeout=600
            )
    await connection.execute("vacuum analyze tasks", timeout=600)
    await connection.execute("vacuum analyze events", timeout=600)
    await connection.close()


async def by_client(server: stage.Server, key: str, wanted: dict[str, str]) -> tuple[list[float], int]:
    """Seconds of each page, and how many tasks there were."""
    address = urlsplit(server.url)
    secret = base64.b64encode(f"{key}:".encode()).decode()
    seconds, seen, token = [], 0, None
    while True:
        query = urlencode(
            {**wanted, "include_attachment_url": "True", **({"next_token": token} if token else {})}, quote_via=quote
        )
        began = time.perf_counter()
        reader, writer = await asyncio.open_connection(address.hostname, address.port)
        writer.write(
            f"GET /scale/v1/tasks?{query} HTTP/1.1\r\nHost: {address.netloc}\r\nAuthorization: Basic {secret}\r\n"
            "Content-Type: application/json\r\nConnection: close\r\n\r\n".encode()
        )
        head, _, body = (await reader.read()).partition(b"\r\n\r\n")
        writer.close()
        seconds.append(time.perf_counter() - began)
        assert head.startswith(b"HTTP/1.1 200"), body[:500]
        page = json.loads(body)
        seen, token = seen + len(page["docs"]), page.get("next_token")
        if not page["has_more"]:
            assert seen == page["total"], (seen, page["total"])
            return seconds, seen


async def by_sql(server: stage.Server, filled: stage.Stage, project: str | None) -> list[float]:
    connection = await asyncpg.connect(server.dsn)
    found = await connection.fetch("select id from projects where handle = $1", project)
    values = [filled.organization_id, *(row["id"] for row in found)]
    read = await connection.prepare(
        f"""select id, unique_id, state, metadata, request, created_at, completed_at from tasks
           where organization_id = $1 {"and project_id = $2" if found else ""}
               and id < ${len(values) + 1} order by id desc limit ${len(values) + 2}"""
    )
    seconds, before = [], uuid.UUID(int=(1 << 128) - 1)
    while True:
        began = time.perf_counter()
        rows = await read.fetch(*values, before, PAGE)
        seconds.append(time.perf_counter() - began)
        if len(rows) < PAGE:
            await connection.close()
            return seconds
        before = rows[-1]["id"]


def tenths(seconds: list[float]) -> tuple[float, float]:
    """Seconds a page over the first tenth, without the very first, and over the last."""
    tenth = max(1, len(seconds) // 10)
    return statistics.mean(seconds[1 : tenth + 1]), statistics.mean(seconds[-tenth - 1 : -1])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tasks", type=int, default=1_000_000)
    listed = parser.add_mutually_exclusive_group()
    listed.add_argument("--batch", action="store_true")
    listed.add_argument("--everything", action="store_true")
    options = parser.parse_args()
    with stage.server(ASSAY_JOBS="off") as server:
        filled = asyncio.run(stage.fill(server, tasks=0, workers=1))
        for name in ("Large", "Small"):
            made = httpx.post(
                f"{server.url}/scale/v1/projects",
                auth=(filled.owner_key, ""),
                json={"name": name, "type": "imageannotation", "params": PARAMS},
            )
            assert made.status_code == 200, made.text
        asyncio.run(write(server, filled, options.tasks, options.batch))
        small, _ = asyncio.run(by_client(server, filled.owner_key, {"project": "Small"}))
        wanted = {"batch": "all"} if options.batch else {} if options.everything else {"project": "Large"}
        began = time.perf_counter()
        seconds, seen = asyncio.run(by_client(server, filled.owner_key, wanted))
        took = time.perf_counter() - began
        peer = asyncio.run(by_sql(server, filled, None if options.everything else "Large"))
    first, last = tenths(seconds)
    peer_first, peer_last = tenths(peer)
    print(
        f"{seen:,} of {options.tasks:,} tasks on {len(seconds):,} pages in {took:.0f} s; the first page, with the "
        f"count, {seconds[0] * 1000:.0f} ms\n"
        f"a page over the first tenth {first * 1000:.2f} ms, over the last {last * 1000:.2f} ms: ratio "
        f"{last / first:.2f}; by SQL {peer_first * 1000:.2f} and {peer_last * 1000:.2f} ms: ratio "
        f"{peer_last / peer_first:.2f}; ours against SQL's: {last / peer_last:.1f} times\n"
        f"the small project, {len(small):,} pages: {statistics.mean(small[1:]) * 1000:.2f} ms a page"
    )


if __name__ == "__main__":
    main()
