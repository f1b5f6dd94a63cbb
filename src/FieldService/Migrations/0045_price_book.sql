-- What the company sells and uses, with what it costs and what it is sold for. Lines and parts copy an item at the moment they are made.
create table price_book_items (
  account_id uuid not null references accounts on delete cascade,
  id uuid not null,
  kind text not null,
  code text not null,
  name text not null,
  description text,
  unit text not null,
  -- in the account's currency, to the ten-thousandth: screws and cable are cheaper than a cent
  unit_cost numeric(18, 4),
  unit_price numeric(18, 4) not null,
  category text,
  tax_rate_millionths int,
  labour_minutes int,
  archived_at timestamptz,
  -- as in 0009: what a search reads from end to end
  search text collate "C" generated always as (left(lower(code || ' ' || name), 600)) stored,
  version int not null default 1,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (account_id, id),
  constraint an_item_kind_is_known check (kind in ('service', 'material')),
  constraint an_item_has_a_code check (code <> ''),
  constraint an_item_has_a_name check (name <> ''),
  constraint an_item_has_a_unit check (unit <> ''),
  constraint an_item_cost_is_less_than_a_billion check (unit_cost between 0 and 999999999.9999),
  constraint an_item_price_is_less_than_a_billion check (unit_price between 0 and 999999999.9999),
  constraint an_item_tax_rate_is_a_share check (tax_rate_millionths between 0 and 1000000),
  constraint an_item_takes_at_most_a_thousand_hours check (labour_minutes between 0 and 60000)
);
-- An archived item does not stand in the way of a new one with its code.
create unique index one_active_item_per_code on price_book_items (account_id, lower(code)) where archived_at is null;
create index price_book_by_code on price_book_items (account_id, lower(code), id);
create index price_book_by_name on price_book_items (account_id, lower(name), id);
create index price_book_searched on price_book_items (account_id, search, id);

create trigger price_book_items_touch before update on price_book_items for each row execute function touch_updated_at();

alter table price_book_items enable row level security;
create policy own_account on price_book_items for select using (account_id = (select app_account_id()));
create policy office_adds on price_book_items for insert with check (account_id = (select app_account_id()) and (select is_owner_or_admin()));
create policy office_changes on price_book_items for update using (account_id = (select app_account_id()) and (select is_owner_or_admin()));
create policy office_removes on price_book_items for delete using (account_id = (select app_account_id()) and (select is_owner_or_admin()));
grant select, insert, update, delete on price_book_items to fsm_app;
grant select on price_book_items to fsm_backup;
