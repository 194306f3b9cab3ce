-- :name block
insert into worker_blocks (organization_id, requester_id, freelancer_id, mode, reason, created_at)
values ($1, $2, $3, $4, $5, $6)
on conflict (organization_id, requester_id, freelancer_id, mode) do update set reason = excluded.reason;

-- :name unblock
delete from worker_blocks where organization_id = $1 and requester_id = $2 and freelancer_id = $3 and mode = $4;

-- :name blocks
-- A requester's, by freelancer.
select freelancer_id, reason, created_at from worker_blocks
where organization_id = $1 and requester_id = $2 and mode = $3 and ($4::uuid is null or freelancer_id > $4)
order by freelancer_id
limit $5;

-- :name count_blocks
select count(*) from worker_blocks where organization_id = $1 and requester_id = $2 and mode = $3;

-- :name blocked_by
-- The requesters that give a freelancer no more work.
select requester_id from worker_blocks where organization_id = $1 and freelancer_id = $2 and mode = $3;

-- :name is_blocked
select exists (select from worker_blocks
    where organization_id = $1 and requester_id = $2 and freelancer_id = $3 and mode = $4);
