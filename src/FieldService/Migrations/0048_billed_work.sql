-- Which invoice charges for a part, an hour or an expense: one row for each, so nothing is charged twice. A void invoice charges for nothing, and its row
-- gives way to the next.
create table billed_work (
  account_id uuid not null,
  subject_id uuid not null,
  kind text not null,
  part_id uuid generated always as (case kind when 'part' then subject_id end) stored,
  time_entry_id uuid generated always as (case kind when 'time' then subject_id end) stored,
  expense_id uuid generated always as (case kind when 'expense' then subject_id end) stored,
  invoice_id uuid not null,
  billed_at timestamptz not null default now(),
  constraint everything_is_billed_once primary key (account_id, subject_id),
  constraint a_billed_thing_is_a_part_time_or_an_expense check (kind in ('part', 'time', 'expense')),
  constraint a_billed_part_is_kept foreign key (account_id, part_id) references visit_parts on delete restrict,
  constraint billed_time_is_kept foreign key (account_id, time_entry_id) references time_entries on delete restrict,
  constraint a_billed_expense_is_kept foreign key (account_id, expense_id) references expenses on delete restrict,
  constraint work_is_billed_on_an_invoice_of_its_account foreign key (account_id, invoice_id) references invoices on delete cascade
);
create index billed_work_of_an_invoice on billed_work (account_id, invoice_id);
create index billed_parts on billed_work (account_id, part_id) where part_id is not null;
create index billed_time on billed_work (account_id, time_entry_id) where time_entry_id is not null;
create index billed_expenses on billed_work (account_id, expense_id) where expense_id is not null;

-- A technician sees no invoice, but what was billed is not theirs to change any more.
create function invoice_that_bills(wanted uuid) returns uuid language sql stable security definer set search_path = pg_catalog, public
  as $$ select b.invoice_id from public.billed_work b
        join public.invoices i on i.account_id = b.account_id and i.id = b.invoice_id
        where b.account_id = public.app_account_id() and b.subject_id = wanted and i.status <> 'void' $$;
revoke execute on function invoice_that_bills(uuid) from public;
grant execute on function invoice_that_bills(uuid) to fsm_app;

alter table billed_work enable row level security;
create policy office on billed_work for all using (account_id = (select app_account_id()) and (select is_owner_or_admin()));
grant select, insert, update, delete on billed_work to fsm_app;
grant select on billed_work to fsm_backup;

