-- What an automation did last, and what keeps it from working: an operator reads it here, beside next_run_at, which may be set by hand.
alter table automations
  add column failures int not null default 0,
  add column last_error text,
  add column failed_at timestamptz,
  drop constraint an_automation_type_is_known,
  add constraint an_automation_type_is_known check (type in ('visit_reminder', 'invoice_followup', 'estimate_followup', 'review_request')),
  add constraint an_automation_that_fails_says_why check ((failures > 0) = (last_error is not null) and (failures > 0) = (failed_at is not null));

create policy only_the_owner_deletes on automations as restrictive for delete using ((select app_role()) = 'owner');

-- The worker looks across all accounts for what is due, and then works in each as its tenant.
create function automations_due(at timestamptz, most int) returns table (account_id uuid, id uuid)
  language sql stable security definer set search_path = pg_catalog, public
  as $$ select a.account_id, a.id from public.automations a where a.enabled and a.next_run_at <= at order by a.next_run_at, a.id limit most $$;

-- On whose behalf it works: the owner who has been there longest.
create function companies_at_work() returns table (account_id uuid, user_id uuid, email text, full_name text, account_name text, time_zone text, currency text)
  language sql stable security definer set search_path = pg_catalog, public
  as $$ select distinct on (a.id) a.id, u.id, u.email, u.full_name, a.name, a.time_zone, a.currency
        from public.accounts a join public.users u on u.account_id = a.id and u.role = 'owner'
        order by a.id, u.deactivated_at nulls first, u.created_at, u.id $$;

revoke execute on function automations_due(timestamptz, int), companies_at_work() from public;
grant execute on function automations_due(timestamptz, int), companies_at_work() to fsm_app;

-- A worker that waits hears of what has become due; it looks by itself too, so nothing is lost when it does not hear.
create function wake_the_worker() returns trigger language plpgsql as $$
begin
  perform pg_notify('fsm_worker', '');
  return null;
end $$;
create trigger automations_wake_the_worker after insert or update on automations for each row
  when (new.enabled and new.next_run_at <= now()) execute function wake_the_worker();
