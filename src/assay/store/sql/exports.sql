-- :name feed
-- What an export writes, in the order of the tasks. Columns are read by position in store.exports.
-- $2 the project, $3 whether unfinished tasks come too, $4 whether golds do.
-- An answer that was accepted comes first; an unfinished task says what its present round came to, if anything.
-- `objects` tells how sure the merge is of each annotation, which holds only while the answer is the merged one.
select task.id::text, coalesce(attachment.file_name, ''), coalesce(attachment.width, 0),
       coalesce(attachment.height, 0),
       coalesce(response.answer, gold.answer, merged.answer, '{}'::json),
       task.unique_id, coalesce(response.confidence, merged.confidence)::float8,
       case when gold.task_id is not null then 'gold' else response.origin end,
       task.metadata, task.is_gold, batch.name, task.project_version,
       to_char(task.completed_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
       case when response.origin = 'consensus' then (
           select objects from consensuses
           where organization_id = $1 and task_id = task.id and round = task.round and not task.is_gold
           order by id desc limit 1)
       when response.task_id is null and gold.task_id is null then merged.objects end,
       task.content
from tasks task
left join attachments attachment on attachment.organization_id = $1 and attachment.id = task.attachment_id
left join responses response on response.organization_id = $1 and response.task_id = task.id
left join golds gold on gold.organization_id = $1 and gold.task_id = task.id and task.is_gold
left join batches batch on batch.organization_id = $1 and batch.id = task.batch_id
left join lateral (
    select answer, confidence, objects from consensuses
    where $3 and organization_id = $1 and task_id = task.id and round = task.round and not task.is_gold
    order by id desc limit 1) merged on response.task_id is null
where task.organization_id = $1 and task.project_id = $2
    -- A photo that is still to be fetched has nothing to say.
    and (attachment.width is not null or task.attachment_id is null and task.content is not null)
    and (task.state = 'completed' or $3 and not task.is_gold or $4 and task.is_gold)
order by task.id;
