-- Every change of a row raises its version, whichever program makes it: what somebody read can be told from what stands there now.
alter table accounts add column version int not null default 1;
alter table users add column version int not null default 1;
alter table clients add column version int not null default 1;
alter table properties add column version int not null default 1;
alter table jobs add column version int not null default 1;
alter table visits add column version int not null default 1;
alter table estimates add column version int not null default 1;
alter table invoices add column version int not null default 1;
alter table automations add column version int not null default 1;

create or replace function touch_updated_at() returns trigger language plpgsql as $$
begin
  new.updated_at := now();
  new.version := old.version + 1;
  return new;
end $$;
