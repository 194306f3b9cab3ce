-- :name lock_tasks
-- One at a time: whoever advances a task holds its row until the commit, and whoever takes several takes them in one
-- order. Not "for update": a submission checks that its task exists while it holds its turn, and the one who advances
-- may want to close that turn; each would wait for the other.
select id from tasks where organization_id = $1 and id = any ($2::uuid[]) order by id for no key update;

-- :name cases
-- Everything known of some tasks, in one round trip; lists are JSON in the shape of core.tasks. A statement of its
-- own, after the lock: it must see what was committed while the lock was waited for.
-- $2 the tasks, $3 how many people of a project may be listed before "everyone" is meant.
with subject as (
    select task.id, task.project_id, task.project_version, project.kind, task.state, task.round, task.priority,
           task.is_gold, task.is_training, task.taxonomy, attachment.failure as media_failure,
           case when task.state = 'preparing' and coalesce(attachment.state, 'ready') = 'ready' and exists (
               select from awaited where organization_id = $1 and task_id = task.id) then 'pending'
               else attachment.state end as media_state,
           task.opinions, task.is_made_up, case when task.is_made_up then task.content end as content,
           case when task.is_made_up then task.prelabels end as suggested,
           coalesce(task.offered, case when project.offered then 'open' end) as offered,
           gold.answer as gold, task.batch_id, batch.state as batch_state, batch.purpose as batch_purpose, batch.rank,
           coalesce(batch.purpose = 'self_label', false) or exists (
               select from batch_groups where organization_id = $1 and batch_id = task.batch_id) as kept
    from tasks task
    join projects project on project.organization_id = $1 and project.id = task.project_id
    left join attachments attachment on attachment.organization_id = $1 and attachment.id = task.attachment_id
    left join golds gold on gold.organization_id = $1 and gold.task_id = task.id
    left join batches batch on batch.organization_id = $1 and batch.id = task.batch_id
    where task.organization_id = $1 and task.id = any ($2::uuid[])
), people as (
    select project.id as project_id, (
        select json_agg(json_build_array(id, role)) from (
            select worker.id, member.role
            from members member
            join workers worker on worker.organization_id = $1 and worker.member_id = member.id
            where member.organization_id = $1 and member.disabled_at is null
                and not exists (select from suspensions where organization_id = $1 and project_id = project.id
                    and worker_id = worker.id and lifted_at is null)
                and (not project.crew_only or exists (select from crews
                    where organization_id = $1 and project_id = project.id and worker_id = worker.id))
            limit $3 + 1) person) as people
    from projects project
    where project.organization_id = $1 and project.id in (select project_id from subject)
)
select subject.*, people.people, turn.turns, standing.standings,
    -- Those of the project's people that its batch is kept to, if it is.
    case when subject.kept then (
        select json_agg(json_build_array(worker.id, member.role))
        from workers worker
        join members member on member.organization_id = $1 and member.id = worker.member_id
        join projects project on project.organization_id = $1 and project.id = subject.project_id
        where worker.organization_id = $1 and member.disabled_at is null
            and (subject.batch_purpose = 'self_label' and member.role in ('owner', 'manager')
                or worker.id in (select grouped.worker_id from batch_groups kept
                    join worker_group_members grouped
                        on grouped.organization_id = $1 and grouped.group_id = kept.group_id
                    where kept.organization_id = $1 and kept.batch_id = subject.batch_id))
            and not exists (select from suspensions where organization_id = $1 and project_id = subject.project_id
                and worker_id = worker.id and lifted_at is null)
            and (not project.crew_only or exists (select from crews
                where organization_id = $1 and project_id = subject.project_id and worker_id = worker.id))
    ) end as kept_to,
    (select json_agg(submission order by submitted_at, id) from (
        select id, assignment_id, worker_id, round, answer, gold_score, submitted_at
        from submissions where organization_id = $1 and task_id = subject.id and not unapproved) submission)
        as submissions,
    (select json_agg(review order by created_at, id) from (
        select id, assignment_id, verdict, comment, answer, created_at
        from reviews where organization_id = $1 and task_id = subject.id) review) as reviews,
    (select row_to_json(consensus) from (
        select id, submission_ids, answer, confidence, agreement
        from consensuses where organization_id = $1 and task_id = subject.id order by id desc limit 1) consensus)
        as consensus,
    (select row_to_json(response) from (
        select answer, confidence, origin
        from responses where organization_id = $1 and task_id = subject.id) response) as response
from subject
join people on people.project_id = subject.project_id
cross join lateral (
    select json_agg(own order by own.opened_at, own.id) as turns,
           array_agg(own.worker_id) || array_agg(own.reserved_for) as workers
    from (select id, stage, round, state, worker_id, reserved_for, opened_at, lease_until, reason
        from assignments where organization_id = $1 and task_id = subject.id) own) turn
-- Golds count since the worker was last reinstated; the counts read submissions_scored, which holds golds only.
cross join lateral (
    select json_agg(known) as standings from (
        select worker.id as worker_id,
            (member.disabled_at is not null
                or suspension.suspended_at is not null and suspension.lifted_at is null) as suspended,
            golds.answered as golds_answered, golds.right as golds_right
        from workers worker
        left join members member on member.organization_id = $1 and member.id = worker.member_id
        left join lateral (
            select suspended_at, lifted_at from suspensions
            where organization_id = $1 and project_id = subject.project_id and worker_id = worker.id
            order by suspended_at desc limit 1) suspension on true
        cross join lateral (
            select count(*) as answered, count(*) filter (where gold_right) as right from submissions
            where organization_id = $1 and project_id = subject.project_id and worker_id = worker.id
                and gold_right is not null and submitted_at > coalesce(suspension.lifted_at, '-infinity')) golds
        where worker.organization_id = $1 and worker.id = any (turn.workers)) known) standing;
