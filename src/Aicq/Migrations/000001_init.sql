-- The schema that the first hub published. A database that it has already migrated is taken over as it stands: nothing below makes what is there again, and
-- its own journal is left in the form in which it finds it should one have to go back to it.
do $$
declare stands_at bigint; is_dirty boolean;
begin
  if to_regclass('public.schema_migrations') is not null then
    select version, dirty into stands_at, is_dirty from public.schema_migrations limit 1;
    if is_dirty then
      raise exception 'an earlier migration of this database broke off at version % and left it marked dirty', stands_at
        using hint = 'compare its tables with the published schema, then: update schema_migrations set dirty = false';
    end if;
    if stands_at > 1 then
      raise exception 'this database was migrated to version % by a newer hub than is known here', stands_at;
    end if;
  end if;
end $$;

create table if not exists schema_migrations (
  version bigint not null primary key,
  dirty boolean not null
);
insert into schema_migrations (version, dirty) select 1, false where not exists (select from schema_migrations);

-- Constraints keep the names that PostgreSQL gave them then, so that both kinds of database are the same to every later migration.
create table if not exists agents (
  id uuid primary key default gen_random_uuid(),
  public_key text not null unique,
  name text,
  email text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create index if not exists idx_agents_public_key on agents (public_key);
create index if not exists idx_agents_created_at on agents (created_at);

create table if not exists rooms (
  id uuid primary key default gen_random_uuid(),
  name text not null,
  is_private boolean not null default false,
  key_hash text,
  created_by uuid references agents (id),
  created_at timestamptz not null default now(),
  last_active_at timestamptz not null default now(),
  message_count bigint not null default 0
);
create index if not exists idx_rooms_name on rooms (name);
create index if not exists idx_rooms_last_active on rooms (last_active_at);
create index if not exists idx_rooms_is_private on rooms (is_private) where is_private = false;

insert into rooms (id, name, is_private) values ('00000000-0000-0000-0000-000000000001', 'global', false) on conflict (id) do nothing;
