-- What a market holds on one of its freelancers ($2), as JSON, in the order it came. One statement for each table; through
-- the freelancer's own eyes, so that nothing of third parties is told.

-- In the market's room:

-- :name freelancers
select to_jsonb(mine) - 'organization_id' from freelancers mine where organization_id = $1 and freelancer_id = $2;

-- :name engagements
select to_jsonb(mine) - 'organization_id' from engagements mine
where organization_id = $1 and freelancer_id = $2 order by id;

-- :name appeals
-- But for who of the market ruled.
select to_jsonb(mine) - 'organization_id' - 'ruled_by' from appeals mine
where organization_id = $1 and freelancer_id = $2 order by id;

-- :name messages
select to_jsonb(mine) - 'organization_id' from messages mine
where organization_id = $1 and freelancer_id = $2 order by id;

-- :name dealings
select to_jsonb(mine) - 'organization_id' from dealings mine
where organization_id = $1 and freelancer_id = $2 order by requester_id, mode;

-- :name qualification_requests
select to_jsonb(mine) - 'organization_id' from qualification_requests mine
where organization_id = $1 and freelancer_id = $2 order by id;

-- :name qualification_grants
select to_jsonb(mine) - 'organization_id' from qualification_grants mine
where organization_id = $1 and freelancer_id = $2 order by type_id;

-- :name worker_blocks
-- But for the reason, which stays with the requester.
select to_jsonb(mine) - 'organization_id' - 'reason' from worker_blocks mine
where organization_id = $1 and freelancer_id = $2 order by requester_id, mode;

-- :name saved_filters
select to_jsonb(mine) - 'organization_id' from saved_filters mine
where organization_id = $1 and freelancer_id = $2 order by name;

-- :name accounts
select to_jsonb(mine) - 'organization_id' from accounts mine
where organization_id = $1 and party_id = $2 and freelancer_id = $2 order by mode, purpose;

-- :name transfers
select to_jsonb(mine) - 'organization_id' from transfers mine
where organization_id = $1 and freelancer_id = $2 order by id;

-- :name entries
select to_jsonb(mine) - 'organization_id' from transfers transfer
join entries mine on mine.organization_id = $1 and mine.transfer_id = transfer.id and mine.freelancer_id = $2
where transfer.organization_id = $1 and transfer.freelancer_id = $2
order by transfer.id;

-- :name bonuses
select to_jsonb(mine) - 'organization_id' from bonuses mine
where organization_id = $1 and freelancer_id = $2 order by id;

-- :name payouts
select to_jsonb(mine) - 'organization_id' from payouts mine
where organization_id = $1 and freelancer_id = $2 order by id;

-- In the room of whoever has such rows, the market or a requester:

-- :name members
select to_jsonb(mine) - 'organization_id' from members mine
join workers worker on worker.organization_id = $1 and worker.id = $2 and worker.member_id = mine.id
where mine.organization_id = $1;

-- :name sign_ups
select to_jsonb(mine) - 'organization_id' from sign_ups mine
join members member on member.organization_id = $1 and member.email = mine.email
join workers worker on worker.organization_id = $1 and worker.id = $2 and worker.member_id = member.id
where mine.organization_id = $1 order by mine.id;

-- :name workers
select to_jsonb(mine) - 'organization_id' from workers mine where organization_id = $1 and id = $2;

-- :name submissions
-- With whose they are; but for whether it was a gold, which stays with whoever set it.
select to_jsonb(mine) - 'organization_id' - 'gold_right' - 'gold_score' || jsonb_build_object('requester_id', $1::uuid)
from assignments turn
join submissions mine on mine.organization_id = $1 and mine.assignment_id = turn.id and mine.worker_id = $2
where turn.organization_id = $1 and turn.worker_id = $2
order by turn.project_id, turn.claimed_at, turn.id;

-- In the market's room:

-- :name requesters
select distinct requester_id from dealings where organization_id = $1 and freelancer_id = $2 order by requester_id;
