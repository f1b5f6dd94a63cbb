-- A way in for somebody who has no password yet, or none any more: an invitation makes a user when it is accepted, a reset gives an existing one a new
-- password. The token itself is known only to whoever holds the link.
create table invitations (
  account_id uuid not null references accounts on delete cascade,
  id uuid not null,
  email text not null,
  full_name text not null,
  role text not null,
  user_id uuid,
  token_hash bytea not null,
  invited_by uuid not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  expires_at timestamptz not null,
  accepted_at timestamptz,
  revoked_at timestamptz,
  version int not null default 1,
  primary key (account_id, id),
  constraint an_invitation_was_made_by_a_user_of_its_account foreign key (account_id, invited_by) references users on delete restrict,
  constraint a_reset_is_for_a_user_of_its_account foreign key (account_id, user_id) references users on delete cascade,
  constraint an_invited_role_is_known check (role in ('owner', 'admin', 'tech')),
  constraint an_invited_email_is_stored_in_lower_case check (email = lower(email)),
  constraint an_invitation_is_accepted_or_revoked check (accepted_at is null or revoked_at is null)
);
create unique index one_invitation_per_token on invitations (token_hash);
-- Asking twice sends one link, not two that both work.
create unique index one_open_invitation_per_email on invitations (account_id, email) where accepted_at is null and revoked_at is null;
create index invitations_newest_first on invitations (account_id, created_at desc, id desc);

create trigger invitations_touch before update on invitations for each row execute function touch_updated_at();

-- Whoever holds the link is not signed in; the token leads to one row and nowhere else.
create function invitation_by_token(wanted bytea) returns table (account_id uuid, id uuid, account_name text, full_name text, email text, is_reset boolean)
  language sql stable security definer set search_path = pg_catalog, public
  as $$ select i.account_id, i.id, a.name, i.full_name, i.email, i.user_id is not null
        from public.invitations i join public.accounts a on a.id = i.account_id where i.token_hash = wanted $$;
revoke execute on function invitation_by_token(bytea) from public;
grant execute on function invitation_by_token(bytea) to fsm_app;

alter table invitations enable row level security;
create policy office_invites on invitations for all
  using (account_id = (select app_account_id()) and (select is_owner_or_admin()))
  with check (account_id = (select app_account_id()) and (select is_owner_or_admin()));
grant select, insert, update on invitations to fsm_app;
