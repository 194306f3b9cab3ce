-- Each statement writes one kind of change for all tasks that advance together.

-- :name close_turns
update assignments set state = closed.state, reason = closed.reason, closed_at = $2, lease_until = null
from unnest($3::uuid[], $4::text[], $5::text[]) as closed (id, state, reason)
where assignments.organization_id = $1 and assignments.id = closed.id and assignments.state in ('open', 'claimed');

-- :name score_golds
update submissions set gold_score = scored.score, gold_right = scored.is_right
from unnest($2::uuid[], $3::real[], $4::boolean[]) as scored (id, score, is_right)
where submissions.organization_id = $1 and submissions.id = scored.id and submissions.gold_score is null;

-- :name insert_consensuses
with consensus as (
    insert into consensuses (organization_id, id, task_id, round, answer, confidence, agreement, objects,
        submission_ids, created_at)
    select $1, kept.id, kept.task_id, kept.round, kept.answer::json, kept.confidence, kept.agreement,
           kept.objects::json, array(select value::uuid from json_array_elements_text(kept.submission_ids::json)), $2
    from unnest($3::uuid[], $4::uuid[], $5::integer[], $6::text[], $7::real[], $8::real[], $9::text[], $10::text[])
        as kept (id, task_id, round, answer, confidence, agreement, objects, submission_ids)
    returning task_id, confidence, agreement
), scored as (
    update submissions set agreement = score.agreement
    from unnest($11::uuid[], $12::real[]) as score (id, agreement)
    where submissions.organization_id = $1 and submissions.id = score.id
)
update tasks set agreement = consensus.agreement, confidence = consensus.confidence
from consensus
where tasks.organization_id = $1 and tasks.id = consensus.task_id;

-- :name delete_responses
delete from responses where organization_id = $1 and task_id = any ($2::uuid[]);

-- :name move_tasks
update tasks set state = moved.state, round = moved.round, broken_reason = moved.broken_reason, completed_at = null
from unnest($2::uuid[], $3::text[], $4::integer[], $5::text[]) as moved (id, state, round, broken_reason)
where tasks.organization_id = $1 and tasks.id = moved.id;

-- :name insert_responses
with response as (
    insert into responses (organization_id, task_id, answer, confidence, origin, accepted_at)
    select $1, accepted.task_id, accepted.answer::json, accepted.confidence, accepted.origin, $2
    from unnest($3::uuid[], $4::text[], $5::real[], $6::text[]) as accepted (task_id, answer, confidence, origin)
    returning task_id, confidence
)
update tasks set state = 'completed', completed_at = $2, confidence = response.confidence
from response
where tasks.organization_id = $1 and tasks.id = response.task_id;
