-- Assay's tables. PostgreSQL 15 to 18.
--
-- Every table but `tenants` and `schema_migrations` belongs to one organization and is closed by row-level
-- security, forced, so that even the owner of the tables sees only the organization named by the setting
-- assay.organization (set with SET LOCAL; unset means an error, not an empty answer). Keys begin with
-- organization_id, so a row can refer only to rows of its own organization.
--
-- Ids are UUIDs of version 7 made by the server: no sequence can be guessed from outside, and inserts still land
-- at the end of each index. Times are timestamptz and come from the server's clock as arguments.
-- Answers are json, not jsonb: they are never searched inside, are read far more often than written, and come
-- back exactly as they were acknowledged.

-- The ids of all organizations, and nothing else: what a scheduled job walks before it sets a tenant.
create table tenants (
    organization_id uuid primary key
);

-- A customer. Everything below belongs to one.
create table organizations (
    id uuid primary key references tenants (organization_id),
    name text not null check (length(name) between 1 and 200),
    -- Where it offers work to freelancers, if it does: an organization too, and the market of itself.
    market_id uuid references tenants (organization_id),
    created_at timestamptz not null
);

-- A person of the organization. The last owner cannot be removed; core decides, as it needs the count.
create table members (
    organization_id uuid not null references organizations (id),
    id uuid not null,
    email text not null check (length(email) between 3 and 320 and email = lower(email)),
    name text not null check (length(name) between 1 and 200),
    role text not null check (role in ('owner', 'manager', 'reviewer', 'annotator', 'auditor')),
    created_at timestamptz not null,
    disabled_at timestamptz,
    primary key (organization_id, id),
    unique (organization_id, email)
);

-- One-time way in. Only the hash is kept. A demo link may be used again until it expires.
create table sign_in_links (
    organization_id uuid not null,
    token_hash bytea not null check (length(token_hash) = 32),
    member_id uuid not null,
    reusable boolean not null default false,
    created_at timestamptz not null,
    expires_at timestamptz not null check (expires_at > created_at),
    used_at timestamptz,
    primary key (organization_id, token_hash),
    foreign key (organization_id, member_id) references members (organization_id, id)
);

-- A browser that is signed in; the cookie's value exists only as a hash.
create table sessions (
    organization_id uuid not null,
    token_hash bytea not null check (length(token_hash) = 32),
    member_id uuid not null,
    created_at timestamptz not null,
    -- Moved forward at most once a minute, so that reading does not mean writing.
    last_seen_at timestamptz not null,
    expires_at timestamptz not null check (expires_at > created_at),
    revoked_at timestamptz,
    primary key (organization_id, token_hash),
    foreign key (organization_id, member_id) references members (organization_id, id)
);
create index sessions_member on sessions (organization_id, member_id, created_at);

-- A program's way in. It can do what its role can, and never more than the member who made it.
create table api_keys (
    organization_id uuid not null,
    id uuid not null,
    name text not null check (length(name) between 1 and 200),
    -- The first characters of the key, so that a person can tell keys apart; the rest exists only as a hash.
    prefix text not null,
    key_hash bytea not null check (length(key_hash) = 32),
    mode text not null check (mode in ('live', 'test')),
    role text not null check (role in ('manager', 'reviewer', 'annotator', 'auditor')),
    created_by uuid not null,
    created_at timestamptz not null,
    expires_at timestamptz,
    revoked_at timestamptz,
    last_used_at timestamptz,
    primary key (organization_id, id),
    unique (organization_id, key_hash),
    foreign key (organization_id, created_by) references members (organization_id, id)
);

-- A program's way in that signs its requests. To check a signature the secret is read again, so it is kept, sealed.
create table signing_keys (
    organization_id uuid not null,
    -- With the organization's it makes the access key that programs send.
    id uuid not null,
    name text not null check (length(name) between 1 and 200),
    mode text not null check (mode in ('live', 'test')),
    role text not null check (role in ('manager', 'auditor')),
    sealed_secret bytea not null,
    -- Of the token that comes with every request, where the key is for a while only.
    session_hash bytea check (length(session_hash) = 32),
    created_by uuid not null,
    created_at timestamptz not null,
    expires_at timestamptz check (expires_at > created_at),
    revoked_at timestamptz,
    last_used_at timestamptz,
    primary key (organization_id, id),
    foreign key (organization_id, created_by) references members (organization_id, id),
    check (session_hash is null or expires_at is not null)
);

-- Who can hold a turn: a person (through a member), a model, or a freelancer, whose id is the one of their worker in the
-- market where they are a member.
create table workers (
    organization_id uuid not null references organizations (id),
    id uuid not null,
    kind text not null check (kind in ('person', 'model', 'freelancer')),
    name text not null check (length(name) between 1 and 200),
    member_id uuid,
    created_at timestamptz not null,
    primary key (organization_id, id),
    unique (organization_id, member_id),
    foreign key (organization_id, member_id) references members (organization_id, id),
    check ((kind = 'person') = (member_id is not null))
);

-- What is asked, in its current version.
create table projects (
    organization_id uuid not null references organizations (id),
    id uuid not null,
    name text not null check (length(name) between 1 and 200),
    -- What programs call it, if they call projects by name: no other of the mode has it, and it stays when people
    -- rename the project.
    handle text check (length(handle) between 1 and 200),
    kind text not null,
    state text not null default 'active' check (state in ('active', 'paused', 'archived')),
    mode text not null default 'live' check (mode in ('live', 'test')),
    -- The version new tasks get. Deferred: a project and its first version refer to each other.
    version integer not null,
    -- Kept to the workers of its crew; otherwise everybody who works may work here.
    crew_only boolean not null default false,
    -- Whether a batch of it was ever kept to some of its workers: then claims look for that first.
    keeps boolean not null default false,
    -- It has training tasks, so whoever has not passed is given those first.
    trains boolean not null default false,
    -- Its work is offered on the market: no turns are opened for the organization's own people.
    offered boolean not null default false,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    primary key (organization_id, id)
);
create unique index projects_handle on projects (organization_id, mode, handle) where handle is not null;

-- What is asked, as it was when a task was created. Rows are never changed.
create table project_versions (
    organization_id uuid not null,
    project_id uuid not null,
    version integer not null check (version >= 1),
    instructions text not null check (length(instructions) <= 200000),
    taxonomy json not null,
    policy json not null,
    -- As a customer's program said it, for the face that speaks its dialect; nothing else reads it.
    request json,
    created_at timestamptz not null,
    primary key (organization_id, project_id, version),
    foreign key (organization_id, project_id) references projects (organization_id, id)
);
alter table projects add constraint projects_version_exists
    foreign key (organization_id, id, version)
    references project_versions (organization_id, project_id, version) deferrable initially deferred;

-- Who may work in a project that is kept to some.
create table crews (
    organization_id uuid not null,
    project_id uuid not null,
    worker_id uuid not null,
    added_at timestamptz not null,
    primary key (organization_id, project_id, worker_id),
    foreign key (organization_id, project_id) references projects (organization_id, id),
    foreign key (organization_id, worker_id) references workers (organization_id, id)
);
create index crews_of_worker on crews (organization_id, worker_id);

-- Some workers of a project by name, so that work can be kept to them.
create table worker_groups (
    organization_id uuid not null,
    id uuid not null,
    project_id uuid not null,
    name text not null check (length(name) between 1 and 200),
    created_at timestamptz not null,
    primary key (organization_id, id),
    unique (organization_id, project_id, name),
    foreign key (organization_id, project_id) references projects (organization_id, id)
);

-- Who is in a group.
create table worker_group_members (
    organization_id uuid not null,
    group_id uuid not null,
    worker_id uuid not null,
    added_at timestamptz not null,
    primary key (organization_id, group_id, worker_id),
    foreign key (organization_id, group_id) references worker_groups (organization_id, id),
    foreign key (organization_id, worker_id) references workers (organization_id, id)
);
create index worker_group_members_of_worker on worker_group_members (organization_id, worker_id);

-- How a worker stands in the training of a project; what they answered there are their submissions with a score.
create table trainings (
    organization_id uuid not null,
    project_id uuid not null,
    worker_id uuid not null,
    -- From then on the project's work is offered.
    passed_at timestamptz,
    -- The mean score of the run that passed; none where a manager let the worker pass.
    score real check (score between 0 and 1),
    -- What was answered before this moment no longer counts: a manager let the worker begin again.
    counts_from timestamptz,
    primary key (organization_id, project_id, worker_id),
    foreign key (organization_id, project_id) references projects (organization_id, id),
    foreign key (organization_id, worker_id) references workers (organization_id, id),
    check (score is null or passed_at is not null)
);

-- Tasks that came in together, by name.
create table batches (
    organization_id uuid not null,
    id uuid not null,
    project_id uuid not null,
    name text not null check (length(name) between 1 and 200),
    -- Where its name is so in all projects of a mode, and not only in its own: that mode.
    unique_among text check (unique_among in ('live', 'test')),
    -- staging: its tasks are kept back until it is finalized. completed: it has tasks, and none of them is open.
    state text not null default 'in_progress' check (state in ('staging', 'in_progress', 'completed')),
    -- calibration: a first few tasks, each reviewed. self_label: for owners and managers to do themselves.
    purpose text not null default 'production' check (purpose in ('production', 'calibration', 'self_label')),
    -- Whether it stays in staging until somebody finalizes it; once completed it then takes no more tasks.
    staged boolean not null default false,
    -- Of its tasks, unless they say one themselves.
    priority smallint check (priority between 0 and 100),
    -- Its place among the batches that were put in order, the first is served first; 0 comes before all.
    rank smallint check (rank between 0 and 1022),
    metadata json not null default '{}',
    -- Who is told when all its tasks are done: an http(s) or an e-mail address.
    callback text check (length(callback) between 1 and 2048),
    created_at timestamptz not null,
    primary key (organization_id, id),
    unique (organization_id, project_id, name),
    completed_at timestamptz,
    foreign key (organization_id, project_id) references projects (organization_id, id),
    check ((state = 'completed') = (completed_at is not null)),
    check (staged or state <> 'staging')
);
-- What programs call it, and lists of the newest first.
create index batches_by_name on batches (organization_id, name);
create unique index batches_unique_among on batches (organization_id, unique_among, name) where unique_among is not null;

-- The groups that a batch is kept to. Turns of a batch that is kept to some stand before the queue (their positions are
-- negative), where only those look who may take them.
create table batch_groups (
    organization_id uuid not null,
    batch_id uuid not null,
    group_id uuid not null,
    primary key (organization_id, batch_id, group_id),
    foreign key (organization_id, batch_id) references batches (organization_id, id),
    foreign key (organization_id, group_id) references worker_groups (organization_id, id)
);
create index batch_groups_of_group on batch_groups (organization_id, group_id);

-- A photo. The bytes are in the blob store under keys made from the content's hash, never from a name.
create table attachments (
    organization_id uuid not null,
    id uuid not null,
    project_id uuid not null,
    state text not null check (state in ('pending', 'ready', 'failed')),
    file_name text not null check (length(file_name) <= 1024),
    source_url text check (length(source_url) <= 4096),
    failure text,
    -- The HTTP status its address answered with, where that was the trouble.
    failure_status smallint,
    sha256 bytea check (length(sha256) = 32),
    content_type text,
    byte_count bigint check (byte_count > 0),
    -- As shown: after EXIF orientation. Annotations use these pixels.
    width integer check (width > 0),
    height integer check (height > 0),
    -- The scaled copy for photos too large for a browser; equal to the original otherwise.
    display_width integer,
    display_height integer,
    blob_key text,
    display_key text,
    thumbnail_key text,
    created_at timestamptz not null,
    primary key (organization_id, id),
    unique (project_id, sha256, organization_id),
    foreign key (organization_id, project_id) references projects (organization_id, id),
    check (state <> 'ready' or (sha256 is not null and width is not null and height is not null
        and display_width is not null and display_height is not null and content_type is not null
        and blob_key is not null and display_key is not null and thumbnail_key is not null)),
    check (state <> 'pending' or source_url is not null),
    check ((state = 'failed') = (failure is not null)),
    check (failure_status is null or failure is not null)
);
-- What a customer put away to use in tasks; the bytes are in the blob store under a key made from the content's hash.
create table files (
    organization_id uuid not null references organizations (id),
    id uuid not null,
    mode text not null check (mode in ('live', 'test')),
    name text not null check (length(name) between 1 and 1024),
    -- The customer's own name for it; no other of the mode has it.
    reference text check (length(reference) between 1 and 512),
    -- As its content says.
    content_type text not null,
    byte_count bigint not null check (byte_count > 0),
    sha256 bytea not null check (length(sha256) = 32),
    blob_key text not null,
    -- Where it was fetched, if it was not sent.
    source_url text check (length(source_url) <= 4096),
    -- For which it was put away, if for one.
    project_id uuid,
    metadata json not null default '{}',
    created_at timestamptz not null,
    primary key (organization_id, id),
    foreign key (organization_id, project_id) references projects (organization_id, id)
);
create unique index files_reference on files (organization_id, mode, reference) where reference is not null;

-- An address may be longer than an index takes. Only the primary key begins with the organization: as long as a table has
-- no statistics, PostgreSQL takes any index that does, and goes through all photos to find one by its id.
create index attachments_source_url on attachments (project_id, md5(source_url), organization_id)
    where source_url is not null;
create index attachments_file_name on attachments (project_id, file_name, organization_id);

-- What is to be answered: a photo, or texts and photos together.
create table tasks (
    organization_id uuid not null,
    id uuid not null,
    project_id uuid not null,
    project_version integer not null,
    batch_id uuid,
    -- The photo, where it is one photo.
    attachment_id uuid,
    -- What is shown otherwise, or beside the photo: items, texts and photos in order (core.content), photos that were
    -- ready when it was created.
    content json,
    -- What is asked, where it is not what its project's version asks.
    taxonomy json,
    -- The customer's own name for the task; creating it twice gives the first one back.
    unique_id text check (length(unique_id) between 1 and 512),
    -- Where its unique id is so in all projects of a mode, and not only in its own: that mode.
    unique_among text check (unique_among in ('live', 'test')),
    metadata json not null default '{}',
    -- The customer's words to find tasks by.
    tags text[] check (cardinality(tags) between 1 and 100),
    -- As a customer's program said it, for the face that speaks its dialect; nothing else reads it.
    request json,
    -- Who is told when it is done: an http(s) or an e-mail address.
    callback text check (length(callback) between 1 and 2048),
    prelabels json,
    -- How many people are to answer, where it is not what its project's version says.
    opinions smallint check (opinions between 1 and 100),
    -- Completed at once with an answer that nobody gave, for programs that are being tried out.
    is_made_up boolean not null default false,
    -- Posted on the market: `open` as long as answers may come from there, `done` once all that came are decided on, and
    -- `over` when nobody is to answer it any more.
    offered text check (offered in ('open', 'done', 'over')),
    -- preparing: its photo is not here yet. annotating, reviewing: turns are open. The others are final,
    -- except that a manager can reopen a broken task.
    state text not null check (state in
        ('preparing', 'annotating', 'reviewing', 'completed', 'cancelled', 'broken')),
    -- A task whose answer is known; it is mixed in among the others and never resolved.
    is_gold boolean not null default false,
    -- A gold that is not hidden: workers practise on it and are shown its answer afterwards.
    is_training boolean not null default false,
    -- Raised by one when a reviewer sends the task back.
    round integer not null default 1 check (round >= 1),
    priority smallint not null default 50 check (priority between 0 and 100),
    -- Of the latest consensus, so that lists can be filtered and sorted without reading answers.
    agreement real check (agreement between 0 and 1),
    confidence real check (confidence between 0 and 1),
    broken_reason text,
    created_at timestamptz not null,
    completed_at timestamptz,
    primary key (organization_id, id),
    -- What project version, batch and attachment it refers to is checked by `tasks_refer`, below.
    check ((state = 'completed') = (completed_at is not null)),
    check ((state = 'broken') = (broken_reason is not null)),
    check (is_gold or not is_training)
);
create unique index tasks_unique_id on tasks (organization_id, project_id, unique_id) where unique_id is not null;
create unique index tasks_unique_among on tasks (organization_id, unique_among, unique_id)
    where unique_id is not null and unique_among is not null;
create index tasks_listed on tasks (organization_id, project_id, id);
create index tasks_by_state on tasks (organization_id, project_id, state, id);
create index tasks_golds on tasks (organization_id, project_id, id) where is_gold;
create index tasks_by_attachment on tasks (organization_id, attachment_id);
create index tasks_completed on tasks (organization_id, project_id, completed_at) where completed_at is not null;
-- The tasks of a batch in the order of lists; their states beside them, to be counted.
create index tasks_of_batch on tasks (organization_id, batch_id, id) include (state, is_gold) where batch_id is not null;
-- What keeps a batch from being completed, looked for each time that a task of it ends.
create index tasks_open_in_batch on tasks (organization_id, batch_id)
    where batch_id is not null and not is_gold and state in ('preparing', 'annotating', 'reviewing', 'broken');

-- What a task's content shows and is still to be fetched; a row goes once its item is in the content.
create table awaited (
    organization_id uuid not null,
    attachment_id uuid not null,
    task_id uuid not null,
    -- A photo and the pages of a document stay attachments; of all else nothing is left here once it is in the content.
    becomes text not null check (becomes in ('text', 'image', 'pages', 'audio', 'video', 'pdf')),
    primary key (organization_id, attachment_id),
    foreign key (organization_id, attachment_id) references attachments (organization_id, id),
    foreign key (organization_id, task_id) references tasks (organization_id, id)
);
create index awaited_of_task on awaited (organization_id, task_id);

-- The known answer of a task that is a hidden test.
create table golds (
    organization_id uuid not null,
    task_id uuid not null,
    answer json not null,
    created_at timestamptz not null,
    primary key (organization_id, task_id),
    foreign key (organization_id, task_id) references tasks (organization_id, id)
);

-- The order of the queue within a priority.
create sequence queue_sequence;

-- One worker's turn on one task. An open row is the queue: a task that wants three opinions has three.
-- A turn that ends without a submission is closed and a fresh row opened, so history is never overwritten.
create table assignments (
    organization_id uuid not null,
    id uuid not null,
    task_id uuid not null,
    project_id uuid not null,
    stage text not null check (stage in ('annotate', 'review')),
    round integer not null,
    state text not null check (state in
        ('open', 'claimed', 'submitted', 'skipped', 'reported', 'expired', 'returned', 'cancelled')),
    -- Priority and age in one number, smallest first; see core.routing.queue_position.
    queue_position bigint not null,
    -- Only this worker may claim it (sent back by a reviewer).
    reserved_for uuid,
    worker_id uuid,
    opened_at timestamptz not null,
    claimed_at timestamptz,
    lease_until timestamptz,
    extended boolean not null default false,
    closed_at timestamptz,
    -- Why it was skipped, reported or cancelled; for a review turn, why the review was asked.
    reason text check (length(reason) <= 4000),
    -- Begun on the market by an engagement of the same id, and ended there alone.
    engaged boolean not null default false,
    primary key (organization_id, id),
    -- That its task is there, and of this project, is checked by `assignments_refer`, below.
    foreign key (organization_id, worker_id) references workers (organization_id, id),
    foreign key (organization_id, reserved_for) references workers (organization_id, id),
    check (state <> 'open' or worker_id is null),
    -- An open turn may be cancelled, and a reserved one may expire, without ever having had a worker.
    check (state in ('open', 'cancelled', 'expired') or worker_id is not null),
    check ((state = 'claimed') <= (lease_until is not null and claimed_at is not null)),
    check ((state in ('open', 'claimed')) = (closed_at is null))
);
-- The queue itself. Partial, so that it stays as small as the work that is waiting.
create index assignments_queue on assignments (organization_id, project_id, stage, queue_position)
    where state = 'open';
-- Turns kept for one worker, who is given them first.
create index assignments_kept on assignments (organization_id, reserved_for)
    where state = 'open' and reserved_for is not null;
create index assignments_of_task on assignments (organization_id, task_id);
-- Nobody gets a second turn on one task in one round, unless the first ended without a mark.
create unique index assignments_one_turn on assignments (organization_id, task_id, stage, round, worker_id)
    where state in ('claimed', 'submitted', 'skipped', 'reported');
-- What a worker was given last in a project: when the next gold is due, and what they did today.
create index assignments_given on assignments (organization_id, worker_id, project_id, claimed_at, id)
    where claimed_at is not null;
create index assignments_leases on assignments (organization_id, lease_until) where state = 'claimed';

-- What the worker has drawn so far in a turn that is still theirs.
create table drafts (
    organization_id uuid not null,
    assignment_id uuid not null,
    answer json not null,
    saved_at timestamptz not null,
    primary key (organization_id, assignment_id),
    foreign key (organization_id, assignment_id) references assignments (organization_id, id)
);

-- What came back from an annotate turn.
create table submissions (
    organization_id uuid not null,
    id uuid not null,
    assignment_id uuid not null,
    task_id uuid not null,
    project_id uuid not null,
    worker_id uuid not null,
    round integer not null,
    answer json not null,
    annotation_count integer not null,
    -- Active time as the page measured it, bounded by the length of the turn.
    duration_seconds real not null check (duration_seconds >= 0),
    submitted_at timestamptz not null,
    -- Against the gold, when the task is one.
    gold_score real check (gold_score between 0 and 1),
    gold_right boolean,
    -- Against the known answer of a training task. It is practice: a worker's standing does not hang on it.
    practice_score real check (practice_score between 0 and 1),
    -- With the consensus it went into.
    agreement real check (agreement between 0 and 1),
    -- It came from the market and waits for its approval, or was rejected: then it counts towards no answer.
    unapproved boolean not null default false,
    primary key (organization_id, id),
    unique (organization_id, assignment_id),
    foreign key (organization_id, assignment_id) references assignments (organization_id, id),
    foreign key (organization_id, task_id) references tasks (organization_id, id),
    foreign key (organization_id, worker_id) references workers (organization_id, id),
    check ((gold_score is null) = (gold_right is null))
);
create index submissions_of_task on submissions (organization_id, task_id);
-- A worker's golds: few rows among many, counted each time a task they answered advances.
create index submissions_scored on submissions (organization_id, project_id, worker_id, submitted_at)
    include (gold_right) where gold_right is not null;
create index submissions_practised on submissions (organization_id, project_id, worker_id, submitted_at)
    where practice_score is not null;
create index submissions_of_worker on submissions (organization_id, project_id, worker_id, submitted_at);

-- Several submissions made one. The latest of a task is the one in force.
create table consensuses (
    organization_id uuid not null,
    id uuid not null,
    task_id uuid not null,
    round integer not null,
    answer json not null,
    confidence real not null check (confidence between 0 and 1),
    agreement real not null check (agreement between 0 and 1),
    -- What the merge thought of each object, kept or not (core ObjectVerdict).
    objects json not null,
    -- In the order the members of each object refer to.
    submission_ids uuid[] not null,
    created_at timestamptz not null,
    primary key (organization_id, id),
    foreign key (organization_id, task_id) references tasks (organization_id, id)
);
create index consensuses_of_task on consensuses (organization_id, task_id, id);

-- A reviewer's verdict on what the task's opinions said.
create table reviews (
    organization_id uuid not null,
    id uuid not null,
    assignment_id uuid not null,
    task_id uuid not null,
    reviewer_id uuid not null,
    verdict text not null check (verdict in ('accept', 'fix', 'send_back')),
    comment text check (length(comment) <= 10000),
    answer json,
    duration_seconds real not null check (duration_seconds >= 0),
    created_at timestamptz not null,
    primary key (organization_id, id),
    unique (organization_id, assignment_id),
    foreign key (organization_id, assignment_id) references assignments (organization_id, id),
    foreign key (organization_id, task_id) references tasks (organization_id, id),
    foreign key (organization_id, reviewer_id) references workers (organization_id, id),
    check ((verdict = 'fix') = (answer is not null)),
    check (verdict <> 'send_back' or comment is not null)
);
create index reviews_of_task on reviews (organization_id, task_id);

-- The accepted result of a task: one, and it never changes. It is withdrawn when the task becomes a gold, and when an
-- audit rejects or corrects it; the audit keeps it.
create table responses (
    organization_id uuid not null,
    task_id uuid not null,
    answer json not null,
    confidence real not null check (confidence between 0 and 1),
    origin text not null check (origin in ('submission', 'consensus', 'review', 'audit', 'made_up')),
    accepted_at timestamptz not null,
    primary key (organization_id, task_id),
    foreign key (organization_id, task_id) references tasks (organization_id, id)
);

-- What the customer says of a finished answer. Rejected, the task goes back to work in another round; corrected, the
-- customer's answer is the response.
create table audits (
    organization_id uuid not null,
    id uuid not null,
    task_id uuid not null,
    -- The round whose answer is judged.
    round integer not null check (round >= 1),
    verdict text not null check (verdict in ('accept', 'fix', 'comment', 'reject')),
    comment text check (length(comment) between 1 and 10000),
    -- The answer that this does away with.
    replaced json,
    duration_seconds real not null check (duration_seconds >= 0),
    actor_kind text not null check (actor_kind in ('member', 'key', 'system')),
    actor_id uuid,
    -- What the auditor was called then.
    auditor text not null check (length(auditor) <= 400),
    created_at timestamptz not null,
    primary key (organization_id, id),
    foreign key (organization_id, task_id) references tasks (organization_id, id),
    check ((verdict in ('fix', 'reject')) = (replaced is not null)),
    check (verdict <> 'comment' or comment is not null)
);
create index audits_of_task on audits (organization_id, task_id, id);

-- A worker's standing in a project. A row exists from the first suspension on.
create table suspensions (
    organization_id uuid not null,
    id uuid not null,
    project_id uuid not null,
    worker_id uuid not null,
    reason text not null check (length(reason) between 1 and 2000),
    suspended_at timestamptz not null,
    -- Golds answered before this moment no longer count against the worker.
    lifted_at timestamptz check (lifted_at >= suspended_at),
    primary key (organization_id, id),
    foreign key (organization_id, project_id) references projects (organization_id, id),
    foreign key (organization_id, worker_id) references workers (organization_id, id)
);
create unique index suspensions_in_force on suspensions (organization_id, project_id, worker_id)
    where lifted_at is null;

-- Every change of state, for people, callbacks and audit. Rows are only added.
create table events (
    -- No foreign key: the policy already names the tenant, and this is the busiest table there is.
    organization_id uuid not null,
    id uuid not null,
    type text not null,
    at timestamptz not null,
    actor_kind text not null check (actor_kind in ('member', 'worker', 'key', 'system')),
    actor_id uuid,
    project_id uuid,
    task_id uuid,
    data json not null default '{}',
    primary key (organization_id, id)
);
create index events_of_task on events (organization_id, task_id, id) where task_id is not null;

-- A file of tasks, pre-labels or golds on its way in, with its progress.
create table imports (
    organization_id uuid not null,
    id uuid not null,
    project_id uuid not null,
    format text not null,
    purpose text not null check (purpose in ('tasks', 'prelabels', 'golds')),
    file_name text not null check (length(file_name) <= 1024),
    blob_key text not null,
    state text not null check (state in ('running', 'done', 'failed')),
    total integer not null default 0,
    done integer not null default 0,
    -- Of those done: what the row asks for was there already.
    existing integer not null default 0 check (existing <= done),
    failed integer not null default 0,
    message text,
    created_at timestamptz not null,
    finished_at timestamptz,
    primary key (organization_id, id),
    foreign key (organization_id, project_id) references projects (organization_id, id)
);
create index imports_of_project on imports (organization_id, project_id, id);

-- Why one row of an import could not be used.
create table import_problems (
    organization_id uuid not null,
    import_id uuid not null,
    row_number integer not null,
    item text not null,
    message text not null,
    primary key (organization_id, import_id, row_number),
    foreign key (organization_id, import_id) references imports (organization_id, id)
);

-- A customer's server that wants to hear of events.
create table webhooks (
    organization_id uuid not null references organizations (id),
    id uuid not null,
    url text not null check (length(url) <= 2048),
    description text not null default '' check (length(description) <= 500),
    -- Of the projects of which mode it hears. What belongs to no project is live.
    mode text not null default 'live' check (mode in ('live', 'test', 'both')),
    -- Event types, or '*'.
    events text[] not null check (cardinality(events) between 1 and 50),
    -- The signing secret, encrypted with the installation's master key.
    sealed_secret bytea not null,
    -- The secret before this one, and until when it signs too, so that a receiver can change over.
    old_sealed_secret bytea,
    old_secret_until timestamptz,
    created_at timestamptz not null,
    disabled_at timestamptz,
    primary key (organization_id, id),
    check ((old_sealed_secret is null) = (old_secret_until is null))
);

-- How the callbacks of tasks and batches are sent, for each mode. A row exists from the first time on.
create table callback_settings (
    organization_id uuid not null references organizations (id),
    mode text not null check (mode in ('live', 'test')),
    -- Who is told of tasks that a program sent and that name nobody themselves; none: nobody.
    address text check (length(address) between 1 and 2048),
    -- What receivers know us by, encrypted with the installation's master key: a word that every callback carries, and
    -- the secret that signs it.
    sealed_key bytea not null,
    sealed_secret bytea not null,
    -- The secret before this one, and until when it signs too, so that a receiver can change over.
    old_sealed_secret bytea,
    old_secret_until timestamptz,
    rotated_at timestamptz not null,
    primary key (organization_id, mode),
    check ((old_sealed_secret is null) = (old_secret_until is null))
);

-- One message, with what became of it: to a webhook, or as a callback to the address that a task or batch names.
create table deliveries (
    organization_id uuid not null,
    id uuid not null,
    webhook_id uuid,
    address text check (length(address) between 1 and 2048),
    -- What a callback tells of.
    task_id uuid,
    batch_id uuid,
    event_id uuid not null,
    event_type text not null,
    -- The body as first sent: a retry sends the same bytes. That of a callback is written when it is first sent.
    payload text,
    state text not null default 'pending' check (state in ('pending', 'delivered', 'failed')),
    attempts integer not null default 0,
    last_status integer,
    last_error text,
    created_at timestamptz not null,
    next_attempt_at timestamptz,
    delivered_at timestamptz,
    primary key (organization_id, id),
    foreign key (organization_id, webhook_id) references webhooks (organization_id, id) on delete cascade,
    foreign key (organization_id, task_id) references tasks (organization_id, id) on delete cascade,
    foreign key (organization_id, batch_id) references batches (organization_id, id) on delete cascade,
    check (num_nonnulls(webhook_id, task_id, batch_id) = 1),
    check ((webhook_id is null) = (address is not null)),
    check (webhook_id is null or payload is not null),
    check ((state = 'delivered') = (delivered_at is not null))
);
create index deliveries_of_webhook on deliveries (organization_id, webhook_id, id) where webhook_id is not null;
create index deliveries_of_task on deliveries (organization_id, task_id, created_at, id) where task_id is not null;
create index deliveries_of_batch on deliveries (organization_id, batch_id) where batch_id is not null;

-- The answer first given to a request that carried an Idempotency-Key, kept for a day.
create table idempotency_keys (
    organization_id uuid not null references organizations (id),
    key text not null check (length(key) between 1 and 255),
    -- Of method, path and body: the same key with another request is refused.
    request_hash bytea not null,
    answer json,
    created_at timestamptz not null,
    primary key (organization_id, key)
);

-- --- money --------------------------------------------------------------------------------------------------------
--
-- Rows of a market's room (decisions/0022): organization_id is the market. Amounts are minor units of the currency, and
-- every movement is a transfer whose entries sum to zero (decisions/0023). Live and test money never meet.

-- How a market trades. Until there is a row, the defaults hold.
create table market_settings (
    organization_id uuid primary key references organizations (id),
    currency text not null default 'USD' check (currency ~ '^[A-Z]{3}$'),
    -- What the market keeps of rewards and bonuses, on top of them, paid by requesters.
    fee_basis_points integer not null default 0 check (fee_basis_points between 0 and 10000),
    -- The least it keeps of one payment, where it keeps anything.
    fee_minimum_minor bigint not null default 0 check (fee_minimum_minor between 0 and 1000000),
    -- What an hour of work must bring; none: as little as requesters like.
    pay_floor_minor bigint check (pay_floor_minor between 1 and 1000000000),
    -- The least that a freelancer can ask to be paid out.
    payout_minimum_minor bigint not null default 1 check (payout_minimum_minor between 1 and 1000000000),
    -- Who may become a freelancer: everybody, those who were invited, nobody new.
    sign_up text not null default 'invitation' check (sign_up in ('open', 'invitation', 'closed')),
    -- Whether limits that other markets have, and we do not need, hold here too.
    strict_limits boolean not null default false,
    -- How long after a rejection a freelancer may appeal.
    appeal_days smallint not null default 7 check (appeal_days between 0 and 365),
    -- A requester who rejects more than so many within so many days, and more than this share of what they decide, has
    -- further rejections looked at by the market first. 100 percent: never.
    brake_count integer not null default 20 check (brake_count between 0 and 1000000),
    brake_percent smallint not null default 50 check (brake_percent between 1 and 100),
    brake_days smallint not null default 7 check (brake_days between 1 and 90),
    -- After which time without a decision work is approved, where its offer does not say.
    auto_approval_seconds integer not null default 259200 check (auto_approval_seconds between 0 and 2592000),
    updated_at timestamptz not null
);

-- What an account holds: the sum of its entries, kept by `entries_kept`. Rows change in no other way.
create table accounts (
    organization_id uuid not null,
    mode text not null check (mode in ('live', 'test')),
    currency text not null check (currency ~ '^[A-Z]{3}$'),
    purpose text not null check (purpose in ('available', 'held', 'fees', 'earned', 'paying', 'outside')),
    -- The posting for which it is held; otherwise whose it is.
    owner_id uuid not null,
    -- Whose it is, a requester or a freelancer.
    requester_id uuid,
    freelancer_id uuid,
    party_id uuid not null generated always as (coalesce(requester_id, freelancer_id)) stored,
    balance_minor bigint not null,
    primary key (organization_id, owner_id, purpose, mode, currency),
    check (num_nonnulls(requester_id, freelancer_id) = 1),
    -- Nobody spends what they have not, but the world outside, and requesters who play.
    constraint accounts_covered check (
        balance_minor >= 0 or purpose = 'outside' or (mode = 'test' and purpose = 'available'))
) with (fillfactor = 50);
-- Not only of those that hold something: a balance that no index looks at can change without touching one, and the
-- accounts of a busy requester change all the time.
create index accounts_of_party on accounts (organization_id, party_id, mode, purpose);

-- A movement of money, in words. Rows are only added: what was wrong is taken back by another one.
create table transfers (
    -- No foreign key: the policy already names the market, and there is one for each payment.
    organization_id uuid not null,
    id uuid not null,
    -- What makes it happen once, however often it is repeated.
    key text not null check (length(key) between 1 and 200),
    kind text not null check (kind in ('fund', 'withdraw', 'hold', 'release', 'pay', 'pay_again', 'bonus',
        'payout_start', 'payout_finish', 'payout_fail', 'reversal')),
    mode text not null check (mode in ('live', 'test')),
    currency text not null check (currency ~ '^[A-Z]{3}$'),
    requester_id uuid,
    freelancer_id uuid,
    posting_id uuid,
    engagement_id uuid,
    memo text not null default '' check (length(memo) <= 500),
    made_at timestamptz not null,
    primary key (organization_id, id),
    unique (organization_id, mode, key),
    check (num_nonnulls(requester_id, freelancer_id) >= 1)
);
-- An engagement is paid once, whatever the keys.
create unique index transfers_paid_once on transfers (organization_id, engagement_id) where kind in ('pay', 'pay_again');
-- Statements, the newest first.
create index transfers_of_requester on transfers (organization_id, requester_id, id) where requester_id is not null;
create index transfers_of_freelancer on transfers (organization_id, freelancer_id, id) where freelancer_id is not null;
create index transfers_of_posting on transfers (organization_id, posting_id, id) where posting_id is not null;

-- What one account gains by a transfer, or loses.
create table entries (
    organization_id uuid not null,
    transfer_id uuid not null,
    purpose text not null check (purpose in ('available', 'held', 'fees', 'earned', 'paying', 'outside')),
    owner_id uuid not null,
    -- As its transfer has them: whoever sees that sees its entries.
    requester_id uuid,
    freelancer_id uuid,
    amount_minor bigint not null check (amount_minor <> 0),
    primary key (organization_id, transfer_id, purpose, owner_id),
    foreign key (organization_id, transfer_id) references transfers (organization_id, id)
);

-- Entries come as whole transfers, and accounts follow them. Accounts are taken in one order, that payments at the same
-- time do not wait for each other in a ring; what is said about one that does not have enough is in the detail.
create function entries_kept() returns trigger language plpgsql as $$
declare
    one record;
begin
    if exists (select from added group by organization_id, transfer_id having sum(amount_minor) <> 0) then
        raise check_violation using table = 'entries', constraint = 'entries_zero_sum',
            message = 'the entries of a transfer sum to zero';
    end if;
    for one in
        select entry.organization_id, entry.owner_id, entry.purpose, transfer.mode, transfer.currency,
            case when entry.purpose in ('available', 'held', 'fees')
                or entry.purpose = 'outside' and entry.owner_id = transfer.requester_id then transfer.requester_id
            end as requester_id,
            case when entry.purpose in ('earned', 'paying')
                or entry.purpose = 'outside' and entry.owner_id = transfer.freelancer_id then transfer.freelancer_id
            end as freelancer_id,
            sum(entry.amount_minor) as amount_minor
        from added entry
        join transfers transfer
            on transfer.organization_id = entry.organization_id and transfer.id = entry.transfer_id
        group by 1, 2, 3, 4, 5, 6, 7
        order by entry.purpose, entry.owner_id
    loop
        update accounts set balance_minor = balance_minor + one.amount_minor
        where organization_id = one.organization_id and owner_id = one.owner_id and purpose = one.purpose
            and mode = one.mode and currency = one.currency
            and (balance_minor + one.amount_minor >= 0 or one.purpose = 'outside'
                or one.mode = 'test' and one.purpose = 'available');
        continue when found;
        if one.amount_minor < 0 and one.purpose <> 'outside' and (one.mode = 'live' or one.purpose <> 'available') then
            raise check_violation using table = 'accounts', constraint = 'accounts_covered',
                message = 'an account does not have what a transfer takes',
                detail = json_build_object('purpose', one.purpose, 'needed', -one.amount_minor, 'there', coalesce((
                    select balance_minor from accounts
                    where organization_id = one.organization_id and owner_id = one.owner_id
                        and purpose = one.purpose and mode = one.mode and currency = one.currency), 0));
        end if;
        insert into accounts as account
            (organization_id, mode, currency, purpose, owner_id, requester_id, freelancer_id, balance_minor)
        values (one.organization_id, one.mode, one.currency, one.purpose, one.owner_id, one.requester_id,
            one.freelancer_id, one.amount_minor)
        on conflict (organization_id, owner_id, purpose, mode, currency)
        do update set balance_minor = account.balance_minor + excluded.balance_minor;
    end loop;
    return null;
end $$;
create trigger kept after insert on entries
    referencing new table as added for each statement execute function entries_kept();

-- A transfer with its entries, once for its key in its mode; whether it is new. $2 id, $3 key, $4 kind, $5 mode, $6
-- currency, $7 requester, $8 freelancer, $9 posting, $10 engagement, $11 memo, $12 now; $13 to $15 purposes, owners and
-- amounts of the entries. Whoever pays does not see the accounts of those who are paid, so this looks as the market does,
-- and tells no more than whether it was done.
create function post_transfer(uuid, uuid, text, text, text, text, uuid, uuid, uuid, uuid, text, timestamptz,
    text[], uuid[], bigint[])
returns boolean language plpgsql as $$
declare
    party constant text := coalesce(current_setting('assay.party', true), '');
    made boolean;
begin
    perform set_config('assay.party', '', true);
    insert into transfers (organization_id, id, key, kind, mode, currency, requester_id, freelancer_id, posting_id,
        engagement_id, memo, made_at)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
    on conflict (organization_id, mode, key) do nothing;
    made := found;
    if made then
        insert into entries (organization_id, transfer_id, purpose, owner_id, requester_id, freelancer_id, amount_minor)
        select $1, $2, entry.purpose, entry.owner_id, $7, $8, entry.amount_minor
        from unnest($13, $14, $15) as entry (purpose, owner_id, amount_minor);
    end if;
    perform set_config('assay.party', party, true);
    return made;
end $$;

-- Only entries change an account.
create function accounts_follow() returns trigger language plpgsql as $$
begin
    raise restrict_violation using table = 'accounts', constraint = 'accounts_follow',
        message = 'accounts follow their entries and are not written by themselves';
end $$;
create trigger follow before insert or update or delete on accounts
    for each statement when (pg_trigger_depth() = 0) execute function accounts_follow();

-- What a requester added to an engagement's reward.
create table bonuses (
    organization_id uuid not null,
    id uuid not null,
    mode text not null check (mode in ('live', 'test')),
    requester_id uuid not null,
    freelancer_id uuid not null,
    posting_id uuid not null,
    engagement_id uuid not null,
    amount_minor bigint not null check (amount_minor > 0),
    fee_minor bigint not null check (fee_minor >= 0),
    currency text not null check (currency ~ '^[A-Z]{3}$'),
    reason text not null check (length(reason) <= 4000),
    -- top_up: what was missing to the pay floor.
    origin text not null default 'requester' check (origin in ('requester', 'top_up')),
    -- The requester's own word for it; the same one again is the same bonus.
    token text check (length(token) between 1 and 64),
    paid_at timestamptz not null,
    primary key (organization_id, id)
);
create unique index bonuses_token on bonuses (organization_id, requester_id, mode, token) where token is not null;
create index bonuses_of_engagement on bonuses (organization_id, engagement_id, id);
create index bonuses_of_posting on bonuses (organization_id, posting_id, id);
create index bonuses_of_freelancer on bonuses (organization_id, freelancer_id, id);

-- What a freelancer asked to have of what they earned.
create table payouts (
    organization_id uuid not null,
    id uuid not null,
    mode text not null check (mode in ('live', 'test')),
    freelancer_id uuid not null,
    amount_minor bigint not null check (amount_minor > 0),
    currency text not null check (currency ~ '^[A-Z]{3}$'),
    -- asked: nothing was done yet. sent: on its way. The others are final; what failed is earned again.
    state text not null default 'asked' check (state in ('asked', 'sent', 'paid', 'failed')),
    -- Where to, as the freelancer wrote it; for whoever pays.
    destination text not null check (length(destination) between 1 and 500),
    -- By which provider, and its own name for it.
    provider text check (length(provider) between 1 and 100),
    reference text check (length(reference) between 1 and 200),
    failure text check (length(failure) between 1 and 1000),
    asked_at timestamptz not null,
    sent_at timestamptz,
    ended_at timestamptz,
    primary key (organization_id, id),
    check ((state in ('paid', 'failed')) = (ended_at is not null)),
    check ((state = 'failed') = (failure is not null))
);
create index payouts_by_state on payouts (organization_id, state, id);
create index payouts_of_freelancer on payouts (organization_id, freelancer_id, id);

-- A page with places to fill in, from which a program makes the questions of its tasks. Its text is never changed, as
-- tasks were made of it.
create table layouts (
    organization_id uuid not null references organizations (id),
    id uuid not null,
    name text not null check (length(name) between 1 and 200),
    -- Places look like ${name}.
    html text not null check (octet_length(html) between 1 and 65535),
    created_at timestamptz not null,
    -- From then on nothing new is made from it.
    retired_at timestamptz,
    primary key (organization_id, id)
);

-- What is to be done soon. The library's tables for jobs are made beside this one. Rows carry ids and nothing else, so
-- there are no walls here: whoever takes one opens the tenant it names and meets them there.
create schema queue;

-- Tasks that something happened to since they were last advanced, one row for each happening. Whoever advances a task
-- deletes its rows in the same transaction, so that nothing is advanced by a transaction that did not commit, and
-- nothing that did happen is forgotten.
create table queue.due_tasks (
    id bigint generated always as identity primary key,
    organization_id uuid not null,
    task_id uuid not null,
    -- Later than now for one that is tried again; 'infinity' for one that was tried often enough.
    due_at timestamptz not null default now(),
    attempts smallint not null default 0,
    failure text
) with (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_cost_delay = 0);

-- --- the hot path, in one round trip ------------------------------------------------------------------------------
--
-- A worker's claim and submission are most of what the server does, and each question to the database costs more than
-- its answer. These functions hold the statements that the ordinary way uses one by one, and the two that do all of it
-- at once. They run with their caller's rights and meet the walls of the tenant that they enter.

-- The member behind a session, if the session is alive and so is the member. $2 hash, $3 now, $4 the oldest last sight
-- of a session that has not gone stale.
create function session_caller(uuid, bytea, timestamptz, timestamptz)
returns table (member_id uuid, name text, email text, role text, worker_id uuid, last_seen_at timestamptz)
language sql stable as $$
    select member.id, member.name, member.email, member.role, worker.id, session.last_seen_at
    from sessions session
    join members member on member.organization_id = $1 and member.id = session.member_id
    left join workers worker on worker.organization_id = $1 and worker.member_id = member.id
    where session.organization_id = $1 and session.token_hash = $2
        and session.revoked_at is null and session.expires_at > $3 and session.last_seen_at > $4
        and member.disabled_at is null
$$;

-- The key $2, if it is alive at $3 and its maker still is a member.
create function key_caller(uuid, bytea, timestamptz)
returns table (key_id uuid, name text, role text, mode text, last_used_at timestamptz)
language sql stable as $$
    select key.id, key.name, key.role, key.mode, key.last_used_at
    from api_keys key
    join members maker on maker.organization_id = $1 and maker.id = key.created_by and maker.disabled_at is null
    where key.organization_id = $1 and key.key_hash = $2
        and key.revoked_at is null and (key.expires_at is null or key.expires_at > $3)
$$;

-- What the customer's last audit says of task $2, in round $3 and state $4: of the answer it has, 'pending' where nobody
-- looked at it; of a rejected one while it is done again; else none.
create function audit_verdict(uuid, uuid, integer, text) returns text language sql stable as $$
    select case when $4 = 'completed' then coalesce((
            select audit.verdict from audits audit
            where audit.organization_id = $1 and audit.task_id = $2 and audit.round = $3
            order by audit.id desc limit 1), 'pending')
        else (
            select audit.verdict from audits audit
            where audit.organization_id = $1 and audit.task_id = $2 and audit.round = $3 - 1
                and audit.verdict = 'reject'
            order by audit.id desc limit 1) end
$$;

-- Whether worker $3 may be given work of project $2, as far as its crew and its training are asked.
create function may_work(uuid, uuid, uuid) returns boolean language sql stable as $$
    select (not project.crew_only or exists (
            select from crews crew
            where crew.organization_id = $1 and crew.project_id = $2 and crew.worker_id = $3))
        and (not project.trains or exists (
            select from trainings training
            where training.organization_id = $1 and training.project_id = $2 and training.worker_id = $3
                and training.passed_at is not null))
    from projects project
    where project.organization_id = $1 and project.id = $2
$$;

-- Whether worker $3 is among those that batch $2, which is kept to some, is kept to.
create function may_take(uuid, uuid, uuid) returns boolean language sql stable as $$
    select exists (
            select from batch_groups kept
            join worker_group_members member
                on member.organization_id = $1 and member.group_id = kept.group_id and member.worker_id = $3
            where kept.organization_id = $1 and kept.batch_id = $2)
        or exists (
            select from batches batch
            join workers worker on worker.organization_id = $1 and worker.id = $3
            join members member on member.organization_id = $1 and member.id = worker.member_id
            where batch.organization_id = $1 and batch.id = $2 and batch.purpose = 'self_label'
                and member.role in ('owner', 'manager'))
$$;

-- Of the last $4 turns of worker $3 in project $2: how many there are, and how many came after the last gold. The bound
-- keeps a claim as cheap for who has done ten thousand as for a newcomer. Practice is not counted.
create function recent_turns(uuid, uuid, uuid, integer)
returns table (total bigint, since_gold bigint)
language sql stable as $$
    with recent as (
        select turn.task_id, row_number() over (order by turn.claimed_at desc, turn.id desc) as place
        from assignments turn
        where turn.organization_id = $1 and turn.project_id = $2 and turn.worker_id = $3 and turn.stage = 'annotate'
            and turn.claimed_at is not null
        order by turn.claimed_at desc, turn.id desc
        limit $4
    )
    select count(*), coalesce(min(recent.place) filter (where task.is_gold) - 1, count(*))
    from recent
    join tasks task on task.organization_id = $1 and task.id = recent.task_id and not task.is_training
$$;

-- A turn of project $2 at stage $3 for worker $4: one that is kept for them, else the first open one that they may take,
-- from queue position $7 on; $5 now, $6 the end of the lease, $8 the event's id. Rows that another claim is taking right
-- now are passed over, so claims do not wait for each other. The conditions on `mine` are core.routing.barred. What
-- comes back is the turn with all it takes to work on it: one round trip for a claim.
create function claim_turn(uuid, uuid, text, uuid, timestamptz, timestamptz, bigint, uuid)
returns table (
    queue_position bigint, id uuid, task_id uuid, project_id uuid, stage text, round integer, state text,
    worker_id uuid, reserved_for uuid, claimed_at timestamptz, lease_until timestamptz, extended boolean, reason text,
    project_name text, kind text, project_version integer, content json, taxonomy json, prelabels json,
    is_gold boolean, draft json, attachment_id uuid, file_name text, content_type text, width integer, height integer,
    display_width integer, display_height integer, blob_key text, display_key text, thumbnail_key text, sha256 bytea,
    byte_count bigint)
language plpgsql as $$
#variable_conflict use_column
declare
    chosen uuid;
begin
    select turn.id into chosen from assignments turn
    where turn.organization_id = $1 and turn.reserved_for = $4 and turn.project_id = $2 and turn.stage = $3
        and turn.state = 'open'
        and not exists (
            select from assignments mine
            where mine.organization_id = $1 and mine.task_id = turn.task_id and mine.worker_id = $4
                and (mine.stage = turn.stage and mine.round = turn.round
                        and mine.state in ('claimed', 'submitted', 'skipped', 'reported')
                    or mine.stage <> turn.stage and mine.state in ('claimed', 'submitted')))
    order by turn.queue_position
    limit 1
    for update skip locked;
    if chosen is null then
        select turn.id into chosen from assignments turn
        where turn.organization_id = $1 and turn.project_id = $2 and turn.stage = $3 and turn.state = 'open'
            and turn.queue_position >= $7 and turn.reserved_for is null
            and not exists (
                select from assignments mine
                where mine.organization_id = $1 and mine.task_id = turn.task_id and mine.worker_id = $4
                    and (mine.stage = turn.stage and mine.round = turn.round
                            and mine.state in ('claimed', 'submitted', 'skipped', 'reported')
                        or mine.stage <> turn.stage and mine.state in ('claimed', 'submitted')))
        order by turn.queue_position
        limit 1
        for update skip locked;
    end if;
    if chosen is null then
        return;
    end if;
    return query
    with claimed as (
        update assignments
        set state = 'claimed', worker_id = $4, claimed_at = $5, lease_until = $6
        where assignments.organization_id = $1 and assignments.id = chosen
        returning assignments.*
    ), event as (
        insert into events (organization_id, id, type, at, actor_kind, actor_id, project_id, task_id, data)
        select $1, $8, 'assignment.claimed', $5, 'worker', $4, $2, task_id, json_build_object('assignment_id', id)
        from claimed
    )
    select assignment.queue_position, assignment.id, assignment.task_id, assignment.project_id, assignment.stage,
           assignment.round, assignment.state, assignment.worker_id, assignment.reserved_for, assignment.claimed_at,
           assignment.lease_until, assignment.extended, assignment.reason, project.name as project_name, project.kind,
           task.project_version, task.content, task.taxonomy, task.prelabels, task.is_gold, null::json as draft,
           attachment.id as attachment_id, attachment.file_name, attachment.content_type, attachment.width,
           attachment.height, attachment.display_width, attachment.display_height, attachment.blob_key,
           attachment.display_key, attachment.thumbnail_key, attachment.sha256, attachment.byte_count
    from claimed assignment
    join tasks task on task.organization_id = $1 and task.id = assignment.task_id
    join projects project on project.organization_id = $1 and project.id = assignment.project_id
    left join attachments attachment on attachment.organization_id = $1 and attachment.id = task.attachment_id;
end $$;

-- Submits turn $2 of worker $3: $4 the submission's id, $5 the answer, $6 how many annotations, $7 seconds, $8 now. One
-- statement, so that a turn is submitted whole or not at all. No row comes back when the turn is no longer the
-- worker's: it expired, was taken back, or was submitted already.
create function submit_turn(uuid, uuid, uuid, uuid, text, integer, real, timestamptz)
returns table (task_id uuid, project_id uuid)
language plpgsql as $$
#variable_conflict use_column
declare
    -- A variable, so that the plan is not tempted by the small index of leases, where a busy queue leaves dead entries.
    held constant text := 'claimed';
begin
    return query
    with closed as (
        update assignments set state = 'submitted', closed_at = $8, lease_until = null
        where organization_id = $1 and id = $2 and worker_id = $3 and state = held and stage = 'annotate'
            and not engaged
        returning id, task_id, project_id, round, claimed_at
    ), submission as (
        insert into submissions (organization_id, id, assignment_id, task_id, project_id, worker_id, round, answer,
            annotation_count, duration_seconds, submitted_at)
        select $1, $4, id, task_id, project_id, $3, round, $5::json, $6,
               least($7::real, extract(epoch from $8 - claimed_at)::real), $8
        from closed
        returning task_id, project_id
    ), draft as (
        delete from drafts where organization_id = $1 and assignment_id = $2
    ), advance as (
        insert into queue.due_tasks (organization_id, task_id) select $1, task_id from closed
    )
    select task_id, project_id from submission;
end $$;

-- Adds events at $2 by actor $3, $4 (arrays: $5 ids, $6 types, $7 projects, $8 tasks, $9 data) and, for each webhook that
-- listens, a delivery with its job, and the callbacks that follow: all of them or none.
create function record_events(uuid, timestamptz, text, uuid, uuid[], text[], uuid[], uuid[], text[])
returns void
language plpgsql as $$
begin
    insert into events (organization_id, id, type, at, actor_kind, actor_id, project_id, task_id, data)
    select $1, e.id, e.type, $2, $3, $4, e.project_id, e.task_id, e.data::json
    from unnest($5::uuid[], $6::text[], $7::uuid[], $8::uuid[], $9::text[])
        as e (id, type, project_id, task_id, data);
    if $6 && array['task.completed', 'task.broken', 'batch.completed'] then
        perform call_back($1, $2, $5, $6, $8, $9);
    end if;
    if $6 && array['posting.created', 'posting.expired', 'posting.reviewable', 'posting.extended', 'posting.disposed',
            'engagement.accepted', 'engagement.abandoned', 'engagement.returned', 'engagement.submitted',
            'engagement.rejected', 'engagement.approved'] then
        perform give_notices($1, $2, $5, $6, $9);
    end if;
    if not exists (select from webhooks where organization_id = $1 and disabled_at is null) then
        return;
    end if;
    with delivery as (
        insert into deliveries (organization_id, id, webhook_id, event_id, event_type, payload, created_at,
            next_attempt_at)
        select $1, gen_random_uuid(), webhook.id, event.id, event.type,
               json_build_object('type', event.type, 'timestamp', $2, 'data', json_build_object(
                   'event_id', event.id, 'project_id', event.project_id, 'task_id', event.task_id,
                   'details', event.data::json))::text,
               $2, $2
        from unnest($5::uuid[], $6::text[], $7::uuid[], $8::uuid[], $9::text[])
            as event (id, type, project_id, task_id, data)
        left join projects project on project.organization_id = $1 and project.id = event.project_id
        join webhooks webhook
            on webhook.organization_id = $1 and webhook.disabled_at is null
            and webhook.mode in ('both', coalesce(project.mode, 'live'))
            and ('*' = any (webhook.events) or event.type = any (webhook.events))
        returning id
    )
    insert into queue.pgqueuer (priority, entrypoint, payload, status)
    select 0, 'send_callback',
           convert_to(json_build_object('organization_id', $1, 'subject', delivery.id)::text, 'UTF8'), 'queued'
    from delivery;
end $$;

-- The callbacks that follow from events (arrays: $3 ids, $4 types, $5 tasks, $6 data) at $2, each with its job: of a task
-- that is completed or whose photo cannot be had, and of a batch whose tasks are all done (its id is in the data). Golds
-- are nobody's order. Without sequential scans, as a plan is kept and may have been made when tables were nearly empty.
create function call_back(uuid, timestamptz, uuid[], text[], uuid[], text[]) returns void
language plpgsql set enable_seqscan = off as $$
begin
    with delivery as (
        insert into deliveries (organization_id, id, address, task_id, batch_id, event_id, event_type, created_at,
            next_attempt_at)
        select $1, gen_random_uuid(), found.address, found.task_id, found.batch_id, event.id, event.type, $2, $2
        from unnest($3::uuid[], $4::text[], $5::uuid[], $6::text[]) as event (id, type, task_id, data)
        cross join lateral (
            select task.id as task_id, null::uuid as batch_id,
                   coalesce(task.callback, case when task.request is not null then setting.address end) as address
            from tasks task
            join projects project on project.organization_id = $1 and project.id = task.project_id
            left join callback_settings setting on setting.organization_id = $1 and setting.mode = project.mode
            left join attachments photo on photo.organization_id = $1 and photo.id = task.attachment_id
            where task.organization_id = $1 and task.id = event.task_id and not task.is_gold
                and (event.type = 'task.completed' or event.type = 'task.broken' and photo.state = 'failed')
            union all
            select null, batch.id, batch.callback
            from batches batch
            where event.type = 'batch.completed' and batch.organization_id = $1
                and batch.id = (event.data::json ->> 'batch_id')::uuid
        ) found
        where found.address is not null
        returning id
    )
    insert into queue.pgqueuer (priority, entrypoint, payload, status)
    select 0, 'send_callback',
           convert_to(json_build_object('organization_id', $1, 'subject', delivery.id)::text, 'UTF8'), 'queued'
    from delivery;
end $$;

-- A claim as a whole by somebody who was here before: the session $2 must still be that of worker $3 in role $4, seen
-- lately ($5 now, $6 stale before, $7 lately), project $8 active in version $9 and the worker not suspended in it. A gold
-- must not be due: $10 recent turns are looked at (none for a project without golds), the worker's first $11 turns allow
-- a gap of fewer than $12 between golds, later ones fewer than $13. $14 lease, $15 position, $16 the event's id.
-- No row: ask the ordinary way, which knows what to answer.
create function claim_at_once(uuid, bytea, uuid, text, timestamptz, timestamptz, timestamptz, uuid, integer,
    integer, integer, integer, integer, timestamptz, bigint, uuid)
returns table (
    queue_position bigint, id uuid, task_id uuid, project_id uuid, stage text, round integer, state text,
    worker_id uuid, reserved_for uuid, claimed_at timestamptz, lease_until timestamptz, extended boolean, reason text,
    project_name text, kind text, project_version integer, content json, taxonomy json, prelabels json,
    is_gold boolean, draft json, attachment_id uuid, file_name text, content_type text, width integer, height integer,
    display_width integer, display_height integer, blob_key text, display_key text, thumbnail_key text, sha256 bytea,
    byte_count bigint)
language plpgsql as $$
#variable_conflict use_column
declare
    turns record;
begin
    -- A claim that a crash undoes is a lease nobody holds, so its commit need not wait for the disk.
    perform set_config('assay.organization', $1::text, true), set_config('plan_cache_mode', 'force_generic_plan', true),
        set_config('enable_seqscan', 'off', true), set_config('synchronous_commit', 'off', true);
    perform from session_caller($1, $2, $5, $6) caller
    where caller.worker_id = $3 and caller.role = $4 and caller.last_seen_at > $7
        and exists (select from projects project
            where project.organization_id = $1 and project.id = $8 and project.state = 'active' and project.version = $9
                -- Most projects ask for neither, and are not looked up twice.
                and not project.keeps
                and (not (project.crew_only or project.trains) or may_work($1, $8, $3)))
        and not exists (select from suspensions suspension
            where suspension.organization_id = $1 and suspension.project_id = $8 and suspension.worker_id = $3
                and suspension.lifted_at is null);
    if not found then
        return;
    end if;
    if $10 > 0 and exists (select from tasks task
        where task.organization_id = $1 and task.project_id = $8 and task.is_gold and not task.is_training
            and task.state = 'annotating')
    then
        select recent.total, recent.since_gold into turns from recent_turns($1, $8, $3, $10) recent;
        if turns.since_gold >= (case when turns.total < $11 then $12 else $13 end) then
            return;
        end if;
    end if;
    return query select * from claim_turn($1, $8, 'annotate', $3, $5, $14, $15, $16);
end $$;

-- A submission as a whole by somebody who was here before: the session $2 as above up to $7, then turn $8, submission $9,
-- answer $10, annotations $11, seconds $12, event $13 and its data $14. True when it was taken in; false: ask the
-- ordinary way. Its commit waits for the disk.
create function submit_at_once(uuid, bytea, uuid, text, timestamptz, timestamptz, timestamptz, uuid, uuid, text, integer,
    real, uuid, text)
returns boolean
language plpgsql as $$
#variable_conflict use_column
declare
    done record;
begin
    perform set_config('assay.organization', $1::text, true), set_config('plan_cache_mode', 'force_generic_plan', true),
        set_config('enable_seqscan', 'off', true);
    perform from session_caller($1, $2, $5, $6) caller
    where caller.worker_id = $3 and caller.role = $4 and caller.last_seen_at > $7;
    if not found then
        return false;
    end if;
    select submitted.task_id, submitted.project_id into done
    from submit_turn($1, $8, $3, $9, $10, $11, $12, $5) submitted;
    if not found then
        return false;
    end if;
    perform record_events($1, $5, 'worker', $3, array[$13], array['submission.created'], array[done.project_id],
        array[done.task_id], array[$14]);
    return true;
end $$;

-- One task, with the photo that is still to be fetched, the event that tells of it and the job that fetches: $2 its id,
-- $3 project, $4 version, $5 the photo's id (none where it shows something else), $6 unique id, $7 the mode in which that
-- is unique, $8 metadata, $9 tags, $10 request, $11 taxonomy, $12 prelabels, $13 priority, $14 now, $15 the photo's name,
-- $16 its address, $17 and $18 the actor, $19 the event's id, $20 callback, $21 batch.
create function create_task(uuid, uuid, uuid, integer, uuid, text, text, text, text[], text, text, text, smallint,
    timestamptz, text, text, text, uuid, uuid, text, uuid)
returns void
language plpgsql as $$
begin
    if $5 is not null then
        insert into attachments (organization_id, id, project_id, state, file_name, source_url, created_at)
        values ($1, $5, $3, 'pending', $15, $16, $14);
        insert into queue.pgqueuer (priority, entrypoint, payload, status)
        values (0, 'fetch_attachment',
            convert_to(json_build_object('organization_id', $1, 'subject', $5)::text, 'UTF8'), 'queued');
    end if;
    insert into tasks (organization_id, id, project_id, project_version, attachment_id, unique_id, unique_among,
        metadata, tags, request, taxonomy, prelabels, state, priority, created_at, callback, batch_id)
    values ($1, $2, $3, $4, $5, $6, $7, $8::json, $9, $10::json, $11::json, $12::json, 'preparing', $13, $14, $20, $21);
    perform record_events($1, $14, $17, $18, array[$19], array['task.created'], array[$3], array[$2], array['{}']);
end $$;

-- A photo's task as a whole, by a key that was used before: the key $2 must still be $3 in role $4, used lately ($5 now,
-- $6 lately), project $7 in version $8 and not archived, the unique id free, and the batch $9, where one is named, the
-- project's and not completed. $10 to $24 are the task, as above; $20 is its priority unless the batch has another,
-- and $21 its own. The priority it got comes back, and none where nothing was written: then ask the ordinary way, which
-- knows what to answer. Its commit waits for the disk.
create function create_at_once(uuid, bytea, uuid, text, timestamptz, timestamptz, uuid, integer, text,
    uuid, uuid, text, text, text, text, text, text, text, text, smallint, smallint, text, uuid, text)
returns smallint
language plpgsql as $$
#variable_conflict use_column
declare
    entered record;
    given smallint := coalesce($21, $20);
begin
    perform set_config('assay.organization', $1::text, true), set_config('plan_cache_mode', 'force_generic_plan', true),
        set_config('enable_seqscan', 'off', true);
    perform from key_caller($1, $2, $5) caller
    where caller.key_id = $3 and caller.role = $4 and caller.last_used_at > $6
        and exists (select from projects project
            where project.organization_id = $1 and project.id = $7 and project.version = $8
                and project.state <> 'archived')
        and not exists (select from tasks task
            where task.organization_id = $1 and task.unique_among = $13 and task.unique_id = $12);
    if not found then
        return null;
    end if;
    select null::uuid as id into entered;
    if $9 is not null then
        -- As `enter_known` has it; but one that somebody is settling is not waited for, as tasks for other batches may be
        -- written in the same transaction, and whoever settles several would wait for those.
        select batch.id, batch.project_id, batch.state, batch.priority into entered
        from batches batch
        join projects project on project.organization_id = $1 and project.id = batch.project_id
        where batch.organization_id = $1 and batch.name = $9 and project.mode = $13
        order by batch.unique_among is null, batch.id
        limit 1
        for share of batch skip locked;
        if not found or entered.project_id <> $7 or entered.state = 'completed' then
            return null;
        end if;
        given := coalesce($21, entered.priority, $20);
    end if;
    perform create_task($1, $10, $7, $8, $11, $12, case when $12 is not null then $13 end, $14,
        case when $15 is not null then array(select json_array_elements_text($15::json)) end,
        $16, $17, $18, given, $5, $19, $22, 'key', $3, $23, $24, entered.id);
    return given;
end $$;

-- References of tasks and turns. A foreign key asks once for each row, which took half of all that creating ten thousand
-- tasks costs; these ask once for a whole statement, and hold the same (decisions/0011):
--   a row refers only to what is there, in its own organization (`tasks_refer`, `assignments_refer`);
--   what is referred to is locked `for key share`, so that it is still there when the transaction ends;
--   it cannot be deleted while it is referred to (`is_free`), nor its key or the reference itself changed (`stays`).
-- Each function works with the eyes of its caller, who sees one organization: another's row is as good as none.
-- Without sequential scans, as a plan is kept and may have been made when the table was nearly empty.
-- What is referred to is looked up by its key alone, and its project compared afterwards: asked for both at once, of a
-- table it has no statistics of, PostgreSQL went through all photos of the project for each task.
create function tasks_refer() returns trigger language plpgsql set enable_seqscan = off as $$
begin
    -- Versions are not locked: they are never deleted or changed (`stays`), and the server's role could not lock them.
    if exists (
        select from (select distinct organization_id, project_id, project_version from added) task
        where not exists (
            select from project_versions parent
            where parent.organization_id = task.organization_id and parent.project_id = task.project_id
                and parent.version = task.project_version))
    then
        raise foreign_key_violation using table = 'tasks', constraint = 'tasks_project_version',
            message = 'a task refers to a project version that does not exist';
    end if;
    if exists (
        select from (select distinct organization_id, project_id, batch_id from added where batch_id is not null) task
        where (
            select parent.project_id from batches parent
            where parent.organization_id = task.organization_id and parent.id = task.batch_id
            for key share) is distinct from task.project_id)
    then
        raise foreign_key_violation using table = 'tasks', constraint = 'tasks_batch',
            message = 'a task refers to a batch that does not exist in its project';
    end if;
    if exists (
        select from (
            select distinct organization_id, project_id, attachment_id from added where attachment_id is not null) task
        where (
            select parent.project_id from attachments parent
            where parent.organization_id = task.organization_id and parent.id = task.attachment_id
            for key share) is distinct from task.project_id)
    then
        raise foreign_key_violation using table = 'tasks', constraint = 'tasks_attachment',
            message = 'a task refers to an attachment that does not exist in its project';
    end if;
    return null;
end $$;
create trigger refer after insert on tasks
    referencing new table as added for each statement execute function tasks_refer();

-- A task's photo may be exchanged for the same one, fetched before.
create function task_refers() returns trigger language plpgsql as $$
begin
    perform from attachments parent
    where parent.organization_id = new.organization_id and parent.id = new.attachment_id
        and parent.project_id = new.project_id
    for key share;
    if not found then
        raise foreign_key_violation using table = 'tasks', constraint = 'tasks_attachment',
            message = 'a task refers to an attachment that does not exist in its project';
    end if;
    return null;
end $$;
create trigger refer_again after update of attachment_id on tasks
    for each row when (new.attachment_id is not null) execute function task_refers();

create function assignments_refer() returns trigger language plpgsql set enable_seqscan = off as $$
declare
    -- The mark of the transaction on the rows that it adds. A task that bears it too was added or changed by the same
    -- transaction: nobody else can delete it before the commit, so it needs no lock, which would write it once more.
    ours xid;
begin
    select (select turn.xmin from assignments turn
            where turn.organization_id = one.organization_id and turn.id = one.id)
    into ours
    from (select organization_id, id from added limit 1) one;
    if exists (
        select from added turn
        where case (
            select parent.xmin = ours and parent.project_id = turn.project_id from tasks parent
            where parent.organization_id = turn.organization_id and parent.id = turn.task_id)
        when true then false
        else (
            select parent.project_id from tasks parent
            where parent.organization_id = turn.organization_id and parent.id = turn.task_id
            for key share) is distinct from turn.project_id
        end)
    then
        raise foreign_key_violation using table = 'assignments', constraint = 'assignments_task',
            message = 'a turn refers to a task that does not exist in its project';
    end if;
    return null;
end $$;
create trigger refer after insert on assignments
    referencing new table as added for each statement execute function assignments_refer();

create function is_free() returns trigger language plpgsql as $$
begin
    if tg_table_name = 'attachments'
            and exists (select from tasks where organization_id = old.organization_id and attachment_id = old.id)
        or tg_table_name = 'batches'
            and exists (select from tasks where organization_id = old.organization_id and batch_id = old.id)
        or tg_table_name = 'tasks'
            and exists (select from assignments where organization_id = old.organization_id and task_id = old.id)
    then
        raise foreign_key_violation using table = tg_table_name, constraint = tg_table_name || '_free',
            message = format('a row of %s is still referred to', tg_table_name);
    end if;
    return null;
end $$;
create trigger free after delete on attachments for each row execute function is_free();
create trigger free after delete on batches for each row execute function is_free();
create trigger free after delete on tasks for each row execute function is_free();

create function stays() returns trigger language plpgsql as $$
begin
    raise restrict_violation using table = tg_table_name, constraint = tg_table_name || '_stays',
        message = format('what others refer to in %s, and what it refers to, does not change', tg_table_name);
end $$;
create trigger stays before delete or update on project_versions for each row execute function stays();
create trigger stays before update of organization_id, id, project_id on batches for each row
    when ((new.organization_id, new.id, new.project_id) is distinct from (old.organization_id, old.id, old.project_id))
    execute function stays();
create trigger stays before update of organization_id, id, project_id on attachments for each row
    when ((new.organization_id, new.id, new.project_id) is distinct from (old.organization_id, old.id, old.project_id))
    execute function stays();
create trigger stays before update of organization_id, id, project_id, project_version, batch_id on tasks for each row
    when ((new.organization_id, new.id, new.project_id, new.project_version, new.batch_id)
        is distinct from (old.organization_id, old.id, old.project_id, old.project_version, old.batch_id))
    execute function stays();
create trigger stays before update of organization_id, project_id, task_id on assignments for each row
    when ((new.organization_id, new.project_id, new.task_id)
        is distinct from (old.organization_id, old.project_id, old.task_id))
    execute function stays();

-- --- the market's room --------------------------------------------------------------------------------------------
--
-- What lies between requesters and freelancers; these rows are the market's, and name whom they concern. A requester's
-- project, task and assignment are in its own room, under the same ids; no reference can be checked from here to there.
-- `mode` keeps two worlds apart: in test nobody pays.

-- The terms on which a requester offers work. They never change: other terms are another offer.
create table offers (
    organization_id uuid not null references organizations (id),
    id uuid not null,
    requester_id uuid not null,
    -- Of the requester: where its tasks are.
    project_id uuid not null,
    mode text not null check (mode in ('live', 'test')),
    title text not null check (length(title) between 1 and 128),
    description text not null check (length(description) between 1 and 2000),
    keywords text not null check (length(keywords) <= 1000),
    -- For one approved engagement.
    reward_minor bigint not null check (reward_minor >= 0),
    currency text not null check (currency ~ '^[A-Z]{3}$'),
    duration_seconds integer not null check (duration_seconds between 30 and 31536000),
    -- Without a decision for so long, what was submitted is approved.
    auto_approval_seconds integer not null check (auto_approval_seconds between 0 and 2592000),
    -- Of core.qualifications, all of which must be met.
    requirements json not null,
    -- How many of its engagements one freelancer may take; none: any number.
    per_worker_cap integer check (per_worker_cap >= 1),
    -- What its requester says of help by machines; none: nothing.
    ai_help text check (ai_help in ('forbidden', 'allowed_with_disclosure', 'allowed')),
    -- Of all of the above: equal terms are one offer.
    fingerprint bytea not null check (length(fingerprint) = 32),
    -- paused: nobody new begins, for as long as its requester likes.
    state text not null default 'active' check (state in ('active', 'paused')),
    created_at timestamptz not null,
    primary key (organization_id, id),
    unique (organization_id, requester_id, mode, fingerprint)
);
create index offers_of_requester on offers (organization_id, requester_id, mode, id);

-- One task offered, so many times. Its id is the task's in the requester's room.
create table postings (
    organization_id uuid not null,
    id uuid not null,
    offer_id uuid not null,
    requester_id uuid not null,
    project_id uuid not null,
    mode text not null check (mode in ('live', 'test')),
    max_engagements integer not null check (max_engagements between 1 and 1000000000),
    -- As many as were asked for when it was made.
    first_max integer not null check (first_max between 1 and max_engagements),
    -- Of one engagement, as they were when it was made; so much is held for each that may still have to be paid.
    reward_minor bigint not null check (reward_minor >= 0),
    fee_minor bigint not null check (fee_minor >= 0),
    currency text not null check (currency ~ '^[A-Z]{3}$'),
    -- The requester's own words, which no freelancer sees.
    annotation text check (length(annotation) <= 255),
    -- What is done by itself when work comes in (core.review_policies).
    policies json not null default '{}',
    expires_at timestamptz not null,
    -- Set once that moment was noticed, or brought about; from then on nobody begins.
    expired_at timestamptz,
    -- The requester's own mark.
    reviewing boolean not null default false,
    disposed_at timestamptz,
    created_at timestamptz not null,
    -- Engagements by state, kept by a trigger on them.
    pending integer not null default 0 check (pending >= 0),
    submitted integer not null default 0 check (submitted >= 0),
    approved integer not null default 0 check (approved >= 0),
    rejected integer not null default 0 check (rejected >= 0),
    -- core.postings.Posting.status says the same.
    status text not null generated always as (case
        when disposed_at is not null then 'disposed'
        when expired_at is null and pending + submitted + approved + rejected < max_engagements then 'assignable'
        when pending > 0 then 'unassignable'
        when reviewing then 'reviewing'
        else 'reviewable' end) stored,
    primary key (organization_id, id),
    foreign key (organization_id, offer_id) references offers (organization_id, id),
    -- No more is ever taken than was promised and set aside for.
    check (pending + submitted + approved + rejected <= max_engagements),
    check (disposed_at is null or pending = 0 and submitted = 0),
    check (not reviewing or disposed_at is not null or status = 'reviewing')
);
create index postings_of_requester on postings (organization_id, requester_id, mode, id);
create index postings_by_status on postings (organization_id, requester_id, mode, status, id);
create index postings_of_offer on postings (organization_id, offer_id, id);
-- What freelancers find: small, as it holds only what can be taken.
create index postings_assignable on postings (organization_id, offer_id, created_at, id) where status = 'assignable';
create index postings_to_expire on postings (organization_id, expires_at)
    where expired_at is null and disposed_at is null;
create index postings_to_dispose on postings (organization_id, created_at) where status in ('reviewable', 'reviewing');

-- One freelancer's turn on a posting. Its id is the assignment's in the requester's room, where the answer is.
create table engagements (
    organization_id uuid not null,
    id uuid not null,
    posting_id uuid not null,
    offer_id uuid not null,
    requester_id uuid not null,
    freelancer_id uuid not null,
    mode text not null check (mode in ('live', 'test')),
    state text not null check (state in ('accepted', 'submitted', 'approved', 'rejected', 'returned', 'abandoned')),
    -- What it pays when it is approved, and the market's fee on that.
    reward_minor bigint not null check (reward_minor >= 0),
    fee_minor bigint not null check (fee_minor >= 0),
    currency text not null check (currency ~ '^[A-Z]{3}$'),
    accepted_at timestamptz not null,
    deadline timestamptz not null check (deadline > accepted_at),
    -- The freelancer took more time, once.
    extended boolean not null default false,
    submitted_at timestamptz,
    auto_approve_at timestamptz check (auto_approve_at >= submitted_at),
    -- The decision in force, whose it was, and whether a rule took it.
    decided_at timestamptz,
    decided_kind text check (decided_kind in ('member', 'key', 'worker', 'system')),
    decided_by uuid,
    automatic boolean not null default false,
    -- Kept when the rejection is overridden.
    rejected_at timestamptz,
    -- When it was returned or abandoned.
    closed_at timestamptz,
    reason_code text check (length(reason_code) <= 40),
    -- False while its rejection is appealed or held back: then no figure counts it.
    counted boolean not null default true,
    -- What the requester tells the freelancer.
    feedback text check (length(feedback) <= 1024),
    -- Active time, as far as it is known, bounded by the length of the turn.
    seconds real check (seconds >= 0),
    -- What the freelancer says of the help they had from machines.
    disclosure text check (length(disclosure) between 1 and 1000),
    primary key (organization_id, id),
    foreign key (organization_id, posting_id) references postings (organization_id, id),
    foreign key (organization_id, offer_id) references offers (organization_id, id),
    check ((state in ('submitted', 'approved', 'rejected')) = (submitted_at is not null)),
    check ((submitted_at is null) = (auto_approve_at is null)),
    check ((state in ('approved', 'rejected')) = (decided_at is not null)),
    check ((decided_at is null) = (decided_kind is null)),
    check (state <> 'rejected' or rejected_at is not null),
    check ((state in ('returned', 'abandoned')) = (closed_at is not null))
);
-- Nobody does a posting twice, unless they gave it back.
create unique index engagements_once on engagements (organization_id, posting_id, freelancer_id)
    where state not in ('returned', 'abandoned');
create index engagements_of_posting on engagements (organization_id, posting_id, state, submitted_at, id);
create index engagements_of_freelancer on engagements (organization_id, freelancer_id, mode, id);
create index engagements_held on engagements (organization_id, freelancer_id) where state = 'accepted';
create index engagements_of_offer on engagements (organization_id, offer_id, freelancer_id, state);
create index engagements_between on engagements (organization_id, requester_id, freelancer_id, id);
-- From which figures are told: the latest whose time is known.
create index engagements_timed on engagements (organization_id, offer_id, id)
    where seconds is not null and state in ('submitted', 'approved');
create index engagements_of_requester on engagements (organization_id, requester_id, mode, id)
    where submitted_at is not null;
-- What requesters decided lately, for the brake on rejections.
create index engagements_decided on engagements (organization_id, requester_id, mode, state, decided_at)
    where decided_at is not null;
create index engagements_overdue on engagements (organization_id, deadline) where state = 'accepted';
create index engagements_to_approve on engagements (organization_id, auto_approve_at) where state = 'submitted';

-- What the rules of a posting found, each time that they looked, and what they did. Rows are only added.
create table review_results (
    organization_id uuid not null,
    id uuid not null,
    posting_id uuid not null,
    requester_id uuid not null,
    -- Of whose answer, where it was one's; none: of the whole posting.
    engagement_id uuid,
    -- core.review_policies.Report.
    report json not null,
    created_at timestamptz not null,
    primary key (organization_id, id),
    foreign key (organization_id, posting_id) references postings (organization_id, id),
    foreign key (organization_id, engagement_id) references engagements (organization_id, id)
);
create index review_results_of_posting on review_results (organization_id, posting_id, id);

-- A posting's counts are what its engagements say.
create function count_engagements() returns trigger language plpgsql as $$
declare
    was text := case when tg_op <> 'INSERT' then old.state end;
    becomes text := case when tg_op <> 'DELETE' then new.state end;
    of_posting uuid := case when tg_op = 'DELETE' then old.posting_id else new.posting_id end;
begin
    update postings set
        pending = pending + (becomes is not distinct from 'accepted')::integer - (was is not distinct from 'accepted')::integer,
        submitted = submitted + (becomes is not distinct from 'submitted')::integer
            - (was is not distinct from 'submitted')::integer,
        approved = approved + (becomes is not distinct from 'approved')::integer
            - (was is not distinct from 'approved')::integer,
        rejected = rejected + (becomes is not distinct from 'rejected')::integer
            - (was is not distinct from 'rejected')::integer,
        -- The mark is of a posting that is looked through; it goes when work on it begins again.
        reviewing = reviewing and becomes is distinct from 'accepted'
    where organization_id = case when tg_op = 'DELETE' then old.organization_id else new.organization_id end
        and id = of_posting;
    return null;
end $$;
create trigger counted after insert or delete or update of state on engagements
    for each row execute function count_engagements();
create trigger stays before update of organization_id, id, posting_id, freelancer_id, requester_id on engagements
    for each row when ((new.organization_id, new.id, new.posting_id, new.freelancer_id, new.requester_id)
        is distinct from (old.organization_id, old.id, old.posting_id, old.freelancer_id, old.requester_id))
    execute function stays();

-- --- the market's people --------------------------------------------------------------------------------------------

-- A worker of the market, as they say of themselves.
create table freelancers (
    organization_id uuid not null,
    -- Their worker's id, in every room.
    freelancer_id uuid not null,
    -- What requesters call them: nothing of their name or address, unless they wish.
    shown_name text not null check (length(shown_name) between 1 and 100),
    -- ISO 3166: two letters, and the second half of a part's code.
    country text check (country ~ '^[A-Z]{2}$'),
    subdivision text check (subdivision ~ '^[A-Z0-9]{1,3}$'),
    -- As BCP 47 writes them, and in their own words.
    languages text[] not null default '{}' check (cardinality(languages) <= 50),
    skills text[] not null default '{}' check (cardinality(skills) <= 50),
    -- They are of age and agree to see what is for adults.
    adult boolean not null default false,
    -- Named by the people who run the market, for long and good work.
    masters boolean not null default false,
    joined_at timestamptz not null,
    updated_at timestamptz not null,
    primary key (organization_id, freelancer_id),
    foreign key (organization_id, freelancer_id) references workers (organization_id, id),
    check (subdivision is null or country is not null)
);
create index freelancers_by_country on freelancers (organization_id, country);

-- Who asked to become a freelancer by mail. Kept for a few days: they brake those who ask for others.
create table sign_ups (
    organization_id uuid not null references organizations (id),
    id uuid not null,
    email text not null check (length(email) between 3 and 320 and email = lower(email)),
    -- Where it came from, as far as throttling tells addresses apart.
    network text not null check (length(network) between 1 and 64),
    -- None where no mail was sent: the address is somebody's who cannot become one.
    member_id uuid,
    created_at timestamptz not null,
    primary key (organization_id, id),
    foreign key (organization_id, member_id) references members (organization_id, id)
);
create index sign_ups_by_time on sign_ups (organization_id, created_at);

-- What a freelancer can be asked to have: of a requester, who grants it by hand, to whoever asks, or by a test.
create table qualification_types (
    organization_id uuid not null,
    id uuid not null,
    requester_id uuid not null,
    mode text not null check (mode in ('live', 'test')),
    name text not null check (length(name) between 1 and 200),
    keywords text not null default '' check (length(keywords) <= 1000),
    description text not null check (length(description) between 1 and 2000),
    -- inactive: nobody asks for it; what was granted holds.
    state text not null default 'active' check (state in ('active', 'inactive')),
    -- After how long one may ask again; none: never again.
    retry_seconds bigint check (retry_seconds between 0 and 315360000),
    -- How long a grant holds; none: until it is taken away.
    valid_seconds bigint check (valid_seconds between 1 and 315360000),
    -- core.questionnaire: what is asked (Questionnaire), for how long, and what answers are worth (AnswerKey).
    test json,
    test_seconds integer check (test_seconds between 1 and 315360000),
    answer_key json,
    -- Whoever asks has it at once, with this value.
    auto_granted boolean not null default false,
    auto_value integer not null default 1,
    -- As a program said it, for the face that speaks its dialect; nothing else reads it.
    request json,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    disposed_at timestamptz,
    primary key (organization_id, id),
    check ((test is null) = (test_seconds is null)),
    check (answer_key is null or test is not null),
    check (not auto_granted or test is null)
);
-- A name is free again once its type is disposed of.
create unique index qualification_types_name on qualification_types (organization_id, requester_id, mode, name)
    where disposed_at is null;
create index qualification_types_listed on qualification_types (organization_id, mode, id) where disposed_at is null;

-- What a freelancer asked for, and what came of it.
--     taking ──> pending ──> granted | rejected        taking ──> granted (by its key) | lapsed (time over)
create table qualification_requests (
    organization_id uuid not null,
    id uuid not null,
    type_id uuid not null,
    requester_id uuid not null,
    freelancer_id uuid not null,
    mode text not null check (mode in ('live', 'test')),
    state text not null check (state in ('taking', 'pending', 'granted', 'rejected', 'lapsed')),
    -- The test as it was when it was begun, and its key; a change of the type does not change them.
    test json,
    answer_key json,
    -- Until when its answers are taken.
    deadline timestamptz,
    -- Texts by field.
    answer json,
    begun_at timestamptz not null,
    submitted_at timestamptz,
    decided_at timestamptz,
    -- What it was worth.
    value integer,
    -- What the requester tells of a rejection.
    reason text check (length(reason) <= 1024),
    primary key (organization_id, id),
    foreign key (organization_id, type_id) references qualification_types (organization_id, id),
    foreign key (organization_id, freelancer_id) references freelancers (organization_id, freelancer_id),
    check ((test is null) = (deadline is null)),
    check (state not in ('pending', 'granted') or submitted_at is not null),
    check ((state in ('granted', 'rejected')) = (decided_at is not null)),
    check ((state = 'granted') = (value is not null))
);
-- One at a time.
create unique index qualification_requests_open on qualification_requests (organization_id, type_id, freelancer_id)
    where state in ('taking', 'pending');
create index qualification_requests_had on qualification_requests (organization_id, freelancer_id, type_id, id);
create index qualification_requests_waiting on qualification_requests (organization_id, requester_id, mode, id)
    where state = 'pending';

-- What a freelancer has, or had: the last grant of a type. `events` tell of those before.
create table qualification_grants (
    organization_id uuid not null,
    type_id uuid not null,
    freelancer_id uuid not null,
    requester_id uuid not null,
    mode text not null check (mode in ('live', 'test')),
    value integer not null,
    granted_at timestamptz not null,
    -- From then on it is as if it had been taken away.
    expires_at timestamptz check (expires_at > granted_at),
    revoked_at timestamptz,
    -- What the freelancer is told of that.
    reason text check (length(reason) <= 1024),
    primary key (organization_id, type_id, freelancer_id),
    foreign key (organization_id, type_id) references qualification_types (organization_id, id),
    foreign key (organization_id, freelancer_id) references freelancers (organization_id, freelancer_id)
);
create index qualification_grants_held on qualification_grants (organization_id, freelancer_id, type_id);

-- Whom a requester gives no more work. The reason is the requester's own.
create table worker_blocks (
    organization_id uuid not null,
    requester_id uuid not null,
    freelancer_id uuid not null,
    mode text not null check (mode in ('live', 'test')),
    reason text not null check (length(reason) <= 1024),
    created_at timestamptz not null,
    primary key (organization_id, requester_id, freelancer_id, mode),
    foreign key (organization_id, freelancer_id) references freelancers (organization_id, freelancer_id)
);
create index worker_blocks_of_freelancer on worker_blocks (organization_id, freelancer_id, mode);

-- A search for work that a freelancer keeps by name (core.job_ranking.Filter).
create table saved_filters (
    organization_id uuid not null,
    id uuid not null,
    freelancer_id uuid not null,
    mode text not null check (mode in ('live', 'test')),
    name text not null check (length(name) between 1 and 100),
    filter json not null,
    created_at timestamptz not null,
    primary key (organization_id, id),
    unique (organization_id, freelancer_id, mode, name),
    foreign key (organization_id, freelancer_id) references freelancers (organization_id, freelancer_id)
);

-- How many answers a requester and a freelancer have had with each other, kept by a trigger on engagements.
create table dealings (
    organization_id uuid not null,
    requester_id uuid not null,
    freelancer_id uuid not null,
    mode text not null check (mode in ('live', 'test')),
    -- All that were submitted, whatever became of them.
    submitted integer not null default 0 check (submitted >= 0),
    approved integer not null default 0 check (approved >= 0),
    -- Rejections that count, and those that are under appeal or held back and count nowhere.
    rejected integer not null default 0 check (rejected >= 0),
    contested integer not null default 0 check (contested >= 0),
    -- Approved in the end, having been rejected.
    reversed integer not null default 0 check (reversed >= 0),
    primary key (organization_id, freelancer_id, mode, requester_id),
    check (approved + rejected + contested <= submitted),
    check (reversed <= approved)
);
create index dealings_of_requester on dealings (organization_id, requester_id, mode, freelancer_id);

create function count_dealings() returns trigger language plpgsql as $$
declare
    -- submitted, approved, rejected, contested, reversed
    was integer[] := array[0, 0, 0, 0, 0];
    becomes integer[] := array[(new.submitted_at is not null)::integer, (new.state = 'approved')::integer,
        (new.state = 'rejected' and new.counted)::integer, (new.state = 'rejected' and not new.counted)::integer,
        (new.state = 'approved' and new.rejected_at is not null)::integer];
begin
    if tg_op = 'UPDATE' then
        was := array[(old.submitted_at is not null)::integer, (old.state = 'approved')::integer,
            (old.state = 'rejected' and old.counted)::integer, (old.state = 'rejected' and not old.counted)::integer,
            (old.state = 'approved' and old.rejected_at is not null)::integer];
    end if;
    if was = becomes then
        return null;
    end if;
    insert into dealings as had (organization_id, requester_id, freelancer_id, mode, submitted, approved, rejected,
        contested, reversed)
    values (new.organization_id, new.requester_id, new.freelancer_id, new.mode, becomes[1], becomes[2], becomes[3],
        becomes[4], becomes[5])
    on conflict (organization_id, freelancer_id, mode, requester_id) do update set
        submitted = had.submitted + becomes[1] - was[1],
        approved = had.approved + becomes[2] - was[2],
        rejected = had.rejected + becomes[3] - was[3],
        contested = had.contested + becomes[4] - was[4],
        reversed = had.reversed + becomes[5] - was[5];
    return null;
end $$;
create trigger dealt after insert or update of state, counted on engagements
    for each row execute function count_dealings();

-- What freelancers are told of a requester, worked out every few minutes from its latest engagements.
create table requester_figures (
    organization_id uuid not null,
    requester_id uuid not null,
    mode text not null check (mode in ('live', 'test')),
    -- The organization's, as it was then.
    name text not null check (length(name) between 1 and 200),
    -- Of all there ever were.
    approved integer not null check (approved >= 0),
    rejected integer not null check (rejected >= 0),
    reversed integer not null check (reversed >= 0),
    freelancers integer not null check (freelancers >= 0),
    -- Of those lately decided whose times are known: what an hour paid (minor units of the currency), by the median, and
    -- how long it took to be paid.
    timed integer not null check (timed >= 0),
    hourly_minor bigint check (hourly_minor >= 0),
    currency text check (currency ~ '^[A-Z]{3}$'),
    seconds_to_pay real check (seconds_to_pay >= 0),
    refreshed_at timestamptz not null,
    primary key (organization_id, requester_id, mode)
);

-- --- telling requesters of their offers, each in its own room ------------------------------------------------------

-- Where a requester is told of what happens to the postings of an offer.
create table offer_listeners (
    organization_id uuid not null references organizations (id),
    -- In the market's room.
    offer_id uuid not null,
    mode text not null check (mode in ('live', 'test')),
    -- A queue by its address, a topic by its name, an http address or a mailbox.
    transport text not null check (transport in ('queue', 'topic', 'webhook', 'mail')),
    destination text not null check (length(destination) between 1 and 2048),
    -- Of the message's form, which the receiver asked for.
    version text not null check (length(version) between 1 and 20),
    event_types text[] not null check (cardinality(event_types) between 1 and 20),
    active boolean not null,
    updated_at timestamptz not null,
    primary key (organization_id, offer_id)
);

-- One message of that kind, with its delivery. Rows of a week ago are dropped once they are done with.
create table notices (
    organization_id uuid not null references organizations (id),
    id uuid not null,
    mode text not null check (mode in ('live', 'test')),
    -- Of `events`; none for a trial.
    event_id uuid,
    event_type text not null,
    offer_id uuid,
    posting_id uuid,
    engagement_id uuid,
    happened_at timestamptz not null,
    -- As they were when it happened.
    transport text not null check (transport in ('queue', 'topic', 'webhook', 'mail')),
    destination text not null,
    version text not null,
    state text not null default 'pending' check (state in ('pending', 'delivered', 'failed')),
    attempts integer not null default 0,
    last_status integer,
    last_error text,
    next_attempt_at timestamptz,
    delivered_at timestamptz,
    primary key (organization_id, id),
    check ((state = 'delivered') = (delivered_at is not null)),
    check ((state = 'pending') = (next_attempt_at is not null))
);
create index notices_done on notices (organization_id, happened_at) where state <> 'pending';

-- What a requester signs messages to its queues and topics with.
create table queue_credentials (
    organization_id uuid not null references organizations (id),
    access_key text not null check (length(access_key) between 16 and 128),
    sealed_secret bytea not null,
    region text not null check (length(region) between 1 and 40),
    -- Where topics are; none: where Amazon has them.
    topics_url text check (length(topics_url) between 1 and 2048),
    updated_at timestamptz not null,
    primary key (organization_id)
);

-- The notices that follow from events (arrays: $3 ids, $4 types, $5 data) at $2, each with its job.
create function give_notices(uuid, timestamptz, uuid[], text[], text[]) returns void
language plpgsql set enable_seqscan = off as $$
begin
    with given as (
        insert into notices (organization_id, id, mode, event_id, event_type, offer_id, posting_id, engagement_id,
            happened_at, transport, destination, version, next_attempt_at)
        select $1, gen_random_uuid(), listener.mode, event.id, event.type, listener.offer_id,
               (event.data::json ->> 'posting_id')::uuid, (event.data::json ->> 'engagement_id')::uuid,
               $2, listener.transport, listener.destination, listener.version, $2
        from unnest($3::uuid[], $4::text[], $5::text[]) as event (id, type, data)
        join offer_listeners listener
            on listener.organization_id = $1 and listener.offer_id = (event.data::json ->> 'offer_id')::uuid
            and listener.active and event.type = any (listener.event_types)
        returning id
    )
    insert into queue.pgqueuer (priority, entrypoint, payload, status)
    select 0, 'give_notice',
           convert_to(json_build_object('organization_id', $1, 'subject', given.id)::text, 'UTF8'), 'queued'
    from given;
end $$;

-- What a requester and a freelancer write to each other, in the market's room.
create table messages (
    organization_id uuid not null,
    id uuid not null,
    requester_id uuid not null,
    freelancer_id uuid not null,
    mode text not null check (mode in ('live', 'test')),
    -- What it is about, where it is about one turn.
    engagement_id uuid,
    -- Who wrote it.
    sender text not null check (sender in ('requester', 'freelancer')),
    subject text not null check (length(subject) <= 200),
    body text not null check (length(body) between 1 and 4096),
    sent_at timestamptz not null,
    -- When the other first saw it.
    read_at timestamptz,
    primary key (organization_id, id),
    foreign key (organization_id, engagement_id) references engagements (organization_id, id),
    foreign key (organization_id, freelancer_id) references freelancers (organization_id, freelancer_id)
);
create index messages_of_freelancer on messages (organization_id, freelancer_id, mode, id);
create index messages_of_requester on messages (organization_id, requester_id, mode, id);
create index messages_of_engagement on messages (organization_id, engagement_id, id) where engagement_id is not null;

-- A rejection that is looked at again: because its freelancer appeals, or because its requester rejects so much that the
-- market looks first. Until it is closed the rejection counts nowhere.
create table appeals (
    organization_id uuid not null,
    id uuid not null,
    engagement_id uuid not null,
    requester_id uuid not null,
    freelancer_id uuid not null,
    mode text not null check (mode in ('live', 'test')),
    origin text not null check (origin in ('freelancer', 'brake')),
    -- owed: the freelancer is in the right, and is paid as soon as the requester has money.
    state text not null default 'open' check (state in ('open', 'owed', 'closed')),
    outcome text check (outcome in ('upheld', 'overturned', 'yielded')),
    -- Why the freelancer appeals.
    words text check (length(words) between 1 and 4000),
    opened_at timestamptz not null,
    -- What the requester says to it, until when they may, and when they did.
    answer text check (length(answer) between 1 and 4000),
    answer_by timestamptz not null,
    answered_at timestamptz,
    -- Of the member who ruled.
    ruled_by uuid,
    reason text check (length(reason) between 1 and 4000),
    ruled_at timestamptz,
    -- When it was paid, or the rejection stood.
    closed_at timestamptz,
    primary key (organization_id, id),
    foreign key (organization_id, engagement_id) references engagements (organization_id, id),
    -- Once by each.
    unique (organization_id, engagement_id, origin),
    check ((origin = 'freelancer') = (words is not null)),
    check ((answer is null) = (answered_at is null)),
    check ((state = 'open') = (outcome is null)),
    check ((state = 'closed') = (closed_at is not null)),
    check (state <> 'owed' or outcome in ('overturned', 'yielded')),
    check ((ruled_by is null) = (reason is null) and (ruled_by is null or outcome in ('upheld', 'overturned')))
);
create unique index appeals_open on appeals (organization_id, engagement_id) where state <> 'closed';
create index appeals_to_rule on appeals (organization_id, id) where state = 'open';
create index appeals_owed on appeals (organization_id, id) where state = 'owed';
create index appeals_of_freelancer on appeals (organization_id, freelancer_id, mode, id);
create index appeals_of_requester on appeals (organization_id, requester_id, mode, id);

-- What stood out among the answers to an offer (core.integrity), for the market's reviewers to look at. Nothing follows
-- from it by itself, and nobody else is told.
create table signals (
    organization_id uuid not null,
    id uuid not null,
    offer_id uuid not null,
    requester_id uuid not null,
    freelancer_id uuid not null,
    kind text not null check (kind in ('same_answers', 'same_text', 'too_fast')),
    -- The second of two.
    other_id uuid,
    reason text not null check (length(reason) between 1 and 1000),
    -- Answers to look at.
    engagement_ids uuid[] not null check (cardinality(engagement_ids) <= 20),
    found_at timestamptz not null,
    -- What a reviewer made of it.
    seen_by uuid,
    seen_at timestamptz,
    note text check (length(note) between 1 and 4000),
    primary key (organization_id, id),
    foreign key (organization_id, offer_id) references offers (organization_id, id),
    unique nulls not distinct (organization_id, offer_id, kind, freelancer_id, other_id),
    check ((seen_by is null) = (seen_at is null) and (seen_at is null) = (note is null))
);
create index signals_open on signals (organization_id, id) where seen_at is null;

-- Tenants apart. `force` closes the tables to their owner too.
do $$
declare
    name text;
begin
    foreach name in array array[
        'members', 'sign_in_links', 'sessions', 'api_keys', 'workers', 'projects', 'project_versions', 'crews',
        'worker_groups', 'worker_group_members', 'trainings', 'audits', 'batches', 'batch_groups',
        'attachments', 'files', 'tasks', 'awaited', 'golds', 'assignments', 'drafts', 'submissions', 'consensuses', 'reviews',
        'responses', 'suspensions', 'events', 'imports', 'import_problems', 'webhooks', 'deliveries',
        'callback_settings', 'idempotency_keys', 'signing_keys', 'layouts', 'offer_listeners', 'notices',
        'queue_credentials', 'messages', 'appeals', 'signals', 'offers', 'postings', 'engagements', 'review_results',
        'freelancers', 'sign_ups', 'qualification_types', 'qualification_requests', 'qualification_grants',
        'worker_blocks', 'saved_filters', 'dealings', 'requester_figures',
        'market_settings', 'accounts', 'transfers', 'entries', 'bonuses', 'payouts'
    ] loop
        execute format('alter table %I enable row level security', name);
        execute format('alter table %I force row level security', name);
        execute format('create policy tenant on %I'
            ' using (organization_id = (select current_setting(''assay.organization'')::uuid))', name);
    end loop;
end $$;
alter table organizations enable row level security;
alter table organizations force row level security;
create policy tenant on organizations using (id = (select current_setting('assay.organization')::uuid));

-- Within the market, its parties apart: whoever came in for a requester or a freelancer (assay.party) sees the rows that
-- concern them, and neither sees the other's dealings with third parties. The market's own people and jobs see all.
do $$
declare
    name text;
    party constant text := '(select nullif(current_setting(''assay.party'', true), '''')::uuid)';
begin
    -- Rows of a requester.
    foreach name in array array['review_results']::text[] loop
        execute format('create policy party on %I as restrictive using (%2$s is null or requester_id = %2$s)', name, party);
    end loop;
    -- Rows of a freelancer.
    foreach name in array array['payouts', 'freelancers', 'saved_filters']::text[] loop
        execute format('create policy party on %I as restrictive using (%2$s is null or freelancer_id = %2$s)', name, party);
    end loop;
    -- Rows between the two.
    foreach name in array array['accounts', 'transfers', 'entries', 'bonuses', 'engagements', 'messages', 'appeals',
        'qualification_requests', 'qualification_grants', 'worker_blocks', 'dealings']::text[] loop
        execute format('create policy party on %I as restrictive'
            ' using (%2$s is null or requester_id = %2$s or freelancer_id = %2$s)', name, party);
    end loop;
    -- What everybody on the market sees and only its requester puts there.
    foreach name in array array['offers', 'postings', 'qualification_types']::text[] loop
        execute format('create policy party on %I as restrictive for insert'
            ' with check (%2$s is null or requester_id = %2$s)', name, party);
    end loop;
    -- And only its requester changes.
    foreach name in array array['qualification_types']::text[] loop
        execute format('create policy party_changes on %I as restrictive for update'
            ' using (%2$s is null or requester_id = %2$s)', name, party);
    end loop;
    -- What everybody on the market sees and only the market's own write.
    foreach name in array array['requester_figures']::text[] loop
        execute format('create policy party on %I as restrictive for insert with check (%s is null)', name, party);
        execute format('create policy party_changes on %I as restrictive for update using (%s is null)', name, party);
    end loop;
    -- What only the market's own see.
    foreach name in array array['sign_ups', 'signals']::text[] loop
        execute format('create policy party on %I as restrictive using (%s is null)', name, party);
    end loop;
end $$;

-- The server works as assay_app: it owns nothing, bypasses nothing, and may only add to the record.
grant select, insert, update, delete on all tables in schema public to assay_app;
grant usage on all sequences in schema public to assay_app;
revoke update, delete on events, project_versions, reviews, consensuses, audits, tenants from assay_app;
revoke update, delete on transfers, entries, bonuses from assay_app;
revoke delete on accounts, payouts from assay_app;
revoke delete on offers, postings, engagements from assay_app;
revoke update, delete on review_results from assay_app;
revoke delete on appeals, signals, freelancers, qualification_types, qualification_requests, qualification_grants, dealings from assay_app;
revoke update on responses from assay_app;
grant usage on schema queue to assay_app;
grant select, insert, update, delete on queue.due_tasks to assay_app;
