-- Since when a client wants no more of these. The token stands in the link of each message and leads to nothing but these two times.
alter table clients
  add column email_opt_out_at timestamptz,
  add column sms_opt_out_at timestamptz,
  add column opt_out_token uuid not null default gen_random_uuid();
create unique index one_client_per_opt_out_token on clients (opt_out_token);

create function client_of_opt_out_token(wanted uuid)
  returns table (account_id uuid, client_id uuid, account_name text, email_opt_out_at timestamptz, sms_opt_out_at timestamptz)
  language sql stable security definer set search_path = pg_catalog, public
  as $$ select c.account_id, c.id, a.name, c.email_opt_out_at, c.sms_opt_out_at
        from public.clients c join public.accounts a on a.id = c.account_id where c.opt_out_token = wanted $$;
revoke execute on function client_of_opt_out_token(uuid) from public;
grant execute on function client_of_opt_out_token(uuid) to fsm_app;
