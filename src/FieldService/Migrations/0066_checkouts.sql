-- An invoice that a client pays online: one row for each time they were sent to the payment provider. What came of it is told by the provider's signed
-- messages, however often and in whichever order they arrive.
create table checkouts (
  account_id uuid not null,
  id uuid not null,
  invoice_id uuid not null,
  amount_cents bigint not null,
  currency text not null,
  status text not null default 'creating',
  -- how the provider calls it
  session_id text,
  url text,
  payment_intent text,
  payment_id uuid,
  -- what the provider says it has given back, as far as the books have it
  refunded_cents bigint not null default 0,
  expires_at timestamptz not null,
  created_at timestamptz not null,
  paid_at timestamptz,
  primary key (account_id, id),
  constraint a_checkout_is_for_an_invoice_of_its_account foreign key (account_id, invoice_id) references invoices on delete restrict,
  constraint a_checkout_became_a_payment_of_its_account foreign key (account_id, payment_id) references payments on delete restrict,
  constraint a_checkout_is_of_an_amount check (amount_cents > 0 and refunded_cents between 0 and amount_cents),
  constraint a_checkout_status_is_known check (status in ('creating', 'open', 'paid', 'expired')),
  constraint an_open_checkout_has_a_session check (status = 'creating' or session_id is not null),
  constraint a_paid_checkout_has_its_payment check ((status = 'paid') = (payment_id is not null) and (status = 'paid') = (paid_at is not null))
);
create unique index one_checkout_per_session on checkouts (session_id) where session_id is not null;
create unique index one_checkout_per_payment_intent on checkouts (payment_intent) where payment_intent is not null;
create unique index a_checkout_is_one_payment on checkouts (account_id, payment_id) where payment_id is not null;
create index checkouts_of_an_invoice on checkouts (account_id, invoice_id, created_at desc);

alter table checkouts enable row level security;
create policy office on checkouts for all using (account_id = (select app_account_id()) and (select is_owner_or_admin()));
grant select, insert, update on checkouts to fsm_app;
grant select on checkouts to fsm_backup;

-- Whose it is, before any tenant is known: by what the provider calls it, and by nothing else.
create function checkout_of(of_session text, of_intent text, of_id uuid) returns table (account_id uuid, id uuid, invoice_id uuid)
  language sql stable security definer set search_path = pg_catalog, public
  as $$ select c.account_id, c.id, c.invoice_id from public.checkouts c
        where c.session_id = of_session or c.payment_intent = of_intent or c.id = of_id order by c.created_at limit 1 $$;
revoke execute on function checkout_of(text, text, uuid) from public;
grant execute on function checkout_of(text, text, uuid) to fsm_app;
