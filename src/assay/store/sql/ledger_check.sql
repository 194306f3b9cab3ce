-- Each answers with as many as ten things that break its rule, and how many do. They read everything there is of a
-- market, each in one snapshot, and are asked seldom.

-- :name transfers_balance
select *, count(*) over ()::integer as broken from (
    select transfer.id as transfer_id, transfer.kind, coalesce(sum(entry.amount_minor), 0)::bigint as sum_minor,
           count(entry.transfer_id)::integer as entries
    from transfers transfer
    left join entries entry on entry.organization_id = $1 and entry.transfer_id = transfer.id
    where transfer.organization_id = $1
    group by transfer.organization_id, transfer.id
    having coalesce(sum(entry.amount_minor), 0) <> 0 or count(entry.transfer_id) < 2
) found limit 10;

-- :name accounts_follow
select *, count(*) over ()::integer as broken from (
    with summed as (
        select transfer.mode, transfer.currency, entry.purpose, entry.owner_id, sum(entry.amount_minor) as minor
        from entries entry
        join transfers transfer on transfer.organization_id = $1 and transfer.id = entry.transfer_id
        where entry.organization_id = $1
        group by 1, 2, 3, 4
    ), kept as (
        select mode, currency, purpose, owner_id, balance_minor from accounts where organization_id = $1
    )
    select mode, currency, purpose, owner_id, kept.balance_minor, summed.minor::bigint as entries_minor
    from kept full join summed using (mode, currency, purpose, owner_id)
    where kept.balance_minor is distinct from summed.minor
) found limit 10;

-- :name accounts_covered
select *, count(*) over ()::integer as broken from (
    select mode, currency, purpose, owner_id, balance_minor from accounts
    where organization_id = $1 and balance_minor < 0 and purpose <> 'outside'
        and not (mode = 'test' and purpose = 'available')
) found limit 10;

-- :name money_is_conserved
select *, count(*) over ()::integer as broken from (
    select mode, currency, sum(balance_minor)::bigint as sum_minor
    from accounts where organization_id = $1
    group by mode, currency
    having sum(balance_minor) <> 0
) found limit 10;

-- :name holds_are_promises
-- As core.ledger.promised has it.
select *, count(*) over ()::integer as broken from (
    with promised as (
        select id as owner_id, mode, currency,
            (reward_minor + fee_minor) * case
                when disposed_at is not null then 0
                when expired_at is not null then pending + submitted
                else max_engagements - approved - rejected end as minor
        from postings where organization_id = $1
    ), held as (
        select owner_id, mode, currency, balance_minor from accounts where organization_id = $1 and purpose = 'held'
    )
    select owner_id as posting_id, mode, currency, coalesce(held.balance_minor, 0) as held_minor,
           coalesce(promised.minor, 0) as promised_minor
    from held full join promised using (owner_id, mode, currency)
    where coalesce(held.balance_minor, 0) <> coalesce(promised.minor, 0)
) found limit 10;

-- :name paid_once
select *, count(*) over ()::integer as broken from (
    select engagement_id, count(*)::integer as times
    from transfers
    where organization_id = $1 and kind in ('pay', 'pay_again')
    group by engagement_id
    having count(*) > 1
) found limit 10;

-- :name paid_as_approved
-- What was earned by a payment, and kept as a fee, beside what the engagement says; payments taken back do not count.
select *, count(*) over ()::integer as broken from (
    with paid as (
        select transfer.engagement_id, transfer.freelancer_id,
            sum(entry.amount_minor) filter (where entry.purpose = 'earned') as reward_minor,
            coalesce(sum(entry.amount_minor) filter (where entry.purpose = 'fees'), 0) as fee_minor
        from transfers transfer
        join entries entry on entry.organization_id = $1 and entry.transfer_id = transfer.id
        where transfer.organization_id = $1 and transfer.kind in ('pay', 'pay_again')
        group by 1, 2
    ), owed as (
        select id as engagement_id, freelancer_id, reward_minor, fee_minor
        from engagements
        where organization_id = $1 and state = 'approved' and reward_minor > 0
    )
    select coalesce(paid.engagement_id, owed.engagement_id) as engagement_id, paid.reward_minor::bigint as paid_minor,
           owed.reward_minor as reward_minor, paid.fee_minor::bigint as paid_fee_minor, owed.fee_minor
    from paid full join owed using (engagement_id, freelancer_id)
    where paid.reward_minor is distinct from owed.reward_minor or paid.fee_minor is distinct from owed.fee_minor
) found limit 10;

-- :name bonuses_paid
select *, count(*) over ()::integer as broken from (
    with paid as (
        select transfer.key, transfer.engagement_id, transfer.freelancer_id,
            sum(entry.amount_minor) filter (where entry.purpose = 'earned') as amount_minor
        from transfers transfer
        join entries entry on entry.organization_id = $1 and entry.transfer_id = transfer.id
        where transfer.organization_id = $1 and transfer.kind = 'bonus'
        group by 1, 2, 3
    ), promised as (
        select 'bonus:' || id as key, engagement_id, freelancer_id, amount_minor from bonuses where organization_id = $1
    )
    select key, paid.amount_minor::bigint as paid_minor, promised.amount_minor
    from paid full join promised using (key, engagement_id, freelancer_id)
    where paid.amount_minor is distinct from promised.amount_minor
) found limit 10;

-- :name payouts_paid
-- What each payout moved: started all of them, finished those that were paid, and back those that failed.
select *, count(*) over ()::integer as broken from (
    with moved as (
        select split_part(transfer.key, ':', 2) as payout, transfer.freelancer_id,
            coalesce(sum(entry.amount_minor) filter (where transfer.kind = 'payout_start'), 0) as started,
            coalesce(sum(entry.amount_minor) filter (where transfer.kind = 'payout_finish'), 0) as finished,
            coalesce(sum(entry.amount_minor) filter (where transfer.kind = 'payout_fail'), 0) as failed
        from transfers transfer
        join entries entry
            on entry.organization_id = $1 and entry.transfer_id = transfer.id and entry.amount_minor > 0
        where transfer.organization_id = $1 and transfer.kind in ('payout_start', 'payout_finish', 'payout_fail')
        group by 1, 2
    ), asked as (
        select id::text as payout, freelancer_id, amount_minor as started,
            case when state = 'paid' then amount_minor else 0 end as finished,
            case when state = 'failed' then amount_minor else 0 end as failed
        from payouts where organization_id = $1
    )
    select payout, moved.started::bigint as started_minor, moved.finished::bigint as finished_minor,
           moved.failed::bigint as failed_minor, asked.started as amount_minor
    from moved full join asked using (payout, freelancer_id)
    where (moved.started, moved.finished, moved.failed) is distinct from
        (asked.started::numeric, asked.finished::numeric, asked.failed::numeric)
) found limit 10;

-- :name counts
select
    (select count(*) from transfers where organization_id = $1)::integer as transfers,
    (select count(*) from entries where organization_id = $1)::integer as entries,
    (select count(*) from accounts where organization_id = $1)::integer as accounts,
    (select count(distinct (mode, currency)) from accounts where organization_id = $1)::integer as currencies,
    (select count(*) from postings where organization_id = $1)::integer as postings,
    (select count(*) from engagements where organization_id = $1)::integer as engagements,
    (select count(*) from bonuses where organization_id = $1)::integer as bonuses,
    (select count(*) from payouts where organization_id = $1)::integer as payouts;

-- :name totals
select mode, currency, purpose, sum(balance_minor)::bigint as minor
from accounts where organization_id = $1
group by 1, 2, 3
order by 1, 2, 3;
