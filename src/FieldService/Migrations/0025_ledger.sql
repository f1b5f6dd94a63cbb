-- Every movement of money and of what is owed, once and for good. What an invoice says was paid, credited or written off, and what a client has as credit,
-- is the sum of these rows and of nothing else.

alter table invoices add constraint an_invoice_has_one_client unique (account_id, id, client_id);
alter table estimates add constraint an_estimate_has_one_client unique (account_id, id, client_id);

-- An issued invoice never changes, but what became of it does: paid, credited by a note, given up as lost.
alter table invoices
  add column credited_cents bigint not null default 0,
  add column written_off_cents bigint not null default 0,
  add column balance_cents bigint not null generated always as (
    case when status = 'void' then 0 else total_cents - paid_cents - credited_cents - written_off_cents end) stored,
  drop constraint an_invoice_is_never_overpaid,
  drop constraint an_invoice_status_follows_its_payments;
alter table invoices
  add constraint an_invoice_is_never_overpaid check (
    paid_cents >= 0 and credited_cents >= 0 and written_off_cents >= 0 and paid_cents + credited_cents + written_off_cents <= total_cents),
  add constraint an_invoice_status_follows_its_ledger check (case status
    when 'partial' then paid_cents + credited_cents + written_off_cents > 0 and paid_cents + credited_cents + written_off_cents < total_cents
    when 'overdue' then paid_cents + credited_cents + written_off_cents < total_cents
    when 'paid' then paid_cents + credited_cents + written_off_cents = total_cents
    else paid_cents + credited_cents + written_off_cents = 0 end);
create index invoices_with_a_balance on invoices (account_id, client_id, due_date) include (balance_cents) where status in ('sent', 'partial', 'overdue');

-- A refund opens a paid invoice again, and so does a write-off that is taken back.
insert into state_moves (machine, from_status, to_status) values ('invoices', 'paid', 'partial'), ('invoices', 'paid', 'sent');

create function issued_invoices_stay() returns trigger language plpgsql as $$
declare
  -- balance_cents is computed after this trigger has run
  moving constant text[] := array['status', 'paid_cents', 'credited_cents', 'written_off_cents', 'balance_cents', 'paid_at', 'voided_at', 'updated_at', 'version'];
begin
  if old.status <> 'draft' and to_jsonb(new) - moving is distinct from to_jsonb(old) - moving then
    raise exception 'a % document cannot be changed', old.status using errcode = 'P0001', constraint = 'issued_documents_stay', table = tg_table_name;
  end if;
  return new;
end $$;
drop trigger invoices_stay on invoices;
create trigger invoices_stay before update on invoices for each row execute function issued_invoices_stay();

-- Money that came in before there was an invoice is for an approved estimate.
alter table payments
  alter column invoice_id drop not null,
  add column estimate_id uuid,
  add constraint a_deposit_is_for_an_estimate_of_its_account foreign key (account_id, estimate_id) references estimates on delete restrict,
  add constraint a_payment_is_for_an_invoice_or_an_estimate check (num_nonnulls(invoice_id, estimate_id) = 1);
create index payments_of_an_estimate on payments (account_id, estimate_id) where estimate_id is not null;
create index payments_by_day on payments (account_id, received_at desc, id desc);

-- What the company holds for a client: one credit for whatever comes, and one for each estimate that a deposit was paid for.
create table client_credits (
  account_id uuid not null,
  id uuid not null,
  client_id uuid not null,
  estimate_id uuid,
  balance_cents bigint not null default 0,
  version int not null default 1,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (account_id, id),
  constraint a_credit_belongs_to_a_client_of_its_account foreign key (account_id, client_id) references clients on delete restrict,
  constraint a_deposit_belongs_to_the_client_of_its_estimate foreign key (account_id, estimate_id, client_id) references estimates (account_id, id, client_id) on delete restrict,
  constraint a_credit_has_one_client unique (account_id, id, client_id),
  constraint a_credit_is_never_overdrawn check (balance_cents >= 0)
);
create unique index one_credit_for_a_client on client_credits (account_id, client_id) where estimate_id is null;
create unique index one_credit_for_an_estimate on client_credits (account_id, estimate_id) where estimate_id is not null;
create index credits_newest_first on client_credits (account_id, created_at desc, id desc);
create trigger client_credits_touch before update on client_credits for each row execute function touch_updated_at();

create table ledger_entries (
  account_id uuid not null,
  id uuid not null,
  kind text not null,
  client_id uuid not null,
  invoice_id uuid,
  payment_id uuid,
  credit_id uuid,
  credit_note_id uuid,
  reverses_id uuid,
  -- money that came in, or with a minus went out
  money_cents bigint not null default 0,
  -- what it adds to what the invoice says was paid, credited by a note, or written off
  paid_cents bigint not null default 0,
  credited_cents bigint not null default 0,
  written_off_cents bigint not null default 0,
  -- what it adds to the client's credit
  credit_cents bigint not null default 0,
  method text,
  reason text,
  created_by uuid not null,
  happened_at timestamptz not null,
  created_at timestamptz not null default now(),
  primary key (account_id, id),
  constraint an_entry_belongs_to_a_client_of_its_account foreign key (account_id, client_id) references clients on delete restrict,
  constraint an_entry_is_on_an_invoice_of_its_client foreign key (account_id, invoice_id, client_id) references invoices (account_id, id, client_id) on delete restrict,
  constraint an_entry_is_of_a_payment_of_its_account foreign key (account_id, payment_id) references payments on delete restrict,
  constraint an_entry_is_on_a_credit_of_its_client foreign key (account_id, credit_id, client_id) references client_credits (account_id, id, client_id) on delete restrict,
  constraint an_entry_reverses_one_of_its_account foreign key (account_id, reverses_id) references ledger_entries on delete restrict,
  constraint an_entry_was_made_by_a_user_of_its_account foreign key (account_id, created_by) references users on delete restrict,
  constraint an_entry_kind_is_known check (kind in ('payment', 'deposit', 'refund', 'credit_applied', 'credit_note', 'write_off', 'reversal')),
  constraint an_entry_method_is_known check (method in ('cash', 'check', 'card', 'transfer', 'other')),
  constraint an_entry_adds_up check (case kind
    when 'payment' then money_cents > 0 and paid_cents >= 0 and credit_cents >= 0 and money_cents = paid_cents + credit_cents and credited_cents = 0 and written_off_cents = 0
    when 'deposit' then money_cents > 0 and money_cents = credit_cents and paid_cents = 0 and credited_cents = 0 and written_off_cents = 0
    when 'refund' then money_cents < 0 and paid_cents <= 0 and credit_cents <= 0 and money_cents = paid_cents + credit_cents and credited_cents = 0 and written_off_cents = 0
    when 'credit_applied' then money_cents = 0 and paid_cents > 0 and credit_cents = -paid_cents and credited_cents = 0 and written_off_cents = 0
    when 'credit_note' then money_cents = 0 and paid_cents = 0 and credited_cents >= 0 and credit_cents >= 0 and credited_cents + credit_cents > 0 and written_off_cents = 0
    when 'write_off' then money_cents = 0 and paid_cents = 0 and credited_cents = 0 and written_off_cents > 0 and credit_cents = 0
    else money_cents = paid_cents + credit_cents and credited_cents = 0 end),
  constraint an_entry_names_what_it_moves check (
    (invoice_id is not null or (paid_cents = 0 and credited_cents = 0 and written_off_cents = 0)) and (credit_id is not null) = (credit_cents <> 0)),
  constraint an_entry_names_its_occasion check (case kind
    when 'payment' then payment_id is not null and invoice_id is not null
    when 'deposit' then payment_id is not null and invoice_id is null
    when 'credit_applied' then payment_id is null
    when 'write_off' then payment_id is null and coalesce(reason, '') <> ''
    when 'credit_note' then payment_id is null and credit_note_id is not null and invoice_id is not null
    else true end),
  constraint an_entry_reverses_or_does_not check ((kind = 'reversal') = (reverses_id is not null))
);
create unique index a_payment_is_entered_once on ledger_entries (account_id, payment_id) where kind in ('payment', 'deposit');
create unique index an_entry_is_reversed_once on ledger_entries (account_id, reverses_id) where reverses_id is not null;
create index entries_of_an_invoice on ledger_entries (account_id, invoice_id, created_at, id) where invoice_id is not null;
create index entries_of_a_credit on ledger_entries (account_id, credit_id) where credit_id is not null;
create index entries_of_a_payment on ledger_entries (account_id, payment_id) where payment_id is not null;
create index entries_of_a_client on ledger_entries (account_id, client_id, created_at desc, id desc);
create index entries_newest_first on ledger_entries (account_id, created_at desc, id desc);
create index entries_by_day on ledger_entries (account_id, happened_at);

-- What was recorded before there was a ledger: each payment paid its invoice in full.
insert into ledger_entries (account_id, id, kind, client_id, invoice_id, payment_id, money_cents, paid_cents, method, created_by, happened_at, created_at)
select p.account_id, gen_random_uuid(), 'payment', i.client_id, p.invoice_id, p.id, p.amount_cents, p.amount_cents, p.method, p.created_by, p.received_at, p.created_at
from payments p
join invoices i on i.account_id = p.account_id and i.id = p.invoice_id;

-- Seen at commit, whichever program writes: the stored balances are what the ledger says.
drop trigger payments_match_their_invoice on payments;
drop trigger invoices_match_their_ledger on invoices;
create or replace function invoices_match_their_ledger() returns trigger language plpgsql as $$
declare
  of_invoice constant uuid := case tg_table_name when 'invoices' then (to_jsonb(new) ->> 'id')::uuid else (to_jsonb(new) ->> 'invoice_id')::uuid end;
  said record;
  entered record;
begin
  select paid_cents, credited_cents, written_off_cents into said from invoices where account_id = new.account_id and id = of_invoice;
  if not found then
    return null; -- a draft that was deleted again
  end if;
  select coalesce(sum(paid_cents), 0)::bigint as paid_cents, coalesce(sum(credited_cents), 0)::bigint as credited_cents, coalesce(sum(written_off_cents), 0)::bigint as written_off_cents
  into entered from ledger_entries where account_id = new.account_id and invoice_id = of_invoice;
  if said is distinct from entered then
    raise exception 'the invoice says %, its ledger says %', said, entered using errcode = 'P0001', constraint = 'invoices_match_their_ledger', table = tg_table_name;
  end if;
  return null;
end $$;
create constraint trigger invoices_match_their_ledger after insert or update of paid_cents, credited_cents, written_off_cents on invoices
  deferrable initially deferred for each row execute function invoices_match_their_ledger();
create constraint trigger entries_match_their_invoice after insert on ledger_entries
  deferrable initially deferred for each row when (new.invoice_id is not null) execute function invoices_match_their_ledger();

create function credits_match_their_ledger() returns trigger language plpgsql as $$
declare
  of_credit constant uuid := case tg_table_name when 'client_credits' then (to_jsonb(new) ->> 'id')::uuid else (to_jsonb(new) ->> 'credit_id')::uuid end;
  said bigint;
  entered bigint;
begin
  select balance_cents into said from client_credits where account_id = new.account_id and id = of_credit;
  select coalesce(sum(credit_cents), 0) into entered from ledger_entries where account_id = new.account_id and credit_id = of_credit;
  if said is distinct from entered then
    raise exception 'the credit says % cents, its ledger says %', said, entered using errcode = 'P0001', constraint = 'credits_match_their_ledger', table = tg_table_name;
  end if;
  return null;
end $$;
create constraint trigger credits_match_their_ledger after insert or update on client_credits
  deferrable initially deferred for each row execute function credits_match_their_ledger();
create constraint trigger entries_match_their_credit after insert on ledger_entries
  deferrable initially deferred for each row when (new.credit_id is not null) execute function credits_match_their_ledger();

-- A payment is in the ledger with all it brought, and what goes back of it is never more.
create function payments_match_their_ledger() returns trigger language plpgsql as $$
declare
  of_payment constant uuid := case tg_table_name when 'payments' then (to_jsonb(new) ->> 'id')::uuid else (to_jsonb(new) ->> 'payment_id')::uuid end;
  received record;
  entered record;
begin
  select amount_cents, invoice_id, estimate_id into received from payments where account_id = new.account_id and id = of_payment;
  select coalesce(sum(money_cents) filter (where kind in ('payment', 'deposit')), 0) as received_cents,
         coalesce(sum(money_cents), 0) as money_cents, coalesce(sum(paid_cents), 0) as paid_cents, coalesce(sum(credit_cents), 0) as credit_cents
  into entered from ledger_entries where account_id = new.account_id and payment_id = of_payment;
  if entered.received_cents <> received.amount_cents then
    raise exception 'the payment is of % cents, its ledger says %', received.amount_cents, entered.received_cents
      using errcode = 'P0001', constraint = 'payments_match_their_ledger', table = tg_table_name;
  end if;
  if entered.money_cents < 0 or entered.paid_cents < 0 or entered.credit_cents < 0 then
    raise exception 'more than the payment would go back' using errcode = 'P0001', constraint = 'a_refund_is_never_more_than_its_payment', table = tg_table_name;
  end if;
  return null;
end $$;
create constraint trigger payments_match_their_ledger after insert on payments
  deferrable initially deferred for each row execute function payments_match_their_ledger();
create constraint trigger entries_match_their_payment after insert on ledger_entries
  deferrable initially deferred for each row when (new.payment_id is not null) execute function payments_match_their_ledger();

create function reversals_mirror_their_entry() returns trigger language plpgsql as $$
declare
  mirrored boolean;
begin
  select e.kind <> 'reversal' and e.client_id = new.client_id and e.invoice_id is not distinct from new.invoice_id and e.payment_id is not distinct from new.payment_id
     and e.credit_id is not distinct from new.credit_id
     and (e.money_cents, e.paid_cents, e.credited_cents, e.written_off_cents, e.credit_cents) = (-new.money_cents, -new.paid_cents, -new.credited_cents, -new.written_off_cents, -new.credit_cents)
  into mirrored from ledger_entries e where e.account_id = new.account_id and e.id = new.reverses_id;
  if mirrored is not true then
    raise exception 'a reversal is its entry with the signs turned' using errcode = 'P0001', constraint = 'reversals_mirror_their_entry', table = tg_table_name;
  end if;
  return new;
end $$;
create trigger reversals_mirror_their_entry before insert on ledger_entries
  for each row when (new.kind = 'reversal') execute function reversals_mirror_their_entry();

-- Nobody changes or removes a row, the owner of the tables included.
create function ledgers_are_only_added_to() returns trigger language plpgsql as $$
begin
  raise exception 'the rows of % are only ever added to', tg_table_name using errcode = 'P0001', constraint = 'ledgers_are_only_added_to', table = tg_table_name;
end $$;
create trigger ledger_entries_stay before update or delete on ledger_entries for each row execute function ledgers_are_only_added_to();
create trigger ledger_entries_remain before truncate on ledger_entries for each statement execute function ledgers_are_only_added_to();
create trigger payments_stay before update or delete on payments for each row execute function ledgers_are_only_added_to();
create trigger payments_remain before truncate on payments for each statement execute function ledgers_are_only_added_to();

drop policy owner_removes on payments;
revoke delete on payments from fsm_app;

alter table client_credits enable row level security;
alter table ledger_entries enable row level security;
create policy office on client_credits for all using (account_id = (select app_account_id()) and (select is_owner_or_admin()));
create policy office_reads on ledger_entries for select using (account_id = (select app_account_id()) and (select is_owner_or_admin()));
create policy office_adds on ledger_entries for insert with check (account_id = (select app_account_id()) and (select is_owner_or_admin()));
grant select, insert, update on client_credits to fsm_app;
grant select, insert on ledger_entries to fsm_app;
grant select on client_credits, ledger_entries to fsm_backup;
