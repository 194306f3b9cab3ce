-- :name insert_task
-- One task with the photo that is still to be fetched and the event that tells of it, in one statement: customers
-- create them one by one from fifty threads.
with photo as (
    insert into attachments (organization_id, id, project_id, state, file_name, source_url, created_at)
    select $1, $5, $3, 'pending', $15, $16, $14 where $5::uuid is not null
), task as (
    insert into tasks (organization_id, id, project_id, project_version, attachment_id, unique_id, unique_among,
        metadata, tags, request, taxonomy, prelabels, state, priority, created_at, callback, batch_id)
    values ($1, $2, $3, $4, $5, $6, $7, $8::json, $9, $10::json, $11::json, $12::json, 'preparing', $13, $14, $20, $21)
)
select record_events($1, $14, $17, $18, array[$19::uuid], array['task.created'], array[$3], array[$2], array['{}']);

-- :name find_tasks
-- Tasks of all projects of one mode ($2) and of some kinds ($3), without golds, as programs look for them;
-- store.customer_tasks adds the conditions and the order.
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
where task.organization_id = $1 and project.mode = $2 and project.kind = any ($3::text[]) and not task.is_gold

-- :name count_tasks
select count(*)
from tasks task
join projects project on project.organization_id = $1 and project.id = task.project_id
left join batches batch on batch.organization_id = $1 and batch.id = task.batch_id
left join attachments attachment on attachment.organization_id = $1 and attachment.id = task.attachment_id
where task.organization_id = $1 and project.mode = $2 and project.kind = any ($3::text[]) and not task.is_gold

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
