-- What stands on the company's papers beside its address: its logo, and what an invoice in data needs to know of both sides.
create table logos (
  account_id uuid not null references accounts on delete cascade,
  media_type text not null,
  content bytea not null,
  sha256 bytea not null,
  updated_at timestamptz not null default now(),
  primary key (account_id),
  constraint a_logo_is_a_picture check (media_type in ('image/png', 'image/jpeg')),
  constraint a_logo_is_small check (length(content) between 1 and 524288),
  constraint a_logo_has_its_sha256 check (length(sha256) = 32)
);
alter table logos enable row level security;
-- everybody of the company prints papers; who may change the logo, the service says
create policy company on logos for all using (account_id = (select app_account_id()));
grant select, insert, update, delete on logos to fsm_app;
grant select on logos to fsm_backup;

alter table clients
  add column country text,
  add column tax_id text,
  -- what the client wants to read on invoices: an order number, a routing id
  add column reference text,
  add constraint a_clients_country_is_two_letters check (country ~ '^[A-Z]{2}$'),
  add constraint a_clients_tax_id_is_short check (length(tax_id) between 1 and 50),
  add constraint a_clients_reference_is_short check (length(reference) between 1 and 100);

-- How an invoice in data calls a tax (UNTDID 5305): S standard, Z zero rated, E exempt, AE reverse charge; and why nothing is charged.
alter table tax_groups
  add column vat_category text,
  add column exemption_reason text,
  add constraint a_vat_category_is_known check (vat_category in ('s', 'z', 'e', 'ae')),
  add constraint an_exemption_reason_is_short check (length(exemption_reason) between 1 and 500);
