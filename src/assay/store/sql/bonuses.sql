-- :name engagement
-- What a bonus can be given for: a requester's engagement.
select engagement.posting_id, posting.project_id, engagement.freelancer_id, engagement.mode, engagement.state,
       engagement.currency
from engagements engagement
join postings posting on posting.organization_id = $1 and posting.id = engagement.posting_id
where engagement.organization_id = $1 and engagement.id = $2 and engagement.requester_id = $3;

-- :name insert
insert into bonuses (organization_id, id, mode, requester_id, freelancer_id, posting_id, engagement_id, amount_minor,
    fee_minor, currency, reason, origin, token, paid_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14);

-- :name with_token
select id, mode, requester_id, freelancer_id, posting_id, engagement_id, amount_minor, fee_minor, currency, reason,
       origin, token, paid_at
from bonuses where organization_id = $1 and requester_id = $2 and mode = $3 and token = $4;

-- :name of_requester
-- The newest first, older than $4; of posting $5 or engagement $6 where one is named.
select id, mode, requester_id, freelancer_id, posting_id, engagement_id, amount_minor, fee_minor, currency, reason,
       origin, token, paid_at
from bonuses
where organization_id = $1 and requester_id = $2 and mode = $3 and ($4::uuid is null or id < $4)
    and ($5::uuid is null or posting_id = $5) and ($6::uuid is null or engagement_id = $6)
order by id desc
limit $7;
