-- :name insert_webhook
insert into webhooks (organization_id, id, url, description, events, sealed_secret, created_at, mode)
values ($1, $2, $3, $4, $5, $6, $7, $8);

-- :name list_webhooks
select id, url, description, events, mode, created_at, disabled_at, old_secret_until
from webhooks
where organization_id = $1 and ($2::uuid is null or id < $2)
order by id desc
limit $3;

-- :name get_webhook
select id, url, description, events, mode, created_at, disabled_at, old_secret_until
from webhooks
where organization_id = $1 and id = $2;

-- :name lock_webhook
select id, url, description, events, mode, created_at, disabled_at, old_secret_until
from webhooks
where organization_id = $1 and id = $2
for update;

-- :name update_webhook
update webhooks set url = $3, description = $4, events = $5, disabled_at = $6, mode = $7
where organization_id = $1 and id = $2;

-- :name rotate_secret
-- The secret in force becomes the old one until $4; without that it ends at once.
update webhooks
set old_sealed_secret = case when $4::timestamptz is not null then sealed_secret end, old_secret_until = $4,
    sealed_secret = $3
where organization_id = $1 and id = $2;

-- :name lock_secrets
select id, sealed_secret, old_sealed_secret from webhooks where organization_id = $1 order by id for update;

-- :name replace_secrets
update webhooks set sealed_secret = $3, old_sealed_secret = $4 where organization_id = $1 and id = $2;

-- :name delete_webhook
-- Its deliveries go with it.
delete from webhooks where organization_id = $1 and id = $2;

-- :name insert_delivery
insert into deliveries (organization_id, id, webhook_id, event_id, event_type, payload, created_at, next_attempt_at,
    address, task_id, batch_id)
values ($1, $2, $3, $4, $5, $6, $7, $7, $8, $9, $10);

-- :name list_deliveries
-- Ids of deliveries are of no order, so the page goes by time and id.
select id, webhook_id, event_type, event_id, state, attempts, last_status, last_error, created_at, delivered_at,
       next_attempt_at
from deliveries
where organization_id = $1 and webhook_id = $2
    and ($3::timestamptz is null or (created_at, id) < ($3, $4::uuid))
order by created_at desc, id desc
limit $5;

-- :name lock_delivery
select id, webhook_id, event_type, event_id, state, attempts, last_status, last_error, created_at, delivered_at,
       next_attempt_at, address, task_id, batch_id
from deliveries
where organization_id = $1 and id = $2
for update;

-- :name callbacks_of_task
select id, webhook_id, event_type, event_id, state, attempts, last_status, last_error, created_at, delivered_at,
       next_attempt_at, address, task_id, batch_id
from deliveries
where organization_id = $1 and task_id = $2
order by created_at desc, id desc
limit $3;

-- :name callbacks_of_batch
select id, webhook_id, event_type, event_id, state, attempts, last_status, last_error, created_at, delivered_at,
       next_attempt_at, address, task_id, batch_id
from deliveries
where organization_id = $1 and batch_id = $2
order by created_at desc, id desc
limit $3;

-- :name latest_of_batches
-- Of each batch that somebody was told of: what became of the last time.
select distinct on (batch_id) batch_id, state from deliveries
where organization_id = $1 and batch_id = any ($2::uuid[])
order by batch_id, created_at desc, id desc;

-- :name keep_payload
-- Two runners may have written it at the same time; the first one's is sent by both.
update deliveries set payload = coalesce(payload, $3) where organization_id = $1 and id = $2 returning payload;

-- :name delivery_to_send
select delivery.state, delivery.event_type, delivery.payload, delivery.next_attempt_at,
       coalesce(webhook.url, delivery.address) as address, delivery.webhook_id, delivery.task_id, delivery.batch_id,
       project.id as project_id, project.mode, webhook.sealed_secret, webhook.old_sealed_secret,
       webhook.old_secret_until, webhook.disabled_at
from deliveries delivery
left join webhooks webhook on webhook.organization_id = $1 and webhook.id = delivery.webhook_id
left join tasks task on task.organization_id = $1 and task.id = delivery.task_id
left join batches batch on batch.organization_id = $1 and batch.id = delivery.batch_id
left join projects project
    on project.organization_id = $1 and project.id = coalesce(task.project_id, batch.project_id)
where delivery.organization_id = $1 and delivery.id = $2;

-- :name update_delivery
update deliveries set state = $3, attempts = $4, last_status = $5, last_error = $6, delivered_at = $7,
    next_attempt_at = $8
where organization_id = $1 and id = $2;

-- :name delivered_since
-- Whether this webhook took anything since a moment.
select exists (
    select from deliveries
    where organization_id = $1 and webhook_id = $2 and state = 'delivered' and delivered_at >= $3);
