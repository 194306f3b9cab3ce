-- :name insert_import
insert into imports (organization_id, id, project_id, format, purpose, file_name, blob_key, state, created_at)
values ($1, $2, $3, $4, $5, $6, $7, 'running', $8);

-- :name get_import
select id, project_id, format, purpose, file_name, blob_key, state, total, done, existing, failed, message,
       created_at, finished_at
from imports where organization_id = $1 and id = $2;

-- :name lock_import
select id, project_id, format, purpose, file_name, blob_key, state, total, done, existing, failed, message,
       created_at, finished_at
from imports where organization_id = $1 and id = $2
for update;

-- :name list_imports
select id, project_id, format, purpose, file_name, blob_key, state, total, done, existing, failed, message,
       created_at, finished_at
from imports
where organization_id = $1 and project_id = $2 and ($3::uuid is null or id < $3)
order by id desc
limit $4;

-- :name set_total
update imports set total = $3 where organization_id = $1 and id = $2 and state = 'running';

-- :name count_rows
update imports set done = done + $3, existing = existing + $4, failed = failed + $5
where organization_id = $1 and id = $2;

-- :name end_import
update imports set state = $3, message = $4, finished_at = $5
where organization_id = $1 and id = $2 and state = 'running';

-- :name insert_problems
insert into import_problems (organization_id, import_id, row_number, item, message)
select $1, $2, p.row_number, p.item, p.message
from unnest($3::integer[], $4::text[], $5::text[]) as p (row_number, item, message)
on conflict (organization_id, import_id, row_number)
    do update set message = left(import_problems.message || '; ' || excluded.message, 2000);

-- :name count_problems
select count(*) from import_problems where organization_id = $1 and import_id = $2;

-- :name list_problems
select row_number, item, message from import_problems
where organization_id = $1 and import_id = $2 and row_number > $3
order by row_number
limit $4;

-- :name photos_by_name
-- Photos of a project by their whole name.
select file_name as name, id, width, height from attachments
where organization_id = $1 and project_id = $2 and state = 'ready' and file_name = any ($3::text[]);

-- :name photos_by_last_part
-- Photos by what follows the last slash of their name, with ($3) and without ($4) its ending. This looks at every
-- photo of the project, so it is asked only for what was not found by its whole name.
select photo.name, photo.stem, photo.id, photo.width, photo.height
from (
    select part.name, regexp_replace(part.name, '\.[A-Za-z0-9]{1,5}$', '') as stem, id, width, height
    from attachments, regexp_replace(file_name, '^.*[/\\]', '') as part (name)
    where organization_id = $1 and project_id = $2 and state = 'ready') photo
where photo.name = any ($3::text[]) or photo.stem = any ($4::text[]);

-- :name tasks_found
-- The first task of each of these photos, each task of these unique ids, and the first task of each of these
-- addresses; one that came to nothing does not count, so that its address can be tried again. A task is begun once
-- anybody took a turn on it, whatever came of the turn.
select task.id, task.unique_id, task.attachment_id, task.state, task.is_gold, task.project_version,
       task.content, task.taxonomy, attachment.source_url, attachment.width, attachment.height,
       exists (select from assignments where organization_id = $1 and task_id = task.id
           and worker_id is not null) as begun
from (
    (select distinct on (attachment_id) id from tasks
     where organization_id = $1 and project_id = $2 and attachment_id = any ($3::uuid[])
     order by attachment_id, id)
    union
    select id from tasks where organization_id = $1 and project_id = $2 and unique_id = any ($4::text[])
    union
    (select distinct on (attachment.source_url) task.id
     from unnest($5::text[]) as asked (url)
     join attachments attachment on attachment.organization_id = $1 and attachment.project_id = $2
         and md5(attachment.source_url) = md5(asked.url) and attachment.source_url = asked.url
     join tasks task on task.organization_id = $1 and task.attachment_id = attachment.id
         and task.state not in ('broken', 'cancelled')
     order by attachment.source_url, task.id)
) found
join tasks task on task.organization_id = $1 and task.id = found.id
left join attachments attachment on attachment.organization_id = $1 and attachment.id = task.attachment_id;

-- :name set_prelabels
-- Unless somebody began in between; the ids of those that were set.
update tasks set prelabels = p.prelabels::json
from unnest($2::uuid[], $3::text[]) as p (task_id, prelabels)
where tasks.organization_id = $1 and tasks.id = p.task_id and tasks.state in ('preparing', 'annotating')
    and not exists (select from assignments where organization_id = $1 and task_id = tasks.id
        and worker_id is not null)
returning tasks.id;
