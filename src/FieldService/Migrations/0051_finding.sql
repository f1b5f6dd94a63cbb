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

-- Fewer than three letters in a row make no triple: then the narrow index is read from end to end, which `|| ''` makes sure of.
create function clients_matching(pattern text) returns setof uuid language plpgsql stable security definer set search_path = pg_catalog, public rows 100 as $$
declare account uuid := app_account_id();
begin
  if pattern ~ '[[:alnum:]]{3}' then
    return query select c.id from clients c where c.account_id = account and c.search like pattern;
  else
    return query select c.id from clients c where c.account_id = account and c.search || '' like pattern;
  end if;
end $$;

create function properties_by_address(pattern text) returns setof uuid language plpgsql stable security definer set search_path = pg_catalog, public rows 100 as $$
declare account uuid := app_account_id();
begin
  if pattern ~ '[[:alnum:]]{3}' then
    return query select p.id from properties p where p.account_id = account and p.search like pattern;
  else
    return query select p.id from properties p where p.account_id = account and p.search || '' like pattern;
  end if;
end $$;

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
  if pattern ~ '[[:alnum:]]{3}' then
    return query select j.id from jobs j where j.account_id = account and j.search like pattern;
  else
    return query select j.id from jobs j where j.account_id = account and j.search || '' like pattern;
  end if;
  return query
    select j.id from clients_matching(pattern) as c (id) join jobs j on j.account_id = account and j.client_id = c.id
    union
    select j.id from properties_by_address(pattern) as p (id) join jobs j on j.account_id = account and j.property_id = p.id;
end $$;

create function estimates_matching(pattern text) returns setof uuid language plpgsql stable security definer set search_path = pg_catalog, public rows 100 as $$
declare account uuid := app_account_id();
begin
  if pattern ~ '[[:alnum:]]{3}' then
    return query select e.id from estimates e where e.account_id = account and lower(coalesce(e.estimate_number, '') || ' ' || coalesce(e.notes, '')) like pattern;
  else
    return query select e.id from estimates e where e.account_id = account and lower(coalesce(e.estimate_number, '') || ' ' || coalesce(e.notes, '')) || '' like pattern;
  end if;
  return query select e.id from clients_matching(pattern) as c (id) join estimates e on e.account_id = account and e.client_id = c.id;
end $$;

create function invoices_matching(pattern text) returns setof uuid language plpgsql stable security definer set search_path = pg_catalog, public rows 100 as $$
declare account uuid := app_account_id();
begin
  if pattern ~ '[[:alnum:]]{3}' then
    return query select i.id from invoices i where i.account_id = account and lower(coalesce(i.invoice_number, '')) like pattern;
  else
    return query select i.id from invoices i where i.account_id = account and lower(i.invoice_number) || '' like pattern;
  end if;
  return query select i.id from clients_matching(pattern) as c (id) join invoices i on i.account_id = account and i.client_id = c.id;
end $$;

revoke execute on function clients_matching(text), properties_by_address(text), properties_matching(text), jobs_matching(text), estimates_matching(text), invoices_matching(text) from public;
grant execute on function clients_matching(text), properties_by_address(text), properties_matching(text), jobs_matching(text), estimates_matching(text), invoices_matching(text) to fsm_app;
