-- One company per installation. The owner of these tables migrates; the service runs as assistant_app, which owns nothing.

do $$
declare name text;
begin
  foreach name in array array['assistant_app', 'assistant_backup'] loop
    if not exists (select from pg_roles where rolname = name) then
      begin
        execute format('create role %I nologin', name);
      exception when duplicate_object or unique_violation then
        null; -- another database of the same cluster was migrated at the same moment
      end;
    end if;
  end loop;
end $$;

grant usage on schema public to assistant_app, assistant_backup;
alter default privileges in schema public grant select on tables to assistant_backup;

create table people (
  id uuid primary key,
  email text not null,
  full_name text not null,
  password_hash text not null,
  role text not null,
  deactivated_at timestamptz,
  created_at timestamptz not null default now(),
  constraint a_role_is_known check (role in ('admin', 'member')),
  constraint an_email_is_stored_in_lower_case check (email = lower(email)),
  constraint a_person_has_a_name check (full_name <> '')
);
create unique index one_person_per_email on people (email);

-- Who is signed in and until when. Only the hash of the token is kept; a row that is gone or revoked ends it at the next request.
create table sign_ins (
  token_hash bytea primary key,
  person_id uuid not null references people on delete cascade,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  constraint a_token_is_kept_as_sha256 check (length(token_hash) = 32)
);
create index sign_ins_of_a_person on sign_ins (person_id);

-- Programs come with a key. The key itself is shown once; what is kept of it is a hash.
create table api_keys (
  id uuid primary key,
  name text not null,
  scopes text[] not null,
  secret_hash bytea not null,
  previous_hash bytea,
  previous_until timestamptz,
  calls_per_minute int,
  made_by uuid references people on delete set null,
  expires_at timestamptz,
  revoked_at timestamptz,
  last_used_at timestamptz,
  created_at timestamptz not null default now(),
  constraint a_key_has_a_name check (name <> ''),
  constraint a_key_may_something check (cardinality(scopes) > 0),
  constraint a_secret_is_kept_as_sha256 check (length(secret_hash) = 32 and (previous_hash is null or length(previous_hash) = 32)),
  constraint a_previous_secret_has_an_end check ((previous_hash is null) = (previous_until is null)),
  constraint calls_are_limited_to_some check (calls_per_minute > 0)
);
create index keys_that_are_not_revoked on api_keys (created_at) where revoked_at is null;

grant select, insert, update, delete on people, sign_ins, api_keys to assistant_app;
