create table payments (
  account_id uuid not null,
  id uuid not null,
  invoice_id uuid not null,
  amount_cents bigint not null,
  method text not null,
  received_at timestamptz not null,
  notes text,
  created_by uuid not null,
  created_at timestamptz not null default now(),
  primary key (account_id, id),
  constraint a_payment_belongs_to_an_invoice foreign key (account_id, invoice_id) references invoices on delete restrict,
  constraint a_payment_was_recorded_by_a_user_of_its_account foreign key (account_id, created_by) references users on delete restrict,
  constraint a_payment_is_more_than_nothing check (amount_cents > 0),
  constraint a_payment_method_is_known check (method in ('cash', 'check', 'card', 'transfer', 'other'))
);
create index payments_of_an_invoice on payments (account_id, invoice_id, received_at desc, id desc);

-- What an invoice says was paid is what its ledger says, seen at commit, whichever program writes.
create function invoices_match_their_ledger() returns trigger language plpgsql as $$
declare
  of_account uuid := coalesce(new.account_id, old.account_id);
  of_invoice uuid;
  said bigint;
  received bigint;
begin
  if tg_table_name = 'invoices' then
    of_invoice := new.id;
  else
    of_invoice := coalesce(new.invoice_id, old.invoice_id);
  end if;
  select paid_cents into said from invoices where account_id = of_account and id = of_invoice;
  select coalesce(sum(amount_cents), 0) into received from payments where account_id = of_account and invoice_id = of_invoice;
  if said <> received then
    raise exception 'the invoice says % cents were paid, its payments come to %', said, received
      using errcode = 'P0001', constraint = 'invoices_match_their_ledger', table = tg_table_name;
  end if;
  return null;
end $$;
create constraint trigger invoices_match_their_ledger after insert or update of paid_cents on invoices
  deferrable initially deferred for each row execute function invoices_match_their_ledger();
create constraint trigger payments_match_their_invoice after insert or update or delete on payments
  deferrable initially deferred for each row execute function invoices_match_their_ledger();

-- The answer to each retryable request, kept in the transaction of what it did: a retry gets it again, word for word.
create table idempotency_keys (
  account_id uuid not null references accounts on delete cascade,
  user_id uuid not null,
  key text not null,
  request_hash bytea not null,
  status int,
  answer text,
  created_at timestamptz not null default now(),
  primary key (account_id, user_id, key),
  constraint an_answer_has_a_status check ((status is null) = (answer is null)),
  constraint a_key_is_1_to_128_characters check (length(key) between 1 and 128)
);
create index idempotency_keys_by_age on idempotency_keys (created_at);

alter table payments enable row level security;
alter table idempotency_keys enable row level security;
create policy office_reads on payments for select using (account_id = (select app_account_id()) and (select is_owner_or_admin()));
create policy office_adds on payments for insert with check (account_id = (select app_account_id()) and (select is_owner_or_admin()));
create policy owner_removes on payments for delete using (account_id = (select app_account_id()) and (select app_role()) = 'owner');
create policy own_keys on idempotency_keys for all using (account_id = (select app_account_id()) and user_id = (select app_user_id()));
grant select, insert, delete on payments to fsm_app;
grant select, insert, update, delete on idempotency_keys to fsm_app;
