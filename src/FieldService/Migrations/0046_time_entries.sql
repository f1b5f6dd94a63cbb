-- Equality of an id beside the overlap of a range, in one constraint.
create extension if not exists btree_gist;

-- what refers to a visit and to its job must mean the same job
alter table visits add constraint a_visit_has_one_job unique (account_id, id, job_id);

-- What an hour of somebody costs the company and what the client is charged for it, from a day on until the next such day.
create table labour_rates (
  account_id uuid not null,
  id uuid not null,
  user_id uuid not null,
  effective_on date not null,
  cost_cents bigint not null,
  billing_cents bigint,
  version int not null default 1,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (account_id, id),
  constraint a_labour_rate_is_of_a_user_of_its_account foreign key (account_id, user_id) references users on delete restrict,
  constraint one_labour_rate_per_day unique (account_id, user_id, effective_on),
  constraint a_labour_rate_is_an_amount check (cost_cents between 0 and 100000000 and billing_cents between 0 and 100000000)
);

create table time_entries (
  account_id uuid not null,
  id uuid not null,
  user_id uuid not null,
  visit_id uuid,
  job_id uuid,
  kind text not null,
  started_at timestamptz not null,
  -- null while the timer runs
  ended_at timestamptz,
  is_billable boolean not null default true,
  note text,
  edit_reason text,
  created_by uuid not null,
  version int not null default 1,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (account_id, id),
  constraint a_time_entry_is_of_a_user_of_its_account foreign key (account_id, user_id) references users on delete restrict,
  constraint a_time_entry_was_recorded_by_a_user_of_its_account foreign key (account_id, created_by) references users on delete restrict,
  constraint a_time_entry_is_on_a_visit_of_its_job foreign key (account_id, visit_id, job_id) references visits (account_id, id, job_id) on delete restrict,
  constraint a_time_entry_names_a_visit_with_its_job check ((visit_id is null) = (job_id is null)),
  constraint a_time_entry_kind_is_known check (kind in ('travel', 'work', 'break')),
  constraint a_time_entry_ends_after_it_starts check (ended_at >= started_at),
  -- so that the parts of a day always add up to it
  constraint a_time_entry_is_in_whole_seconds check (extract(epoch from started_at) % 1 = 0 and extract(epoch from ended_at) % 1 = 0),
  constraint nobody_is_in_two_places_at_once exclude using gist (account_id with =, user_id with =, tstzrange(started_at, ended_at) with &&)
);
create unique index one_running_timer_per_person on time_entries (account_id, user_id) where ended_at is null;
create index time_entries_by_start on time_entries (account_id, started_at desc, id desc);
create index time_entries_by_end on time_entries (account_id, ended_at);
create index time_entries_of_a_user on time_entries (account_id, user_id, started_at desc, id desc);
create index time_entries_of_a_visit on time_entries (account_id, visit_id, job_id);
create index time_entries_of_a_job on time_entries (account_id, job_id, started_at);

create trigger labour_rates_touch before update on labour_rates for each row execute function touch_updated_at();
create trigger time_entries_touch before update on time_entries for each row execute function touch_updated_at();

alter table labour_rates enable row level security;
alter table time_entries enable row level security;
create policy office on labour_rates for all using (account_id = (select app_account_id()) and (select is_owner_or_admin()));
create policy office_or_own on time_entries for all
  using (account_id = (select app_account_id()) and ((select is_owner_or_admin()) or user_id = (select app_user_id())))
  with check (account_id = (select app_account_id()) and ((select is_owner_or_admin()) or user_id = (select app_user_id())));
grant select, insert, update on labour_rates to fsm_app;
grant select, insert, update, delete on time_entries to fsm_app;
grant select on labour_rates, time_entries to fsm_backup;
