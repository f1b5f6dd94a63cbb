-- What the worker does for each account by the clock, and when it does it next. Whoever holds the row does it; nobody else then does.
create table chores (
  account_id uuid not null references accounts on delete cascade,
  name text not null,
  next_run_at timestamptz not null,
  last_run_at timestamptz,
  failures int not null default 0,
  last_error text,
  primary key (account_id, name),
  constraint a_chore_that_fails_says_why check ((failures > 0) = (last_error is not null))
);
alter table chores enable row level security;
create policy office on chores for all using (account_id = (select app_account_id()) and (select is_owner_or_admin()));
grant select, insert, update on chores to fsm_app;

create function chores_due(names text[], at timestamptz, most int) returns table (account_id uuid, name text)
  language sql stable security definer set search_path = pg_catalog, public
  as $$ select a.id, n.name from public.accounts a cross join unnest(names) n (name)
        left join public.chores c on c.account_id = a.id and c.name = n.name
        where c.next_run_at is null or c.next_run_at <= at
        order by c.next_run_at nulls first, a.id, n.name limit most $$;

-- Each worker says that it is alive. The table belongs to no account.
create table worker_heartbeats (
  worker text primary key,
  started_at timestamptz not null,
  polled_at timestamptz not null
);
grant select, insert, update, delete on worker_heartbeats to fsm_app;

-- What is kept for a while only. The keys of retryable requests are their users' own, so the service cannot see them.
create function forget_idempotency_keys(of_account uuid, before timestamptz) returns int
  language sql volatile security definer set search_path = pg_catalog, public
  as $$ with gone as (delete from public.idempotency_keys k where k.account_id = of_account and k.created_at < before returning 1) select count(*)::int from gone $$;

revoke execute on function chores_due(text[], timestamptz, int), forget_idempotency_keys(uuid, timestamptz) from public;
grant execute on function chores_due(text[], timestamptz, int), forget_idempotency_keys(uuid, timestamptz) to fsm_app;
