-- :name insert_file
insert into files (organization_id, id, mode, name, reference, content_type, byte_count, sha256, blob_key, source_url,
    project_id, metadata, created_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12::json, $13);

-- :name get_files
select file.id, file.mode, file.name, file.reference, file.content_type, file.byte_count, file.sha256, file.blob_key,
       file.source_url, file.project_id, coalesce(project.handle, project.name) as project_name, file.metadata,
       file.created_at
from files file
left join projects project on project.organization_id = $1 and project.id = file.project_id
where file.organization_id = $1 and file.id = any ($2::uuid[]) and file.mode = $3;

-- :name file_for_project
-- A file that a project of the same mode may use.
select file.name, file.blob_key, file.byte_count
from files file
join projects project on project.organization_id = $1 and project.id = $3 and project.mode = file.mode
where file.organization_id = $1 and file.id = $2;
