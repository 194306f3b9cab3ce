-- :name get
select requester_id, name, approved, rejected, reversed, freelancers, timed, hourly_minor, currency, seconds_to_pay
from requester_figures
where organization_id = $1 and requester_id = $2 and mode = $3;

-- :name stale
-- Requesters whose figures are not there, or older than $2 and older than their latest work.
select offer.requester_id, offer.mode
from (select distinct requester_id, mode from offers where organization_id = $1) offer
left join requester_figures figures
    on figures.organization_id = $1 and figures.requester_id = offer.requester_id and figures.mode = offer.mode
where figures.requester_id is null or figures.refreshed_at < $2
order by figures.refreshed_at nulls first
limit $3;

-- :name refresh
-- Of requester $2 in mode $3, called $4, at $5: from the latest $6 answers, in the currency of the last of them.
insert into requester_figures (organization_id, requester_id, mode, name, approved, rejected, reversed, freelancers,
    timed, hourly_minor, currency, seconds_to_pay, refreshed_at)
select $1, $2, $3, $4, had.approved, had.rejected, had.reversed, had.freelancers, lately.timed,
       floor(lately.hourly)::bigint, lately.currency, lately.seconds_to_pay, $5
from (select coalesce(sum(approved), 0) as approved, coalesce(sum(rejected), 0) as rejected,
             coalesce(sum(reversed), 0) as reversed, count(*) as freelancers
      from dealings
      where organization_id = $1 and requester_id = $2 and mode = $3) had
cross join (
    select count(answer.seconds) filter (where answer.of_last) as timed, max(answer.currency) filter (where answer.of_last)
               as currency,
           percentile_cont(0.5) within group (order by answer.reward_minor * 3600.0 / nullif(answer.seconds, 0))
               filter (where answer.of_last) as hourly,
           percentile_cont(0.5) within group (order by extract(epoch from answer.decided_at - answer.submitted_at))
               as seconds_to_pay
    from (select engagement.seconds, engagement.reward_minor, engagement.currency, engagement.submitted_at,
                 engagement.decided_at,
                 engagement.currency = first_value(engagement.currency) over (order by engagement.id desc) as of_last
          from engagements engagement
          where engagement.organization_id = $1 and engagement.requester_id = $2 and engagement.mode = $3
              and engagement.submitted_at is not null and engagement.state = 'approved'
          order by engagement.id desc
          limit $6) answer) lately
on conflict (organization_id, requester_id, mode) do update set
    name = excluded.name, approved = excluded.approved, rejected = excluded.rejected, reversed = excluded.reversed,
    freelancers = excluded.freelancers, timed = excluded.timed, hourly_minor = excluded.hourly_minor,
    currency = excluded.currency, seconds_to_pay = excluded.seconds_to_pay, refreshed_at = excluded.refreshed_at;
