-- :name offer_with
select * from offers where organization_id = $1 and requester_id = $2 and mode = $3 and fingerprint = $4;

-- :name insert_offer
insert into offers (organization_id, id, requester_id, project_id, mode, title, description, keywords, reward_minor,
    currency, duration_seconds, auto_approval_seconds, requirements, per_worker_cap, ai_help, fingerprint,
    created_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13::json, $14, $15, $16, $17)
on conflict (organization_id, requester_id, mode, fingerprint) do nothing
returning id;

-- :name get_offer
select * from offers where organization_id = $1 and id = $2;

-- :name offer_titles
select id, title from offers where organization_id = $1 and id = any ($2::uuid[]);

-- :name list_offers
-- Of a requester, the newest first.
select * from offers
where organization_id = $1 and requester_id = $2 and mode = $3 and ($4::uuid is null or id < $4)
    and ($5::uuid is null or project_id = $5)
order by id desc limit $6;

-- :name offer_progress
select (select json_object_agg(status, number) from (
            select status, count(*) as number from postings
            where organization_id = $1 and offer_id = $2 group by status) counted) as postings,
       (select json_object_agg(state, number) from (
            select state, count(*) as number from engagements
            where organization_id = $1 and offer_id = $2 group by state) counted) as engagements,
       (select percentile_cont(0.5) within group (order by seconds)::float8 from engagements
        where organization_id = $1 and offer_id = $2 and seconds is not null) as seconds_median;

-- :name set_offer_state
update offers set state = $3 where organization_id = $1 and id = $2 and requester_id = $4 and state <> $3;

-- :name insert_posting
insert into postings (organization_id, id, offer_id, requester_id, project_id, mode, max_engagements, first_max,
    reward_minor, fee_minor, currency, annotation, policies, expires_at, created_at)
values ($1, $2, $3, $4, $5, $6, $7, $7, $8, $9, $10, $11, $12::json, $13, $14);

-- :name insert_postings
-- Many tasks of one offer, all alike.
insert into postings (organization_id, id, offer_id, requester_id, project_id, mode, max_engagements, first_max,
    reward_minor, fee_minor, currency, expires_at, created_at)
select $1, task_id, $3, $4, $5, $6, $7, $7, $8, $9, $10, $11, $12 from unnest($2::uuid[]) as task_id;

-- :name get_posting
select * from postings where organization_id = $1 and id = $2;

-- :name lock_posting
select * from postings where organization_id = $1 and id = $2 for no key update;

-- :name list_postings
-- Of a requester, the newest first; what is null does not filter, and what is disposed of comes only when it is asked for.
select * from postings
where organization_id = $1 and requester_id = $2 and mode = $3
    and ($4::uuid is null or id < $4)
    and ($5::text[] is null and status <> 'disposed' or status = any ($5))
    and ($6::uuid is null or offer_id = $6)
order by id desc limit $7;

-- :name postings_wanting
-- Those whose offers require something of a qualification type.
select posting.* from postings posting
join offers offer on offer.organization_id = $1 and offer.id = posting.offer_id
where posting.organization_id = $1 and posting.requester_id = $2 and posting.mode = $3
    and ($4::uuid is null or posting.id < $4) and posting.status <> 'disposed'
    and offer.requirements::jsonb @> jsonb_build_array(jsonb_build_object('type_id', $5::text))
order by posting.id desc limit $6;

-- :name policies_of
select policies from postings where organization_id = $1 and id = $2;

-- :name change_posting
update postings set max_engagements = $3, expires_at = $4, expired_at = $5, reviewing = $6, disposed_at = $7,
    offer_id = $8, reward_minor = $9, fee_minor = $10, currency = $11
where organization_id = $1 and id = $2;

-- :name was_taken
select exists (select from engagements where organization_id = $1 and posting_id = $2);

-- :name postings_to_expire
select id from postings
where organization_id = $1 and expires_at <= $2 and expired_at is null and disposed_at is null
order by expires_at limit $3;

-- :name postings_to_dispose
select id from postings
where organization_id = $1 and created_at <= $2 and status in ('reviewable', 'reviewing') and submitted = 0
order by created_at limit $3;

-- :name insert_result
insert into review_results (organization_id, id, posting_id, requester_id, engagement_id, report, created_at)
values ($1, $2, $3, $4, $5, $6::json, $7);

-- :name results_of
select id, engagement_id, report, created_at from review_results
where organization_id = $1 and posting_id = $2 and ($3::uuid is null or id > $3)
order by id limit $4;

-- :name known_scores
-- What known answers scored, by engagement.
select engagement_id, report from review_results
where organization_id = $1 and posting_id = $2 and engagement_id is not null;

-- In the requester's room:

-- :name insert_page
insert into tasks (organization_id, id, project_id, project_version, metadata, request, content, state, offered,
    created_at)
values ($1, $2, $3, $4, '{}', $5::json, $6::json, 'annotating', 'open', $7);

-- :name insert_offered_project
insert into projects (organization_id, id, name, kind, mode, version, created_at, updated_at, offered)
values ($1, $2, $3, 'page', $4, 1, $5, $5, true);

-- :name offer_project
-- From now on its work is for freelancers; false if it was so before.
update projects set offered = true where organization_id = $1 and id = $2 and not offered;

-- :name close_open_turns
-- Tasks with turns that were open for the organization's own people are due, and their turns close.
insert into queue.due_tasks (organization_id, task_id)
select distinct organization_id, task_id from assignments
where organization_id = $1 and project_id = $2 and stage = 'annotate' and state = 'open';

-- :name offer_tasks
-- Tasks of a project that can be posted: unfinished, of nobody's else posting, and no known answers. The first $4 of
-- them, of those named in $3 if any are.
update tasks set offered = 'open'
where organization_id = $1 and id = any (array(
    select id from tasks
    where organization_id = $1 and project_id = $2 and state in ('annotating', 'reviewing') and offered is null
        and not is_gold and ($3::uuid[] is null or id = any ($3))
    order by id limit $4 for no key update))
returning id;

-- :name set_offered
-- A task whose posting may bring more answers ('open'), has brought all ('done'), or is gone ('over').
update tasks set offered = $3 where organization_id = $1 and id = $2 and offered is distinct from $3;

-- :name pages_told
select id, content, request from tasks where organization_id = $1 and id = any ($2::uuid[]);
