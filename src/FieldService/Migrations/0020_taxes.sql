-- What a company has to charge: rates by name, and groups of them that go on a line together (state 4 % + county 1.25 %). Documents keep what they were
-- written with, so a rate may change without anything that was written before.
create table tax_rates (
  account_id uuid not null references accounts on delete cascade,
  id uuid not null,
  name text not null,
  rate_millionths int not null,
  version int not null default 1,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (account_id, id),
  constraint a_tax_rate_has_a_name check (length(name) between 1 and 100),
  constraint a_tax_rate_is_a_share check (rate_millionths between 0 and 1000000)
);
create unique index one_tax_rate_per_name on tax_rates (account_id, lower(name));

create table tax_groups (
  account_id uuid not null references accounts on delete cascade,
  id uuid not null,
  name text not null,
  -- what a new document is taxed with that names no tax
  is_default boolean not null default false,
  -- false: not offered any more, kept for the documents that have it
  is_active boolean not null default true,
  version int not null default 1,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (account_id, id),
  constraint a_tax_group_has_a_name check (length(name) between 1 and 100)
);
create unique index one_tax_group_per_name on tax_groups (account_id, lower(name));
create unique index one_default_tax_group on tax_groups (account_id) where is_default;

create table tax_group_rates (
  account_id uuid not null,
  tax_group_id uuid not null,
  tax_rate_id uuid not null,
  sort_order int not null,
  primary key (account_id, tax_group_id, tax_rate_id),
  constraint a_part_belongs_to_a_tax_group foreign key (account_id, tax_group_id) references tax_groups on delete cascade,
  constraint a_part_is_a_tax_rate foreign key (account_id, tax_rate_id) references tax_rates on delete restrict
);
create index groups_of_a_tax_rate on tax_group_rates (account_id, tax_rate_id);

create trigger tax_rates_touch before update on tax_rates for each row execute function touch_updated_at();
create trigger tax_groups_touch before update on tax_groups for each row execute function touch_updated_at();

alter table tax_rates enable row level security;
alter table tax_groups enable row level security;
alter table tax_group_rates enable row level security;
create policy office on tax_rates for all using (account_id = (select app_account_id()) and (select is_owner_or_admin()));
create policy office on tax_groups for all using (account_id = (select app_account_id()) and (select is_owner_or_admin()));
create policy office on tax_group_rates for all using (account_id = (select app_account_id()) and (select is_owner_or_admin()));
grant select, insert, update, delete on tax_rates, tax_groups to fsm_app;
grant select, insert, delete on tax_group_rates to fsm_app;
grant select on tax_rates, tax_groups, tax_group_rates to fsm_backup;
