-- :name existing_unique_ids
select unique_id, id from tasks where organization_id = $1 and project_id = $2 and unique_id = any ($3::text[]);

-- :name insert_golds
insert into golds (organization_id, task_id, answer, created_at)
select $1, g.task_id, g.answer::json, $2 from unnest($3::uuid[], $4::text[]) as g (task_id, answer)
on conflict (organization_id, task_id) do update set answer = excluded.answer, created_at = excluded.created_at;

-- :name delete_gold
delete from golds where organization_id = $1 and task_id = $2;

-- :name set_gold_flag
update tasks set is_gold = $3 where organization_id = $1 and id = $2;

-- :name open_turns
-- One open turn for each id given, in the order given; the first queue position taken. See core.routing.queue_position.
with turn as (
    insert into assignments (organization_id, id, task_id, project_id, stage, round, state, queue_position,
        reserved_for, opened_at, reason)
    select $1, o.id, o.task_id, $2, o.stage, o.round, 'open',
           ((100 - o.priority)::bigint << 56) | (coalesce(o.rank, 1023)::bigint << 46) | nextval('queue_sequence')
               | (o.kept::integer::bigint << 63),
           o.reserved_for, $3, o.reason
    from (select * from unnest($4::uuid[], $5::uuid[], $6::text[], $7::integer[], $8::smallint[], $9::uuid[], $10::text[],
            $11::smallint[], $12::boolean[])
        with ordinality as o (id, task_id, stage, round, priority, reserved_for, reason, rank, kept, place)
        order by place) o
    returning queue_position
)
select min(queue_position) filter (where queue_position >= 0) from turn;

-- :name insert_suspension
insert into suspensions (organization_id, id, project_id, worker_id, reason, suspended_at)
values ($1, $2, $3, $4, $5, $6)
on conflict (organization_id, project_id, worker_id) where lifted_at is null do nothing;

-- :name touched_by_worker
-- Unfinished tasks of the project in which the worker holds a turn, has one kept, or has an answer that counts.
select distinct task.id
from assignments assignment
join tasks task on task.organization_id = $1 and task.id = assignment.task_id
where assignment.organization_id = $1 and assignment.project_id = $2
    and (assignment.worker_id = $3 or assignment.reserved_for = $3)
    and assignment.state in ('open', 'claimed', 'submitted')
    and task.state in ('annotating', 'reviewing');

-- :name list_tasks
-- Filters that are null do not filter. The order and the page are added by
-- store.tasks, from $9 on.
select task.id, task.unique_id, task.state, task.is_gold, batch.name as batch, task.priority, task.metadata,
       task.agreement, task.confidence, task.created_at, task.completed_at, task.project_id, task.project_version,
       task.prelabels, task.broken_reason, task.round, task.attachment_id,
       attachment.failure as media_problem, attachment.file_name, attachment.content_type, attachment.width,
       attachment.height, attachment.display_width, attachment.display_height, attachment.blob_key,
       attachment.display_key, attachment.thumbnail_key, attachment.sha256, attachment.byte_count,
       (select count(*) from submissions where organization_id = $1 and task_id = task.id) as submissions,
       (select left(item ->> 'text', 200) from json_array_elements(task.content) item
        where item ->> 'type' = 'text' limit 1) as excerpt
from tasks task
left join batches batch on batch.organization_id = $1 and batch.id = task.batch_id
left join attachments attachment on attachment.organization_id = $1 and attachment.id = task.attachment_id
where task.organization_id = $1 and task.project_id = $2
    and ($3::text is null or task.state = $3)
    and ($4::text is null or batch.name = $4)
    and ($5::boolean is null or task.is_gold = $5)
    and ($6::uuid is null or exists (select from assignments where organization_id = $1 and task_id = task.id
        and worker_id = $6))
    and ($7::real is null or task.agreement <= $7)
    and ($8::text is null or task.unique_id like $8 or attachment.file_name like $8);

-- :name get_task
select task.id, task.unique_id, task.state, task.is_gold, batch.name as batch, task.priority, task.metadata,
       task.agreement, task.confidence, task.created_at, task.completed_at, task.project_id, task.project_version,
       task.prelabels, task.broken_reason, task.round, task.attachment_id,
       attachment.failure as media_problem, attachment.file_name, attachment.content_type, attachment.width,
       attachment.height, attachment.display_width, attachment.display_height, attachment.blob_key,
       attachment.display_key, attachment.thumbnail_key, attachment.sha256, attachment.byte_count,
       (select count(*) from submissions where organization_id = $1 and task_id = task.id) as submissions,
       (select left(item ->> 'text', 200) from json_array_elements(task.content) item
        where item ->> 'type' = 'text' limit 1) as excerpt,
       task.content, task.taxonomy
from tasks task
left join batches batch on batch.organization_id = $1 and batch.id = task.batch_id
left join attachments attachment on attachment.organization_id = $1 and attachment.id = task.attachment_id
where task.organization_id = $1 and task.id = $2;

-- :name task_assignments
select assignment.id, assignment.stage, assignment.round, assignment.state, assignment.claimed_at,
       assignment.closed_at, assignment.lease_until, assignment.reason, assignment.worker_id,
       worker.name as worker_name, worker.kind as worker_kind
from assignments assignment
left join workers worker on worker.organization_id = $1 and worker.id = assignment.worker_id
where assignment.organization_id = $1 and assignment.task_id = $2
order by assignment.opened_at, assignment.id;

-- :name task_submissions
select submission.id, submission.assignment_id, submission.worker_id, worker.name as worker_name, submission.round,
       submission.answer, submission.duration_seconds, submission.submitted_at, submission.gold_score,
       submission.agreement
from submissions submission
join workers worker on worker.organization_id = $1 and worker.id = submission.worker_id
where submission.organization_id = $1 and submission.task_id = $2
order by submission.submitted_at, submission.id;

-- :name task_consensus
select answer, confidence, agreement, objects, submission_ids
from consensuses where organization_id = $1 and task_id = $2
order by id desc limit 1;

-- :name task_reviews
select review.id, review.reviewer_id, worker.name as reviewer_name, review.verdict, review.comment, review.answer,
       review.created_at
from reviews review
join workers worker on worker.organization_id = $1 and worker.id = review.reviewer_id
where review.organization_id = $1 and review.task_id = $2
order by review.created_at, review.id;

-- :name task_response
select answer, confidence, origin, accepted_at from responses where organization_id = $1 and task_id = $2;

-- :name task_gold
select answer from golds where organization_id = $1 and task_id = $2;

-- :name remember_request
-- The first request with a key keeps it; a second one waits for the first to commit and then sees its answer.
insert into idempotency_keys (organization_id, key, request_hash, created_at) values ($1, $2, $3, $4)
on conflict (organization_id, key) do nothing
returning key;

-- :name remembered
select request_hash, answer from idempotency_keys where organization_id = $1 and key = $2;

-- :name remember_answer
update idempotency_keys set answer = $3::json where organization_id = $1 and key = $2;

-- :name forget_requests
delete from idempotency_keys where organization_id = $1 and created_at < $2;
