-- Prices with four decimals, units, discounts, optional lines and named taxes on estimates and invoices. What stands there keeps its amounts to the cent.

-- A quotient rounded half up to whole cents. Whole numbers all the way: numeric division rounds its own result first.
create function half_up(numerator numeric, denominator numeric) returns bigint language sql immutable parallel safe
  return div(2 * numerator + denominator, 2 * denominator)::bigint;

-- The tax on an amount, or inside it when prices include tax.
create function tax_of(amount numeric, rate_millionths int, included boolean) returns bigint language sql immutable parallel safe
  return half_up(amount * rate_millionths, 1000000 + case when included then rate_millionths else 0 end);

create function tax_parts_add_up(parts jsonb, rate_millionths int, tax_cents bigint) returns boolean language sql immutable parallel safe
  return jsonb_array_length(parts) = 0 or (
    select sum((p ->> 'rate_millionths')::int) = rate_millionths and sum((p ->> 'tax_cents')::bigint) = tax_cents and min((p ->> 'tax_cents')::bigint) >= 0
    from jsonb_array_elements(parts) as p);

alter table estimates
  add column prices_include_tax boolean not null default false,
  add column tax_rounding text not null default 'document',
  add column tax_group_id uuid,
  -- as it was called when the document was written
  add column tax_name text not null default '',
  -- as it was given: a share or an amount
  add column discount_millionths int,
  add column discount_cents bigint,
  -- what it comes to
  add column discount_amount_cents bigint not null default 0,
  drop constraint an_estimate_is_itemised_or_flat,
  add constraint an_estimate_is_itemised_or_flat check (flat_rate_cents between 0 and 99999999999),
  add constraint an_estimate_at_a_flat_rate_comes_to_it check (flat_rate_cents is null
    or flat_rate_cents - discount_amount_cents = case when prices_include_tax then total_cents else subtotal_cents end),
  add constraint an_estimate_rounds_tax_by_document_or_by_line check (tax_rounding in ('document', 'line')),
  add constraint an_estimate_is_taxed_by_a_group_of_its_account foreign key (account_id, tax_group_id) references tax_groups on delete restrict,
  add constraint an_estimate_has_one_discount check (discount_amount_cents >= 0 and case
    when discount_millionths is not null then discount_cents is null and discount_millionths between 0 and 1000000
    else discount_amount_cents = coalesce(discount_cents, 0) end);

alter table invoices
  add column prices_include_tax boolean not null default false,
  add column tax_rounding text not null default 'document',
  add column tax_group_id uuid,
  add column tax_name text not null default '',
  add column discount_millionths int,
  add column discount_cents bigint,
  add column discount_amount_cents bigint not null default 0,
  drop constraint an_invoice_is_itemised_or_flat,
  add constraint an_invoice_is_itemised_or_flat check (flat_rate_cents between 0 and 99999999999),
  add constraint an_invoice_at_a_flat_rate_comes_to_it check (flat_rate_cents is null
    or flat_rate_cents - discount_amount_cents = case when prices_include_tax then total_cents else subtotal_cents end),
  add constraint an_invoice_rounds_tax_by_document_or_by_line check (tax_rounding in ('document', 'line')),
  add constraint an_invoice_is_taxed_by_a_group_of_its_account foreign key (account_id, tax_group_id) references tax_groups on delete restrict,
  add constraint an_invoice_has_one_discount check (discount_amount_cents >= 0 and case
    when discount_millionths is not null then discount_cents is null and discount_millionths between 0 and 1000000
    else discount_amount_cents = coalesce(discount_cents, 0) end);

-- The price becomes the exact one; the published column beside it is rounded from it. Changing the type rewrites the rows and runs none of their triggers.
alter table estimate_line_items drop constraint an_estimate_line_multiplies_out;
alter table estimate_line_items alter column unit_price_cents type numeric(18, 4) using unit_price_cents / 100.0;
alter table estimate_line_items rename column unit_price_cents to unit_price;
alter table estimate_line_items
  add column unit_price_cents bigint generated always as (round(unit_price * 100)::bigint) stored,
  add column unit text,
  add column discount_millionths int,
  add column discount_cents bigint,
  add column discount_amount_cents bigint not null default 0,
  add column tax_group_id uuid,
  add column tax_name text not null default '',
  -- the line's part of the document's discount
  add column discount_share_cents bigint not null default 0,
  -- the client may take it or leave it: what the office has proposed, and what was chosen
  add column optional boolean not null default false,
  add column proposed boolean not null default true,
  add column chosen boolean not null default true,
  add constraint an_estimate_line_multiplies_out check (unit_price between 0 and 999999999.99 and total_cents >= 0
    and total_cents = round(unit_price * 100 * quantity)::bigint - discount_amount_cents),
  add constraint an_estimate_line_has_one_discount check (discount_amount_cents >= 0 and case
    when discount_millionths is not null then discount_cents is null and discount_amount_cents = half_up(round(unit_price * 100 * quantity) * discount_millionths, 1000000)
    else discount_amount_cents = coalesce(discount_cents, 0) end),
  add constraint an_estimate_line_carries_its_share check (discount_share_cents between 0 and total_cents and (chosen or discount_share_cents = 0)),
  add constraint only_an_optional_line_can_be_left_out check (optional or (proposed and chosen)),
  add constraint an_estimate_line_has_a_short_unit check (length(unit) between 1 and 20),
  add constraint an_estimate_line_is_taxed_by_a_group_of_its_account foreign key (account_id, tax_group_id) references tax_groups on delete restrict;

alter table invoice_line_items drop constraint an_invoice_line_multiplies_out;
alter table invoice_line_items alter column unit_price_cents type numeric(18, 4) using unit_price_cents / 100.0;
alter table invoice_line_items rename column unit_price_cents to unit_price;
alter table invoice_line_items
  add column unit_price_cents bigint generated always as (round(unit_price * 100)::bigint) stored,
  add column unit text,
  add column discount_millionths int,
  add column discount_cents bigint,
  add column discount_amount_cents bigint not null default 0,
  add column tax_group_id uuid,
  add column tax_name text not null default '',
  add column discount_share_cents bigint not null default 0,
  add constraint an_invoice_line_multiplies_out check (unit_price between 0 and 999999999.99 and total_cents >= 0
    and total_cents = round(unit_price * 100 * quantity)::bigint - discount_amount_cents),
  add constraint an_invoice_line_has_one_discount check (discount_amount_cents >= 0 and case
    when discount_millionths is not null then discount_cents is null and discount_amount_cents = half_up(round(unit_price * 100 * quantity) * discount_millionths, 1000000)
    else discount_amount_cents = coalesce(discount_cents, 0) end),
  add constraint an_invoice_line_carries_its_share check (discount_share_cents between 0 and total_cents),
  add constraint an_invoice_line_has_a_short_unit check (length(unit) between 1 and 20),
  add constraint an_invoice_line_is_taxed_by_a_group_of_its_account foreign key (account_id, tax_group_id) references tax_groups on delete restrict;

create index estimates_of_a_tax_group on estimates (account_id, tax_group_id) where tax_group_id is not null;
create index invoices_of_a_tax_group on invoices (account_id, tax_group_id) where tax_group_id is not null;
create index estimate_lines_of_a_tax_group on estimate_line_items (account_id, tax_group_id) where tax_group_id is not null;
create index invoice_lines_of_a_tax_group on invoice_line_items (account_id, tax_group_id) where tax_group_id is not null;

-- Taxes carry the name they had, and what they are made of: [{"name", "rate_millionths", "tax_cents"}], or nothing for a bare rate. How a tax is rounded is
-- the document's matter and seen when it is issued.
alter table document_taxes
  drop constraint document_taxes_pkey,
  drop constraint a_tax_is_its_share_of_its_base,
  add column name text not null default '',
  add column components jsonb not null default '[]',
  add primary key (account_id, document_id, tax_rate_millionths, name),
  add constraint a_tax_has_a_rate_and_a_base check (tax_rate_millionths between 0 and 1000000 and base_cents >= 0 and tax_cents >= 0),
  add constraint the_parts_of_a_tax_add_up check (tax_parts_add_up(components, tax_rate_millionths, tax_cents));

-- Whether what a document says it comes to is what its lines, its discount and its taxes come to.
create function document_adds_up(document jsonb, kind text) returns boolean language sql stable as $$
  with terms as (
    select (document ->> 'account_id')::uuid as account, (document ->> 'id')::uuid as id, (document ->> 'flat_rate_cents')::bigint as flat,
           (document ->> 'discount_amount_cents')::bigint as discount, (document ->> 'prices_include_tax')::boolean as included, document ->> 'tax_rounding' as rounding
  ), items as (
    select flat as total, discount as share, (document ->> 'tax_rate_millionths')::int as rate, document ->> 'tax_name' as name from terms where flat is not null
    union all
    select case when l.chosen then l.total_cents else 0 end, l.discount_share_cents, l.tax_rate_millionths, l.tax_name from estimate_line_items l, terms
    where kind = 'estimates' and flat is null and l.account_id = account and l.estimate_id = terms.id
    union all
    select l.total_cents, l.discount_share_cents, l.tax_rate_millionths, l.tax_name from invoice_line_items l, terms
    where kind = 'invoices' and flat is null and l.account_id = account and l.invoice_id = terms.id
  ), groups as (
    select rate, name, sum(total - share) as amount,
           case min(rounding) when 'line' then sum(tax_of(total - share, rate, included)) else tax_of(sum(total - share), rate, bool_or(included)) end as tax
    from items, terms group by rate, name
  ), stored as (
    select tax_rate_millionths as rate, t.name, base_cents as base, tax_cents as tax from document_taxes t, terms where t.account_id = account and t.document_id = terms.id
  )
  select (select coalesce(sum(share), 0) from items) = (select discount from terms)
     and (select coalesce(sum(base), 0) from stored) = (document ->> 'subtotal_cents')::bigint
     and (select coalesce(sum(tax), 0) from stored) = (document ->> 'tax_cents')::bigint
     and not exists (
       select from groups g full join stored s using (rate, name)
       -- no tax on nothing may stand there or be left out
       where coalesce(s.tax, 0) <> coalesce(g.tax, 0)
          or coalesce(s.base, 0) <> coalesce(g.amount, 0) - case when (select included from terms) then coalesce(g.tax, 0) else 0 end)
$$;

create or replace function issued_documents_add_up() returns trigger language plpgsql as $$
begin
  if not document_adds_up(to_jsonb(new), tg_table_name) then
    raise exception 'the document is not the sum of its lines and taxes' using errcode = 'P0001', constraint = 'issued_documents_add_up', table = tg_table_name;
  end if;
  return new;
end $$;

-- lists: each order from an index, both ways
create index invoices_by_total on invoices (account_id, total_cents, id);
create index invoices_by_number on invoices (account_id, length(invoice_number) desc nulls last, invoice_number desc nulls last, id desc);
create index invoices_by_due_day on invoices (account_id, due_date desc nulls last, id desc);
create index invoices_by_day on invoices (account_id, (coalesce(sent_at, created_at)));
create index estimates_by_total on estimates (account_id, total_cents, id);
create index estimates_by_day on estimates (account_id, (coalesce(sent_at, created_at)));
