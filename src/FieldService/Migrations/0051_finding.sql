-- Finding by any part of a name, a street or a number through an index of letter triples. Behind row-level security no plan may use one, because `like` is not
-- leakproof; so each search is a function of the owner that looks in one account only, the caller's, and gives ids away and nothing else. Who uses it joins them
-- with the table, where the caller's own policies hold.
create extension if not exists pg_trgm;
create extension if not exists btree_gin;

create index clients_by_letters on clients using gin (account_id, search gin_trgm_ops);
create index properties_by_letters on properties using gin (account_id, search gin_trgm_ops);
create index jobs_by_letters on jobs using gin (account_id, search gin_trgm_ops);
create index estimates_by_letters on estimates using gin (account_id, lower(coalesce(estimate_number, '') || ' ' || coalesce(notes, '')) gin_trgm_ops);
create index invoices_by_letters on invoices using gin (account_id, lower(coalesce(invoice_number, '')) gin_trgm_ops);

-- One or two letters make no triple of their own, but they do with the space before a word: so few are looked for where a word begins, and anything else from
-- end to end, which `|| ''` makes sure of.
create type how_to_look as enum ('anywhere', 'word_begins', 'end_to_end');
create function how_to_look_for(pattern text) returns how_to_look language sql immutable set search_path = pg_catalog, public
  as $$ select case when pattern ~ '[[:alnum:]]{3}' then 'anywhere' when pattern ~ '^%[[:alnum:]]+%$' then 'word_begins' else 'end_to_end' end::how_to_look $$;

create function clients_matching(pattern text) returns setof uuid language plpgsql stable security definer set search_path = pg_catalog, public rows 100 as $$
declare
  account uuid := app_account_id();
  head text := substr(pattern, 2);
begin
  case how_to_look_for(pattern)
    when 'anywhere' then return query select c.id from clients c where c.account_id = account and c.search like pattern;
    when 'word_begins' then return query select c.id from clients c where c.account_id = account and (c.search like head or c.search like '% ' || head);
    else return query select c.id from clients c where c.account_id = account and c.search || '' like pattern;
  end case;
end $$;

create function properties_by_address(pattern text) returns setof uuid language plpgsql stable security definer set search_path = pg_catalog, public rows 100 as $$
declare
  account uuid := app_account_id();
  head text := substr(pattern, 2);
begin
  case how_to_look_for(pattern)
    when 'anywhere' then return query select p.id from properties p where p.account_id = account and p.search like pattern;
    when 'word_begins' then return query select p.id from properties p where p.account_id = account and (p.search like head or p.search like '% ' || head);
    else return query select p.id from properties p where p.account_id = account and p.search || '' like pattern;
  end case;
end $$;

create function jobs_by_title(pattern text) returns setof uuid language plpgsql stable security definer set search_path = pg_catalog, public rows 100 as $$
declare
  account uuid := app_account_id();
  head text := substr(pattern, 2);
begin
  case how_to_look_for(pattern)
    when 'anywhere' then return query select j.id from jobs j where j.account_id = account and j.search like pattern;
    when 'word_begins' then return query select j.id from jobs j where j.account_id = account and (j.search like head or j.search like '% ' || head);
    else return query select j.id from jobs j where j.account_id = account and j.search || '' like pattern;
  end case;
end $$;

create function estimates_by_words(pattern text) returns setof uuid language plpgsql stable security definer set search_path = pg_catalog, public rows 100 as $$
declare
  account uuid := app_account_id();
  head text := substr(pattern, 2);
begin
  case how_to_look_for(pattern)
    when 'anywhere' then return query select e.id from estimates e where e.account_id = account and lower(coalesce(e.estimate_number, '') || ' ' || coalesce(e.notes, '')) like pattern;
    when 'word_begins' then return query select e.id from estimates e where e.account_id = account and (lower(coalesce(e.estimate_number, '') || ' ' || coalesce(e.notes, '')) like head or lower(coalesce(e.estimate_number, '') || ' ' || coalesce(e.notes, '')) like '% ' || head);
    else return query select e.id from estimates e where e.account_id = account and lower(coalesce(e.estimate_number, '') || ' ' || coalesce(e.notes, '')) || '' like pattern;
  end case;
end $$;

create function invoices_by_number(pattern text) returns setof uuid language plpgsql stable security definer set search_path = pg_catalog, public rows 100 as $$
declare
  account uuid := app_account_id();
  head text := substr(pattern, 2);
begin
  case how_to_look_for(pattern)
    when 'anywhere' then return query select i.id from invoices i where i.account_id = account and lower(coalesce(i.invoice_number, '')) like pattern;
    when 'word_begins' then return query select i.id from invoices i where i.account_id = account and (lower(coalesce(i.invoice_number, '')) like head or lower(coalesce(i.invoice_number, '')) like '% ' || head);
    else return query select i.id from invoices i where i.account_id = account and lower(coalesce(i.invoice_number, '')) || '' like pattern;
  end case;
end $$;

-- And by whom or where it is for.
create function properties_matching(pattern text) returns setof uuid language plpgsql stable security definer set search_path = pg_catalog, public rows 100 as $$
declare account uuid := app_account_id();
begin
  return query
    select properties_by_address(pattern)
    union
    select p.id from clients_matching(pattern) as c (id) join properties p on p.account_id = account and p.client_id = c.id;
end $$;

create function jobs_matching(pattern text) returns setof uuid language plpgsql stable security definer set search_path = pg_catalog, public rows 100 as $$
declare account uuid := app_account_id();
begin
  return query
    select jobs_by_title(pattern)
    union
    select j.id from clients_matching(pattern) as c (id) join jobs j on j.account_id = account and j.client_id = c.id
    union
    select j.id from properties_by_address(pattern) as p (id) join jobs j on j.account_id = account and j.property_id = p.id;
end $$;

create function estimates_matching(pattern text) returns setof uuid language plpgsql stable security definer set search_path = pg_catalog, public rows 100 as $$
declare account uuid := app_account_id();
begin
  return query
    select estimates_by_words(pattern)
    union
    select e.id from clients_matching(pattern) as c (id) join estimates e on e.account_id = account and e.client_id = c.id;
end $$;

create function invoices_matching(pattern text) returns setof uuid language plpgsql stable security definer set search_path = pg_catalog, public rows 100 as $$
declare account uuid := app_account_id();
begin
  return query
    select invoices_by_number(pattern)
    union
    select i.id from clients_matching(pattern) as c (id) join invoices i on i.account_id = account and i.client_id = c.id;
end $$;

revoke execute on function clients_matching(text), properties_by_address(text), jobs_by_title(text), estimates_by_words(text), invoices_by_number(text), properties_matching(text), jobs_matching(text), estimates_matching(text), invoices_matching(text) from public;
grant execute on function clients_matching(text), properties_by_address(text), jobs_by_title(text), estimates_by_words(text), invoices_by_number(text), properties_matching(text), jobs_matching(text), estimates_matching(text), invoices_matching(text) to fsm_app;

-- The orders that a list offers and that had none.
create index visits_by_creation on visits (account_id, created_at, id);
create index jobs_by_priority on jobs (account_id, priority, created_at, id);
create index jobs_by_title on jobs (account_id, lower(title), id);
create index estimates_by_change on estimates (account_id, updated_at, id);
create index invoices_by_change on invoices (account_id, updated_at, id);
create index invoices_by_balance on invoices (account_id, balance_cents, id);
