-- What a worker was given last in a project, newest first: when the next gold is due.
create index assignments_given on assignments (organization_id, worker_id, project_id, claimed_at, id)
    where stage = 'annotate' and claimed_at is not null;

-- A worker's golds: few rows among many, counted each time a task they answered advances.
create index submissions_scored on submissions (organization_id, project_id, worker_id, submitted_at)
    include (gold_right) where gold_right is not null;
