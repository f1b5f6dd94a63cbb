-- What takes back an issued invoice, in whole or in part: a document of its own with a number of its own. It carries positive amounts that stand against
-- those of the invoice, line by line and tax by tax, and several together never come to more than the invoice.
create table credit_notes (
  account_id uuid not null,
  id uuid not null,
  invoice_id uuid not null,
  client_id uuid not null,
  credit_note_number text not null,
  reason text not null,
  prices_include_tax boolean not null,
  -- how much of the invoice's discount on the whole goes with it
  discount_amount_cents bigint not null,
  subtotal_cents bigint not null,
  tax_cents bigint not null,
  total_cents bigint not null,
  issued_at timestamptz not null,
  created_by uuid not null,
  created_at timestamptz not null default now(),
  primary key (account_id, id),
  constraint a_credit_note_is_for_an_invoice_of_its_client foreign key (account_id, invoice_id, client_id) references invoices (account_id, id, client_id) on delete restrict,
  constraint a_credit_note_was_issued_by_a_user_of_its_account foreign key (account_id, created_by) references users on delete restrict,
  constraint a_credit_note_number_is_given_once unique (account_id, credit_note_number),
  constraint a_credit_note_says_why check (reason <> ''),
  constraint a_credit_note_adds_up check (subtotal_cents >= 0 and tax_cents >= 0 and discount_amount_cents >= 0 and total_cents = subtotal_cents + tax_cents and total_cents > 0)
);
create index credit_notes_newest_first on credit_notes (account_id, issued_at desc, id desc);
create index credit_notes_of_an_invoice on credit_notes (account_id, invoice_id);
create index credit_notes_of_a_client on credit_notes (account_id, client_id);

create table credit_note_lines (
  account_id uuid not null,
  id uuid not null,
  credit_note_id uuid not null,
  -- null: the flat rate of the invoice
  invoice_line_item_id uuid,
  description text not null,
  -- of a line that is taken back as a whole
  quantity numeric(10, 2),
  unit text,
  unit_price numeric(18, 4),
  line_discount_cents bigint not null default 0,
  tax_rate_millionths int not null,
  tax_name text not null,
  total_cents bigint not null,
  discount_share_cents bigint not null,
  sort_order int not null,
  primary key (account_id, id),
  constraint a_credited_line_belongs_to_a_credit_note foreign key (account_id, credit_note_id) references credit_notes on delete restrict,
  constraint a_credited_line_is_one_of_an_invoice foreign key (account_id, invoice_line_item_id) references invoice_line_items on delete restrict,
  constraint a_credited_line_has_an_amount check (total_cents >= 0 and discount_share_cents between 0 and total_cents),
  constraint a_credited_line_is_whole_or_an_amount check ((quantity is null) = (unit_price is null)),
  constraint a_credited_line_has_its_place unique (account_id, credit_note_id, sort_order)
);
create index credited_lines_of_an_invoice_line on credit_note_lines (account_id, invoice_line_item_id) where invoice_line_item_id is not null;

create table credit_note_taxes (
  account_id uuid not null,
  credit_note_id uuid not null,
  tax_rate_millionths int not null,
  name text not null,
  base_cents bigint not null,
  tax_cents bigint not null,
  components jsonb not null,
  primary key (account_id, credit_note_id, tax_rate_millionths, name),
  constraint a_credited_tax_belongs_to_a_credit_note foreign key (account_id, credit_note_id) references credit_notes on delete restrict,
  constraint a_credited_tax_has_an_amount check (base_cents >= 0 and tax_cents >= 0),
  constraint the_parts_of_a_credited_tax_add_up check (tax_parts_add_up(components, tax_rate_millionths, tax_cents))
);

alter table ledger_entries add constraint an_entry_is_of_a_credit_note_of_its_account foreign key (account_id, credit_note_id) references credit_notes on delete restrict;
create unique index a_credit_note_is_entered_once on ledger_entries (account_id, credit_note_id) where credit_note_id is not null;
-- the number is taken before the note that carries it is written
alter table document_numbers add constraint a_number_belongs_to_a_credit_note_of_its_account foreign key (account_id, credit_note_id) references credit_notes deferrable initially deferred;

-- Seen at commit: the note is what its lines and taxes are, it is in the ledger, and all notes of the invoice together stay within the invoice.
create function credit_notes_mirror_their_invoice() returns trigger language plpgsql as $$
declare
  taxes record;
  shares bigint;
  entered bigint;
begin
  select coalesce(sum(base_cents), 0) as base, coalesce(sum(tax_cents), 0) as tax into taxes from credit_note_taxes where account_id = new.account_id and credit_note_id = new.id;
  select coalesce(sum(discount_share_cents), 0) into shares from credit_note_lines where account_id = new.account_id and credit_note_id = new.id;
  select coalesce(sum(credited_cents + credit_cents), 0) into entered from ledger_entries where account_id = new.account_id and credit_note_id = new.id;
  if taxes.base <> new.subtotal_cents or taxes.tax <> new.tax_cents or shares <> new.discount_amount_cents or entered <> new.total_cents then
    raise exception 'the credit note is not what its lines, taxes and entry come to' using errcode = 'P0001', constraint = 'credit_notes_add_up', table = tg_table_name;
  end if;
  if exists (
    select from credit_note_lines c join credit_notes n on n.account_id = c.account_id and n.id = c.credit_note_id
    join invoices i on i.account_id = n.account_id and i.id = n.invoice_id
    left join invoice_line_items l on l.account_id = c.account_id and l.id = c.invoice_line_item_id
    where n.account_id = new.account_id and n.invoice_id = new.invoice_id
    group by c.invoice_line_item_id, l.invoice_id, l.total_cents, l.discount_share_cents, i.flat_rate_cents, i.discount_amount_cents
    having (c.invoice_line_item_id is not null and l.invoice_id is distinct from new.invoice_id)
        or sum(c.total_cents) > coalesce(case when c.invoice_line_item_id is null then i.flat_rate_cents else l.total_cents end, 0)
        or sum(c.discount_share_cents) > coalesce(case when c.invoice_line_item_id is null then i.discount_amount_cents else l.discount_share_cents end, 0)
  ) or exists (
    select from credit_note_taxes t join credit_notes n on n.account_id = t.account_id and n.id = t.credit_note_id
    left join document_taxes d on d.account_id = t.account_id and d.document_id = n.invoice_id and d.tax_rate_millionths = t.tax_rate_millionths and d.name = t.name
    where n.account_id = new.account_id and n.invoice_id = new.invoice_id
    group by t.tax_rate_millionths, t.name, d.base_cents, d.tax_cents
    having sum(t.base_cents) > coalesce(d.base_cents, 0) or sum(t.tax_cents) > coalesce(d.tax_cents, 0)
  ) then
    raise exception 'the credit notes would come to more than the invoice' using errcode = 'P0001', constraint = 'credit_notes_stay_within_their_invoice', table = tg_table_name;
  end if;
  return null;
end $$;
create constraint trigger credit_notes_mirror_their_invoice after insert on credit_notes
  deferrable initially deferred for each row execute function credit_notes_mirror_their_invoice();

create trigger credit_notes_stay before update or delete on credit_notes for each row execute function ledgers_are_only_added_to();
create trigger credit_notes_remain before truncate on credit_notes for each statement execute function ledgers_are_only_added_to();
create trigger credit_note_lines_stay before update or delete on credit_note_lines for each row execute function ledgers_are_only_added_to();
create trigger credit_note_lines_remain before truncate on credit_note_lines for each statement execute function ledgers_are_only_added_to();
create trigger credit_note_taxes_stay before update or delete on credit_note_taxes for each row execute function ledgers_are_only_added_to();
create trigger credit_note_taxes_remain before truncate on credit_note_taxes for each statement execute function ledgers_are_only_added_to();

create index invoices_by_issue on invoices (account_id, sent_at) where sent_at is not null;

alter table credit_notes enable row level security;
alter table credit_note_lines enable row level security;
alter table credit_note_taxes enable row level security;
create policy office_reads on credit_notes for select using (account_id = (select app_account_id()) and (select is_owner_or_admin()));
create policy office_adds on credit_notes for insert with check (account_id = (select app_account_id()) and (select is_owner_or_admin()));
create policy office_reads on credit_note_lines for select using (account_id = (select app_account_id()) and (select is_owner_or_admin()));
create policy office_adds on credit_note_lines for insert with check (account_id = (select app_account_id()) and (select is_owner_or_admin()));
create policy office_reads on credit_note_taxes for select using (account_id = (select app_account_id()) and (select is_owner_or_admin()));
create policy office_adds on credit_note_taxes for insert with check (account_id = (select app_account_id()) and (select is_owner_or_admin()));
grant select, insert on credit_notes, credit_note_lines, credit_note_taxes to fsm_app;
grant select on credit_notes, credit_note_lines, credit_note_taxes to fsm_backup;
