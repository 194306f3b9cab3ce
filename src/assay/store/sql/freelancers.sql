-- :name get
select freelancer_id, shown_name, joined_at, country, subdivision, languages, skills, adult, masters
from freelancers
where organization_id = $1 and freelancer_id = $2;

-- :name lock
select freelancer_id, shown_name, joined_at, country, subdivision, languages, skills, adult, masters
from freelancers
where organization_id = $1 and freelancer_id = $2
for no key update;

-- :name shown
-- What others see of these people.
select freelancer_id, shown_name, joined_at, country, languages, skills, masters
from freelancers
where organization_id = $1 and freelancer_id = any ($2::uuid[]);

-- :name listed
-- All of them, in the order they came; $4 a part of the name.
select freelancer_id, shown_name, joined_at, country, subdivision, languages, skills, adult, masters
from freelancers
where organization_id = $1 and ($2::uuid is null or freelancer_id > $2)
    and ($4::text is null or strpos(lower(shown_name), lower($4)) > 0)
order by freelancer_id
limit $3;

-- :name insert
insert into freelancers (organization_id, freelancer_id, shown_name, joined_at, updated_at) values ($1, $2, $3, $4, $4)
on conflict do nothing;

-- :name update
update freelancers set shown_name = $3, country = $4, subdivision = $5, languages = $6, skills = $7, adult = $8,
    masters = $9, updated_at = $10
where organization_id = $1 and freelancer_id = $2;

-- :name dealings_of
select requester_id, submitted, approved, rejected, contested, reversed
from dealings
where organization_id = $1 and freelancer_id = $2 and mode = $3;

-- :name dealings_between
-- Of one requester with these people.
select freelancer_id, requester_id, submitted, approved, rejected, contested, reversed
from dealings
where organization_id = $1 and requester_id = $2 and freelancer_id = any ($3::uuid[]) and mode = $4;

-- :name sign_ups_since
-- How many asked from this network, for this address, and in all, since then.
select count(*) filter (where network = $3) as of_network, count(*) filter (where email = $4) as of_address,
       count(*) as of_market
from sign_ups
where organization_id = $1 and created_at > $2;

-- :name insert_sign_up
insert into sign_ups (organization_id, id, email, network, member_id, created_at) values ($1, $2, $3, $4, $5, $6);

-- :name forget_sign_ups
delete from sign_ups where organization_id = $1 and created_at < $2;

-- :name sign_up
select member.id, member.name, member.email
from sign_ups sign_up
join members member on member.organization_id = $1 and member.id = sign_up.member_id and member.disabled_at is null
where sign_up.organization_id = $1 and sign_up.id = $2;
