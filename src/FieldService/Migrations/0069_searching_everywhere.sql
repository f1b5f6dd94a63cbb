-- The jobs of a client come by their id, as the lists ask for them.
create index jobs_of_a_client_by_id on jobs (account_id, client_id, id);
drop index jobs_of_a_client;

-- A word begins the text or stands after a space. Asked one after the other, each is a look into one index, and no row is compared twice; who begins so and goes on so comes twice.
create or replace function clients_matching(pattern text) returns setof uuid language plpgsql stable security definer set search_path = pg_catalog, public rows 100 as $$
declare
  account uuid := app_account_id();
  head text := substr(pattern, 2);
begin
  case how_to_look_for(pattern)
    when 'anywhere' then
      return query select c.id from clients c where c.account_id = account and c.search like pattern;
    when 'word_begins' then
      return query select c.id from clients c where c.account_id = account and c.search like head;
      return query select c.id from clients c where c.account_id = account and c.search like '% ' || head;
    else
      return query select c.id from clients c where c.account_id = account and c.search || '' like pattern;
  end case;
end $$;

create or replace function properties_by_address(pattern text) returns setof uuid language plpgsql stable security definer set search_path = pg_catalog, public rows 100 as $$
declare
  account uuid := app_account_id();
  head text := substr(pattern, 2);
begin
  case how_to_look_for(pattern)
    when 'anywhere' then
      return query select p.id from properties p where p.account_id = account and p.search like pattern;
    when 'word_begins' then
      return query select p.id from properties p where p.account_id = account and p.search like head;
      return query select p.id from properties p where p.account_id = account and p.search like '% ' || head;
    else
      return query select p.id from properties p where p.account_id = account and p.search || '' like pattern;
  end case;
end $$;

create function jobs_by_title(pattern text) returns setof uuid language plpgsql stable security definer set search_path = pg_catalog, public rows 100 as $$
declare
  account uuid := app_account_id();
  head text := substr(pattern, 2);
begin
  case how_to_look_for(pattern)
    when 'anywhere' then
      return query select j.id from jobs j where j.account_id = account and j.search like pattern;
    when 'word_begins' then
      return query select j.id from jobs j where j.account_id = account and j.search like head;
      return query select j.id from jobs j where j.account_id = account and j.search like '% ' || head;
    else
      return query select j.id from jobs j where j.account_id = account and j.search || '' like pattern;
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

revoke execute on function jobs_by_title(text), estimates_by_words(text), invoices_by_number(text) from public;
grant execute on function jobs_by_title(text), estimates_by_words(text), invoices_by_number(text) to fsm_app;

-- The ids go into `= any (array(…))`, which looks each one up in an index once, however often it comes; so nothing is sorted out here.
create or replace function properties_matching(pattern text) returns setof uuid language plpgsql stable security definer set search_path = pg_catalog, public rows 100 as $$
declare account uuid := app_account_id();
begin
  return query select properties_by_address(pattern);
  return query select p.id from properties p where p.account_id = account and p.client_id = any (array(select clients_matching(pattern)));
end $$;

create or replace function jobs_matching(pattern text) returns setof uuid language plpgsql stable security definer set search_path = pg_catalog, public rows 100 as $$
declare account uuid := app_account_id();
begin
  return query select jobs_by_title(pattern);
  return query select j.id from jobs j where j.account_id = account and j.client_id = any (array(select clients_matching(pattern)));
  return query select j.id from jobs j where j.account_id = account and j.property_id = any (array(select properties_by_address(pattern)));
end $$;

create or replace function estimates_matching(pattern text) returns setof uuid language plpgsql stable security definer set search_path = pg_catalog, public rows 100 as $$
declare account uuid := app_account_id();
begin
  return query select estimates_by_words(pattern);
  return query select e.id from estimates e where e.account_id = account and e.client_id = any (array(select clients_matching(pattern)));
end $$;

create or replace function invoices_matching(pattern text) returns setof uuid language plpgsql stable security definer set search_path = pg_catalog, public rows 100 as $$
declare account uuid := app_account_id();
begin
  return query select invoices_by_number(pattern);
  return query select i.id from invoices i where i.account_id = account and i.client_id = any (array(select clients_matching(pattern)));
end $$;

-- For rows that are at hand already: a text has to fit one of these to be found by the words.
create function patterns_of(pattern text) returns text[] language sql immutable set search_path = pg_catalog, public
  as $$ select case how_to_look_for(pattern) when 'word_begins' then array[substr(pattern, 2), '% ' || substr(pattern, 2)] else array[pattern] end $$;

-- A plan is made for the very words: the connections keep one that fits any, and for these it takes twice as long as making a new one.
alter function clients_matching(text) set plan_cache_mode = force_custom_plan;
alter function properties_by_address(text) set plan_cache_mode = force_custom_plan;
alter function jobs_by_title(text) set plan_cache_mode = force_custom_plan;
alter function estimates_by_words(text) set plan_cache_mode = force_custom_plan;
alter function invoices_by_number(text) set plan_cache_mode = force_custom_plan;
alter function properties_matching(text) set plan_cache_mode = force_custom_plan;
alter function jobs_matching(text) set plan_cache_mode = force_custom_plan;
alter function estimates_matching(text) set plan_cache_mode = force_custom_plan;
alter function invoices_matching(text) set plan_cache_mode = force_custom_plan;
