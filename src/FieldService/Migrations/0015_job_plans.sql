-- Work that comes round: a plan says what is done, for whom and by which rule; the worker makes a job and a visit of each time it comes round.
insert into state_moves (machine, from_status, to_status) values
  ('job_plans', 'active', 'paused'), ('job_plans', 'active', 'ended'),
  ('job_plans', 'paused', 'active'), ('job_plans', 'paused', 'ended');

create table job_plans (
  account_id uuid not null references accounts on delete cascade,
  id uuid not null,
  client_id uuid not null,
  property_id uuid,
  title text not null,
  description text,
  priority int not null default 0,
  -- the first is the lead
  technician_ids uuid[] not null default '{}',
  duration_minutes int not null,
  -- what the clock at the site says: the rule runs on it, so an hour stays that hour when the clocks change
  starts_at_local timestamp not null,
  time_zone text not null,
  rrule text not null,
  exdates timestamp[] not null default '{}',
  horizon_days int not null default 60,
  status text not null default 'active',
  -- the first time it comes round that is not made yet; null when there is none left. Progress and nothing else: it raises no version.
  next_at timestamptz,
  follows_plan_id uuid,
  created_by uuid not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  version int not null default 1,
  primary key (account_id, id),
  constraint a_job_plan_belongs_to_a_client_of_its_account foreign key (account_id, client_id) references clients on delete restrict,
  constraint a_job_plan_is_at_a_property_of_its_client foreign key (account_id, property_id, client_id) references properties (account_id, id, client_id) on delete restrict,
  constraint a_job_plan_was_created_by_a_user_of_its_account foreign key (account_id, created_by) references users on delete restrict,
  constraint a_job_plan_follows_one_of_its_account foreign key (account_id, follows_plan_id) references job_plans on delete restrict,
  constraint a_job_plan_has_a_title check (title <> ''),
  constraint a_job_plan_status_is_known check (status in ('active', 'paused', 'ended')),
  constraint a_job_plan_priority_is_0_to_4 check (priority between 0 and 4),
  constraint a_planned_visit_lasts_1_minute_to_7_days check (duration_minutes between 1 and 10080),
  constraint jobs_are_made_1_to_366_days_ahead check (horizon_days between 1 and 366)
);
create index job_plans_due on job_plans (account_id, next_at) where status = 'active' and next_at is not null;
create index job_plans_newest_first on job_plans (account_id, created_at desc, id desc);
create index job_plans_of_a_client on job_plans (account_id, client_id);
create index job_plans_of_a_property on job_plans (account_id, property_id, client_id) where property_id is not null;
create index job_plans_that_follow on job_plans (account_id, follows_plan_id) where follows_plan_id is not null;

-- What became of each time it came round, by what the rule says on the site's clock: that key is why nothing is made twice.
create table job_plan_occurrences (
  account_id uuid not null,
  plan_id uuid not null,
  occurs_at_local timestamp not null,
  status text not null,
  -- the moment the rule means
  at timestamptz not null,
  job_id uuid,
  visit_id uuid,
  -- as they were made: whoever works on either raises its version, and then it is no longer the plan's to change
  job_version int,
  visit_version int,
  -- somebody has said something about this one alone
  is_exception boolean not null default false,
  trouble text,
  created_at timestamptz not null default now(),
  primary key (account_id, plan_id, occurs_at_local),
  constraint an_occurrence_belongs_to_a_job_plan_of_its_account foreign key (account_id, plan_id) references job_plans on delete cascade,
  constraint an_occurrence_made_a_job_of_its_account foreign key (account_id, job_id) references jobs on delete set null (job_id),
  constraint an_occurrence_made_a_visit_of_its_account foreign key (account_id, visit_id) references visits on delete set null (visit_id),
  constraint an_occurrence_status_is_known check (status in ('made', 'skipped', 'missed')),
  constraint an_occurrence_trouble_is_known check (trouble in ('schedule_conflict', 'technician_unavailable')),
  constraint only_a_made_occurrence_has_a_job check (status = 'made' or (job_id is null and visit_id is null))
);
create unique index one_occurrence_per_job on job_plan_occurrences (account_id, job_id) where job_id is not null;
create index job_plan_occurrences_of_a_visit on job_plan_occurrences (account_id, visit_id) where visit_id is not null;
create index job_plan_occurrences_by_time on job_plan_occurrences (account_id, plan_id, at);

-- An array cannot refer; this does it instead. Users are never deleted, so what was one of the account stays one.
create function technicians_are_of_the_account() returns trigger language plpgsql security definer set search_path = pg_catalog, public as $$
begin
  if exists (select from unnest(new.technician_ids) as wanted (id) where not exists (select from public.users u where u.account_id = new.account_id and u.id = wanted.id)) then
    raise exception 'a technician is a user of the account' using errcode = '23503', constraint = 'technicians_are_of_the_account', table = tg_table_name;
  end if;
  return new;
end $$;
revoke execute on function technicians_are_of_the_account() from public;
create trigger job_plans_technicians before insert or update of technician_ids on job_plans for each row execute function technicians_are_of_the_account();

create trigger job_plans_touch before update of client_id, property_id, title, description, priority, technician_ids, duration_minutes, starts_at_local, time_zone, rrule,
  exdates, horizon_days, status on job_plans for each row execute function touch_updated_at();
create trigger job_plans_moves before update of status on job_plans for each row execute function only_listed_moves();

alter table job_plans enable row level security;
alter table job_plan_occurrences enable row level security;
create policy office on job_plans for all using (account_id = (select app_account_id()) and (select is_owner_or_admin()));
create policy office on job_plan_occurrences for all using (account_id = (select app_account_id()) and (select is_owner_or_admin()));
grant select, insert, update, delete on job_plans, job_plan_occurrences to fsm_app;
grant select on job_plans, job_plan_occurrences to fsm_backup;
