-- :name record_events
-- Events and, for each webhook that listens, a delivery with its job: all of them or none.
with event as (
    insert into events (organization_id, id, type, at, actor_kind, actor_id, project_id, task_id, data)
    select $1, e.id, e.type, $2, $3, $4, e.project_id, e.task_id, e.data::json
    from unnest($5::uuid[], $6::text[], $7::uuid[], $8::uuid[], $9::text[])
        as e (id, type, project_id, task_id, data)
    returning id, type, at, project_id, task_id, data
), delivery as (
    insert into deliveries (organization_id, id, webhook_id, event_id, event_type, payload, created_at, next_attempt_at)
    select $1, gen_random_uuid(), webhook.id, event.id, event.type,
           json_build_object('type', event.type, 'timestamp', event.at, 'data', json_build_object(
               'event_id', event.id, 'project_id', event.project_id, 'task_id', event.task_id,
               'details', event.data))::text,
           $2, $2
    from event join webhooks webhook
        on webhook.organization_id = $1 and webhook.disabled_at is null
        and ('*' = any (webhook.events) or event.type = any (webhook.events))
    returning id
)
insert into queue.pgqueuer (priority, entrypoint, payload, status)
select 0, 'send_callback',
       convert_to(json_build_object('organization_id', $1, 'subject', delivery.id)::text, 'UTF8'), 'queued'
from delivery;

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
