-- :name insert
insert into payouts (organization_id, id, mode, freelancer_id, amount_minor, currency, destination, asked_at)
values ($1, $2, $3, $4, $5, $6, $7, $8);

-- :name count_under_way
select count(*)::integer from payouts
where organization_id = $1 and freelancer_id = $2 and mode = $3 and state in ('asked', 'sent');

-- :name lock
select id, mode, freelancer_id, amount_minor, currency, state, destination, provider, reference, failure, asked_at,
       sent_at, ended_at
from payouts where organization_id = $1 and id = $2 for no key update;

-- :name set_outcome
update payouts set state = $3, provider = coalesce($4, provider), reference = coalesce($5, reference), failure = $6,
    sent_at = coalesce(sent_at, $7), ended_at = case when $3 in ('paid', 'failed') then $7::timestamptz end
where organization_id = $1 and id = $2;

-- :name page
-- The newest first, older than $3; of one freelancer, in one state, where they are named.
select id, mode, freelancer_id, amount_minor, currency, state, destination, provider, reference, failure, asked_at,
       sent_at, ended_at
from payouts
where organization_id = $1 and mode = $2 and ($3::uuid is null or id < $3) and ($4::uuid is null or freelancer_id = $4)
    and ($5::text is null or state = $5)
order by id desc
limit $6;

-- :name to_handle
-- Those that were asked for, and those that were sent by somebody who tells what became of them; the oldest first.
select id, mode, freelancer_id, amount_minor, currency, state, destination, provider, reference, failure, asked_at,
       sent_at, ended_at
from payouts
where organization_id = $1 and (state = 'asked' or state = 'sent' and provider = any ($2::text[])) and id > $3
order by id
limit $4;
