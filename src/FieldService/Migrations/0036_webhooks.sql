-- Where a company wants to be told what happens. What is told is the audit log: every change has its row there, so none is left out.
create table webhooks (
  account_id uuid not null references accounts on delete cascade,
  id uuid not null,
  url text not null,
  description text,
  events text[],
  enabled boolean not null default true,
  disabled_because text,
  -- signs what is sent, so unlike a password it cannot be kept as a hash
  secret text not null,
  previous_secret text,
  previous_until timestamptz,
  failures int not null default 0,
  failing_since timestamptz,
  resting_until timestamptz,
  leased_until timestamptz,
  created_by uuid not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  version int not null default 1,
  primary key (account_id, id),
  constraint a_webhook_was_made_by_a_user_of_its_account foreign key (account_id, created_by) references users on delete restrict,
  constraint a_webhook_goes_to_a_url check (url ~ '^https?://'),
  constraint a_webhook_wants_some_events_or_all check (cardinality(events) > 0),
  constraint a_previous_secret_has_an_end check ((previous_secret is null) = (previous_until is null)),
  constraint only_a_disabled_webhook_has_a_reason check (disabled_because is null or not enabled),
  constraint a_webhook_counts_its_failures check (failures >= 0 and (failures > 0) = (failing_since is not null))
);
create index webhooks_newest_first on webhooks (account_id, created_at desc, id desc);

-- One thing to tell one receiver. The message has one id however often it is sent. A test call has no row in the audit log behind it.
create table webhook_deliveries (
  account_id uuid not null,
  id uuid not null default gen_random_uuid(),
  webhook_id uuid not null,
  place bigint generated always as identity,
  message_id uuid not null,
  audit_id uuid,
  event text,
  status text not null default 'pending',
  attempts int not null default 0,
  due_at timestamptz not null default '-infinity',
  finished_at timestamptz,
  created_at timestamptz not null default now(),
  primary key (account_id, id),
  constraint a_delivery_belongs_to_a_webhook foreign key (account_id, webhook_id) references webhooks on delete cascade,
  constraint a_message_goes_once_to_a_webhook unique (account_id, webhook_id, message_id),
  constraint a_delivery_status_is_known check (status in ('pending', 'delivered', 'failed')),
  constraint a_delivery_that_is_over_has_a_time check ((status = 'pending') = (finished_at is null))
);
create index webhook_deliveries_due on webhook_deliveries (account_id, webhook_id, due_at) where status = 'pending';
create index webhook_deliveries_newest_first on webhook_deliveries (account_id, webhook_id, place desc);
create index webhook_deliveries_by_end on webhook_deliveries (finished_at) where finished_at is not null;

-- Each time something was sent, and what came of it.
create table webhook_attempts (
  account_id uuid not null,
  id uuid not null,
  delivery_id uuid not null,
  attempted_at timestamptz not null,
  took_ms int not null,
  response_status int,
  response_body text,
  error text,
  primary key (account_id, id),
  constraint an_attempt_belongs_to_a_delivery foreign key (account_id, delivery_id) references webhook_deliveries on delete cascade,
  constraint an_attempt_is_answered_or_has_an_error check ((response_status is null) = (error is not null))
);
create index webhook_attempts_of_a_delivery on webhook_attempts (account_id, delivery_id, attempted_at);

-- What the dispatcher notes is no change of the webhook.
create trigger webhooks_touch before update of url, description, events, enabled, secret, previous_secret, previous_until on webhooks
  for each row execute function touch_updated_at();

alter table webhooks enable row level security;
alter table webhook_deliveries enable row level security;
alter table webhook_attempts enable row level security;
create policy office on webhooks for all using (account_id = (select app_account_id()) and (select is_owner_or_admin()));
create policy office on webhook_deliveries for all using (account_id = (select app_account_id()) and (select is_owner_or_admin()));
create policy office on webhook_attempts for all using (account_id = (select app_account_id()) and (select is_owner_or_admin()));
grant select, insert, update, delete on webhooks, webhook_deliveries to fsm_app;
grant select, insert on webhook_attempts to fsm_app;
grant select on webhooks, webhook_deliveries, webhook_attempts to fsm_backup;

-- In the transaction of the change: it is told if and only if it happened. Whoever made the change may know nothing of webhooks.
create function tell_webhooks() returns trigger language plpgsql security definer set search_path = pg_catalog, public as $$
begin
  insert into public.webhook_deliveries (account_id, webhook_id, message_id, audit_id)
  select w.account_id, w.id, new.id, new.id from public.webhooks w where w.account_id = new.account_id and w.enabled
  -- kept from being deleted until the commit; one that is being deleted at this moment need not know, and must not make the change fail
  for key share skip locked;
  return null;
end $$;
create trigger audit_log_tells_webhooks after insert on audit_log for each row execute function tell_webhooks();

-- The dispatcher serves all accounts: the one exact thing it may see of them is which receiver has something waiting. Whoever gets it has it alone until the
-- lease ends; the one that was served longest ago comes first.
create function lease_webhook(at timestamptz, until timestamptz) returns table (account_id uuid, webhook_id uuid)
  language sql volatile security definer set search_path = pg_catalog, public
  as $$
    update public.webhooks w set leased_until = until
    from (
      select c.account_id, c.id from public.webhooks c
      where c.enabled and (c.leased_until is null or c.leased_until <= at) and (c.resting_until is null or c.resting_until <= at)
        and exists (select from public.webhook_deliveries d
                    where d.account_id = c.account_id and d.webhook_id = c.id and d.status = 'pending' and d.due_at <= at)
      order by c.leased_until nulls first
      limit 1
      for no key update skip locked
    ) waiting
    where w.account_id = waiting.account_id and w.id = waiting.id
    returning w.account_id, w.id $$;

-- What is long over is forgotten, a little at a time.
create function forget_webhook_deliveries(before timestamptz) returns int
  language sql volatile security definer set search_path = pg_catalog, public
  as $$
    with old as (
      delete from public.webhook_deliveries d
      where (d.account_id, d.id) in (select o.account_id, o.id from public.webhook_deliveries o where o.finished_at < before limit 1000 for update skip locked)
      returning 1
    )
    select count(*)::int from old $$;

revoke execute on function tell_webhooks(), lease_webhook(timestamptz, timestamptz), forget_webhook_deliveries(timestamptz) from public;
grant execute on function lease_webhook(timestamptz, timestamptz), forget_webhook_deliveries(timestamptz) to fsm_app;
