-- An appointment is agreed on by the clock at the site: the local time and the zone are kept beside the moments they mean.
alter table properties add column time_zone text; -- null is the account's

alter table visits
  add column time_zone text,
  add column local_start timestamp,
  add column local_end timestamp;

-- The service works these out itself and says so in every statement. For what is written by other ways they are filled in here.
create function local_time_of_a_visit() returns trigger language plpgsql as $$
begin
  if new.time_zone is null then
    new.time_zone := coalesce((
      select coalesce(p.time_zone, a.time_zone) from jobs j join accounts a on a.id = j.account_id
      left join properties p on p.account_id = j.account_id and p.id = j.property_id
      where j.account_id = new.account_id and j.id = new.job_id), 'UTC');
  end if;
  if new.local_start is null or (tg_op = 'UPDATE' and new.scheduled_start <> old.scheduled_start and new.local_start = old.local_start and new.time_zone = old.time_zone) then
    new.local_start := new.scheduled_start at time zone new.time_zone;
  end if;
  if new.local_end is null or (tg_op = 'UPDATE' and new.scheduled_end <> old.scheduled_end and new.local_end = old.local_end and new.time_zone = old.time_zone) then
    new.local_end := new.scheduled_end at time zone new.time_zone;
  end if;
  return new;
end $$;
create trigger visits_local_time before insert or update on visits for each row execute function local_time_of_a_visit();

alter table visits disable trigger visits_touch;
update visits set time_zone = null;
alter table visits enable trigger visits_touch;

-- A zone is at most 14 hours away from UTC; anything further away is no local time of this moment. Which of them it is the service knows best: its
-- database of zones and the server's may be of different years.
alter table visits
  alter column time_zone set not null,
  alter column local_start set not null,
  alter column local_end set not null,
  add constraint a_visit_has_the_time_of_its_site check (
    local_start - (scheduled_start at time zone 'UTC') between interval '-16 hours' and interval '16 hours'
    and local_end - (scheduled_end at time zone 'UTC') between interval '-16 hours' and interval '16 hours'),
  add constraint a_visit_lasts_at_most_31_days check (scheduled_end - scheduled_start <= interval '31 days');
