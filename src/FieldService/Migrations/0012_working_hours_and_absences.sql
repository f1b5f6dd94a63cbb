-- When somebody works in an ordinary week. A row says that it was stated at all: without one nothing is known and nothing is refused.
create table working_weeks (
  account_id uuid not null,
  user_id uuid not null,
  time_zone text, -- null is the account's
  version int not null default 1,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (account_id, user_id),
  constraint a_working_week_is_that_of_a_user_of_its_account foreign key (account_id, user_id) references users on delete cascade
);

-- Minutes of the day by the wall clock; a break is what lies between two of them. Monday is 1.
create table working_hours (
  account_id uuid not null,
  user_id uuid not null,
  weekday smallint not null,
  from_minute smallint not null,
  to_minute smallint not null,
  primary key (account_id, user_id, weekday, from_minute),
  constraint working_hours_belong_to_a_working_week foreign key (account_id, user_id) references working_weeks on delete cascade,
  constraint a_weekday_is_1_to_7 check (weekday between 1 and 7),
  constraint working_hours_lie_within_a_day check (from_minute >= 0 and to_minute > from_minute and to_minute <= 1440),
  constraint working_hours_of_a_day_do_not_overlap exclude using gist (account_id with =, user_id with =, weekday with =, int4range(from_minute, to_minute) with &&)
);

create table absences (
  account_id uuid not null,
  id uuid not null,
  user_id uuid not null,
  kind text not null,
  status text not null,
  starts_at timestamptz not null,
  ends_at timestamptz not null,
  note text,
  created_by uuid not null,
  version int not null default 1,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (account_id, id),
  constraint an_absence_is_that_of_a_user_of_its_account foreign key (account_id, user_id) references users on delete restrict,
  constraint an_absence_was_entered_by_a_user_of_its_account foreign key (account_id, created_by) references users on delete restrict,
  constraint an_absence_kind_is_known check (kind in ('vacation', 'sick', 'training', 'holiday', 'other')),
  constraint an_absence_status_is_known check (status in ('requested', 'approved', 'declined')),
  constraint an_absence_ends_after_it_starts check (ends_at > starts_at),
  constraint an_absence_lasts_at_most_a_year check (ends_at - starts_at <= interval '366 days')
);
create index absences_of_a_technician on absences (account_id, user_id, starts_at);
create index absences_by_start on absences (account_id, starts_at, id);

create trigger working_weeks_touch before update on working_weeks for each row execute function touch_updated_at();
create trigger absences_touch before update on absences for each row execute function touch_updated_at();

alter table working_weeks enable row level security;
alter table working_hours enable row level security;
alter table absences enable row level security;
create policy office_or_own on working_weeks for select using (account_id = (select app_account_id()) and ((select is_owner_or_admin()) or user_id = (select app_user_id())));
create policy office_adds on working_weeks for insert with check (account_id = (select app_account_id()) and (select is_owner_or_admin()));
create policy office_changes on working_weeks for update using (account_id = (select app_account_id()) and (select is_owner_or_admin()));
create policy office_removes on working_weeks for delete using (account_id = (select app_account_id()) and (select is_owner_or_admin()));
create policy office_or_own on working_hours for select using (account_id = (select app_account_id()) and ((select is_owner_or_admin()) or user_id = (select app_user_id())));
create policy office_adds on working_hours for insert with check (account_id = (select app_account_id()) and (select is_owner_or_admin()));
create policy office_removes on working_hours for delete using (account_id = (select app_account_id()) and (select is_owner_or_admin()));
create policy office_or_own on absences for select using (account_id = (select app_account_id()) and ((select is_owner_or_admin()) or user_id = (select app_user_id())));
-- A technician asks for time off; the office decides.
create policy office_adds_or_own_is_requested on absences for insert with check (
  account_id = (select app_account_id()) and ((select is_owner_or_admin()) or (user_id = (select app_user_id()) and status = 'requested')));
create policy office_changes_or_own_is_requested on absences for update
  using (account_id = (select app_account_id()) and ((select is_owner_or_admin()) or user_id = (select app_user_id())))
  with check (account_id = (select app_account_id()) and ((select is_owner_or_admin()) or (user_id = (select app_user_id()) and status = 'requested')));
create policy office_removes_or_own_request on absences for delete using (
  account_id = (select app_account_id()) and ((select is_owner_or_admin()) or (user_id = (select app_user_id()) and status = 'requested')));

grant select, insert, update, delete on working_weeks, absences to fsm_app;
grant select, insert, delete on working_hours to fsm_app;
grant select on working_weeks, working_hours, absences to fsm_backup;
