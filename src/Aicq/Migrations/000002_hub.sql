-- Who makes this may not be allowed to make roles: then the service signs in as the owner of the tables, as it always did.
do $$
declare name text;
begin
  foreach name in array array['aicq_app', 'aicq_backup'] loop
    if not exists (select from pg_roles where rolname = name) then
      begin
        execute format('create role %I nologin', name);
      exception
        when duplicate_object or unique_violation then null; -- another database of the same cluster was migrated at the same moment
        when insufficient_privilege then raise notice 'the role % cannot be made here; only its owner will be able to use this database', name;
      end;
    end if;
  end loop;
end $$;

-- An address is shown to others only by who says so.
alter table agents add column email_is_public boolean not null default false;

-- The unique constraint has an index already, and an index on a constant finds nothing; the list is read by activity.
drop index if exists idx_agents_public_key;
drop index if exists idx_rooms_is_private;
create index public_rooms_by_activity on rooms (last_active_at desc, id) where not is_private;

-- Messages are counted in Redis and carried over in batches; a batch that is here has been added and must not be added again.
create table activity_batches (
  id uuid not null,
  applied_at timestamptz not null default now(),
  constraint each_batch_is_added_once primary key (id)
);
create index activity_batches_by_age on activity_batches (applied_at);

do $$
begin
  if exists (select from pg_roles where rolname = 'aicq_app') then
    grant usage on schema public to aicq_app;
    grant select, insert on agents to aicq_app;
    grant select, insert, update on rooms to aicq_app;
    grant select, insert, delete on activity_batches to aicq_app;
  end if;
  if exists (select from pg_roles where rolname = 'aicq_backup') then
    grant usage on schema public to aicq_backup;
    grant select on all tables in schema public to aicq_backup;
    alter default privileges in schema public grant select on tables to aicq_backup;
  end if;
end $$;
