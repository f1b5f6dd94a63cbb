-- The state machines as data: the same tables stand in the code, and a test compares the two.
create table state_moves (
  machine text not null,
  from_status text not null,
  to_status text not null,
  primary key (machine, from_status, to_status)
);

insert into state_moves (machine, from_status, to_status) values
  ('jobs', 'draft', 'quoted'), ('jobs', 'draft', 'scheduled'),
  ('jobs', 'quoted', 'scheduled'), ('jobs', 'quoted', 'draft'),
  ('jobs', 'scheduled', 'in_progress'), ('jobs', 'scheduled', 'cancelled'),
  ('jobs', 'in_progress', 'completed'), ('jobs', 'in_progress', 'cancelled'),
  ('jobs', 'completed', 'invoiced'),
  ('jobs', 'cancelled', 'draft'),
  ('visits', 'scheduled', 'arrived'), ('visits', 'scheduled', 'cancelled'),
  ('visits', 'arrived', 'in_progress'), ('visits', 'arrived', 'cancelled'),
  ('visits', 'in_progress', 'completed');

-- A trigger that is named after its machine (`jobs`, `visits` …) refuses what the table does not list, whoever writes.
create function only_listed_moves() returns trigger language plpgsql as $$
begin
  if new.status = old.status or exists (
    select from state_moves where machine = tg_table_name and from_status = old.status and to_status = new.status
  ) then
    return new;
  end if;
  raise exception 'a % cannot become % (%)', old.status, new.status, tg_table_name
    using errcode = 'P0001', constraint = 'only_listed_moves', table = tg_table_name;
end $$;

create table jobs (
  account_id uuid not null references accounts on delete cascade,
  id uuid not null,
  client_id uuid not null,
  property_id uuid,
  title text not null,
  description text,
  status text not null default 'draft',
  priority int not null default 0,
  scheduled_start timestamptz,
  scheduled_end timestamptz,
  created_by uuid not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (account_id, id),
  constraint a_job_belongs_to_a_client_of_its_account foreign key (account_id, client_id) references clients on delete restrict,
  constraint a_job_is_at_a_property_of_its_client foreign key (account_id, property_id, client_id) references properties (account_id, id, client_id) on delete restrict,
  constraint a_job_was_created_by_a_user_of_its_account foreign key (account_id, created_by) references users on delete restrict,
  constraint a_job_has_a_title check (title <> ''),
  constraint a_job_status_is_known check (status in ('draft', 'quoted', 'scheduled', 'in_progress', 'completed', 'invoiced', 'cancelled')),
  constraint a_job_priority_is_0_to_4 check (priority between 0 and 4),
  constraint a_job_ends_after_it_starts check (scheduled_end > scheduled_start)
);
create index jobs_newest_first on jobs (account_id, created_at desc, id desc);
create index jobs_by_status on jobs (account_id, status, created_at desc, id desc);
create index jobs_by_start on jobs (account_id, scheduled_start);
create index jobs_of_a_client on jobs (account_id, client_id);
create index jobs_of_a_property on jobs (account_id, property_id, client_id) where property_id is not null;

create table visits (
  account_id uuid not null,
  id uuid not null,
  job_id uuid not null,
  assigned_user_id uuid,
  status text not null default 'scheduled',
  scheduled_start timestamptz not null,
  scheduled_end timestamptz not null,
  arrived_at timestamptz,
  completed_at timestamptz,
  tech_notes text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (account_id, id),
  constraint a_visit_belongs_to_a_job_of_its_account foreign key (account_id, job_id) references jobs on delete cascade,
  constraint a_visit_is_assigned_to_a_user_of_its_account foreign key (account_id, assigned_user_id) references users on delete restrict,
  constraint a_visit_status_is_known check (status in ('scheduled', 'arrived', 'in_progress', 'completed', 'cancelled')),
  constraint a_visit_ends_after_it_starts check (scheduled_end > scheduled_start),
  constraint an_arrived_visit_has_a_technician check (status in ('scheduled', 'cancelled') or assigned_user_id is not null),
  constraint an_arrived_visit_has_a_time check (status in ('scheduled', 'cancelled') or arrived_at is not null),
  constraint a_completed_visit_has_a_time check ((status = 'completed') = (completed_at is not null))
);
create index visits_of_a_job on visits (account_id, job_id);
create index visits_by_start on visits (account_id, scheduled_start, id);
create index visits_by_status on visits (account_id, status, scheduled_start);
create index visits_of_a_technician on visits (account_id, assigned_user_id, scheduled_start);

-- A technician sees their own visits only, but whether the job is done depends on everybody's.
create function job_has_open_visits(wanted uuid) returns boolean language sql stable security definer set search_path = pg_catalog, public
  as $$ select exists (select from public.visits v where v.account_id = public.app_account_id() and v.job_id = wanted and v.status not in ('completed', 'cancelled')) $$;
revoke execute on function job_has_open_visits(uuid) from public;
grant execute on function job_has_open_visits(uuid) to fsm_app;

create trigger jobs_touch before update on jobs for each row execute function touch_updated_at();
create trigger visits_touch before update on visits for each row execute function touch_updated_at();
create trigger jobs_moves before update of status on jobs for each row execute function only_listed_moves();
create trigger visits_moves before update of status on visits for each row execute function only_listed_moves();

alter table jobs enable row level security;
alter table visits enable row level security;

create policy office_or_assigned on visits for select using (account_id = (select app_account_id()) and ((select is_owner_or_admin()) or assigned_user_id = (select app_user_id())));
create policy office_adds on visits for insert with check (account_id = (select app_account_id()) and (select is_owner_or_admin()));
create policy office_or_assigned_changes on visits for update using (account_id = (select app_account_id()) and ((select is_owner_or_admin()) or assigned_user_id = (select app_user_id())));
create policy office_removes on visits for delete using (account_id = (select app_account_id()) and (select is_owner_or_admin()));

create policy office_or_assigned on jobs for select using (account_id = (select app_account_id()) and ((select is_owner_or_admin())
  or id in (select v.job_id from visits v where v.account_id = (select app_account_id()) and v.assigned_user_id = (select app_user_id()))));
create policy office_adds on jobs for insert with check (account_id = (select app_account_id()) and (select is_owner_or_admin()));
-- A technician's visit moves its job along (started, completed); the uses decide which fields.
create policy office_or_assigned_changes on jobs for update using (account_id = (select app_account_id()) and ((select is_owner_or_admin())
  or id in (select v.job_id from visits v where v.account_id = (select app_account_id()) and v.assigned_user_id = (select app_user_id()))));
create policy office_removes on jobs for delete using (account_id = (select app_account_id()) and (select is_owner_or_admin()));

grant select on state_moves to fsm_app, fsm_backup;
grant select, insert, update, delete on jobs, visits to fsm_app;
