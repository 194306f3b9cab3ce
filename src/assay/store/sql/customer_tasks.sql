-- :name create_task
select create_task($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21);

-- :name create_at_once
-- For several callers, one after another.
select call.place, create_at_once($1, call.key_hash, call.key_id, call.role, call.now, call.fresh_since,
    call.project_id, call.version, call.batch, call.id, call.photo_id, call.unique_id, call.mode, call.metadata,
    call.tags, call.request, call.taxonomy, call.prelabels, call.file_name, call.priority, call.own_priority, call.url,
    call.event_id, call.callback) as priority
from unnest($2::bytea[], $3::uuid[], $4::text[], $5::timestamptz[], $6::timestamptz[], $7::uuid[], $8::integer[],
        $9::text[], $10::uuid[], $11::uuid[], $12::text[], $13::text[], $14::text[], $15::text[], $16::text[],
        $17::text[], $18::text[], $19::text[], $20::smallint[], $21::smallint[], $22::text[], $23::uuid[], $24::text[])
    with ordinality as call (key_hash, key_id, role, now, fresh_since, project_id, version, batch, id, photo_id,
        unique_id, mode, metadata, tags, request, taxonomy, prelabels, file_name, priority, own_priority, url, event_id,
        callback, place);

-- :name find_tasks
-- Without golds, as programs look for them; store.customer_tasks adds the conditions, the order and the page. Only the
-- tasks themselves are looked at: what is told of them is read for those of a page, so that no plan for the whole can
-- read or sort more.
select task.id from tasks task
where task.organization_id = $1 and not task.is_gold

-- :name count_tasks
select count(*) from tasks task
where task.organization_id = $1 and not task.is_gold

-- :name tell_tasks
-- What is told of these ($4), of projects of one mode ($2) and of some kinds ($3).
select task.id, task.project_id, coalesce(project.handle, project.name) as project_name, project.kind, project.mode,
       task.project_version, task.unique_id, task.state, task.metadata, task.tags, task.request, task.priority,
       batch.name as batch, task.created_at, task.completed_at,
       (select max(event.at) from events event
           where event.organization_id = $1 and event.task_id = task.id) as changed_at,
       (task.state not in ('preparing', 'annotating') or exists (
           select from assignments turn where turn.organization_id = $1 and turn.task_id = task.id
               and turn.claimed_at is not null)) as begun,
       (select json_agg(json_build_object('verdict', audit.verdict, 'comment', audit.comment,
                   'duration_seconds', audit.duration_seconds, 'auditor', audit.auditor,
                   'created_at', audit.created_at) order by audit.id)
           from audits audit where audit.organization_id = $1 and audit.task_id = task.id) as audits,
       audit_verdict($1, task.id, task.round, task.state) as verdict, response.origin,
       attachment.source_url, attachment.blob_key as photo_key, attachment.failure as media_problem,
       attachment.failure_status as media_status,
       task.taxonomy, response.answer,
       case when task.request is null then task.content end as content,
       case when task.opinions > 1 and task.state = 'completed' then (
           select json_agg(submission.answer order by submission.submitted_at, submission.id) from submissions submission
           where submission.organization_id = $1 and submission.task_id = task.id
               and submission.round = task.round) end as voices,
       (select json_agg(json_build_object('width', shown.item -> 'width', 'height', shown.item -> 'height')
               order by shown.place)
           from json_array_elements(task.content) with ordinality as shown (item, place)
           where shown.item ->> 'type' = 'image') as pages,
       (select delivery.state from deliveries delivery
           where delivery.organization_id = $1 and delivery.task_id = task.id
           order by delivery.created_at desc, delivery.id desc limit 1) as called_back
from tasks task
join projects project on project.organization_id = $1 and project.id = task.project_id
left join batches batch on batch.organization_id = $1 and batch.id = task.batch_id
left join attachments attachment on attachment.organization_id = $1 and attachment.id = task.attachment_id
left join responses response on response.organization_id = $1 and response.task_id = task.id
where task.organization_id = $1 and task.id = any ($4::uuid[]) and project.mode = $2 and project.kind = any ($3::text[])
order by task.id desc;

-- :name projects_of
-- Projects of one mode ($2) and of some kinds ($3); those called $4 alone, where that is not null. What a program calls
-- a project may be what people called one without a handle.
select id from projects
where organization_id = $1 and mode = $2 and kind = any ($3::text[])
    and ($4::text is null or handle = $4 or handle is null and name = $4);

-- :name batches_called
select batch.id
from batches batch
join projects project on project.organization_id = $1 and project.id = batch.project_id
where batch.organization_id = $1 and project.mode = $2 and batch.name = $3;

-- :name lock_task
select state, unique_id, unique_among, tags, project_id from tasks
where organization_id = $1 and id = $2
for no key update;

-- :name set_metadata
update tasks set metadata = $3::json where organization_id = $1 and id = $2;

-- :name set_tags
update tasks set tags = $3 where organization_id = $1 and id = $2;

-- :name set_unique_id
update tasks set unique_id = $3, unique_among = $4 where organization_id = $1 and id = $2;
