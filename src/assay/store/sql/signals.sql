-- Rows of the market's room.

-- :name lately
-- Offers on which something was begun since $2 (an id made then) and handed in.
select offer_id, requester_id from engagements
where organization_id = $1 and id >= $2 and mode = 'live' and submitted_at is not null
group by offer_id, requester_id
order by offer_id
limit $3;

-- :name given
-- The latest handed in on an offer.
select id, posting_id, freelancer_id, seconds from engagements
where organization_id = $1 and offer_id = $2 and state in ('submitted', 'approved', 'rejected')
order by id desc
limit $3;

-- :name put
-- Again while nobody has seen it: as it is now. None where it was there.
insert into signals (organization_id, id, offer_id, requester_id, freelancer_id, kind, other_id, reason, engagement_ids,
    found_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
on conflict (organization_id, offer_id, kind, freelancer_id, other_id) do update
    set reason = excluded.reason, engagement_ids = excluded.engagement_ids where signals.seen_at is null
returning xmax = 0;

-- :name open
-- The oldest first.
select * from signals
where organization_id = $1 and seen_at is null and ($2::uuid is null or id > $2)
order by id
limit $3;

-- :name lock
select * from signals where organization_id = $1 and id = $2 for no key update;

-- :name set_seen
update signals set seen_by = $3, seen_at = $4, note = $5 where organization_id = $1 and id = $2;
