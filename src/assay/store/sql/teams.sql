-- :name workers_by_email
-- Members, with the worker each is (none for one who never could hold turns) and whether they can hold turns now.
select member.email, worker.id as worker_id, member.disabled_at is null and member.role <> 'auditor' as works
from members member
left join workers worker on worker.organization_id = $1 and worker.member_id = member.id
where member.organization_id = $1 and member.email = any ($2::text[]);

-- :name existing_workers
select id from workers where organization_id = $1 and id = any ($2::uuid[]);

-- :name list_crews
-- Who is in which crew, of live projects that are not archived; by address, then project.
select member.email, coalesce(project.handle, project.name) as project_name
from crews crew
join projects project on project.organization_id = $1 and project.id = crew.project_id
    and project.mode = 'live' and project.state <> 'archived'
join workers worker on worker.organization_id = $1 and worker.id = crew.worker_id
join members member on member.organization_id = $1 and member.id = worker.member_id and member.disabled_at is null
where crew.organization_id = $1
order by member.email, project.id;

-- :name crew_only
select crew_only from projects where organization_id = $1 and id = $2;

-- :name crew
select worker.id, worker.name, member.email
from crews crew
join workers worker on worker.organization_id = $1 and worker.id = crew.worker_id
left join members member on member.organization_id = $1 and member.id = worker.member_id
where crew.organization_id = $1 and crew.project_id = $2
order by worker.name, worker.id;

-- :name add_to_crew
insert into crews (organization_id, project_id, worker_id, added_at)
select $1, $2, worker_id, $4 from unnest($3::uuid[]) as added (worker_id)
on conflict do nothing
returning worker_id;

-- :name take_from_crew
delete from crews where organization_id = $1 and project_id = $2 and worker_id = any ($3::uuid[])
returning worker_id;

-- :name set_crew_only
update projects set crew_only = $3 where organization_id = $1 and id = $2 and crew_only <> $3;

-- :name insert_group
insert into worker_groups (organization_id, id, project_id, name, created_at) values ($1, $2, $3, $4, $5);

-- :name rename_group
update worker_groups set name = $3 where organization_id = $1 and id = $2;

-- :name lock_group
select id from worker_groups where organization_id = $1 and project_id = $2 and id = $3 for no key update;

-- :name list_groups
-- Of a project, the oldest first; $3 one group only.
select groups.id, groups.name, groups.created_at,
       (select json_agg(json_build_object('id', worker.id, 'name', worker.name, 'email', coalesce(member.email, ''))
                        order by worker.name, worker.id)
        from worker_group_members membership
        join workers worker on worker.organization_id = $1 and worker.id = membership.worker_id
        left join members member on member.organization_id = $1 and member.id = worker.member_id
        where membership.organization_id = $1 and membership.group_id = groups.id) as workers
from worker_groups groups
where groups.organization_id = $1 and groups.project_id = $2 and ($3::uuid is null or groups.id = $3)
order by groups.id;

-- :name groups_called
-- The groups of a project that have one of these names or ids (as text).
select id, name from worker_groups
where organization_id = $1 and project_id = $2 and (name = any ($3::text[]) or id::text = any ($3::text[]))
order by id;

-- :name add_to_group
insert into worker_group_members (organization_id, group_id, worker_id, added_at)
select $1, $2, worker_id, $4 from unnest($3::uuid[]) as added (worker_id)
on conflict do nothing
returning worker_id;

-- :name take_from_group
delete from worker_group_members where organization_id = $1 and group_id = $2 and worker_id = any ($3::uuid[])
returning worker_id;
