-- Invoices that come round: the same rules as for jobs, of a template that is written as an invoice is.
insert into state_moves (machine, from_status, to_status)
select 'invoice_plans', from_status, to_status from state_moves where machine = 'job_plans';

create table invoice_plans (
  account_id uuid not null references accounts on delete cascade,
  id uuid not null,
  client_id uuid not null,
  property_id uuid,
  title text not null,
  -- the invoice as it would be posted, without client, property and day
  template jsonb not null,
  terms_days int,
  issues boolean not null default false,
  starts_at_local timestamp not null,
  time_zone text not null,
  rrule text not null,
  exdates timestamp[] not null default '{}',
  status text not null default 'active',
  -- Progress and what stands in its way; they raise no version.
  next_at timestamptz,
  trouble text,
  created_by uuid not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  version int not null default 1,
  primary key (account_id, id),
  constraint an_invoice_plan_belongs_to_a_client_of_its_account foreign key (account_id, client_id) references clients on delete restrict,
  constraint an_invoice_plan_is_at_a_property_of_its_client foreign key (account_id, property_id, client_id) references properties (account_id, id, client_id) on delete restrict,
  constraint an_invoice_plan_was_created_by_a_user_of_its_account foreign key (account_id, created_by) references users on delete restrict,
  constraint an_invoice_plan_has_a_title check (title <> ''),
  constraint an_invoice_plan_status_is_known check (status in ('active', 'paused', 'ended')),
  constraint terms_are_0_to_3650_days check (terms_days between 0 and 3650)
);
create index invoice_plans_due on invoice_plans (account_id, next_at) where status = 'active' and next_at is not null;
create index invoice_plans_newest_first on invoice_plans (account_id, created_at desc, id desc);
create index invoice_plans_of_a_client on invoice_plans (account_id, client_id);
create index invoice_plans_of_a_property on invoice_plans (account_id, property_id, client_id) where property_id is not null;

create table invoice_plan_occurrences (
  account_id uuid not null,
  plan_id uuid not null,
  occurs_at_local timestamp not null,
  at timestamptz not null,
  invoice_id uuid,
  created_at timestamptz not null default now(),
  primary key (account_id, plan_id, occurs_at_local),
  constraint an_occurrence_belongs_to_an_invoice_plan_of_its_account foreign key (account_id, plan_id) references invoice_plans on delete cascade,
  constraint an_occurrence_made_an_invoice_of_its_account foreign key (account_id, invoice_id) references invoices on delete set null (invoice_id)
);
create unique index one_occurrence_per_invoice on invoice_plan_occurrences (account_id, invoice_id) where invoice_id is not null;

create trigger invoice_plans_touch before update of client_id, property_id, title, template, terms_days, issues, starts_at_local, time_zone, rrule, exdates, status
  on invoice_plans for each row execute function touch_updated_at();
create trigger invoice_plans_moves before update of status on invoice_plans for each row execute function only_listed_moves();

alter table invoice_plans enable row level security;
alter table invoice_plan_occurrences enable row level security;
create policy office on invoice_plans for all using (account_id = (select app_account_id()) and (select is_owner_or_admin()));
create policy office on invoice_plan_occurrences for all using (account_id = (select app_account_id()) and (select is_owner_or_admin()));
grant select, insert, update on invoice_plans, invoice_plan_occurrences to fsm_app;
grant select on invoice_plans, invoice_plan_occurrences to fsm_backup;
