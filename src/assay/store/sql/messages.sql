-- :name insert
insert into messages (organization_id, id, requester_id, freelancer_id, mode, engagement_id, sender, subject, body,
    sent_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10);

-- :name worked_for
-- Of these freelancers those whose work requester $2 has decided on.
select distinct freelancer_id from engagements
where organization_id = $1 and requester_id = $2 and mode = $3 and freelancer_id = any ($4::uuid[])
    and state in ('approved', 'rejected');

-- :name listed
-- The newest first: of requester $2 or of freelancer $3, about one turn where $5 names one.
select id, requester_id, freelancer_id, mode, engagement_id, sender, subject, body, sent_at, read_at from messages
where organization_id = $1 and ($2::uuid is null or requester_id = $2) and ($3::uuid is null or freelancer_id = $3)
    and mode = $4 and ($5::uuid is null or engagement_id = $5) and ($6::uuid is null or id < $6)
order by id desc
limit $7;

-- :name mark_read
update messages set read_at = $3 where organization_id = $1 and id = any ($2::uuid[]) and read_at is null;

-- :name count_today
select count(*) from messages
where organization_id = $1 and requester_id = $2 and freelancer_id = $3 and mode = $4 and sender = $5 and sent_at > $6;
