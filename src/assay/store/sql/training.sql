-- :name record
-- What is known of worker $3 in the training of project $2. A task that the worker reported is no part of their course.
select training.passed_at, training.counts_from,
    (select json_agg(json_build_object('task_id', task_id, 'run', round, 'score', practice_score,
            'counts', submitted_at > coalesce(training.counts_from, '-infinity')) order by submitted_at, id)
     from submissions
     where organization_id = $1 and project_id = $2 and worker_id = $3 and practice_score is not null) as attempts,
    (select array_agg(task.id order by task.id) from tasks task
     where task.organization_id = $1 and task.project_id = $2 and task.is_gold and task.is_training
        and task.state = 'annotating'
        and not exists (select from assignments turn
            where turn.organization_id = $1 and turn.task_id = task.id and turn.worker_id = $3
                and turn.state = 'reported')) as course,
    (select count(*) from tasks task
     where task.organization_id = $1 and task.project_id = $2 and task.is_gold and task.is_training
        and task.state = 'preparing') as preparing,
    (select array_agg(task_id) from assignments turn
     where turn.organization_id = $1 and turn.project_id = $2 and turn.worker_id = $3 and turn.state = 'claimed') as held
from (select 1) one
left join trainings training on training.organization_id = $1 and training.project_id = $2 and training.worker_id = $3;

-- :name claim_training
-- A training task as a turn of its own, whose round is the run. $2 turn, $3 task, $4 project, $5 run, $6 worker, $7 now,
-- $8 the end of the lease, $9 the event.
with claimed as (
    insert into assignments (organization_id, id, task_id, project_id, stage, round, state, queue_position, worker_id,
        opened_at, claimed_at, lease_until)
    values ($1, $2, $3, $4, 'annotate', $5, 'claimed', 0, $6, $7, $7, $8)
), event as (
    insert into events (organization_id, id, type, at, actor_kind, actor_id, project_id, task_id, data)
    values ($1, $9, 'assignment.claimed', $7, 'worker', $6, $4, $3, json_build_object('assignment_id', $2::uuid))
)
select 1;

-- :name score
update submissions set practice_score = $3 where organization_id = $1 and id = $2 and practice_score is null;

-- :name known_answer
select answer from golds where organization_id = $1 and task_id = $2;

-- :name score_of
select practice_score from submissions where organization_id = $1 and assignment_id = $2;

-- :name pass
insert into trainings (organization_id, project_id, worker_id, passed_at, score) values ($1, $2, $3, $4, $5)
on conflict (organization_id, project_id, worker_id) do update set passed_at = $4, score = $5
where trainings.passed_at is null;

-- :name begin_again
insert into trainings (organization_id, project_id, worker_id, counts_from) values ($1, $2, $3, $4)
on conflict (organization_id, project_id, worker_id) do update set passed_at = null, score = null, counts_from = $4;

-- :name make_training
-- Also whether it is the first of its project.
with made as (
    update tasks set is_training = true where organization_id = $1 and id = $3
)
update projects set trains = true where organization_id = $1 and id = $2 and not trains;

-- :name labelers
-- Everybody who attempted a training task, with what they attempted. $2 addresses and $3 the digits that end ids of
-- tasks, where only those are asked for; $4 from which address on; $5 how many people.
select member.email, worker.id as worker_id, worker.name,
    json_agg(json_build_object('task_id', submission.task_id, 'project', coalesce(project.handle, project.name),
        'score', submission.practice_score, 'run', submission.round, 'answered_at', submission.submitted_at)
        order by submission.submitted_at, submission.id) as attempts
from submissions submission
join projects project on project.organization_id = $1 and project.id = submission.project_id
join workers worker on worker.organization_id = $1 and worker.id = submission.worker_id
join members member on member.organization_id = $1 and member.id = worker.member_id
where submission.organization_id = $1 and submission.practice_score is not null
    and ($2::text[] is null or member.email = any ($2::text[]))
    and ($3::text[] is null or right(submission.task_id::text, 12) = any ($3::text[]))
    and ($4::text is null or member.email > $4)
group by member.email, worker.id, worker.name
order by member.email
limit $5;
