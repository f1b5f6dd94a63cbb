-- Row-level security is the second fence: even a query that forgot its `where account_id = …` sees one account only.
-- The owner of these tables migrates and is not bound by it; the service runs as fsm_app, which owns nothing.

do $$
declare name text;
begin
  foreach name in array array['fsm_app', 'fsm_backup'] loop
    if not exists (select from pg_roles where rolname = name) then
      begin
        execute format('create role %I nologin', name);
      exception when duplicate_object or unique_violation then
        null; -- another database of the same cluster was migrated at the same moment
      end;
    end if;
  end loop;
end $$;

grant usage on schema public to fsm_app, fsm_backup;
alter default privileges in schema public grant select on tables to fsm_backup;

-- An unset variable is null before its first use in a session and '' after it; both mean nobody.
create function app_account_id() returns uuid language sql stable parallel safe
  as $$ select nullif(current_setting('app.current_account_id', true), '')::uuid $$;
create function app_user_id() returns uuid language sql stable parallel safe
  as $$ select nullif(current_setting('app.current_user_id', true), '')::uuid $$;
create function app_role() returns text language sql stable parallel safe
  as $$ select nullif(current_setting('app.current_role', true), '') $$;
create function is_owner_or_admin() returns boolean language sql stable parallel safe
  as $$ select coalesce(app_role() in ('owner', 'admin'), false) $$;

create function touch_updated_at() returns trigger language plpgsql as $$
begin
  new.updated_at := now();
  return new;
end $$;

create table accounts (
  id uuid primary key,
  name text not null,
  time_zone text not null default 'America/New_York',
  currency text not null default 'USD',
  settings jsonb not null default '{}',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint an_account_has_a_name check (name <> ''),
  constraint a_currency_is_three_letters check (currency ~ '^[A-Z]{3}$')
);

create table users (
  account_id uuid not null references accounts on delete cascade,
  id uuid not null,
  email text not null,
  full_name text not null,
  phone text,
  password_hash text not null,
  role text not null,
  deactivated_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (account_id, id),
  constraint a_role_is_known check (role in ('owner', 'admin', 'tech')),
  constraint an_email_is_stored_in_lower_case check (email = lower(email))
);
-- Signing in knows only the e-mail, so it must lead to one user of one account.
create unique index one_user_per_email on users (email);

-- What is signed in and until when. The cookie names a row here; a row that is gone or revoked ends it at the next request.
create table sessions (
  account_id uuid not null,
  id uuid not null,
  user_id uuid not null,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  revoked_at timestamptz,
  primary key (account_id, id),
  foreign key (account_id, user_id) references users on delete cascade
);
create unique index one_session_per_id on sessions (id);
create index sessions_of_a_user on sessions (account_id, user_id);

-- Attempts to sign in, counted before anybody is known: by address, by e-mail, by both. Subjects are hashed.
create unlogged table login_attempts (
  subject bytea not null,
  attempted_at timestamptz not null
);
create index login_attempts_of_a_subject on login_attempts (subject, attempted_at);
create index login_attempts_by_time on login_attempts (attempted_at);

-- Before a tenant is known only these two may look across accounts, each by one exact key.
create function user_by_email(wanted text)
  returns table (account_id uuid, id uuid, email text, full_name text, role text, password_hash text)
  language sql stable security definer set search_path = pg_catalog, public
  as $$ select u.account_id, u.id, u.email, u.full_name, u.role, u.password_hash
        from public.users u where u.email = wanted and u.deactivated_at is null $$;

-- In plpgsql, because it is called for every request: its plan is kept for the connection, while a function in SQL is planned at each call.

create function session_holder(wanted uuid, at timestamptz)
  returns table (account_id uuid, user_id uuid, email text, full_name text, role text, account_name text, time_zone text, currency text)
  language plpgsql stable security definer set search_path = pg_catalog, public
  as $$
begin
  return query
    select u.account_id, u.id, u.email, u.full_name, u.role, a.name, a.time_zone, a.currency
    from public.sessions s
    join public.users u on u.account_id = s.account_id and u.id = s.user_id
    join public.accounts a on a.id = s.account_id
    where s.id = wanted and s.revoked_at is null and s.expires_at > at and u.deactivated_at is null;
end $$;

create trigger accounts_touch before update on accounts for each row execute function touch_updated_at();
create trigger users_touch before update on users for each row execute function touch_updated_at();

alter table accounts enable row level security;
alter table users enable row level security;
alter table sessions enable row level security;

create policy own_account on accounts for select using (id = (select app_account_id()));
create policy owner_changes_account on accounts for update using (id = (select app_account_id()) and (select app_role()) = 'owner');
create policy own_account on users for select using (account_id = (select app_account_id()));
create policy office_adds_users on users for insert with check (account_id = (select app_account_id()) and (select is_owner_or_admin()));
create policy office_changes_users on users for update using (account_id = (select app_account_id()) and ((select is_owner_or_admin()) or id = (select app_user_id())));
create policy own_account on sessions for all using (account_id = (select app_account_id())) with check (account_id = (select app_account_id()));

revoke execute on function user_by_email(text), session_holder(uuid, timestamptz) from public;
grant execute on function user_by_email(text), session_holder(uuid, timestamptz) to fsm_app;
grant select, update on accounts to fsm_app;
grant select, insert, update on users to fsm_app;
grant select, insert, update, delete on sessions to fsm_app;
grant select, insert, delete on login_attempts to fsm_app;
grant select on accounts, users, sessions, login_attempts to fsm_backup;
