-- :name record_events
select record_events($1, $2, $3, $4, $5, $6, $7, $8, $9);

-- :name list_events
-- Of test projects only, where $7.
select event.id, event.type, event.at, event.actor_kind, event.actor_id, event.project_id, event.task_id, event.data,
       case event.actor_kind
           when 'member' then (select name from members where organization_id = $1 and id = event.actor_id)
           when 'worker' then (select name from workers where organization_id = $1 and id = event.actor_id)
           when 'key' then (select name from api_keys where organization_id = $1 and id = event.actor_id)
       end as actor_name
from events event
where event.organization_id = $1
    and ($2::uuid is null or event.id < $2)
    and ($3::text is null or event.type = $3)
    and ($4::uuid is null or event.project_id = $4)
    and ($5::uuid is null or event.task_id = $5)
    and (not $7 or exists (
        select from projects where organization_id = $1 and id = event.project_id and mode = 'test'))
order by event.id desc
limit $6;
