-- :name session_caller
-- The member behind a session, if the session is alive and so is the member.
select member.id as member_id, member.name, member.email, member.role, worker.id as worker_id, session.last_seen_at
from sessions session
join members member on member.organization_id = $1 and member.id = session.member_id
left join workers worker on worker.organization_id = $1 and worker.member_id = member.id
where session.organization_id = $1 and session.token_hash = $2
    and session.revoked_at is null and session.expires_at > $3 and session.last_seen_at > $4
    and member.disabled_at is null;

-- :name touch_session
update sessions set last_seen_at = $3 where organization_id = $1 and token_hash = $2;

-- :name key_caller
-- The key, if it is alive and its maker still is a member.
select key.id as key_id, key.name, key.role, key.mode, key.last_used_at
from api_keys key
join members maker on maker.organization_id = $1 and maker.id = key.created_by and maker.disabled_at is null
where key.organization_id = $1 and key.key_hash = $2
    and key.revoked_at is null and (key.expires_at is null or key.expires_at > $3);

-- :name touch_key
update api_keys set last_used_at = $3 where organization_id = $1 and id = $2;
