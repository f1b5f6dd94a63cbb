-- That nobody is in two places at once is promised by the database, and it needs uuids beside ranges in one index for that.
create extension if not exists btree_gist;

-- Booked although somebody was not free, by a setting or by a person who said why.
alter table visits add column is_double_booked boolean not null default false;

-- Who goes. The lead is visits.assigned_user_id and always one of them. The times are the visit's, kept by the trigger below; they stand here because a
-- constraint sees one table only. The job, which a visit never changes, stands here because a technician's jobs are looked up with every list.
create table visit_technicians (
  account_id uuid not null,
  visit_id uuid not null,
  user_id uuid not null,
  job_id uuid not null,
  starts_at timestamptz not null,
  ends_at timestamptz not null,
  -- open visits take time; what is completed or cancelled stands in nobody's way
  blocks boolean not null,
  is_double_booked boolean not null,
  primary key (account_id, visit_id, user_id),
  constraint a_technician_is_sent_to_a_visit_of_their_account foreign key (account_id, visit_id) references visits on delete cascade,
  constraint a_technician_is_a_user_of_the_account foreign key (account_id, user_id) references users on delete restrict,
  constraint a_technician_is_in_one_place_at_a_time exclude using gist (account_id with =, user_id with =, tstzrange(starts_at, ends_at) with &&)
    where (blocks and not is_double_booked)
);
-- Overlaps of ranges are no leakproof test, so behind row-level security they are looked for by their start: a visit lasts at most 31 days.
create index visits_on_a_calendar on visit_technicians (account_id, user_id, starts_at) include (ends_at, visit_id, blocks, job_id);

create function technicians_of_a_visit() returns trigger language plpgsql security definer set search_path = pg_catalog, public as $$
begin
  if tg_op = 'UPDATE' and new.assigned_user_id is distinct from old.assigned_user_id then
    -- Without a lead nobody goes.
    delete from public.visit_technicians t
    where t.account_id = new.account_id and t.visit_id = new.id and (new.assigned_user_id is null or t.user_id = old.assigned_user_id);
  end if;
  if tg_op = 'UPDATE' then
    update public.visit_technicians t
    set starts_at = new.scheduled_start, ends_at = new.scheduled_end, blocks = new.status in ('scheduled', 'arrived', 'in_progress'), is_double_booked = new.is_double_booked
    where t.account_id = new.account_id and t.visit_id = new.id
      and (t.starts_at, t.ends_at, t.blocks, t.is_double_booked)
          is distinct from (new.scheduled_start, new.scheduled_end, new.status in ('scheduled', 'arrived', 'in_progress'), new.is_double_booked);
  end if;
  if new.assigned_user_id is not null then
    insert into public.visit_technicians (account_id, visit_id, user_id, job_id, starts_at, ends_at, blocks, is_double_booked)
    values (new.account_id, new.id, new.assigned_user_id, new.job_id, new.scheduled_start, new.scheduled_end, new.status in ('scheduled', 'arrived', 'in_progress'), new.is_double_booked)
    on conflict on constraint visit_technicians_pkey do nothing;
  end if;
  return null;
end $$;

-- What overlaps already was booked before anybody could be asked: the later of two counts as booked on purpose.
alter table visits disable trigger visits_touch;
update visits v set is_double_booked = true
where v.status in ('scheduled', 'arrived', 'in_progress') and exists (
  select from visits o
  where o.account_id = v.account_id and o.assigned_user_id = v.assigned_user_id and o.status in ('scheduled', 'arrived', 'in_progress')
    and (o.scheduled_start, o.id) < (v.scheduled_start, v.id) and o.scheduled_end > v.scheduled_start);
alter table visits enable trigger visits_touch;
insert into visit_technicians (account_id, visit_id, user_id, job_id, starts_at, ends_at, blocks, is_double_booked)
select account_id, id, assigned_user_id, job_id, scheduled_start, scheduled_end, status in ('scheduled', 'arrived', 'in_progress'), is_double_booked
from visits where assigned_user_id is not null;

create trigger visits_technicians after insert or update of assigned_user_id, status, scheduled_start, scheduled_end, is_double_booked on visits
  for each row execute function technicians_of_a_visit();
alter table visits add constraint the_lead_of_a_visit_is_one_of_its_technicians
  foreign key (account_id, id, assigned_user_id) references visit_technicians (account_id, visit_id, user_id) deferrable initially deferred;

-- Who else goes to the caller's visits: a policy may not look at its own table, a function that asks only about the caller may.
create function visits_of_caller() returns setof uuid language sql stable security definer set search_path = pg_catalog, public
  as $$ select t.visit_id from public.visit_technicians t where t.account_id = public.app_account_id() and t.user_id = public.app_user_id() $$;
revoke execute on function visits_of_caller(), technicians_of_a_visit() from public;
grant execute on function visits_of_caller() to fsm_app;

alter table visit_technicians enable row level security;
create policy office_or_colleagues on visit_technicians for select
  using (account_id = (select app_account_id()) and ((select is_owner_or_admin()) or user_id = (select app_user_id()) or visit_id in (select visits_of_caller())));
create policy office_adds on visit_technicians for insert with check (account_id = (select app_account_id()) and (select is_owner_or_admin()));
create policy office_removes on visit_technicians for delete using (account_id = (select app_account_id()) and (select is_owner_or_admin()));

-- A technician's rights follow any assignment, not the lead alone.
alter policy office_or_assigned on visits
  using (account_id = (select app_account_id()) and ((select is_owner_or_admin()) or id in (
    select t.visit_id from visit_technicians t where t.account_id = (select app_account_id()) and t.user_id = (select app_user_id()))));
alter policy office_or_assigned_changes on visits
  using (account_id = (select app_account_id()) and ((select is_owner_or_admin()) or id in (
    select t.visit_id from visit_technicians t where t.account_id = (select app_account_id()) and t.user_id = (select app_user_id()))));
alter policy office_or_assigned on jobs
  using (account_id = (select app_account_id()) and ((select is_owner_or_admin()) or id in (
    select t.job_id from visit_technicians t where t.account_id = (select app_account_id()) and t.user_id = (select app_user_id()))));
alter policy office_or_assigned_changes on jobs
  using (account_id = (select app_account_id()) and ((select is_owner_or_admin()) or id in (
    select t.job_id from visit_technicians t where t.account_id = (select app_account_id()) and t.user_id = (select app_user_id()))));

grant select, insert, delete on visit_technicians to fsm_app;
grant select on visit_technicians to fsm_backup;
