-- Pages that are open show what others have changed. A listener is told which account has news, at the commit and not before, and reads what it is from the
-- history, whose numbers have no gaps; so nothing that was changed is missed and nothing that was not is told. Equal messages of one transaction are one.
create function tell_of_changes() returns trigger language plpgsql as $$
begin
  perform pg_notify('outpost_changes', new.account_id::text);
  return null;
end $$;
create trigger audit_log_tells_of_changes after insert on audit_log for each row execute function tell_of_changes();

-- Who has an editor open at this moment, so that two people know of each other. A page that is gone without a word is forgotten by its time.
create table open_editors (
  account_id uuid not null references accounts on delete cascade,
  id uuid not null,
  user_id uuid not null,
  entity_type text not null,
  entity_id uuid not null,
  seen_at timestamptz not null,
  primary key (account_id, id),
  constraint an_editor_is_open_at_a_user_of_its_account foreign key (account_id, user_id) references users on delete cascade
);
create index open_editors_by_time on open_editors (account_id, seen_at);
alter table open_editors enable row level security;
create policy own_account on open_editors for all using (account_id = (select app_account_id())) with check (account_id = (select app_account_id()));
grant select, insert, update, delete on open_editors to fsm_app;
grant select on open_editors to fsm_backup;

create function tell_of_editors() returns trigger language plpgsql as $$
begin
  perform pg_notify('outpost_changes', coalesce(new.account_id, old.account_id)::text);
  return null;
end $$;
create trigger open_editors_tell after insert or delete on open_editors for each row execute function tell_of_editors();
