-- :name post
-- A transfer with its entries, once for its key: whether it is new.
select post_transfer($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13::text[], $14::uuid[], $15::bigint[]);

-- :name transfer_with_key
select transfer.id, transfer.key, transfer.kind, transfer.currency, transfer.requester_id, transfer.freelancer_id,
       transfer.posting_id, transfer.engagement_id, transfer.memo,
       array_agg(entry.purpose order by entry.purpose, entry.owner_id) as purposes,
       array_agg(entry.owner_id order by entry.purpose, entry.owner_id) as owners,
       array_agg(entry.amount_minor order by entry.purpose, entry.owner_id) as amounts
from transfers transfer
join entries entry on entry.organization_id = $1 and entry.transfer_id = transfer.id
where transfer.organization_id = $1 and transfer.mode = $2 and transfer.key = $3
group by transfer.organization_id, transfer.id;

-- :name balances
-- What a requester or freelancer has, by purpose; what is held, of all postings together.
select purpose, sum(balance_minor)::bigint as minor
from accounts
where organization_id = $1 and mode = $2 and currency = $3 and party_id = $4 and balance_minor <> 0
group by purpose;

-- :name held_for
select coalesce(sum(balance_minor), 0)::bigint
from accounts
where organization_id = $1 and mode = $2 and purpose = 'held' and owner_id = $3;

-- :name lock_balance
-- What a requester can spend, or a freelancer be paid out; it stays so until the transaction ends.
select balance_minor from accounts
where organization_id = $1 and mode = $2 and currency = $3 and purpose = $4 and owner_id = $5
for no key update;

-- :name requesters
select distinct owner_id from accounts
where organization_id = $1 and purpose = 'available' and mode = 'live' and ($2::uuid is null or owner_id > $2)
order by owner_id
limit $3;

-- :name is_used
select exists (select from transfers where organization_id = $1);
