-- :name insert_project
insert into projects (organization_id, id, name, kind, mode, version, created_at, updated_at, handle)
values ($1, $2, $3, $4, $5, 1, $6, $6, $7);

-- :name insert_version
insert into project_versions (organization_id, project_id, version, instructions, taxonomy, policy, created_at,
    request)
values ($1, $2, $3, $4, $5::json, $6::json, $7, $8::json);

-- :name get_project
select project.id, project.name, project.kind, project.state, project.mode, project.version, project.handle,
       project.offered, project.created_at, project.updated_at, version.instructions, version.taxonomy, version.policy, version.request
from projects project
join project_versions version on version.organization_id = $1 and version.project_id = project.id
    and version.version = project.version
where project.organization_id = $1 and project.id = $2;

-- :name called_project
-- The project that programs call so; else the oldest of the name, as people may have made some that have no handle.
select project.id, project.name, project.kind, project.state, project.mode, project.version, project.handle,
       project.offered, project.created_at, project.updated_at, version.instructions, version.taxonomy, version.policy, version.request
from projects project
join project_versions version on version.organization_id = $1 and version.project_id = project.id
    and version.version = project.version
where project.organization_id = $1 and project.mode = $3
    and (project.handle = $2 or project.handle is null and project.name = $2)
order by project.handle is null, project.id
limit 1;

-- :name project_histories
select version.project_id, version.version, version.instructions, version.taxonomy, version.policy, version.created_at,
       version.request
from project_versions version
join projects project on project.organization_id = $1 and project.id = version.project_id
where version.organization_id = $1 and project.mode = $2
order by version.project_id, version.version;

-- :name lock_project
select id from projects where organization_id = $1 and id = $2 for update;

-- :name list_projects
select project.id, project.name, project.kind, project.state, project.mode, project.version, project.handle,
       project.offered, project.created_at, project.updated_at, version.instructions, version.taxonomy, version.policy, version.request
from projects project
join project_versions version on version.organization_id = $1 and version.project_id = project.id
    and version.version = project.version
where project.organization_id = $1
    and ($2::uuid is null or project.id < $2)
    and ($3::text is null or project.state = $3)
    and project.mode = $4
order by project.id desc
limit $5;

-- :name list_versions
select version, instructions, taxonomy, policy, created_at, request
from project_versions
where organization_id = $1 and project_id = $2
order by version desc;

-- :name get_version
select version, instructions, taxonomy, policy, created_at, request
from project_versions
where organization_id = $1 and project_id = $2 and version = $3;

-- :name update_project
update projects set name = $3, state = $4, version = $5, updated_at = $6 where organization_id = $1 and id = $2;

-- :name progress
-- Everything the progress page shows, in one pass over indexes.
select
    (select json_object_agg(state, count) from (
        select state, count(*) from tasks
        where organization_id = $1 and project_id = $2 and not is_gold group by state) states) as states,
    (select count(*) from tasks where organization_id = $1 and project_id = $2 and is_gold and not is_training) as golds,
    (select count(*) from assignments
        where organization_id = $1 and project_id = $2 and stage = 'annotate' and state = 'open') as open_annotate,
    (select count(*) from assignments
        where organization_id = $1 and project_id = $2 and stage = 'review' and state = 'open') as open_review,
    (select count(*) from assignments
        where organization_id = $1 and state = 'claimed' and project_id = $2) as active_assignments,
    submitted.submissions, submitted.annotations, finished.completed_last_hour, finished.agreement_mean,
    finished.confidence_mean
from
    (select count(*) as submissions, coalesce(sum(annotation_count), 0) as annotations
     from submissions where organization_id = $1 and project_id = $2) submitted,
    (select count(*) filter (where completed_at > $3) as completed_last_hour,
            avg(agreement)::float8 as agreement_mean, avg(confidence)::float8 as confidence_mean
     from tasks
     where organization_id = $1 and project_id = $2 and completed_at is not null) finished;
