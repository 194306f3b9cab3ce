"""How fast a whole project goes out, from its rows in PostgreSQL to the last byte, and in how much memory.

100,000 finished tasks of 10 boxes each are written by SQL into the server that ships with Assay, and exported through
the service that the API uses, from the database cursor on, into a sink that counts and forgets. The same object is
then written from memory with the fastest library there is, orjson, in another process. Printed: seconds, the ratio of
the two speeds (1 means as fast as writing what is in memory already), and the peak memory of the exporting process,
which has the whole web application built.

    python bench/export_project.py [--tasks 100000] [--boxes 10] [--format coco|yolo|voc|jsonl] [--consensus]

With --consensus the answers are merged ones, so that each box also has a confidence.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import random
import secrets
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import uvloop

from assay.adapters.embedded_postgres import EmbeddedPostgres
from assay.services import exports
from assay.services.context import SYSTEM, Context
from assay.store import jobs
from assay.store.connection import Database, migrate
from export_coco import DISTINCT_ANSWERS, LABELS, child_of, peak_mib, synthetic_rows, write_from_memory

ORGANIZATION = UUID("0193f1c2-0000-7000-8000-000000000001")
PROJECT = UUID("0193f1c2-0000-7000-8000-000000000002")
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

SEED = """
insert into tenants values ($1);
insert into organizations (id, name, created_at) values ($1, 'Bench', $3);
insert into projects (organization_id, id, name, kind, version, created_at, updated_at)
values ($1, $2, 'Street scenes', 'image', 1, $3, $3);
insert into project_versions (organization_id, project_id, version, instructions, taxonomy, policy, created_at)
values ($1, $2, 1, '', $4, '{}', $3);
insert into attachments (organization_id, id, project_id, state, file_name, sha256, content_type, byte_count, width,
    height, display_width, display_height, blob_key, display_key, thumbnail_key, created_at)
select $1, lpad(n::text, 32, '0')::uuid, $2, 'ready', 'street/' || lpad(n::text, 6, '0') || '.jpg',
       sha256(n::text::bytea), 'image/jpeg', 1000, 1280, 853, 1280, 853, 'a', 'b', 'c', $3
from generate_series(1, $5::bigint) n;
analyze attachments;
insert into tasks (organization_id, id, project_id, project_version, attachment_id, unique_id, state, confidence,
    agreement, created_at, completed_at)
select $1, lpad(n::text, 32, '0')::uuid, $2, 1, lpad(n::text, 32, '0')::uuid, 'street-' || n, 'completed', 0.9, 0.8,
       $3, $3
from generate_series(1, $5::bigint) n;
insert into responses (organization_id, task_id, answer, confidence, origin, accepted_at)
select $1, lpad(n::text, 32, '0')::uuid, ($6::json[])[1 + n % $7], 0.9, $8, $3 from generate_series(1, $5::bigint) n;
insert into consensuses (organization_id, id, task_id, round, answer, confidence, agreement, objects, submission_ids,
    created_at)
select $1, lpad(n::text, 32, '0')::uuid, lpad(n::text, 32, '0')::uuid, 1, ($6::json[])[1 + n % $7], 0.9, 0.8,
       $9::json, '{}', $3
from generate_series(1, $5::bigint) n where $8 = 'consensus';
analyze
"""


async def seed(url: str, tasks: int, boxes: int, origin: str) -> None:
    answers = [row.answer.decode() for row in synthetic_rows(DISTINCT_ANSWERS, boxes) if isinstance(row.answer, bytes)]
    objects = [
        {"annotation_id": f"a{n}", "label": "car", "kept": True, "confidence": 0.9, "label_share": 1.0,
         "spread_iou": 0.8, "members": [[0, "a"], [1, "b"]]}
        for n in range(boxes)
    ]  # fmt: skip
    taxonomy = json.dumps({"labels": [{"name": name} for name in LABELS]})
    values: tuple[Any, ...] = (
        ORGANIZATION, PROJECT, NOW, taxonomy, tasks, answers, DISTINCT_ANSWERS, origin, json.dumps(objects),
    )  # fmt: skip
    connection = await asyncpg.connect(url)
    async with connection.transaction():
        for statement in SEED.split(";\n"):
            used = [index for index in range(len(values)) if f"${index + 1}" in statement]
            for place, index in enumerate(used):
                statement = statement.replace(f"${index + 1}", f"${place + 1}")
            await connection.execute(statement, *(values[index] for index in used))
    await connection.close()


async def export_project(url: str, format: str, copy: Path | None) -> None:
    """The child that exports. Prints seconds and peak memory; keeps the file where a path is given."""
    import assay.app  # noqa: F401 - what a server has in memory before it exports anything

    gc.collect()
    gc.freeze()  # as a server does that has opened its door
    database = Database(url)
    await database.open()
    size = 0
    started = time.perf_counter()
    async with database.tenant(ORGANIZATION) as tenant:
        context = Context(tenant, NOW, SYSTEM, secrets.token_bytes, random.random)
        export = await exports.ask(context, PROJECT, format, unfinished=False, golds=False)
        with tempfile.SpooledTemporaryFile(1 << 20) as spool:
            out = copy.open("wb") if copy else None
            async for chunk in exports.write(tenant, export, spool):
                size += len(chunk)
                if out:
                    out.write(chunk)
            if out:
                out.close()
    seconds = time.perf_counter() - started
    await database.close()
    print(json.dumps({"seconds": seconds, "peak_mib": peak_mib(), "bytes": size}))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tasks", type=int, default=100_000)
    parser.add_argument("--boxes", type=int, default=10)
    parser.add_argument("--format", default="coco")
    parser.add_argument("--consensus", action="store_true")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--child", choices=["export", "memory"])
    parser.add_argument("--url")
    parser.add_argument("--path", type=Path)
    chosen = parser.parse_args()
    if chosen.child == "export":
        uvloop.run(export_project(chosen.url, chosen.format, chosen.path))
        return
    if chosen.child == "memory":
        write_from_memory(chosen.path)
        return

    ours: list[dict[str, float]] = []
    theirs: list[dict[str, float]] = []
    with EmbeddedPostgres.temporary() as server, tempfile.TemporaryDirectory() as folder:
        asyncio.run(migrate(server.dsn, jobs.install))
        asyncio.run(seed(server.dsn, chosen.tasks, chosen.boxes, "consensus" if chosen.consensus else "submission"))
        path = f"{folder}/export"
        wanted = ["--child", "export", "--url", server.dsn, "--format", chosen.format]
        child_of(__file__, *wanted, "--path", path)
        # Taken in turns, so that a noisy moment of the machine falls on both.
        for _ in range(chosen.rounds):
            ours.append(child_of(__file__, *wanted))
            if chosen.format == "coco":
                theirs.append(child_of(__file__, "--child", "memory", "--path", path))
    mine = min(ours, key=lambda report: report["seconds"])
    boxes = chosen.tasks * chosen.boxes
    print(f"{chosen.format}: {chosen.tasks:,} tasks, {boxes:,} boxes, {mine['bytes'] / 1e6:.0f} MB")
    print(f"  export       {mine['seconds']:.2f} s  ({boxes / mine['seconds']:,.0f} boxes/s), database included")
    if theirs:
        fastest = min(report["seconds"] for report in theirs)
        print(f"  orjson       {fastest:.2f} s  writing the same object from memory")
        print(f"  ratio        {fastest / mine['seconds']:.2f}  (aim: at least 0.30)")
    print(f"  peak memory  {max(report['peak_mib'] for report in ours):.0f} MiB  (aim: under 300)")


if __name__ == "__main__":
    main()
