-- :name enter_batch
-- The project's batch of a name, made where there was none. It stays as it is until the transaction ends: whoever
-- completes it waits, and then sees the tasks that were added.
with fresh as (
    insert into batches (organization_id, id, project_id, name, created_at)
    select $1, $2, $3, $4, $5
    where not exists (select from batches where organization_id = $1 and project_id = $3 and name = $4)
    on conflict (organization_id, project_id, name) do nothing
    returning id, project_id, name, state, staged, priority, rank, false as kept
), known as (
    select id, project_id, name, state, staged, priority, rank, purpose = 'self_label' or exists (
        select from batch_groups where organization_id = $1 and batch_id = batches.id) as kept
    from batches
    where organization_id = $1 and project_id = $3 and name = $4
    for share
)
select * from fresh union all select * from known;

-- :name enter_known
-- The same of one that programs call so in a mode ($3).
select batch.id, batch.project_id, batch.name, batch.state, batch.staged, batch.priority, batch.rank,
       batch.purpose = 'self_label' or exists (
           select from batch_groups where organization_id = $1 and batch_id = batch.id) as kept
from batches batch
join projects project on project.organization_id = $1 and project.id = batch.project_id
where batch.organization_id = $1 and batch.name = $2 and project.mode = $3
order by batch.unique_among is null, batch.id
limit 1
for share of batch;

-- :name insert_batch
insert into batches (organization_id, id, project_id, name, unique_among, state, purpose, staged, rank, metadata,
    callback, created_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10::json, $11, $12);

-- :name find_batches
-- store.batches adds the conditions, the order and the page.
select batch.id, batch.project_id, coalesce(project.handle, project.name) as project_name, batch.name, batch.state,
       batch.purpose, batch.staged, batch.priority, batch.rank, batch.metadata, batch.callback, batch.created_at,
       batch.completed_at, project.state = 'archived' as archived
from batches batch
join projects project on project.organization_id = $1 and project.id = batch.project_id
where batch.organization_id = $1

-- :name count_batches
select count(*)
from batches batch
join projects project on project.organization_id = $1 and project.id = batch.project_id
where batch.organization_id = $1

-- :name lock_batches
-- One at a time: whoever says what a batch has come to holds its row until the commit. In one order.
select id from batches where organization_id = $1 and id = any ($2::uuid[]) order by id for no key update;

-- :name settle_batches
-- What batches have come to, after the lock: a statement of its own, which sees what was committed while the lock was
-- waited for. A task that workers could not do waits for a manager and is open; one whose photo cannot be had is not.
update batches set state = found.state, completed_at = case when found.state = 'completed' then $3::timestamptz end
from (
    select batch.id, case when exists (
        select from tasks task
        left join attachments photo on photo.organization_id = $1 and photo.id = task.attachment_id
        where task.organization_id = $1 and task.batch_id = batch.id and not task.is_gold
            and task.state in ('preparing', 'annotating', 'reviewing', 'broken')
            and (task.state <> 'broken' or photo.failure is null)) then 'in_progress' else 'completed' end as state
    from batches batch
    where batch.organization_id = $1 and batch.id = any ($2::uuid[]) and batch.state <> 'staging'
        and exists (select from tasks task
            where task.organization_id = $1 and task.batch_id = batch.id and not task.is_gold)
) found
where batches.organization_id = $1 and batches.id = found.id and batches.state <> found.state
returning batches.id, batches.project_id, batches.name, batches.state;

-- :name finalize_batch
update batches set state = 'in_progress' where organization_id = $1 and id = $2 and state = 'staging' returning id;

-- :name release_tasks
-- What was kept back while its batch was in staging is looked at again.
insert into queue.due_tasks (organization_id, task_id)
select $1, task.id from tasks task
where task.organization_id = $1 and task.batch_id = $2 and task.state = 'preparing'
order by task.id;

-- :name set_batch_metadata
update batches set metadata = $3::json where organization_id = $1 and id = $2;

-- :name set_batch_priority
update batches set priority = $3 where organization_id = $1 and id = $2;

-- :name set_batch_rank
update batches set rank = $3 where organization_id = $1 and id = $2;

-- :name prioritize_tasks
-- In the order in which tasks are locked by whoever advances them.
with found as (
    select id from tasks
    where organization_id = $1 and batch_id = $2 and not is_gold
        and state in ('preparing', 'annotating', 'reviewing', 'broken') and priority <> $3
    order by id
    for no key update
)
update tasks set priority = $3 from found where tasks.organization_id = $1 and tasks.id = found.id;

-- :name move_turns
-- Puts the open turns of a batch where its tasks' priority, its rank ($3) and whether it is kept to some ($4) say; see
-- core.routing.queue_position. The first position of each stage in the queue.
with moved as (
    update assignments turn
    set queue_position = ((100 - task.priority)::bigint << 56) | (coalesce($3::smallint, 1023)::bigint << 46)
        | (turn.queue_position & ((1::bigint << 46) - 1))
        | (($4::boolean and turn.stage = 'annotate')::integer::bigint << 63)
    from tasks task
    where task.organization_id = $1 and task.batch_id = $2 and not task.is_gold
        and task.state in ('preparing', 'annotating', 'reviewing', 'broken')
        and turn.organization_id = $1 and turn.task_id = task.id and turn.state = 'open'
    returning turn.project_id, turn.stage, turn.queue_position
)
select project_id, stage, min(queue_position) as position from moved
where queue_position >= 0
group by project_id, stage;

-- :name kept_to
-- The groups that batches are kept to.
select kept.batch_id, worker_group.id, worker_group.name
from batch_groups kept
join worker_groups worker_group on worker_group.organization_id = $1 and worker_group.id = kept.group_id
where kept.organization_id = $1 and kept.batch_id = any ($2::uuid[])
order by worker_group.name, worker_group.id;

-- :name keep_to
with gone as (
    delete from batch_groups where organization_id = $1 and batch_id = $2 and group_id <> all ($3::uuid[])
)
insert into batch_groups (organization_id, batch_id, group_id)
select $1, $2, id from unnest($3::uuid[]) as id
on conflict do nothing;

-- :name note_keeping
-- From now on claims in the project look first for what is kept to the worker.
update projects set keeps = true where organization_id = $1 and id = $2 and not keeps;

-- :name refused_tasks
-- Tasks of a batch, or of all that are kept to a group, that somebody would not do.
select task.id from tasks task
where task.organization_id = $1
    and (task.batch_id = $2 or task.batch_id in (
        select batch_id from batch_groups where organization_id = $1 and group_id = $3))
    and task.state in ('annotating', 'reviewing')
    and exists (select from assignments turn where turn.organization_id = $1 and turn.task_id = task.id
        and turn.state in ('skipped', 'reported'))
order by task.id;

-- :name count_tasks
-- How many tasks of each batch ($2) are in each state, golds apart. What could not be shown is told from the rest.
select task.batch_id, task.state, count(*) as tasks,
       count(*) filter (where task.state = 'broken' and exists (
           select from attachments photo where photo.organization_id = $1 and photo.id = task.attachment_id
               and photo.failure is not null)) as unreadable
from tasks task
where task.organization_id = $1 and task.batch_id = any ($2::uuid[]) and not task.is_gold
group by task.batch_id, task.state;
