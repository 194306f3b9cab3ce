-- :name complete_task
-- What few new tasks have.
update tasks set content = $3::json, opinions = $4, is_made_up = $5 where organization_id = $1 and id = $2;

-- :name show_content
update tasks set content = $3::json where organization_id = $1 and id = $2;

-- :name await_items
insert into awaited (organization_id, attachment_id, task_id, becomes)
select $1, item.attachment_id, $2, item.becomes
from unnest($3::uuid[], $4::text[]) as item (attachment_id, becomes);

-- :name wanted_as
select becomes from awaited where organization_id = $1 and attachment_id = $2;

-- :name lock_waiting
select task.id, task.content from tasks task
where task.organization_id = $1 and task.id = (
    select task_id from awaited where organization_id = $1 and attachment_id = $2)
for no key update;

-- :name stop_waiting
delete from awaited where organization_id = $1 and attachment_id = $2;

-- :name forget_fetched
delete from attachments where organization_id = $1 and id = $2 and state = 'pending';

-- :name show_failed
-- What could not be fetched stands for the whole of the task, also in the place of a photo that could.
update tasks set attachment_id = $2
where organization_id = $1 and state = 'preparing' and id = (
    select task_id from awaited where organization_id = $1 and attachment_id = $2)
returning id;
