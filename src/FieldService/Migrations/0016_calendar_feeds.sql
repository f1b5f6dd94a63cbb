-- The address under which somebody's own calendar program fetches their visits. It lets its holder in, so only its hash is kept; a new one ends the old.
create table calendar_feeds (
  account_id uuid not null,
  id uuid not null,
  user_id uuid not null,
  token_hash bytea not null,
  created_by uuid not null,
  created_at timestamptz not null default now(),
  revoked_at timestamptz,
  primary key (account_id, id),
  constraint a_calendar_feed_is_that_of_a_user_of_its_account foreign key (account_id, user_id) references users on delete cascade,
  constraint a_calendar_feed_was_issued_by_a_user_of_its_account foreign key (account_id, created_by) references users on delete restrict,
  constraint a_token_is_kept_as_its_hash check (octet_length(token_hash) = 32)
);
create unique index one_calendar_feed_per_token on calendar_feeds (token_hash);
create unique index one_calendar_feed_per_user on calendar_feeds (account_id, user_id) where revoked_at is null;

alter table calendar_feeds enable row level security;
create policy own_or_office on calendar_feeds for all using (account_id = (select app_account_id()) and ((select is_owner_or_admin()) or user_id = (select app_user_id())));
grant select, insert, update on calendar_feeds to fsm_app;
grant select on calendar_feeds to fsm_backup;

-- Whose feed an address is, before any tenant is known: by its exact hash and by nothing else.
create function calendar_feed_holder(wanted bytea)
  returns table (account_id uuid, user_id uuid, role text, full_name text, account_name text)
  language sql stable security definer set search_path = pg_catalog, public
  as $$ select u.account_id, u.id, u.role, u.full_name, a.name
        from public.calendar_feeds f
        join public.users u on u.account_id = f.account_id and u.id = f.user_id
        join public.accounts a on a.id = f.account_id
        where f.token_hash = wanted and f.revoked_at is null and u.deactivated_at is null $$;
revoke execute on function calendar_feed_holder(bytea) from public;
grant execute on function calendar_feed_holder(bytea) to fsm_app;
