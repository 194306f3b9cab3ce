-- :name insert
insert into signing_keys (organization_id, id, name, mode, role, sealed_secret, session_hash, created_by, created_at,
    expires_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10);

-- :name count
select count(*) from signing_keys where organization_id = $1 and revoked_at is null and session_hash is null;

-- :name list
-- Keys for a while are left out once they are over.
select id, name, mode, role, session_hash is not null as temporary, created_by, created_at, expires_at, revoked_at,
       last_used_at
from signing_keys
where organization_id = $1 and ($2::uuid is null or id < $2)
    and (session_hash is null or expires_at > $4)
order by id desc
limit $3;

-- :name get
-- A key with the member who made it: it ends with what they may do.
select key.id, key.name, key.mode, key.role, key.sealed_secret, key.session_hash, key.expires_at, key.revoked_at,
       key.last_used_at, maker.role as maker_role, maker.disabled_at as maker_disabled_at
from signing_keys key
join members maker on maker.organization_id = $1 and maker.id = key.created_by
where key.organization_id = $1 and key.id = $2;

-- :name touch
update signing_keys set last_used_at = $3 where organization_id = $1 and id = $2;

-- :name revoke
update signing_keys set revoked_at = $3 where organization_id = $1 and id = $2 and revoked_at is null returning name;

-- :name exists
select exists (select from signing_keys where organization_id = $1 and id = $2);

-- :name lock_secrets
select id, sealed_secret from signing_keys where organization_id = $1 order by id for update;

-- :name replace_secret
update signing_keys set sealed_secret = $3 where organization_id = $1 and id = $2;

-- :name forget
-- Keys for a while that are long over; the record of events has them still.
delete from signing_keys where organization_id = $1 and session_hash is not null and expires_at < $2;
