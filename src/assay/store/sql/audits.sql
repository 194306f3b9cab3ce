-- :name insert_audit
insert into audits (organization_id, id, task_id, round, verdict, comment, duration_seconds, replaced, actor_kind, actor_id,
    auditor, created_at)
values ($1, $2, $3, $4, $5, $6, $7, $8::json, $9, $10, $11, $12);

-- :name audits_of_task
select id, round, verdict, comment, replaced, duration_seconds, auditor, created_at
from audits where organization_id = $1 and task_id = $2
order by id;

-- :name rejection
-- What was said of an answer of this round when it was rejected, and that answer.
select comment, replaced from audits
where organization_id = $1 and task_id = $2 and round = $3 and verdict = 'reject'
order by id desc
limit 1;
