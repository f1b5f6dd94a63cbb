-- Two letters find thousands of jobs, and a list shows the newest of them, or the first of their visits: all that takes stands in an index.
create index jobs_with_their_age on jobs (account_id, id) include (created_at);
create index visits_of_a_job_in_order on visits (account_id, job_id, scheduled_start, id);
drop index visits_of_a_job;

-- The ids go into `= any (array(…))`, which looks each one up in an index once, however often it comes; so nothing is sorted out here, and nothing is handed on from one
-- function to the next.
create or replace function properties_matching(pattern text) returns setof uuid language plpgsql stable security definer set search_path = pg_catalog, public rows 100 as $$
declare
  account uuid := app_account_id();
  head text := substr(pattern, 2);
begin
  case how_to_look_for(pattern)
    when 'anywhere' then return query select p.id from properties p where p.account_id = account and p.search like pattern;
    when 'word_begins' then return query select p.id from properties p where p.account_id = account and (p.search like head or p.search like '% ' || head);
    else return query select p.id from properties p where p.account_id = account and p.search || '' like pattern;
  end case;
  return query select p.id from properties p where p.account_id = account and p.client_id = any (array(select clients_matching(pattern)));
end $$;

create or replace function jobs_matching(pattern text) returns setof uuid language plpgsql stable security definer set search_path = pg_catalog, public rows 100 as $$
declare
  account uuid := app_account_id();
  head text := substr(pattern, 2);
begin
  case how_to_look_for(pattern)
    when 'anywhere' then return query select j.id from jobs j where j.account_id = account and j.search like pattern;
    when 'word_begins' then return query select j.id from jobs j where j.account_id = account and (j.search like head or j.search like '% ' || head);
    else return query select j.id from jobs j where j.account_id = account and j.search || '' like pattern;
  end case;
  return query select j.id from jobs j where j.account_id = account and j.client_id = any (array(select clients_matching(pattern)));
  return query select j.id from jobs j where j.account_id = account and j.property_id = any (array(select properties_by_address(pattern)));
end $$;

create or replace function estimates_matching(pattern text) returns setof uuid language plpgsql stable security definer set search_path = pg_catalog, public rows 100 as $$
declare
  account uuid := app_account_id();
  head text := substr(pattern, 2);
begin
  case how_to_look_for(pattern)
    when 'anywhere' then return query select e.id from estimates e where e.account_id = account and lower(coalesce(e.estimate_number, '') || ' ' || coalesce(e.notes, '')) like pattern;
    when 'word_begins' then return query select e.id from estimates e where e.account_id = account and (lower(coalesce(e.estimate_number, '') || ' ' || coalesce(e.notes, '')) like head or lower(coalesce(e.estimate_number, '') || ' ' || coalesce(e.notes, '')) like '% ' || head);
    else return query select e.id from estimates e where e.account_id = account and lower(coalesce(e.estimate_number, '') || ' ' || coalesce(e.notes, '')) || '' like pattern;
  end case;
  return query select e.id from estimates e where e.account_id = account and e.client_id = any (array(select clients_matching(pattern)));
end $$;

create or replace function invoices_matching(pattern text) returns setof uuid language plpgsql stable security definer set search_path = pg_catalog, public rows 100 as $$
declare
  account uuid := app_account_id();
  head text := substr(pattern, 2);
begin
  case how_to_look_for(pattern)
    when 'anywhere' then return query select i.id from invoices i where i.account_id = account and lower(coalesce(i.invoice_number, '')) like pattern;
    when 'word_begins' then return query select i.id from invoices i where i.account_id = account and (lower(coalesce(i.invoice_number, '')) like head or lower(coalesce(i.invoice_number, '')) like '% ' || head);
    else return query select i.id from invoices i where i.account_id = account and lower(coalesce(i.invoice_number, '')) || '' like pattern;
  end case;
  return query select i.id from invoices i where i.account_id = account and i.client_id = any (array(select clients_matching(pattern)));
end $$;

drop function jobs_by_title(text), estimates_by_words(text), invoices_by_number(text);
