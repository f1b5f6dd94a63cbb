-- A key lets a program call the API for the person who made it: with that person's rights of this moment, and of those only the ones of its scopes.
-- Of the key itself only a hash is kept. While it is exchanged the one before works on until a stated moment.
create table api_keys (
  account_id uuid not null,
  id uuid not null,
  user_id uuid not null,
  name text not null,
  scopes text[] not null,
  secret_hash bytea not null,
  previous_hash bytea,
  previous_until timestamptz,
  allowed_networks cidr[],
  expires_at timestamptz,
  last_used_at timestamptz,
  revoked_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  version int not null default 1,
  primary key (account_id, id),
  constraint a_key_belongs_to_a_user_of_its_account foreign key (account_id, user_id) references users on delete cascade,
  constraint a_key_has_a_name check (name <> ''),
  constraint a_key_is_good_for_something check (cardinality(scopes) > 0),
  constraint a_key_is_kept_as_a_sha256 check (octet_length(secret_hash) = 32 and octet_length(previous_hash) = 32),
  constraint a_previous_key_has_an_end check ((previous_hash is null) = (previous_until is null)),
  constraint a_list_of_networks_is_not_empty check (cardinality(allowed_networks) > 0)
);
create unique index one_key_per_id on api_keys (id);
create index api_keys_newest_first on api_keys (account_id, created_at desc, id desc);
create index api_keys_of_a_user on api_keys (account_id, user_id);

-- Being used changes nothing of a key.
create trigger api_keys_touch before update of name, secret_hash, previous_hash, previous_until, revoked_at on api_keys
  for each row execute function touch_updated_at();

alter table api_keys enable row level security;
create policy office_reads on api_keys for select using (account_id = (select app_account_id()) and (select is_owner_or_admin()));
create policy office_makes_its_own on api_keys for insert
  with check (account_id = (select app_account_id()) and (select is_owner_or_admin()) and user_id = (select app_user_id()));
create policy office_changes on api_keys for update using (account_id = (select app_account_id()) and (select is_owner_or_admin()));
grant select, insert, update on api_keys to fsm_app;
grant select on api_keys to fsm_backup;

-- Before the account is known only this may look, by one exact key. Notes the use of a key at most every five minutes, in the same round trip.
create function api_key_holder(wanted uuid, hash bytea, caller inet, at timestamptz)
  returns table (account_id uuid, user_id uuid, email text, full_name text, role text, account_name text, time_zone text, currency text, scopes text)
  language plpgsql volatile security definer set search_path = pg_catalog, public
  as $$
declare
  used timestamptz;
begin
  select u.account_id, u.id, u.email, u.full_name, u.role, a.name, a.time_zone, a.currency, array_to_string(k.scopes, ' '), k.last_used_at
  into account_id, user_id, email, full_name, role, account_name, time_zone, currency, scopes, used
  from public.api_keys k
  join public.users u on u.account_id = k.account_id and u.id = k.user_id
  join public.accounts a on a.id = k.account_id
  where k.id = wanted
    and (k.secret_hash = hash or (k.previous_hash = hash and k.previous_until > at))
    and k.revoked_at is null and (k.expires_at is null or k.expires_at > at) and u.deactivated_at is null
    and (k.allowed_networks is null or caller <<= any (k.allowed_networks));
  if not found then
    return;
  end if;

  if used is null or used < at - interval '5 minutes' then
    -- whoever comes second need not wait: the first writes the same
    update public.api_keys k set last_used_at = at
    where k.id = (select l.id from public.api_keys l where l.id = wanted for update skip locked);
  end if;
  return next;
end $$;
revoke execute on function api_key_holder(uuid, bytea, inet, timestamptz) from public;
grant execute on function api_key_holder(uuid, bytea, inet, timestamptz) to fsm_app;

-- Which key a change came through; filled in by the transaction itself, so that no feature has to think of it.
alter table audit_log add column api_key_id uuid default nullif(current_setting('app.current_api_key_id', true), '')::uuid;
