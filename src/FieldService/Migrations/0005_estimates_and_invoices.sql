insert into state_moves (machine, from_status, to_status) values
  ('estimates', 'draft', 'sent'),
  ('estimates', 'sent', 'approved'), ('estimates', 'sent', 'declined'), ('estimates', 'sent', 'expired'),
  ('invoices', 'draft', 'sent'), ('invoices', 'draft', 'void'),
  ('invoices', 'sent', 'partial'), ('invoices', 'sent', 'paid'), ('invoices', 'sent', 'overdue'), ('invoices', 'sent', 'void'),
  ('invoices', 'partial', 'paid'), ('invoices', 'partial', 'overdue'), ('invoices', 'partial', 'sent'), ('invoices', 'partial', 'void'),
  ('invoices', 'overdue', 'partial'), ('invoices', 'overdue', 'paid'), ('invoices', 'overdue', 'void');

create table estimates (
  account_id uuid not null references accounts on delete cascade,
  id uuid not null,
  client_id uuid not null,
  job_id uuid,
  property_id uuid,
  status text not null default 'draft',
  flat_rate_cents bigint,
  tax_rate_millionths int not null default 0,
  subtotal_cents bigint not null,
  tax_cents bigint not null,
  total_cents bigint not null,
  notes text,
  internal_notes text,
  sent_at timestamptz,
  decided_at timestamptz,
  expires_at timestamptz,
  created_by uuid not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (account_id, id),
  constraint an_estimate_belongs_to_a_client_of_its_account foreign key (account_id, client_id) references clients on delete restrict,
  constraint an_estimate_is_for_a_job_of_its_account foreign key (account_id, job_id) references jobs on delete restrict,
  constraint an_estimate_is_at_a_property_of_its_client foreign key (account_id, property_id, client_id) references properties (account_id, id, client_id) on delete restrict,
  constraint an_estimate_was_created_by_a_user_of_its_account foreign key (account_id, created_by) references users on delete restrict,
  constraint an_estimate_status_is_known check (status in ('draft', 'sent', 'approved', 'declined', 'expired')),
  constraint an_estimate_adds_up check (subtotal_cents >= 0 and tax_cents >= 0 and total_cents = subtotal_cents + tax_cents),
  constraint a_sent_estimate_has_a_time check ((status = 'draft') = (sent_at is null)),
  constraint a_decided_estimate_has_a_time check ((status in ('approved', 'declined', 'expired')) = (decided_at is not null))
);
create index estimates_newest_first on estimates (account_id, created_at desc, id desc);
create index estimates_by_status on estimates (account_id, status, created_at desc, id desc);
create index estimates_of_a_client on estimates (account_id, client_id);
create index estimates_of_a_job on estimates (account_id, job_id) where job_id is not null;

create table estimate_line_items (
  account_id uuid not null,
  id uuid not null,
  estimate_id uuid not null,
  description text not null,
  quantity numeric(10, 2) not null,
  unit_price_cents bigint not null,
  tax_rate_millionths int not null,
  total_cents bigint not null,
  sort_order int not null,
  created_at timestamptz not null default now(),
  primary key (account_id, id),
  constraint an_estimate_line_belongs_to_an_estimate foreign key (account_id, estimate_id) references estimates on delete cascade,
  constraint an_estimate_line_is_described check (description <> ''),
  constraint an_estimate_line_has_a_quantity check (quantity > 0),
  constraint an_estimate_line_multiplies_out check (unit_price_cents >= 0 and total_cents = round(unit_price_cents * quantity)),
  constraint an_estimate_line_has_its_place unique (account_id, estimate_id, sort_order)
);

create table invoices (
  account_id uuid not null references accounts on delete cascade,
  id uuid not null,
  client_id uuid not null,
  job_id uuid,
  estimate_id uuid,
  property_id uuid,
  status text not null default 'draft',
  invoice_number text,
  flat_rate_cents bigint,
  tax_rate_millionths int not null default 0,
  subtotal_cents bigint not null,
  tax_cents bigint not null,
  total_cents bigint not null,
  paid_cents bigint not null default 0,
  notes text,
  due_date date,
  sent_at timestamptz,
  paid_at timestamptz,
  voided_at timestamptz,
  created_by uuid not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (account_id, id),
  constraint an_invoice_belongs_to_a_client_of_its_account foreign key (account_id, client_id) references clients on delete restrict,
  constraint an_invoice_is_for_a_job_of_its_account foreign key (account_id, job_id) references jobs on delete restrict,
  constraint an_invoice_comes_from_an_estimate_of_its_account foreign key (account_id, estimate_id) references estimates on delete restrict,
  constraint an_invoice_is_at_a_property_of_its_client foreign key (account_id, property_id, client_id) references properties (account_id, id, client_id) on delete restrict,
  constraint an_invoice_was_created_by_a_user_of_its_account foreign key (account_id, created_by) references users on delete restrict,
  constraint an_invoice_number_is_given_once unique (account_id, invoice_number),
  constraint an_invoice_status_is_known check (status in ('draft', 'sent', 'partial', 'paid', 'overdue', 'void')),
  constraint an_invoice_adds_up check (subtotal_cents >= 0 and tax_cents >= 0 and total_cents = subtotal_cents + tax_cents),
  constraint an_invoice_is_never_overpaid check (paid_cents between 0 and total_cents),
  constraint an_invoice_is_numbered_at_issue check (status in ('draft', 'void') or (invoice_number is not null and sent_at is not null)),
  constraint a_draft_has_no_number check (status <> 'draft' or (invoice_number is null and sent_at is null)),
  constraint a_paid_invoice_is_paid_in_full check ((status = 'paid') = (paid_at is not null) and (status <> 'paid' or paid_cents = total_cents)),
  constraint a_partly_paid_invoice_has_a_payment check (status <> 'partial' or (paid_cents > 0 and paid_cents < total_cents)),
  constraint a_void_invoice_has_no_money check ((status = 'void') = (voided_at is not null) and (status <> 'void' or paid_cents = 0))
);
-- A void invoice does not stand in the way of a new one for the same estimate.
create unique index one_invoice_per_estimate on invoices (account_id, estimate_id) where status <> 'void';
create index invoices_newest_first on invoices (account_id, created_at desc, id desc);
create index invoices_by_status on invoices (account_id, status, created_at desc, id desc);
create index invoices_of_a_client on invoices (account_id, client_id);
create index invoices_of_a_job on invoices (account_id, job_id) where job_id is not null;
create index invoices_by_due_date on invoices (account_id, due_date) where status in ('sent', 'partial', 'overdue');

create table invoice_line_items (
  account_id uuid not null,
  id uuid not null,
  invoice_id uuid not null,
  estimate_line_item_id uuid,
  description text not null,
  quantity numeric(10, 2) not null,
  unit_price_cents bigint not null,
  tax_rate_millionths int not null,
  total_cents bigint not null,
  sort_order int not null,
  created_at timestamptz not null default now(),
  primary key (account_id, id),
  constraint an_invoice_line_belongs_to_an_invoice foreign key (account_id, invoice_id) references invoices on delete cascade,
  constraint an_invoice_line_comes_from_an_estimate_line foreign key (account_id, estimate_line_item_id) references estimate_line_items on delete restrict,
  constraint an_invoice_line_is_described check (description <> ''),
  constraint an_invoice_line_has_a_quantity check (quantity > 0),
  constraint an_invoice_line_multiplies_out check (unit_price_cents >= 0 and total_cents = round(unit_price_cents * quantity)),
  constraint an_invoice_line_has_its_place unique (account_id, invoice_id, sort_order)
);

-- What the tax of a document is made of: one row for each rate on it, computed once and read by everything.
create table document_taxes (
  account_id uuid not null,
  document_id uuid not null,
  tax_rate_millionths int not null,
  base_cents bigint not null,
  tax_cents bigint not null,
  primary key (account_id, document_id, tax_rate_millionths)
);

-- The next number of each series. The row is locked from the issue of an invoice to its commit, so numbers have no gaps.
create table number_series (
  account_id uuid not null references accounts on delete cascade,
  series text not null,
  next_number bigint not null default 1,
  primary key (account_id, series),
  constraint a_series_counts_up check (next_number > 0)
);

create trigger estimates_touch before update on estimates for each row execute function touch_updated_at();
create trigger invoices_touch before update on invoices for each row execute function touch_updated_at();
create trigger estimates_moves before update of status on estimates for each row execute function only_listed_moves();
create trigger invoices_moves before update of status on invoices for each row execute function only_listed_moves();

-- What a client has seen does not change under them, whichever program writes.
create function issued_documents_stay() returns trigger language plpgsql as $$
begin
  if old.status = 'draft' then
    return new;
  end if;
  if (new.client_id, new.flat_rate_cents, new.tax_rate_millionths, new.subtotal_cents, new.tax_cents, new.total_cents, new.notes)
     is distinct from (old.client_id, old.flat_rate_cents, old.tax_rate_millionths, old.subtotal_cents, old.tax_cents, old.total_cents, old.notes) then
    raise exception 'a % document cannot be changed', old.status using errcode = 'P0001', constraint = 'issued_documents_stay', table = tg_table_name;
  end if;
  return new;
end $$;
create trigger estimates_stay before update on estimates for each row execute function issued_documents_stay();
create trigger invoices_stay before update on invoices for each row execute function issued_documents_stay();

create function lines_of_issued_documents_stay() returns trigger language plpgsql as $$
declare
  line jsonb := to_jsonb(case when tg_op = 'DELETE' then old else new end);
  document_status text;
begin
  if tg_table_name = 'estimate_line_items' then
    select status into document_status from estimates where account_id = (line ->> 'account_id')::uuid and id = (line ->> 'estimate_id')::uuid;
  else
    select status into document_status from invoices where account_id = (line ->> 'account_id')::uuid and id = (line ->> 'invoice_id')::uuid;
  end if;
  -- no document: it is being deleted, and its lines with it
  if document_status is not null and document_status <> 'draft' then
    raise exception 'the lines of a % document cannot be changed', document_status
      using errcode = 'P0001', constraint = 'lines_of_issued_documents_stay', table = tg_table_name;
  end if;
  return case when tg_op = 'DELETE' then old else new end;
end $$;
create trigger estimate_lines_stay before insert or update or delete on estimate_line_items for each row execute function lines_of_issued_documents_stay();
create trigger invoice_lines_stay before insert or update or delete on invoice_line_items for each row execute function lines_of_issued_documents_stay();

alter table estimates enable row level security;
alter table estimate_line_items enable row level security;
alter table invoices enable row level security;
alter table invoice_line_items enable row level security;
alter table document_taxes enable row level security;
alter table number_series enable row level security;

create policy office on estimates for all using (account_id = (select app_account_id()) and (select is_owner_or_admin()));
create policy office on estimate_line_items for all using (account_id = (select app_account_id()) and (select is_owner_or_admin()));
create policy office on invoices for all using (account_id = (select app_account_id()) and (select is_owner_or_admin()));
create policy office on invoice_line_items for all using (account_id = (select app_account_id()) and (select is_owner_or_admin()));
create policy office on document_taxes for all using (account_id = (select app_account_id()) and (select is_owner_or_admin()));
create policy office on number_series for all using (account_id = (select app_account_id()) and (select is_owner_or_admin()));

grant select, insert, update, delete on estimates, estimate_line_items, invoices, invoice_line_items, document_taxes to fsm_app;
grant select, insert, update on number_series to fsm_app;
