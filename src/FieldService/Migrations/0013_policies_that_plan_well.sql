-- A policy is planned with every query that touches its table, and a subquery in it is charged as if it ran each time: 50 rows of a list then read the whole
-- table, although the office never runs that part. A function is charged little, and is run once, for a technician only.
create function jobs_of_caller() returns setof uuid language sql stable security definer set search_path = pg_catalog, public
  as $$ select t.job_id from public.visit_technicians t where t.account_id = public.app_account_id() and t.user_id = public.app_user_id() $$;
revoke execute on function jobs_of_caller() from public;
grant execute on function jobs_of_caller() to fsm_app;

alter policy office_or_assigned on visits
  using (account_id = (select app_account_id()) and ((select is_owner_or_admin()) or id in (select visits_of_caller())));
alter policy office_or_assigned_changes on visits
  using (account_id = (select app_account_id()) and ((select is_owner_or_admin()) or id in (select visits_of_caller())));
alter policy office_or_assigned on jobs
  using (account_id = (select app_account_id()) and ((select is_owner_or_admin()) or id in (select jobs_of_caller())));
alter policy office_or_assigned_changes on jobs
  using (account_id = (select app_account_id()) and ((select is_owner_or_admin()) or id in (select jobs_of_caller())));
