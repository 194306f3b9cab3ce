-- :name jobs
-- Active offers of which $2 could take a posting at $4, the newest first, with what is known of each: to be asked as the
-- market itself, as what others did is out of a freelancer's sight. $5 patterns that are all met; $6 to $9 the least
-- reward, the longest time, a requester, one offer. Places are counted up to $11 postings, times over the latest $12.
-- Looked up one by one, with a limit, where `exists` would do: that was planned as joins of all postings with all
-- engagements where there were no statistics yet, and took minutes.
with candidate as (
    select offer.id, offer.requester_id, offer.project_id, offer.title, offer.description, offer.keywords,
           offer.reward_minor, offer.currency, offer.duration_seconds, offer.auto_approval_seconds, offer.requirements,
           offer.per_worker_cap, offer.ai_help, offer.created_at
    from offers offer
    where offer.organization_id = $1 and offer.mode = $3 and offer.state = 'active'
        and (offer.title || ' ' || offer.keywords || ' ' || offer.description) ilike all ($5::text[])
        and ($6::bigint is null or offer.reward_minor >= $6)
        and ($7::integer is null or offer.duration_seconds <= $7)
        and ($8::uuid is null or offer.requester_id = $8)
        and ($9::uuid is null or offer.id = $9)
        and (select posting.id from postings posting
            where posting.organization_id = $1 and posting.offer_id = offer.id and posting.status = 'assignable'
                and posting.expires_at > $4
                and (select had.id from engagements had
                    where had.organization_id = $1 and had.posting_id = posting.id and had.freelancer_id = $2
                        and had.state not in ('returned', 'abandoned')
                    limit 1) is null
            limit 1) is not null
    order by offer.id desc
    limit $10)
select candidate.*, open.places, open.postings, open.first_expiry,
       timed.seconds, timed.timed,
       (select count(*) from engagements own
        where own.organization_id = $1 and own.offer_id = candidate.id and own.freelancer_id = $2
            and own.state not in ('returned', 'abandoned')) as own_turns,
       exists (select from worker_blocks block
        where block.organization_id = $1 and block.requester_id = candidate.requester_id and block.freelancer_id = $2
            and block.mode = $3) as blocked,
       coalesce(dealing.approved, 0) as own_approved, coalesce(dealing.rejected, 0) as own_rejected,
       figures.name as requester_name, figures.approved, figures.rejected, figures.reversed, figures.freelancers,
       figures.timed as requester_timed, figures.hourly_minor, figures.currency as hourly_currency,
       figures.seconds_to_pay
from candidate
cross join lateral (
    select count(*) as postings, coalesce(sum(places), 0)::bigint as places, min(expires_at) as first_expiry
    from (select posting.max_engagements - posting.pending - posting.submitted - posting.approved - posting.rejected
                     as places, posting.expires_at
          from postings posting
          where posting.organization_id = $1 and posting.offer_id = candidate.id and posting.status = 'assignable'
              and posting.expires_at > $4
              and (select had.id from engagements had
                  where had.organization_id = $1 and had.posting_id = posting.id and had.freelancer_id = $2
                      and had.state not in ('returned', 'abandoned')
                  limit 1) is null
          limit $11) counted) open
cross join lateral (
    select percentile_cont(0.5) within group (order by lately.seconds) as seconds, count(*) as timed
    from (select engagement.seconds from engagements engagement
          where engagement.organization_id = $1 and engagement.offer_id = candidate.id
              and engagement.seconds is not null and engagement.state in ('submitted', 'approved')
          order by engagement.id desc
          limit $12) lately) timed
left join dealings dealing
    on dealing.organization_id = $1 and dealing.freelancer_id = $2 and dealing.mode = $3
    and dealing.requester_id = candidate.requester_id
left join requester_figures figures
    on figures.organization_id = $1 and figures.requester_id = candidate.requester_id and figures.mode = $3;

-- :name first_posting
-- One that $2 could take of an offer: what a preview shows.
select posting.id
from postings posting
where posting.organization_id = $1 and posting.offer_id = $3 and posting.status = 'assignable'
    and posting.expires_at > $4
    and not exists (select from engagements had
        where had.organization_id = $1 and had.posting_id = posting.id and had.freelancer_id = $2
            and had.state not in ('returned', 'abandoned'))
order by posting.created_at, posting.id
limit 1;

-- :name filters
select id, name, filter, created_at from saved_filters
where organization_id = $1 and freelancer_id = $2 and mode = $3
order by name, id;

-- :name save_filter
insert into saved_filters (organization_id, id, freelancer_id, mode, name, filter, created_at)
values ($1, $2, $3, $4, $5, $6, $7)
on conflict (organization_id, freelancer_id, mode, name) do update set filter = excluded.filter
returning id, name, filter, created_at;

-- :name delete_filter
delete from saved_filters where organization_id = $1 and id = $2 and freelancer_id = $3;
