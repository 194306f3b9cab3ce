-- :name listen
insert into offer_listeners (organization_id, offer_id, mode, transport, destination, version, event_types, active,
    updated_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
on conflict (organization_id, offer_id) do update set
    transport = excluded.transport, destination = excluded.destination, version = excluded.version,
    event_types = excluded.event_types, active = excluded.active, updated_at = excluded.updated_at;

-- :name listener
select offer_id, mode, transport, destination, version, event_types, active from offer_listeners
where organization_id = $1 and offer_id = $2
for update;

-- :name insert_notice
insert into notices (organization_id, id, mode, event_type, offer_id, posting_id, engagement_id, happened_at, transport,
    destination, version, next_attempt_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $8);

-- :name lock_notice
select id, mode, event_type, offer_id, posting_id, engagement_id, happened_at, transport, destination, version, state,
       attempts, next_attempt_at
from notices
where organization_id = $1 and id = $2
for update;

-- :name tried
update notices set state = $3, attempts = $4, last_status = $5, last_error = $6, next_attempt_at = $7, delivered_at = $8
where organization_id = $1 and id = $2;

-- :name forget_notices
delete from notices where organization_id = $1 and state <> 'pending' and happened_at < $2;

-- :name credentials
select access_key, sealed_secret, region, topics_url, updated_at from queue_credentials where organization_id = $1;

-- :name put_credentials
insert into queue_credentials (organization_id, access_key, sealed_secret, region, topics_url, updated_at)
values ($1, $2, $3, $4, $5, $6)
on conflict (organization_id) do update set
    access_key = excluded.access_key, sealed_secret = excluded.sealed_secret, region = excluded.region,
    topics_url = excluded.topics_url, updated_at = excluded.updated_at;

-- :name reseal_credentials
update queue_credentials set sealed_secret = $2 where organization_id = $1;

-- :name drop_credentials
delete from queue_credentials where organization_id = $1;
