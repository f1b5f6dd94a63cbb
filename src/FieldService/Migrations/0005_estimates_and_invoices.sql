insert into state_moves (machine, from_status, to_status) values
  ('estimates', 'draft', 'sent'),
  ('estimates', 'sent', 'approved'), ('estimates', 'sent', 'declined'), ('estimates', 'sent', 'expired'),
  ('invoices', 'draft', 'sent'), ('invoices', 'draft', 'void'),
  ('invoices', 'sent', 'partial'), ('invoices', 'sent', 'paid'), ('invoices', 'sent', 'overdue'), ('invoices', 'sent', 'void'),
  ('invoices', 'partial', 'paid'), ('invoices', 'partial', 'overdue'), ('invoices', 'partial', 'sent'), ('invoices', 'partial', 'void'),
  ('invoices', 'overdue', 'partial'), ('invoices', 'overdue', 'paid'), ('invoices', 'overdue', 'void');

-- what an estimate and an invoice refer to: the job must be their client's
alter table jobs add constraint a_job_has_one_client unique (account_id, id, client_id);

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
  constraint an_estimate_is_for_a_job_of_its_client foreign key (account_id, job_id, client_id) references jobs (account_id, id, client_id) on delete restrict,
  constraint an_estimate_is_at_a_property_of_its_client foreign key (account_id, property_id, client_id) references properties (account_id, id, client_id) on delete restrict,
  constraint an_estimate_was_created_by_a_user_of_its_account foreign key (account_id, created_by) references users on delete restrict,
  constraint an_estimate_status_is_known check (status in ('draft', 'sent', 'approved', 'declined', 'expired')),
  constraint an_estimate_adds_up check (subtotal_cents >= 0 and tax_cents >= 0 and total_cents = subtotal_cents + tax_cents),
  constraint an_estimate_has_a_rate check (tax_rate_millionths between 0 and 1000000),
  constraint an_estimate_is_itemised_or_flat check (flat_rate_cents between 0 and 99999999999 and flat_rate_cents = subtotal_cents),
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
  -- the rate that applies; false: it follows the document's rate, also when that is changed
  tax_rate_millionths int not null,
  has_own_tax_rate boolean not null default false,
  total_cents bigint not null,
  sort_order int not null,
  created_at timestamptz not null default now(),
  primary key (account_id, id),
  constraint an_estimate_line_belongs_to_an_estimate foreign key (account_id, estimate_id) references estimates on delete cascade,
  constraint an_estimate_line_is_described check (description <> ''),
  constraint an_estimate_line_has_a_quantity check (quantity > 0),
  constraint an_estimate_line_multiplies_out check (unit_price_cents between 0 and 99999999999 and total_cents = round(unit_price_cents * quantity)),
  constraint an_estimate_line_has_a_rate check (tax_rate_millionths between 0 and 1000000),
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
  constraint an_invoice_is_for_a_job_of_its_client foreign key (account_id, job_id, client_id) references jobs (account_id, id, client_id) on delete restrict,
  constraint an_invoice_comes_from_an_estimate_of_its_account foreign key (account_id, estimate_id) references estimates on delete restrict,
  constraint an_invoice_is_at_a_property_of_its_client foreign key (account_id, property_id, client_id) references properties (account_id, id, client_id) on delete restrict,
  constraint an_invoice_was_created_by_a_user_of_its_account foreign key (account_id, created_by) references users on delete restrict,
  constraint an_invoice_number_is_given_once unique (account_id, invoice_number),
  constraint an_invoice_status_is_known check (status in ('draft', 'sent', 'partial', 'paid', 'overdue', 'void')),
  constraint an_invoice_adds_up check (subtotal_cents >= 0 and tax_cents >= 0 and total_cents = subtotal_cents + tax_cents),
  constraint an_invoice_has_a_rate check (tax_rate_millionths between 0 and 1000000),
  constraint an_invoice_is_itemised_or_flat check (flat_rate_cents between 0 and 99999999999 and flat_rate_cents = subtotal_cents),
  constraint an_invoice_is_never_overpaid check (paid_cents between 0 and total_cents),
  constraint an_invoice_is_numbered_at_issue check (status in ('draft', 'void') or (invoice_number is not null and sent_at is not null)),
  constraint a_draft_has_no_number check (status <> 'draft' or (invoice_number is null and sent_at is null)),
  constraint a_paid_invoice_has_a_time check ((status = 'paid') = (paid_at is not null)),
  constraint an_invoice_status_follows_its_payments check (case status
    when 'partial' then paid_cents > 0 and paid_cents < total_cents
    when 'overdue' then paid_cents < total_cents
    when 'paid' then paid_cents = total_cents
    else paid_cents = 0 end),
  constraint a_void_invoice_has_a_time check ((status = 'void') = (voided_at is not null))
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
  -- the rate that applies; false: it follows the document's rate, also when that is changed
  tax_rate_millionths int not null,
  has_own_tax_rate boolean not null default false,
  total_cents bigint not null,
  sort_order int not null,
  created_at timestamptz not null default now(),
  primary key (account_id, id),
  constraint an_invoice_line_belongs_to_an_invoice foreign key (account_id, invoice_id) references invoices on delete cascade,
  constraint an_invoice_line_comes_from_an_estimate_line foreign key (account_id, estimate_line_item_id) references estimate_line_items on delete restrict,
  constraint an_invoice_line_is_described check (description <> ''),
  constraint an_invoice_line_has_a_quantity check (quantity > 0),
  constraint an_invoice_line_multiplies_out check (unit_price_cents between 0 and 99999999999 and total_cents = round(unit_price_cents * quantity)),
  constraint an_invoice_line_has_a_rate check (tax_rate_millionths between 0 and 1000000),
  constraint an_invoice_line_has_its_place unique (account_id, invoice_id, sort_order)
);

-- What the tax of a document is made of: one row for each rate on it, computed once and read by everything.
create table document_taxes (
  account_id uuid not null,
  document_id uuid not null,
  document text not null,
  estimate_id uuid generated always as (case document when 'estimate' then document_id end) stored,
  invoice_id uuid generated always as (case document when 'invoice' then document_id end) stored,
  tax_rate_millionths int not null,
  base_cents bigint not null,
  tax_cents bigint not null,
  primary key (account_id, document_id, tax_rate_millionths),
  constraint a_document_is_an_estimate_or_an_invoice check (document in ('estimate', 'invoice')),
  constraint a_tax_belongs_to_an_estimate foreign key (account_id, estimate_id) references estimates on delete cascade,
  constraint a_tax_belongs_to_an_invoice foreign key (account_id, invoice_id) references invoices on delete cascade,
  constraint a_tax_is_its_share_of_its_base check (tax_rate_millionths between 0 and 1000000 and base_cents >= 0
    and tax_cents = round(base_cents::numeric * tax_rate_millionths / 1000000))
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
declare
  moving text[] := case when tg_table_name = 'estimates' then array['status', 'decided_at', 'updated_at']
                        else array['status', 'paid_cents', 'paid_at', 'voided_at', 'updated_at'] end;
begin
  if old.status = 'draft' then
    return new;
  end if;
  -- nobody outside sees the internal notes, and the matter is not decided yet
  if tg_table_name = 'estimates' and old.status = 'sent' then
    moving := moving || array['internal_notes'];
  end if;
  if to_jsonb(new) - moving is distinct from to_jsonb(old) - moving then
    raise exception 'a % document cannot be changed', old.status using errcode = 'P0001', constraint = 'issued_documents_stay', table = tg_table_name;
  end if;
  return new;
end $$;
create trigger estimates_stay before update on estimates for each row execute function issued_documents_stay();
create trigger invoices_stay before update on invoices for each row execute function issued_documents_stay();

-- A number that was given away is never missing afterwards: only a draft can go. Everything goes with its account.
create function issued_documents_are_kept() returns trigger language plpgsql as $$
begin
  if old.status <> 'draft' and exists (select from accounts where id = old.account_id) then
    raise exception 'a % document cannot be deleted', old.status using errcode = 'P0001', constraint = 'issued_documents_are_kept', table = tg_table_name;
  end if;
  return old;
end $$;
create trigger estimates_kept before delete on estimates for each row execute function issued_documents_are_kept();
create trigger invoices_kept before delete on invoices for each row execute function issued_documents_are_kept();

-- Lines and taxes are locked with their document: the share lock waits for whoever is issuing it at this moment.
create function lines_of_issued_documents_stay() returns trigger language plpgsql as $$
declare
  line jsonb;
  document_status text;
begin
  foreach line in array case tg_op when 'INSERT' then array[to_jsonb(new)] when 'DELETE' then array[to_jsonb(old)] else array[to_jsonb(old), to_jsonb(new)] end loop
    if tg_table_name = 'estimate_line_items' or line ->> 'document' = 'estimate' then
      select status into document_status from estimates
      where account_id = (line ->> 'account_id')::uuid and id = coalesce(line ->> 'document_id', line ->> 'estimate_id')::uuid for share;
    else
      select status into document_status from invoices
      where account_id = (line ->> 'account_id')::uuid and id = coalesce(line ->> 'document_id', line ->> 'invoice_id')::uuid for share;
    end if;
    -- no document: it is being deleted, and its lines with it
    if document_status is not null and document_status <> 'draft' then
      raise exception 'the lines of a % document cannot be changed', document_status
        using errcode = 'P0001', constraint = 'lines_of_issued_documents_stay', table = tg_table_name;
    end if;
  end loop;
  return case when tg_op = 'DELETE' then old else new end;
end $$;
create trigger estimate_lines_stay before insert or update or delete on estimate_line_items for each row execute function lines_of_issued_documents_stay();
create trigger invoice_lines_stay before insert or update or delete on invoice_line_items for each row execute function lines_of_issued_documents_stay();
create trigger document_taxes_stay before insert or update or delete on document_taxes for each row execute function lines_of_issued_documents_stay();

-- The amounts are stored once, so they must agree at the moment from which nobody can mend them any more.
create function issued_documents_add_up() returns trigger language plpgsql as $$
declare
  lines bigint;
  taxes record;
begin
  if tg_table_name = 'estimates' then
    select coalesce(sum(total_cents), 0) into lines from estimate_line_items where account_id = new.account_id and estimate_id = new.id;
  else
    select coalesce(sum(total_cents), 0) into lines from invoice_line_items where account_id = new.account_id and invoice_id = new.id;
  end if;
  select coalesce(sum(base_cents), 0) as base, coalesce(sum(tax_cents), 0) as tax into taxes from document_taxes where account_id = new.account_id and document_id = new.id;
  if new.subtotal_cents <> coalesce(new.flat_rate_cents, lines) or new.subtotal_cents <> taxes.base or new.tax_cents <> taxes.tax then
    raise exception 'the document is not the sum of its lines and taxes' using errcode = 'P0001', constraint = 'issued_documents_add_up', table = tg_table_name;
  end if;
  return new;
end $$;
create trigger estimates_add_up before update of status on estimates for each row
  when (old.status = 'draft' and new.status = 'sent') execute function issued_documents_add_up();
create trigger invoices_add_up before update of status on invoices for each row
  when (old.status = 'draft' and new.status = 'sent') execute function issued_documents_add_up();

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
create policy only_the_owner_deletes on estimates as restrictive for delete using ((select app_role()) = 'owner');
create policy only_the_owner_deletes on invoices as restrictive for delete using ((select app_role()) = 'owner');

grant select, insert, update, delete on estimates, invoices to fsm_app;
-- lines are replaced as a set, never changed one by one
grant select, insert, delete on estimate_line_items, invoice_line_items, document_taxes to fsm_app;
grant select, insert, update on number_series to fsm_app;
