-- :name insert
insert into layouts (organization_id, id, name, html, created_at) values ($1, $2, $3, $4, $5);

-- :name get
select id, name, html, created_at, retired_at from layouts where organization_id = $1 and id = $2;

-- :name list
select id, name, html, created_at, retired_at from layouts
where organization_id = $1 and ($2::uuid is null or id < $2)
order by id desc
limit $3;

-- :name retire
update layouts set retired_at = $3 where organization_id = $1 and id = $2 and retired_at is null;
