-- In the market's room:

-- :name holds
-- How many turns a freelancer holds, and how many of an offer they have or had.
select (select count(*) from engagements
        where organization_id = $1 and freelancer_id = $2 and state = 'accepted' and mode = $4) as held,
       (select count(*) from engagements
        where organization_id = $1 and freelancer_id = $2 and offer_id = $3
            and state in ('accepted', 'submitted', 'approved', 'rejected')) as of_offer;

-- :name had_before
select exists (select from engagements where organization_id = $1 and posting_id = $2 and freelancer_id = $3
    and state in ('accepted', 'submitted', 'approved', 'rejected'));

-- :name next_posting
-- The oldest with a place that this freelancer has not done. Rows that others are taking right now are passed over.
select posting.* from postings posting
where posting.organization_id = $1 and posting.offer_id = $2 and posting.status = 'assignable'
    and posting.expires_at > $4
    and not exists (select from engagements mine
        where mine.organization_id = $1 and mine.posting_id = posting.id and mine.freelancer_id = $3
            and mine.state in ('accepted', 'submitted', 'approved', 'rejected'))
order by posting.created_at, posting.id
limit 1
for no key update skip locked;

-- :name next_posting_waiting
-- The same, waiting for whoever takes it right now: asked when the other found nothing, as all may be in hand.
select posting.* from postings posting
where posting.organization_id = $1 and posting.offer_id = $2 and posting.status = 'assignable'
    and posting.expires_at > $4
    and not exists (select from engagements mine
        where mine.organization_id = $1 and mine.posting_id = posting.id and mine.freelancer_id = $3
            and mine.state in ('accepted', 'submitted', 'approved', 'rejected'))
order by posting.created_at, posting.id
limit 1
for no key update;

-- :name insert_engagement
insert into engagements (organization_id, id, posting_id, offer_id, requester_id, freelancer_id, mode, state,
    reward_minor, fee_minor, currency, accepted_at, deadline)
values ($1, $2, $3, $4, $5, $6, $7, 'accepted', $8, $9, $10, $11, $12);

-- :name get_engagement
select * from engagements where organization_id = $1 and id = $2;

-- :name lock_engagement
select * from engagements where organization_id = $1 and id = $2 for no key update;

-- :name disclose
-- While it is at work on; afterwards it stays.
update engagements set disclosure = $3 where organization_id = $1 and id = $2 and state = 'accepted';

-- :name decided_by
select decided_by from engagements where organization_id = $1 and id = $2;

-- :name change_engagement
update engagements set state = $3, deadline = $4, extended = $5, submitted_at = $6, auto_approve_at = $7,
    decided_at = $8, decided_kind = $9, decided_by = $10, automatic = $11, rejected_at = $12, closed_at = $13,
    reason_code = $14, feedback = $15, seconds = $16
where organization_id = $1 and id = $2;

-- :name list_engagements
-- Of a posting, in the order they were submitted, from the one after $4 and $5 on.
select * from engagements
where organization_id = $1 and posting_id = $2 and state = any ($3::text[])
    and ($4::timestamptz is null or (coalesce(submitted_at, accepted_at), id) > ($4, $5::uuid))
order by coalesce(submitted_at, accepted_at), id limit $6;

-- :name engagements_of_offer
select * from engagements
where organization_id = $1 and offer_id = $2 and requester_id = $3 and state = any ($4::text[])
    and ($5::uuid is null or id > $5)
order by id limit $6;

-- :name engagements_mine
-- Of a freelancer, the newest first.
select * from engagements
where organization_id = $1 and freelancer_id = $2 and mode = $3 and state = any ($4::text[])
    and ($5::uuid is null or id < $5)
order by id desc limit $6;

-- :name engagements_overdue
select id from engagements
where organization_id = $1 and state = 'accepted' and deadline <= $2 order by deadline limit $3;

-- :name engagements_to_approve
select id from engagements
where organization_id = $1 and state = 'submitted' and auto_approve_at <= $2 order by auto_approve_at limit $3;

-- In the requester's room:

-- :name insert_freelancer
insert into workers (organization_id, id, kind, name, created_at) values ($1, $2, 'freelancer', $3, $4)
on conflict (organization_id, id) do nothing;

-- :name begin_turn
insert into assignments (organization_id, id, task_id, project_id, stage, round, state, queue_position, worker_id,
    opened_at, claimed_at, lease_until, engaged)
select $1, $2, task.id, task.project_id, 'annotate', task.round, 'claimed', 0, $4, $5, $5, $6, true
from tasks task
where task.organization_id = $1 and task.id = $3
returning project_id;

-- :name hand_in
-- As `submit_turn`, but the answer waits for its approval, and the task for the others.
with closed as (
    update assignments set state = 'submitted', closed_at = $7, lease_until = null
    where organization_id = $1 and id = $2 and worker_id = $3 and state = 'claimed'
    returning id, task_id, project_id, round, claimed_at
), draft as (
    delete from drafts where organization_id = $1 and assignment_id = $2
)
insert into submissions (organization_id, id, assignment_id, task_id, project_id, worker_id, round, answer,
    annotation_count, duration_seconds, submitted_at, unapproved)
select $1, $4, id, task_id, project_id, $3, round, $5::json, $8,
       least($6::real, extract(epoch from $7 - claimed_at)::real), $7, true
from closed
returning duration_seconds;

-- :name put_back
-- A turn that ends without an answer.
with closed as (
    update assignments set state = $4, closed_at = $5, lease_until = null, reason = $6
    where organization_id = $1 and id = $2 and worker_id = $3 and state = 'claimed'
    returning id
)
delete from drafts where organization_id = $1 and assignment_id in (select id from closed);

-- :name move_lease
update assignments set lease_until = $3, extended = true where organization_id = $1 and id = $2 and state = 'claimed';

-- :name set_approved
update submissions set unapproved = not $3 where organization_id = $1 and assignment_id = $2;

-- :name asked_of
-- What a turn is about: what it shows and asks, and what was answered.
select turn.id, turn.task_id, turn.project_id, turn.worker_id, turn.state, turn.lease_until, project.kind,
       task.project_version, task.content, task.taxonomy, task.prelabels, draft.answer as draft,
       submission.id as submission_id, submission.answer, submission.unapproved,
       attachment.id as attachment_id, attachment.file_name, attachment.content_type, attachment.width,
       attachment.height, attachment.display_width, attachment.display_height, attachment.blob_key,
       attachment.display_key, attachment.thumbnail_key, attachment.sha256, attachment.byte_count
from assignments turn
join tasks task on task.organization_id = $1 and task.id = turn.task_id
join projects project on project.organization_id = $1 and project.id = turn.project_id
left join attachments attachment on attachment.organization_id = $1 and attachment.id = task.attachment_id
left join drafts draft on draft.organization_id = $1 and draft.assignment_id = turn.id
left join submissions submission on submission.organization_id = $1 and submission.assignment_id = turn.id
where turn.organization_id = $1 and turn.id = $2;

-- :name answers_of
-- What was handed in, by turn.
select assignment_id, answer from submissions where organization_id = $1 and assignment_id = any ($2::uuid[]);
