-- Who did what to which thing. Rows are added in the transaction of the change itself and never touched again.
create table audit_log (
  account_id uuid not null references accounts on delete cascade,
  id uuid not null default gen_random_uuid(),
  entity_type text not null,
  entity_id uuid not null,
  action text not null,
  actor_id uuid,
  old_value jsonb,
  new_value jsonb,
  trace_id uuid,
  created_at timestamptz not null default now(),
  primary key (account_id, id),
  constraint an_action_is_known check (action in ('insert', 'update', 'delete'))
);
create index audit_log_of_a_thing on audit_log (account_id, entity_type, entity_id);
create index audit_log_newest_first on audit_log (account_id, created_at desc);
create index audit_log_of_a_trace on audit_log (trace_id) where trace_id is not null;

alter table audit_log enable row level security;
create policy office_reads on audit_log for select using (account_id = (select app_account_id()) and (select is_owner_or_admin()));
create policy own_account_adds on audit_log for insert with check (account_id = (select app_account_id()));
grant select, insert on audit_log to fsm_app;
