create table automations (
  account_id uuid not null references accounts on delete cascade,
  id uuid not null,
  type text not null,
  enabled boolean not null default true,
  config jsonb not null default '{}',
  next_run_at timestamptz not null,
  last_run_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (account_id, id),
  constraint an_automation_type_is_known check (type in ('visit_reminder', 'invoice_followup')),
  constraint one_automation_of_a_type unique (account_id, type)
);
create index automations_due on automations (next_run_at) where enabled;
create trigger automations_touch before update on automations for each row execute function touch_updated_at();

alter table automations enable row level security;
create policy office on automations for all using (account_id = (select app_account_id()) and (select is_owner_or_admin()));
grant select, insert, update, delete on automations to fsm_app;
