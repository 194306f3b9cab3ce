-- :name insert_ready
-- The same photo twice in a project is one attachment: the second time gives the first one's id back.
with fresh as (
    insert into attachments (organization_id, id, project_id, state, file_name, sha256, content_type, byte_count,
        width, height, display_width, display_height, blob_key, display_key, thumbnail_key, created_at)
    values ($1, $2, $3, 'ready', $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
    on conflict (organization_id, project_id, sha256) do nothing
    returning id
)
select id, false as duplicate from fresh
union all
select id, true from attachments
where organization_id = $1 and project_id = $3 and sha256 = $5 and not exists (select from fresh);

-- :name insert_pending
insert into attachments (organization_id, id, project_id, state, file_name, source_url, created_at)
select $1, a.id, $2, 'pending', a.file_name, a.source_url, $3
from unnest($4::uuid[], $5::text[], $6::text[]) as a (id, file_name, source_url);

-- :name get_attachment
select * from attachments where organization_id = $1 and id = $2;

-- :name sizes
-- Which of these are in the project and usable, with their size as shown.
select id, state, width, height from attachments
where organization_id = $1 and project_id = $2 and id = any ($3::uuid[]);

-- :name photos
select * from attachments where organization_id = $1 and id = any ($2::uuid[]) and state = 'ready';

-- :name mark_ready
update attachments set state = 'ready', sha256 = $3, content_type = $4, byte_count = $5, width = $6, height = $7,
    display_width = $8, display_height = $9, blob_key = $10, display_key = $11, thumbnail_key = $12
where organization_id = $1 and id = $2 and state = 'pending';

-- :name mark_failed
update attachments set state = 'failed', failure = $3, failure_status = $4
where organization_id = $1 and id = $2 and state = 'pending';

-- :name find_same
select id from attachments where organization_id = $1 and project_id = $2 and sha256 = $3;

-- :name repoint_tasks
-- A fetched photo that the project already had: its tasks use the one that is there.
update tasks set attachment_id = $3 where organization_id = $1 and attachment_id = $2 returning id;

-- :name keep_address
-- Where a photo came from, if it is known of no other place yet.
update attachments set source_url = coalesce(source_url, $3) where organization_id = $1 and id = $2;

-- :name delete_attachment
delete from attachments where organization_id = $1 and id = $2;

-- :name tasks_of
select id from tasks where organization_id = $1 and attachment_id = $2;

-- :name guide_image
-- A photo that some version of its project's instructions shows; for those who write them ($3), any photo of theirs.
select attachment.* from attachments attachment
where attachment.organization_id = $1 and attachment.id = $2 and attachment.state = 'ready'
    and ($3 or exists (
        select from project_versions version
        where version.organization_id = $1 and version.project_id = attachment.project_id
            and position($2::text in version.instructions) > 0));
