-- :name list_workers
-- Everyone who ever held a turn in the project or is suspended in it, with their record there. $3 one worker only.
-- Golds count since the last reinstatement, as in the case that decides.
select worker.id, worker.name, worker.kind,
       work.submissions, work.seconds_median, work.agreement_mean, work.golds_answered, work.golds_right,
       turns.active,
       nullif(greatest(work.submitted_at, turns.claimed_at), '-infinity') as last_active_at,
       case when standing.lifted_at is null then standing.suspended_at end as suspended_at,
       case when standing.lifted_at is null then standing.reason end as suspended_reason
from workers worker
left join lateral (
    select suspended_at, lifted_at, reason from suspensions
    where organization_id = $1 and project_id = $2 and worker_id = worker.id
    order by suspended_at desc, lifted_at desc nulls first limit 1) standing on true
cross join lateral (
    select count(*) as submissions,
           percentile_cont(0.5) within group (order by duration_seconds)::float8 as seconds_median,
           avg(agreement)::float8 as agreement_mean,
           count(*) filter (where counts and gold_right is not null) as golds_answered,
           count(*) filter (where counts and gold_right) as golds_right,
           coalesce(max(submitted_at), '-infinity') as submitted_at
    from (select duration_seconds, agreement, gold_right, submitted_at,
                 submitted_at > coalesce(standing.lifted_at, '-infinity') as counts
          from submissions
          where organization_id = $1 and project_id = $2 and worker_id = worker.id) submission) work
cross join lateral (
    select count(*) filter (where state = 'claimed') as active,
           coalesce(max(claimed_at), '-infinity') as claimed_at,
           count(*) as held
    from assignments
    where organization_id = $1 and project_id = $2 and worker_id = worker.id) turns
where worker.organization_id = $1
    and ($3::uuid is null or worker.id = $3)
    and ($4::uuid is null or worker.id > $4)
    and ($3::uuid is not null or turns.held > 0 or standing.suspended_at is not null)
order by worker.id
limit $5;

-- :name lock_worker
-- Not `for update`: that would make the worker's own claims wait.
select id from workers where organization_id = $1 and id = $2 for no key update;

-- :name lift_suspension
update suspensions set lifted_at = $4
where organization_id = $1 and project_id = $2 and worker_id = $3 and lifted_at is null;
