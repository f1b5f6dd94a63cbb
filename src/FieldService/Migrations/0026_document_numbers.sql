-- Every number that was given away, with what it was given to. A number is taken at issue, in the transaction of the issue, so it exists exactly when its
-- document does; the row is never changed, and the next one must follow the last.
create table document_numbers (
  account_id uuid not null,
  -- 'invoice', 'credit_note'; with the year behind it where the company begins anew each year: 'invoice:2026'
  series text not null,
  position bigint not null,
  number text not null,
  document text not null,
  invoice_id uuid,
  credit_note_id uuid,
  issued_at timestamptz not null,
  primary key (account_id, series, position),
  constraint a_number_is_given_once unique (account_id, document, number),
  constraint a_number_is_of_a_known_document check (document in ('invoice', 'credit_note')),
  constraint a_number_belongs_to_one_document check (case document when 'invoice' then invoice_id is not null and credit_note_id is null else credit_note_id is not null and invoice_id is null end),
  constraint a_number_belongs_to_an_invoice_of_its_account foreign key (account_id, invoice_id) references invoices on delete restrict,
  constraint a_number_is_short check (length(number) between 1 and 60)
);
create unique index an_invoice_has_one_number on document_numbers (account_id, invoice_id) where invoice_id is not null;
create unique index a_credit_note_has_one_number on document_numbers (account_id, credit_note_id) where credit_note_id is not null;

insert into document_numbers (account_id, series, position, number, document, invoice_id, issued_at)
select account_id, 'invoice', substr(invoice_number, 5)::bigint, invoice_number, 'invoice', id, sent_at
from invoices where invoice_number ~ '^INV-[0-9]{1,18}$';

create function numbers_have_no_gap() returns trigger language plpgsql as $$
begin
  if new.position <> 1 and not exists (
    select from document_numbers where account_id = new.account_id and series = new.series and position = new.position - 1) then
    raise exception 'number % of % does not follow the last', new.position, new.series using errcode = 'P0001', constraint = 'numbers_have_no_gap', table = tg_table_name;
  end if;
  return null;
end $$;
create trigger numbers_have_no_gap after insert on document_numbers for each row execute function numbers_have_no_gap();
create trigger document_numbers_stay before update or delete on document_numbers for each row execute function ledgers_are_only_added_to();
create trigger document_numbers_remain before truncate on document_numbers for each statement execute function ledgers_are_only_added_to();

alter table document_numbers enable row level security;
create policy office_reads on document_numbers for select using (account_id = (select app_account_id()) and (select is_owner_or_admin()));
create policy office_adds on document_numbers for insert with check (account_id = (select app_account_id()) and (select is_owner_or_admin()));
grant select, insert on document_numbers to fsm_app;
grant select on document_numbers to fsm_backup;

-- An invoice can be the fee for another that is late: an own document with an own number, so that what was issued stays as it was issued.
alter table invoices
  add column late_fee_for_invoice_id uuid,
  add column late_fee_days int,
  add constraint a_late_fee_is_for_an_invoice_of_its_client foreign key (account_id, late_fee_for_invoice_id, client_id) references invoices (account_id, id, client_id) on delete restrict,
  add constraint a_late_fee_has_its_stage check ((late_fee_for_invoice_id is null) = (late_fee_days is null) and late_fee_days > 0);
create unique index one_late_fee_for_each_stage on invoices (account_id, late_fee_for_invoice_id, late_fee_days);
