-- Rows of the market's room.

-- :name insert
insert into appeals (organization_id, id, engagement_id, requester_id, freelancer_id, mode, origin, words, opened_at,
    answer_by)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10);

-- :name get
select * from appeals where organization_id = $1 and id = $2;

-- :name lock
select * from appeals where organization_id = $1 and id = $2 for no key update;

-- :name of_engagement
select * from appeals where organization_id = $1 and engagement_id = $2 order by id;

-- :name change
update appeals set state = $3, outcome = $4, answer = $5, answered_at = $6, ruled_by = $7, reason = $8, ruled_at = $9,
    closed_at = $10
where organization_id = $1 and id = $2;

-- :name close_approved
-- What was open on an engagement that is approved now: the requester gave in, where nobody had ruled.
update appeals set state = 'closed', outcome = coalesce(outcome, 'yielded'), closed_at = $3
where organization_id = $1 and engagement_id = $2 and state <> 'closed'
returning id;

-- :name set_counted
update engagements set counted = $3 where organization_id = $1 and id = $2;

-- :name listed
-- The newest first: of requester $2 or of freelancer $3.
select * from appeals
where organization_id = $1 and ($2::uuid is null or requester_id = $2) and ($3::uuid is null or freelancer_id = $3)
    and mode = $4 and ($5::uuid is null or id < $5)
order by id desc
limit $6;

-- :name to_rule
-- The oldest first: those to which the requester has answered, or had the time to.
select * from appeals
where organization_id = $1 and state = 'open' and (answered_at is not null or answer_by <= $2)
    and ($3::uuid is null or id > $3)
order by id
limit $4;

-- :name owed
-- In an order of their own each time, so that one who cannot pay keeps no other waiting.
select id from appeals where organization_id = $1 and state = 'owed' order by random() limit $2;

-- :name lately
-- How many a requester rejected since $4.
select count(*) from engagements
where organization_id = $1 and requester_id = $2 and mode = $3 and state = 'rejected' and decided_at > $4;

-- :name approved_lately
-- How many they approved, counted as far as it matters.
select count(*) from (
    select from engagements
    where organization_id = $1 and requester_id = $2 and mode = $3 and state = 'approved' and decided_at > $4
    limit $5
) found;

-- :name is_member
-- In a requester's room.
select exists (select from members where organization_id = $1 and email = $2);
