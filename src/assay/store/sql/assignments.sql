-- :name claim_facts
-- What decides whether and how this worker may claim in this project: its state and version, a suspension in force,
-- whether it is kept to others and whether training comes first (both are `may_work`), and whether there are golds.
select project.state, project.version, project.kind, project.name,
       (select reason from suspensions
        where organization_id = $1 and project_id = $2 and worker_id = $3 and lifted_at is null) as suspended_reason,
       exists (select from tasks
        where organization_id = $1 and project_id = $2 and is_gold and not is_training and state = 'annotating')
        as has_golds,
       project.keeps,
       not project.crew_only or exists (select from crews
        where organization_id = $1 and project_id = $2 and worker_id = $3) as in_crew,
       not project.trains or exists (select from trainings
        where organization_id = $1 and project_id = $2 and worker_id = $3 and passed_at is not null) as trained
from projects project
where project.organization_id = $1 and project.id = $2;

-- :name recent_turns
select total, since_gold from recent_turns($1, $2, $3, $4);

-- :name claim_turn
select * from claim_turn($1, $2, $3, $4, $5, $6, $7, $8);

-- :name claim_at_once
-- For several callers, one after another.
select call.place, turn.*
from unnest($2::bytea[], $3::uuid[], $4::text[], $5::timestamptz[], $6::timestamptz[], $7::timestamptz[], $8::uuid[],
        $9::integer[], $10::integer[], $11::integer[], $12::integer[], $13::integer[], $14::timestamptz[],
        $15::bigint[], $16::uuid[])
    with ordinality as call (token_hash, worker_id, role, now, idle_since, fresh_since, project_id, version, turns,
        early_turns, early, later, lease_until, from_position, event_id, place),
    claim_at_once($1, call.token_hash, call.worker_id, call.role, call.now, call.idle_since, call.fresh_since,
        call.project_id, call.version, call.turns, call.early_turns, call.early, call.later, call.lease_until,
        call.from_position, call.event_id) turn;

-- :name first_open
-- Of those that anybody may take.
select queue_position from assignments
where organization_id = $1 and project_id = $2 and stage = $3 and state = 'open' and reserved_for is null
    and queue_position >= 0
order by queue_position limit 1;

-- :name reserve_kept
-- The first turn of a batch that is kept to some, this worker ($3) among them, is reserved for them, so that their claim
-- takes it; not while one is that they have not taken. The conditions on `mine` are core.routing.barred.
with chosen as (
    select turn.id from assignments turn
    join tasks task on task.organization_id = $1 and task.id = turn.task_id
    where turn.organization_id = $1 and turn.project_id = $2 and turn.stage = 'annotate' and turn.state = 'open'
        and turn.queue_position < 0 and turn.reserved_for is null and may_take($1, task.batch_id, $3)
        and not exists (select from assignments own
            where own.organization_id = $1 and own.reserved_for = $3 and own.project_id = $2 and own.state = 'open')
        and not exists (select from assignments mine
            where mine.organization_id = $1 and mine.task_id = turn.task_id and mine.worker_id = $3
                and (mine.stage = turn.stage and mine.round = turn.round
                        and mine.state in ('claimed', 'submitted', 'skipped', 'reported')
                    or mine.stage <> turn.stage and mine.state in ('claimed', 'submitted')))
    order by turn.queue_position
    limit 1
    for update of turn skip locked
)
update assignments set reserved_for = $3, opened_at = $4 from chosen
where assignments.organization_id = $1 and assignments.id = chosen.id;

-- :name claim_gold
-- A gold this worker has not met, as a turn of its own, while there is ordinary work for them from $7 on: golds that
-- came when nothing else does would give themselves away, and be used up by asking. The order is a hash, different
-- for each worker, so that workers who compare notes cannot tell golds by when they come.
with claimed as (
    insert into assignments (organization_id, id, task_id, project_id, stage, round, state, queue_position, worker_id,
        opened_at, claimed_at, lease_until)
    select $1, $2, task.id, $3, 'annotate', task.round, 'claimed', 0, $4, $5, $5, $6
    from tasks task
    where task.organization_id = $1 and task.project_id = $3 and task.is_gold and not task.is_training
        and task.state = 'annotating'
        and not exists (
            select from assignments mine
            where mine.organization_id = $1 and mine.task_id = task.id and mine.worker_id = $4
                and mine.state in ('claimed', 'submitted', 'skipped', 'reported'))
        and exists (
            select from assignments turn
            where turn.organization_id = $1 and turn.project_id = $3 and turn.stage = 'annotate'
                and turn.state = 'open' and turn.queue_position >= $7
                and (turn.reserved_for is null or turn.reserved_for = $4)
                and not exists (
                    select from assignments mine
                    where mine.organization_id = $1 and mine.task_id = turn.task_id and mine.worker_id = $4
                        and (mine.stage = turn.stage and mine.round = turn.round
                                and mine.state in ('claimed', 'submitted', 'skipped', 'reported')
                            or mine.stage <> turn.stage and mine.state in ('claimed', 'submitted'))))
    order by md5(task.id::text || $4::text)
    limit 1
    returning id, task_id
), event as (
    insert into events (organization_id, id, type, at, actor_kind, actor_id, project_id, task_id, data)
    select $1, $8, 'assignment.claimed', $5, 'worker', $4, $3, task_id, json_build_object('assignment_id', id)
    from claimed
)
select id, task_id from claimed;

-- :name get_turn
-- A turn with everything a page needs to work on it.
select assignment.id, assignment.task_id, assignment.project_id, assignment.stage, assignment.round, assignment.state,
       assignment.worker_id, assignment.reserved_for, assignment.claimed_at, assignment.lease_until,
       assignment.extended, assignment.reason, project.name as project_name, project.kind, task.project_version,
       task.content, task.taxonomy, task.prelabels, task.is_gold, task.is_training, draft.answer as draft,
       attachment.id as attachment_id, attachment.file_name, attachment.content_type, attachment.width,
       attachment.height, attachment.display_width, attachment.display_height, attachment.blob_key,
       attachment.display_key, attachment.thumbnail_key, attachment.sha256, attachment.byte_count
from assignments assignment
join tasks task on task.organization_id = $1 and task.id = assignment.task_id
join projects project on project.organization_id = $1 and project.id = assignment.project_id
left join attachments attachment on attachment.organization_id = $1 and attachment.id = task.attachment_id
left join drafts draft on draft.organization_id = $1 and draft.assignment_id = assignment.id
where assignment.organization_id = $1 and assignment.id = $2;

-- :name turns_held
-- Without those that were begun on the market.
select id from assignments
where organization_id = $1 and worker_id = $2 and state = 'claimed' and not engaged
order by claimed_at, id
limit 100;

-- :name earlier_answer
-- What this worker answered on the task before, and what the reviewer said when sending it back.
select submission.answer,
       (select comment from reviews
        where organization_id = $1 and task_id = $2 and verdict = 'send_back' order by created_at desc limit 1) as comment
from submissions submission
where submission.organization_id = $1 and submission.task_id = $2 and submission.worker_id = $3
    and submission.round < $4
order by submission.submitted_at desc
limit 1;

-- :name submit
select * from submit_turn($1, $2, $3, $4, $5, $6, $7, $8);

-- :name submit_at_once
-- For several callers, one after another.
select call.place, submit_at_once($1, call.token_hash, call.worker_id, call.role, call.now, call.idle_since,
    call.fresh_since, call.turn_id, call.submission_id, call.answer, call.annotation_count, call.duration_seconds,
    call.event_id, call.data) as taken_in
from unnest($2::bytea[], $3::uuid[], $4::text[], $5::timestamptz[], $6::timestamptz[], $7::timestamptz[], $8::uuid[],
        $9::uuid[], $10::text[], $11::integer[], $12::real[], $13::uuid[], $14::text[])
    with ordinality as call (token_hash, worker_id, role, now, idle_since, fresh_since, turn_id, submission_id, answer,
        annotation_count, duration_seconds, event_id, data, place);

-- :name submission_of
select id, answer, worker_id from submissions where organization_id = $1 and assignment_id = $2;

-- :name end_turn
-- Skipped, reported or returned by its worker.
update assignments set state = $4, reason = $5, closed_at = $6, lease_until = null
where organization_id = $1 and id = $2 and worker_id = $3 and state = 'claimed' and not engaged
returning task_id, project_id;

-- :name extend_turn
update assignments set lease_until = $4, extended = true
where organization_id = $1 and id = $2 and worker_id = $3 and state = 'claimed' and not extended and not engaged
returning lease_until;

-- :name save_draft
insert into drafts (organization_id, assignment_id, answer, saved_at)
select $1, id, $4::json, $5 from assignments
where organization_id = $1 and id = $2 and worker_id = $3 and state = 'claimed'
on conflict (organization_id, assignment_id) do update set answer = excluded.answer, saved_at = excluded.saved_at
returning assignment_id;

-- :name review
with closed as (
    update assignments set state = 'submitted', closed_at = $9, lease_until = null
    where organization_id = $1 and id = $2 and worker_id = $3 and state = 'claimed' and stage = 'review'
    returning id, task_id, project_id, claimed_at
), review as (
    insert into reviews (organization_id, id, assignment_id, task_id, reviewer_id, verdict, comment, answer,
        duration_seconds, created_at)
    select $1, $4, id, task_id, $3, $5, $6, $7::json,
           least($8::real, extract(epoch from $9 - claimed_at)::real), $9
    from closed
), draft as (
    delete from drafts where organization_id = $1 and assignment_id = $2
)
select task_id, project_id from closed;

-- :name review_of
select id, reviewer_id, verdict, answer, comment from reviews where organization_id = $1 and assignment_id = $2;

-- :name voices
-- The submissions a consensus was made of, in its order.
select submission.id, submission.answer
from unnest($2::uuid[]) with ordinality as member (id, place)
join submissions submission on submission.organization_id = $1 and submission.id = member.id
order by member.place;

-- :name review_queue
select assignment.id as assignment_id, assignment.task_id, assignment.opened_at, assignment.reason,
       assignment.worker_id, worker.name as worker_name
from assignments assignment
left join workers worker on worker.organization_id = $1 and worker.id = assignment.worker_id
where assignment.organization_id = $1 and assignment.project_id = $2 and assignment.stage = 'review'
    and assignment.state in ('open', 'claimed')
    and ($3::uuid is null or assignment.id > $3)
order by assignment.id
limit $4;

-- :name expired_tasks
-- Tasks with a turn whose time is up: a lease, or a turn kept for one worker.
select distinct task_id from assignments
where organization_id = $1
    and (state = 'claimed' and lease_until <= $2
        or state = 'open' and reserved_for is not null and opened_at <= $3);

-- :name work_projects
-- What each active project has for this worker right now.
select project.id, project.name, project.kind,
       (select count(*) from (
            select from assignments turn
            where turn.organization_id = $1 and turn.project_id = project.id and turn.stage = 'annotate'
                and turn.state = 'open' and (turn.reserved_for is null or turn.reserved_for = $2)
                and (turn.queue_position >= 0 or turn.reserved_for = $2 or may_take($1,
                    (select task.batch_id from tasks task
                     where task.organization_id = $1 and task.id = turn.task_id), $2))
                and not exists (select from assignments mine
                    where mine.organization_id = $1 and mine.task_id = turn.task_id and mine.worker_id = $2
                        and (mine.stage = turn.stage and mine.round = turn.round
                                and mine.state in ('claimed', 'submitted', 'skipped', 'reported')
                            or mine.stage <> turn.stage and mine.state in ('claimed', 'submitted')))
            limit 1000) counted) as annotate_open,
       case when $3 then (select count(*) from (
            select from assignments turn
            where turn.organization_id = $1 and turn.project_id = project.id and turn.stage = 'review'
                and turn.state = 'open'
                and not exists (select from assignments mine
                    where mine.organization_id = $1 and mine.task_id = turn.task_id and mine.worker_id = $2
                        and (mine.stage = turn.stage and mine.round = turn.round
                                and mine.state in ('claimed', 'submitted', 'skipped', 'reported')
                            or mine.stage <> turn.stage and mine.state in ('claimed', 'submitted')))
            limit 1000) counted) else 0 end as review_open,
       (select count(*) from assignments
        where organization_id = $1 and project_id = project.id and worker_id = $2 and state = 'submitted'
            -- A lease lasts a day at most, so what was done today was claimed since yesterday.
            and claimed_at >= $4::timestamptz - interval '1 day' and closed_at >= $4) as done_today,
       (select reason from suspensions
        where organization_id = $1 and project_id = project.id and worker_id = $2 and lifted_at is null)
        as suspended_reason,
       project.trains and not exists (select from trainings
        where organization_id = $1 and project_id = project.id and worker_id = $2 and passed_at is not null) as untrained
from projects project
where project.organization_id = $1 and project.state = 'active' and project.mode = 'live'
    and (not project.crew_only or exists (select from crews
        where organization_id = $1 and project_id = project.id and worker_id = $2))
order by project.id desc
limit 200;

-- :name worker_stats
select count(*) filter (where submitted_at >= $3) as submitted_today, count(*) as submitted_total,
       percentile_cont(0.5) within group (order by duration_seconds)::float8 as seconds_median
from submissions
where organization_id = $1 and worker_id = $2;
