-- :name paces
-- How long the latest work on each offer of a requester took, the newest offers first; $4 one offer only.
select offer.id as offer_id, offer.reward_minor, offer.currency, offer.title,
       times.measured, times.median_seconds
from offers offer
cross join lateral (
    select count(*)::integer as measured, percentile_cont(0.5) within group (order by seconds) as median_seconds
    from (
        select engagement.seconds::float8 as seconds
        from engagements engagement
        where engagement.organization_id = $1 and engagement.offer_id = offer.id and engagement.seconds is not null
            and engagement.state in ('submitted', 'approved', 'rejected')
        order by engagement.id desc
        limit $7
    ) latest
) times
where offer.organization_id = $1 and offer.requester_id = $2 and offer.mode = $3
    and ($4::uuid is null or offer.id = $4) and ($5::uuid is null or offer.id < $5)
order by offer.id desc
limit $6;

-- :name owed
-- How many approved engagements of an offer brought less than $3, and by how much together.
select count(*)::integer as engagements, coalesce(sum(missing_minor), 0)::bigint as missing_minor
from (
    select $3::bigint - engagement.reward_minor - coalesce((
        select sum(bonus.amount_minor) from bonuses bonus
        where bonus.organization_id = $1 and bonus.engagement_id = engagement.id), 0) as missing_minor
    from engagements engagement
    where engagement.organization_id = $1 and engagement.offer_id = $2 and engagement.state = 'approved'
        and engagement.reward_minor < $3
) short
where missing_minor > 0;

-- :name shortfalls
-- The same one by one, by freelancer, as those who pay many pay them in that order.
select engagement_id, posting_id, freelancer_id, missing_minor
from (
    select engagement.id as engagement_id, engagement.posting_id, engagement.freelancer_id,
        ($3::bigint - engagement.reward_minor - coalesce((
            select sum(bonus.amount_minor) from bonuses bonus
            where bonus.organization_id = $1 and bonus.engagement_id = engagement.id), 0))::bigint as missing_minor
    from engagements engagement
    where engagement.organization_id = $1 and engagement.offer_id = $2 and engagement.state = 'approved'
        and engagement.reward_minor < $3
) short
where missing_minor > 0
order by freelancer_id, engagement_id
limit $4;

-- :name lock_offer
select id from offers where organization_id = $1 and id = $2 and requester_id = $3 and mode = $4 for no key update;
