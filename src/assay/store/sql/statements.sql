-- :name of_requester
-- What moved a requester's money, the newest first: within ids $4 (from) and $5 (before), $6 lines.
select transfer.id, transfer.made_at, transfer.kind, transfer.currency, transfer.memo, transfer.posting_id,
       transfer.engagement_id, transfer.freelancer_id as other_id, offer.title,
       moved.own_minor, moved.aside_minor, moved.fee_minor
from transfers transfer
cross join lateral (
    select coalesce(sum(entry.amount_minor) filter (where entry.purpose = 'available'), 0)::bigint as own_minor,
           coalesce(sum(entry.amount_minor) filter (where entry.purpose = 'held'), 0)::bigint as aside_minor,
           coalesce(sum(entry.amount_minor) filter (where entry.purpose = 'fees'), 0)::bigint as fee_minor
    from entries entry
    where entry.organization_id = $1 and entry.transfer_id = transfer.id
) moved
left join postings posting on posting.organization_id = $1 and posting.id = transfer.posting_id
left join offers offer on offer.organization_id = $1 and offer.id = posting.offer_id
where transfer.organization_id = $1 and transfer.requester_id = $2 and transfer.mode = $3
    and transfer.id >= $4 and transfer.id < $5
order by transfer.id desc
limit $6;

-- :name of_freelancer
-- The same of a freelancer's.
select transfer.id, transfer.made_at, transfer.kind, transfer.currency, transfer.memo, transfer.posting_id,
       transfer.engagement_id, transfer.requester_id as other_id, offer.title,
       moved.own_minor, moved.aside_minor, 0::bigint as fee_minor
from transfers transfer
cross join lateral (
    select coalesce(sum(entry.amount_minor) filter (where entry.purpose = 'earned'), 0)::bigint as own_minor,
           coalesce(sum(entry.amount_minor) filter (where entry.purpose = 'paying'), 0)::bigint as aside_minor
    from entries entry
    where entry.organization_id = $1 and entry.transfer_id = transfer.id
) moved
left join postings posting on posting.organization_id = $1 and posting.id = transfer.posting_id
left join offers offer on offer.organization_id = $1 and offer.id = posting.offer_id
where transfer.organization_id = $1 and transfer.freelancer_id = $2 and transfer.mode = $3
    and transfer.id >= $4 and transfer.id < $5
order by transfer.id desc
limit $6;

-- :name months_of_requester
-- By month (UTC), currency and kind: how many transfers within ids $4 and $5, and what they moved.
select date_trunc('month', transfer.made_at, 'UTC') as month, transfer.currency, transfer.kind,
       count(distinct transfer.id)::integer as transfers,
       coalesce(sum(entry.amount_minor) filter (where entry.purpose = 'available'), 0)::bigint as own_minor,
       coalesce(sum(entry.amount_minor) filter (where entry.purpose = 'held'), 0)::bigint as aside_minor,
       coalesce(sum(entry.amount_minor) filter (where entry.purpose = 'fees'), 0)::bigint as fee_minor
from transfers transfer
join entries entry on entry.organization_id = $1 and entry.transfer_id = transfer.id
where transfer.organization_id = $1 and transfer.requester_id = $2 and transfer.mode = $3
    and transfer.id >= $4 and transfer.id < $5
group by 1, 2, 3
order by 1, 2, 3;

-- :name months_of_freelancer
select date_trunc('month', transfer.made_at, 'UTC') as month, transfer.currency, transfer.kind,
       count(distinct transfer.id)::integer as transfers,
       coalesce(sum(entry.amount_minor) filter (where entry.purpose = 'earned'), 0)::bigint as own_minor,
       coalesce(sum(entry.amount_minor) filter (where entry.purpose = 'paying'), 0)::bigint as aside_minor,
       0::bigint as fee_minor
from transfers transfer
join entries entry on entry.organization_id = $1 and entry.transfer_id = transfer.id
where transfer.organization_id = $1 and transfer.freelancer_id = $2 and transfer.mode = $3
    and transfer.id >= $4 and transfer.id < $5
group by 1, 2, 3
order by 1, 2, 3;

-- :name sums_of_requester
-- What was available and held after all transfers below id $4, by currency.
select transfer.currency,
       coalesce(sum(entry.amount_minor) filter (where entry.purpose = 'available'), 0)::bigint as own_minor,
       coalesce(sum(entry.amount_minor) filter (where entry.purpose = 'held'), 0)::bigint as aside_minor
from transfers transfer
join entries entry on entry.organization_id = $1 and entry.transfer_id = transfer.id
where transfer.organization_id = $1 and transfer.requester_id = $2 and transfer.mode = $3 and transfer.id < $4
group by 1
order by 1;

-- :name sums_of_freelancer
select transfer.currency,
       coalesce(sum(entry.amount_minor) filter (where entry.purpose = 'earned'), 0)::bigint as own_minor,
       coalesce(sum(entry.amount_minor) filter (where entry.purpose = 'paying'), 0)::bigint as aside_minor
from transfers transfer
join entries entry on entry.organization_id = $1 and entry.transfer_id = transfer.id
where transfer.organization_id = $1 and transfer.freelancer_id = $2 and transfer.mode = $3 and transfer.id < $4
group by 1
order by 1;
