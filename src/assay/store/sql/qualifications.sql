-- :name insert_type
insert into qualification_types (organization_id, id, requester_id, mode, name, keywords, description, state,
    retry_seconds, valid_seconds, test, test_seconds, answer_key, auto_granted, auto_value, request, created_at,
    updated_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $17);

-- :name update_type
update qualification_types set description = $3, state = $4, retry_seconds = $5, valid_seconds = $6, test = $7,
    test_seconds = $8, answer_key = $9, auto_granted = $10, auto_value = $11, request = $12, updated_at = $13
where organization_id = $1 and id = $2;

-- :name dispose_type
update qualification_types set disposed_at = $3 where organization_id = $1 and id = $2;

-- :name get_types
select id, requester_id, mode, name, keywords, description, state, retry_seconds, valid_seconds, test, test_seconds,
       answer_key, auto_granted, auto_value, request, created_at, disposed_at
from qualification_types
where organization_id = $1 and id = any ($2::uuid[]);

-- :name lock_type
-- Its requester's own.
select id, requester_id, mode, name, keywords, description, state, retry_seconds, valid_seconds, test, test_seconds,
       answer_key, auto_granted, auto_value, request, created_at, disposed_at
from qualification_types
where organization_id = $1 and id = $2 and requester_id = $3 and mode = $4
for update;

-- :name list_types
-- The newest first; $3 one requester's, $4 those that can be asked for, $5 patterns that are all met.
select id, requester_id, mode, name, keywords, description, state, retry_seconds, valid_seconds, test, test_seconds,
       answer_key, auto_granted, auto_value, request, created_at, disposed_at
from qualification_types
where organization_id = $1 and mode = $2 and disposed_at is null
    and ($3::uuid is null or requester_id = $3)
    and (not $4::boolean or state = 'active')
    and (name || ' ' || keywords || ' ' || description) ilike all ($5::text[])
    and ($6::uuid is null or id < $6)
order by id desc
limit $7;

-- :name count_types
select count(*) from qualification_types
where organization_id = $1 and requester_id = $2 and mode = $3 and disposed_at is null;

-- :name insert_request
insert into qualification_requests (organization_id, id, type_id, requester_id, freelancer_id, mode, state, test,
    answer_key, deadline, begun_at, submitted_at, decided_at, value)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14);

-- :name lock_request
select id, type_id, requester_id, freelancer_id, state, begun_at, test, answer_key, deadline, answer, submitted_at,
       decided_at, value, reason
from qualification_requests
where organization_id = $1 and id = $2
for update;

-- :name last_requests
-- The last one for each of these types.
select distinct on (type_id) id, type_id, requester_id, freelancer_id, state, begun_at, test, answer_key, deadline,
       answer, submitted_at, decided_at, value, reason
from qualification_requests
where organization_id = $1 and freelancer_id = $2 and type_id = any ($3::uuid[])
order by type_id, id desc;

-- :name list_requests
-- Those that wait for their requester, the oldest first; $4 of one type.
select id, type_id, requester_id, freelancer_id, state, begun_at, test, answer_key, deadline, answer, submitted_at,
       decided_at, value, reason
from qualification_requests
where organization_id = $1 and requester_id = $2 and mode = $3 and state = 'pending'
    and ($4::uuid is null or type_id = $4) and ($5::uuid is null or id > $5)
order by id
limit $6;

-- :name requests_of
-- A freelancer's, the newest first.
select id, type_id, requester_id, freelancer_id, state, begun_at, test, answer_key, deadline, answer, submitted_at,
       decided_at, value, reason
from qualification_requests
where organization_id = $1 and freelancer_id = $2 and mode = $3 and ($4::uuid is null or id < $4)
order by id desc
limit $5;

-- :name update_request
update qualification_requests set state = $3, answer = $4, submitted_at = $5, decided_at = $6, value = $7, reason = $8
where organization_id = $1 and id = $2;

-- :name reject_waiting
update qualification_requests set state = 'rejected', decided_at = $3, reason = $4
where organization_id = $1 and type_id = $2 and state in ('taking', 'pending')
returning id, freelancer_id;

-- :name grant
insert into qualification_grants (organization_id, type_id, freelancer_id, requester_id, mode, value, granted_at,
    expires_at)
values ($1, $2, $3, $4, $5, $6, $7, $8)
on conflict (organization_id, type_id, freelancer_id) do update set
    value = excluded.value, granted_at = excluded.granted_at, expires_at = excluded.expires_at, revoked_at = null,
    reason = null;

-- :name revoke
update qualification_grants set revoked_at = $4, reason = $5
where organization_id = $1 and type_id = $2 and freelancer_id = $3 and revoked_at is null
    and (expires_at is null or expires_at > $4);

-- :name get_grant
select type_id, freelancer_id, value, granted_at, expires_at, revoked_at, reason
from qualification_grants
where organization_id = $1 and type_id = $2 and freelancer_id = $3;

-- :name list_grants
-- Of a type: $3 those that hold at $4, or those that did.
select type_id, freelancer_id, value, granted_at, expires_at, revoked_at, reason
from qualification_grants
where organization_id = $1 and type_id = $2
    and $3 = (revoked_at is null and (expires_at is null or expires_at > $4))
    and ($5::uuid is null or freelancer_id > $5)
order by freelancer_id
limit $6;

-- :name grants_of
-- A freelancer's; all or of these types.
select type_id, freelancer_id, value, granted_at, expires_at, revoked_at, reason
from qualification_grants
where organization_id = $1 and freelancer_id = $2 and mode = $3 and ($4::uuid[] is null or type_id = any ($4));

-- :name standing
-- Everything that requirements ask of one freelancer, in one round trip: the profile, what they had with each requester,
-- and what they hold of these types at $5.
select freelancer.country, freelancer.subdivision, freelancer.adult, freelancer.masters,
       (select json_agg(json_build_array(dealing.requester_id, dealing.submitted, dealing.approved, dealing.rejected,
               dealing.contested, dealing.reversed))
        from dealings dealing
        where dealing.organization_id = $1 and dealing.freelancer_id = $2 and dealing.mode = $3) as dealings,
       (select json_agg(json_build_array(held.type_id, held.value,
               held.revoked_at is null and (held.expires_at is null or held.expires_at > $5)))
        from qualification_grants held
        where held.organization_id = $1 and held.freelancer_id = $2 and held.mode = $3
            and held.type_id = any ($4::uuid[])) as held
from freelancers freelancer
where freelancer.organization_id = $1 and freelancer.freelancer_id = $2;
