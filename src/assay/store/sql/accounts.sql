-- :name insert_tenant
insert into tenants (organization_id) values ($1);

-- :name insert_organization
insert into organizations (id, name, created_at) values ($1, $2, $3);

-- :name get_market_of
select market_id from organizations where id = $1;

-- :name join_market
update organizations set market_id = $2 where id = $1;

-- :name get_organization
select id, name, created_at from organizations where id = $1;

-- :name insert_member
insert into members (organization_id, id, email, name, role, created_at) values ($1, $2, $3, $4, $5, $6);

-- :name insert_worker_of_member
-- A member keeps one worker for life, so that their record survives a change of role.
insert into workers (organization_id, id, kind, name, member_id, created_at) values ($1, $2, 'person', $3, $4, $5)
on conflict (organization_id, member_id) do nothing;

-- :name rename_worker_of_member
update workers set name = $3 where organization_id = $1 and member_id = $2;

-- :name list_members
select member.id, member.name, member.email, member.role, member.created_at, member.disabled_at,
       worker.id as worker_id,
       (select max(session.last_seen_at) from sessions session
        where session.organization_id = $1 and session.member_id = member.id) as last_seen_at
from members member
left join workers worker on worker.organization_id = $1 and worker.member_id = member.id
where member.organization_id = $1 and ($2::uuid is null or member.id > $2)
order by member.id
limit $3;

-- :name get_member
select member.id, member.name, member.email, member.role, member.created_at, member.disabled_at,
       worker.id as worker_id,
       (select max(session.last_seen_at) from sessions session
        where session.organization_id = $1 and session.member_id = member.id) as last_seen_at
from members member
left join workers worker on worker.organization_id = $1 and worker.member_id = member.id
where member.organization_id = $1 and member.id = $2;

-- :name member_called
select member.id, member.name, member.email, member.role, member.created_at, member.disabled_at,
       worker.id as worker_id,
       (select max(session.last_seen_at) from sessions session
        where session.organization_id = $1 and session.member_id = member.id) as last_seen_at
from members member
left join workers worker on worker.organization_id = $1 and worker.member_id = member.id
where member.organization_id = $1 and member.email = $2;

-- :name lock_member
select id from members where organization_id = $1 and id = $2 for update;

-- :name lock_owners
-- The owners who can sign in, locked in one order, so that two of them cannot remove each other at once.
select id from members where organization_id = $1 and role = 'owner' and disabled_at is null order by id for update;

-- :name update_member
update members set name = $3, role = $4, disabled_at = $5 where organization_id = $1 and id = $2;

-- :name insert_link
insert into sign_in_links (organization_id, token_hash, member_id, reusable, created_at, expires_at)
values ($1, $2, $3, $4, $5, $6);

-- :name use_link
-- One statement, so that of two requests with the same link only one gets a row.
update sign_in_links link set used_at = $3
from members member
where link.organization_id = $1 and link.token_hash = $2 and link.expires_at > $3
    and (link.reusable or link.used_at is null)
    and member.organization_id = $1 and member.id = link.member_id and member.disabled_at is null
returning link.member_id;

-- :name delete_links_of_member
delete from sign_in_links where organization_id = $1 and member_id = $2;

-- :name delete_links_expired
delete from sign_in_links where organization_id = $1 and member_id = $2 and expires_at <= $3;

-- :name insert_session
insert into sessions (organization_id, token_hash, member_id, created_at, last_seen_at, expires_at)
values ($1, $2, $3, $4, $4, $5);

-- :name end_session
update sessions set revoked_at = $3
where organization_id = $1 and token_hash = $2 and revoked_at is null
returning member_id;

-- :name end_sessions_of_member
update sessions set revoked_at = $3 where organization_id = $1 and member_id = $2 and revoked_at is null;

-- :name end_sessions_beyond
-- All but the newest sessions of a member.
update sessions set revoked_at = $3
where organization_id = $1 and member_id = $2 and revoked_at is null and token_hash in (
    select token_hash from sessions
    where organization_id = $1 and member_id = $2 and revoked_at is null
    order by created_at desc, last_seen_at desc
    offset $4);

-- :name delete_sessions_ended
-- What has been over for a while says nothing that the record of events does not.
delete from sessions
where organization_id = $1 and member_id = $2 and (expires_at < $3 or revoked_at < $3);

-- :name session_caller
select * from session_caller($1, $2, $3, $4);

-- :name touch_session
update sessions set last_seen_at = $3 where organization_id = $1 and token_hash = $2;

-- :name insert_key
insert into api_keys (organization_id, id, name, prefix, key_hash, mode, role, created_by, created_at, expires_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10);

-- :name list_keys
-- Test keys only, where $4.
select id, name, mode, role, prefix, created_by, created_at, expires_at, revoked_at, last_used_at
from api_keys
where organization_id = $1 and ($2::uuid is null or id < $2) and (not $4 or mode = 'test')
order by id desc
limit $3;

-- :name lock_key
select id, name, mode, role, prefix, created_by, created_at, expires_at, revoked_at, last_used_at
from api_keys
where organization_id = $1 and id = $2
for update;

-- :name revoke_key
update api_keys set revoked_at = $3 where organization_id = $1 and id = $2 and revoked_at is null;

-- :name revoke_keys_of_member
-- The keys a member made that carry any of these roles.
update api_keys set revoked_at = $3
where organization_id = $1 and created_by = $2 and revoked_at is null and role = any ($4::text[]);

-- :name key_caller
select * from key_caller($1, $2, $3);

-- :name touch_key
update api_keys set last_used_at = $3 where organization_id = $1 and id = $2;

-- :name tasks_touched_by_member
-- Unfinished tasks that wait for this member or count on their answer.
select distinct task.id
from workers worker
join assignments assignment on assignment.organization_id = $1
    and worker.id in (assignment.worker_id, assignment.reserved_for)
    and assignment.state in ('open', 'claimed', 'submitted')
join tasks task on task.organization_id = $1 and task.id = assignment.task_id
    and task.state in ('annotating', 'reviewing')
where worker.organization_id = $1 and worker.member_id = $2;

-- :name any_is_live
-- Whether one of these ids is a live project, or a task, a photo, a batch or an import of one.
select exists (
    select from projects project
    where project.organization_id = $1 and project.mode = 'live' and (
        project.id = any ($2::uuid[])
        or project.id in (select project_id from tasks where organization_id = $1 and id = any ($2::uuid[]))
        or project.id in (select project_id from attachments where organization_id = $1 and id = any ($2::uuid[]))
        or project.id in (select project_id from batches where organization_id = $1 and id = any ($2::uuid[]))
        or project.id in (select project_id from imports where organization_id = $1 and id = any ($2::uuid[]))));

-- :name worker_caller
select member.id as member_id, member.name, member.email, member.role
from workers worker
join members member on member.organization_id = $1 and member.id = worker.member_id
where worker.organization_id = $1 and worker.id = $2 and member.disabled_at is null;
