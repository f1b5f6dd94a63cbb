-- The audit log is a chain: each row of an account has a number without gaps, and a hash over the row and the hash before it. Whoever changes, removes
-- or slips in a row would have to change every hash after it, and the last one is known elsewhere.
--
-- The links stand beside the log and not in it, so that the log itself is only ever added to, and a row that is removed leaves its link behind.
create table audit_chain (
  account_id uuid not null,
  seq bigint not null,
  audit_id uuid not null,
  hash bytea not null,
  primary key (account_id, seq),
  constraint an_audit_row_is_chained_once unique (account_id, audit_id),
  constraint a_chain_begins_at_1 check (seq > 0),
  constraint a_hash_has_32_bytes check (octet_length(hash) = 32)
);

-- The text that is hashed: all that a row says, and its place. A column that is added to the log later comes in only where it is not null, as api_key_id
-- does, so that older rows keep their hash. The program that verifies spells this out for itself instead of trusting this function.
create function audit_entry(line audit_log, seq bigint) returns jsonb language sql stable parallel safe as $$
  select jsonb_build_object(
    'seq', seq, 'id', line.id, 'account_id', line.account_id, 'entity_type', line.entity_type, 'entity_id', line.entity_id, 'action', line.action,
    'actor_id', line.actor_id, 'old_value', line.old_value, 'new_value', line.new_value, 'trace_id', line.trace_id,
    'created_at', to_char(line.created_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'))
    || jsonb_strip_nulls(jsonb_build_object('api_key_id', to_jsonb(line) -> 'api_key_id'))
$$;

-- One after the other for each account: the lock is held from the beginning of the commit to its end. Inserting only, also for the end of the chain: a row
-- that every link updates would be read through all its versions again by an import of thousands of rows in one transaction.
create function chain_audit_row() returns trigger language plpgsql security definer set search_path = pg_catalog, public as $$
declare
  place bigint;
  link bytea;
begin
  perform pg_advisory_xact_lock(hashtextextended(new.account_id::text, 7341906225));
  select c.seq, c.hash into place, link from public.audit_chain c where c.account_id = new.account_id order by c.seq desc limit 1;
  if not found then
    place := 0;
    link := '';
  end if;
  insert into public.audit_chain (account_id, seq, audit_id, hash)
  values (new.account_id, place + 1, new.id, sha256(link || convert_to(public.audit_entry(new, place + 1)::text, 'UTF8')));
  return null;
end $$;
revoke execute on function chain_audit_row() from public;

create function history_is_not_rewritten() returns trigger language plpgsql as $$
begin
  raise exception 'the audit log is only added to (%)', tg_table_name using errcode = 'P0001', constraint = 'history_is_not_rewritten', table = tg_table_name;
end $$;

-- What was written before there was a chain, in the order in which it was begun.
do $$
declare
  entry audit_log;
  place bigint;
  link bytea;
  account uuid;
begin
  for entry in select * from audit_log order by account_id, created_at, id loop
    if account is distinct from entry.account_id then
      account := entry.account_id;
      place := 0;
      link := '';
    end if;
    place := place + 1;
    link := sha256(link || convert_to(audit_entry(entry, place)::text, 'UTF8'));
    insert into audit_chain (account_id, seq, audit_id, hash) values (account, place, entry.id, link);
  end loop;
end $$;

-- Deferred to the commit: the lock on the chain is taken after all others, so nobody who holds it waits for anything else.
create constraint trigger audit_log_chains after insert on audit_log deferrable initially deferred for each row execute function chain_audit_row();

create trigger audit_log_stays before update or delete on audit_log for each row execute function history_is_not_rewritten();
create trigger audit_log_is_not_emptied before truncate on audit_log for each statement execute function history_is_not_rewritten();
create trigger audit_chain_stays before update or delete on audit_chain for each row execute function history_is_not_rewritten();
create trigger audit_chain_is_not_emptied before truncate on audit_chain for each statement execute function history_is_not_rewritten();

create index audit_log_of_an_actor on audit_log (account_id, actor_id, created_at desc) where actor_id is not null;

alter table audit_chain enable row level security;
create policy office_reads on audit_chain for select using (account_id = (select app_account_id()) and (select is_owner_or_admin()));
grant select on audit_chain to fsm_app;
