-- :name mark_due
insert into queue.due_tasks (organization_id, task_id) select $1, task_id from unnest($2::uuid[]) as task_id;

-- :name take_due
-- Rows that another runner has taken are passed over; those taken are gone when this transaction commits.
with taken as (
    delete from queue.due_tasks
    where id in (
        select id from queue.due_tasks
        where organization_id = $1 and id >= $2 and due_at <= now()
        order by id limit $3 for update skip locked)
    returning id, task_id
)
select task_id, min(id) as first, max(id) as last from taken group by task_id order by first;

-- :name take_one
delete from queue.due_tasks
where id in (
    select id from queue.due_tasks
    where organization_id = $1 and task_id = $2 and due_at <= now()
    for update skip locked);

-- :name postpone
-- Tried again after a while that doubles, up to five minutes; set aside after $3 times.
update queue.due_tasks
set attempts = attempts + 1, failure = $4,
    due_at = case when attempts + 1 >= $3 then 'infinity'
        else now() + least(interval '5 minutes', interval '1 second' * 2 ^ attempts) end
where organization_id = $1 and task_id = $2 and due_at <= now();
