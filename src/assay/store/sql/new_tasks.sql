-- :name insert_tasks
-- Many tasks at once. A column of which every row has the ordinary value comes empty: sending ten thousand times the
-- same costs more than any other part of the request. store.new_tasks adds what is to become of a unique_id that is
-- taken.
insert into tasks (organization_id, id, project_id, project_version, batch_id, attachment_id, unique_id, metadata,
    prelabels, state, is_gold, priority, created_at, content, taxonomy)
select $1, t.id, $2, $3, $4, t.attachment_id, t.unique_id, coalesce(t.metadata, '{}')::json, t.prelabels::json,
       case when t.waits then 'preparing' else 'annotating' end, coalesce(t.is_gold, false),
       coalesce(t.priority, $14), $5, t.content::json, t.taxonomy::json
from unnest($6::uuid[], $7::uuid[], $8::text[], $9::text[], $10::text[], $11::boolean[], $12::boolean[],
    $13::smallint[], $15::text[], $16::text[])
    as t (id, attachment_id, unique_id, metadata, prelabels, waits, is_gold, priority, content, taxonomy)

-- :name open_first_turns
-- As `open_turns`, for annotating in the first round and kept for nobody, all of one batch or of none: $8 its rank, $9
-- whether it is kept to some.
-- Priorities come empty when all are ordinary.
with turn as (
    insert into assignments (organization_id, id, task_id, project_id, stage, round, state, queue_position, opened_at)
    select $1, o.id, o.task_id, $2, 'annotate', 1, 'open',
           ((100 - coalesce(o.priority, $7))::bigint << 56) | (coalesce($8::smallint, 1023)::bigint << 46)
               | nextval('queue_sequence') | ($9::boolean::integer::bigint << 63), $3
    from (select * from unnest($4::uuid[], $5::uuid[], $6::smallint[])
        with ordinality as o (id, task_id, priority, place) order by place) o
    returning queue_position
)
select min(queue_position) filter (where queue_position >= 0) from turn;

-- :name record_created
-- An event for each task, unless a webhook wants to hear of it: then nothing, and `record_events` tells both.
insert into events (organization_id, id, type, at, actor_kind, actor_id, project_id, task_id)
select $1, e.id, 'task.created', $2, $3, $4, $5, e.task_id
from unnest($6::uuid[], $7::uuid[]) as e (id, task_id)
where not exists (select from webhooks where organization_id = $1 and disabled_at is null
    and ('*' = any (events) or 'task.created' = any (events)));
