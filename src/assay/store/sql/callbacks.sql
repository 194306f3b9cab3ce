-- :name get_settings
select mode, address, rotated_at, old_secret_until, sealed_key, sealed_secret, old_sealed_secret
from callback_settings
where organization_id = $1 and mode = $2;

-- :name lock_settings
select mode, address, rotated_at, old_secret_until, sealed_key, sealed_secret, old_sealed_secret
from callback_settings
where organization_id = $1 and mode = $2
for update;

-- :name insert_settings
-- Two who need them for the first time at once get the same ones.
insert into callback_settings (organization_id, mode, sealed_key, sealed_secret, rotated_at)
values ($1, $2, $3, $4, $5)
on conflict (organization_id, mode) do nothing;

-- :name update_settings
update callback_settings
set address = $3, rotated_at = $4, old_secret_until = $5, sealed_key = $6, sealed_secret = $7, old_sealed_secret = $8
where organization_id = $1 and mode = $2;

-- :name ending
-- How a task ended, if it did, and whom that is told: its own address, else, for one that a program sent, that of its
-- mode. The same as `call_back`, for a task that is told once more.
select task.project_id,
       case when task.is_gold then null when task.state = 'completed' then 'task.completed'
           when task.state = 'broken' and photo.state = 'failed' then 'task.broken' end as event_type,
       coalesce(task.callback, case when task.request is not null then setting.address end) as address
from tasks task
join projects project on project.organization_id = $1 and project.id = task.project_id
left join callback_settings setting on setting.organization_id = $1 and setting.mode = project.mode
left join attachments photo on photo.organization_id = $1 and photo.id = task.attachment_id
where task.organization_id = $1 and task.id = $2;
