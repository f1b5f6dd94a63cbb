-- What was used on a visit, at the cost and the price of that moment.
create table visit_parts (
  account_id uuid not null,
  id uuid not null,
  visit_id uuid not null,
  job_id uuid not null,
  price_book_item_id uuid,
  code text,
  description text not null,
  unit text not null,
  quantity numeric(10, 2) not null,
  -- null until somebody knows
  unit_cost numeric(18, 4),
  unit_price numeric(18, 4),
  tax_rate_millionths int,
  cost_cents bigint generated always as (round(unit_cost * quantity * 100)) stored,
  price_cents bigint generated always as (round(unit_price * quantity * 100)) stored,
  is_billable boolean not null default true,
  used_on date not null,
  recorded_by uuid not null,
  version int not null default 1,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (account_id, id),
  constraint a_part_was_used_on_a_visit_of_its_job foreign key (account_id, visit_id, job_id) references visits (account_id, id, job_id) on delete restrict,
  constraint a_part_comes_from_the_price_book_of_its_account foreign key (account_id, price_book_item_id) references price_book_items on delete restrict,
  constraint a_part_was_recorded_by_a_user_of_its_account foreign key (account_id, recorded_by) references users on delete restrict,
  constraint a_part_is_described check (description <> '' and unit <> ''),
  constraint a_part_has_a_quantity check (quantity > 0),
  constraint a_part_tax_rate_is_a_share check (tax_rate_millionths between 0 and 1000000),
  constraint a_part_costs_less_than_a_billion check (unit_cost between 0 and 999999999.9999 and unit_cost * quantity < 1000000000),
  constraint a_part_is_sold_for_less_than_a_billion check (unit_price between 0 and 999999999.9999 and unit_price * quantity < 1000000000)
);
create index parts_of_a_visit on visit_parts (account_id, visit_id, job_id, created_at, id);
create index parts_of_a_job on visit_parts (account_id, job_id);
create index parts_by_day on visit_parts (account_id, used_on);
create index parts_of_an_item on visit_parts (account_id, price_book_item_id) where price_book_item_id is not null;

-- What was paid for the work or for the company. The receipt's content lies in the directory of files, under the account and its SHA-256.
create table expenses (
  account_id uuid not null,
  id uuid not null,
  user_id uuid not null,
  job_id uuid,
  visit_id uuid,
  category text not null,
  description text,
  vendor text,
  spent_on date not null,
  amount_cents bigint not null,
  tax_cents bigint not null default 0,
  is_tax_reclaimed boolean not null default false,
  cost_cents bigint generated always as (amount_cents - case when is_tax_reclaimed then tax_cents else 0 end) stored,
  paid_by text not null,
  is_billable boolean not null default false,
  markup_millionths int not null default 0,
  charge_cents bigint generated always as (round((amount_cents - case when is_tax_reclaimed then tax_cents else 0 end)::numeric * (1000000 + markup_millionths) / 1000000)) stored,
  search text collate "C" generated always as (left(lower(coalesce(vendor, '') || ' ' || coalesce(description, '')), 600)) stored,
  receipt_sha256 text,
  receipt_type text,
  receipt_bytes bigint,
  created_by uuid not null,
  version int not null default 1,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (account_id, id),
  constraint an_expense_is_of_a_user_of_its_account foreign key (account_id, user_id) references users on delete restrict,
  constraint an_expense_was_recorded_by_a_user_of_its_account foreign key (account_id, created_by) references users on delete restrict,
  constraint an_expense_is_for_a_job_of_its_account foreign key (account_id, job_id) references jobs on delete restrict,
  constraint an_expense_is_for_a_visit_of_its_job foreign key (account_id, visit_id, job_id) references visits (account_id, id, job_id) on delete restrict,
  constraint an_expense_names_a_visit_with_its_job check (visit_id is null or job_id is not null),
  constraint an_expense_category_is_known check (category in
    ('materials', 'fuel', 'vehicle', 'tools', 'equipment_rental', 'subcontractor', 'permits', 'disposal', 'parking_and_tolls', 'travel', 'meals', 'office', 'insurance', 'other')),
  constraint an_expense_was_paid_by_the_company_or_its_people check (paid_by in ('company', 'employee')),
  constraint an_expense_is_an_amount check (amount_cents between 1 and 99999999999),
  constraint an_expense_includes_its_tax check (tax_cents between 0 and amount_cents),
  constraint an_expense_is_marked_up_by_at_most_its_own_amount check (markup_millionths between 0 and 1000000),
  constraint a_receipt_is_a_file check ((receipt_sha256 is null) = (receipt_type is null) and (receipt_sha256 is null) = (receipt_bytes is null)
    and receipt_sha256 ~ '^[0-9a-f]{64}$' and receipt_bytes > 0 and receipt_type in ('application/pdf', 'image/jpeg', 'image/png', 'image/webp', 'image/heic'))
);
create index expenses_by_day on expenses (account_id, spent_on desc, id desc);
create index expenses_of_a_user on expenses (account_id, user_id, spent_on desc, id desc);
create index expenses_of_a_job on expenses (account_id, job_id) where job_id is not null;
create index expenses_of_a_visit on expenses (account_id, visit_id, job_id) where visit_id is not null;

create trigger visit_parts_touch before update on visit_parts for each row execute function touch_updated_at();
create trigger expenses_touch before update on expenses for each row execute function touch_updated_at();

alter table visit_parts enable row level security;
alter table expenses enable row level security;
-- Whose visit it is says the visit; its own policy applies inside.
create policy office_or_on_their_visit on visit_parts for all
  using (account_id = (select app_account_id()) and ((select is_owner_or_admin())
    or exists (select from visits v where v.account_id = visit_parts.account_id and v.id = visit_parts.visit_id)))
  with check (account_id = (select app_account_id()) and ((select is_owner_or_admin())
    or exists (select from visits v where v.account_id = visit_parts.account_id and v.id = visit_parts.visit_id)));
create policy office_or_own on expenses for all
  using (account_id = (select app_account_id()) and ((select is_owner_or_admin()) or user_id = (select app_user_id())))
  with check (account_id = (select app_account_id()) and ((select is_owner_or_admin()) or user_id = (select app_user_id())));
grant select, insert, update, delete on visit_parts, expenses to fsm_app;
grant select on visit_parts, expenses to fsm_backup;
