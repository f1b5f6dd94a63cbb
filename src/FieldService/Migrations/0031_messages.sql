-- What is said to clients. A message is put here in the transaction of what it speaks of and sent by the worker afterwards; there is one for each rule,
-- thing, occasion and channel, whoever puts it here and however often.
create table messages (
  account_id uuid not null references accounts on delete cascade,
  id uuid not null,
  rule text not null,
  automation_id uuid,
  subject_type text not null,
  subject_id uuid not null,
  -- which of the occasions: the start of the visit and the hours before it, the day of the dunning
  occurrence text not null,
  channel text not null,
  client_id uuid,
  recipient text,
  status text not null default 'pending',
  -- why it waits, was not sent, or went wrong
  reason text,
  title text,
  body_text text,
  body_html text,
  attempts int not null default 0,
  next_attempt_at timestamptz not null,
  expires_at timestamptz not null,
  admitted_at timestamptz,
  -- Who is sending it, until when nobody else may, and since when the other side may have it. A sender that dies leaves these behind.
  claim_id uuid,
  leased_until timestamptz,
  handed_over_at timestamptz,
  sent_at timestamptz,
  answer text,
  version int not null default 1,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (account_id, id),
  constraint a_message_is_written_once unique (account_id, rule, subject_id, occurrence, channel),
  constraint a_message_belongs_to_an_automation foreign key (account_id, automation_id) references automations on delete set null (automation_id),
  constraint a_message_is_for_a_client_of_its_account foreign key (account_id, client_id) references clients on delete set null (client_id),
  constraint a_message_status_is_known check (status in ('pending', 'sending', 'sent', 'in_doubt', 'failed', 'cancelled', 'skipped')),
  constraint a_channel_is_known check (channel in ('email', 'sms', 'chat')),
  constraint a_message_being_sent_is_claimed check (status <> 'sending' or (claim_id is not null and leased_until is not null)),
  constraint a_sent_message_has_a_time check ((status = 'sent') = (sent_at is not null)),
  constraint a_message_in_doubt_was_handed_over check (status <> 'in_doubt' or handed_over_at is not null),
  constraint a_message_that_was_not_sent_says_why check (status not in ('failed', 'cancelled', 'skipped', 'in_doubt') or reason is not null)
);
create index messages_to_send on messages (next_attempt_at) where status = 'pending';
create index messages_being_sent on messages (leased_until) where status = 'sending';
create index messages_newest_first on messages (account_id, created_at desc, id desc);
create index messages_by_status on messages (account_id, status, created_at desc, id desc);
create index messages_of_a_client on messages (account_id, client_id, created_at desc, id desc);
create index messages_of_an_automation on messages (account_id, automation_id, created_at);
create index messages_finished on messages (updated_at) include (channel, status) where status in ('sent', 'failed');
create trigger messages_touch before update on messages for each row execute function touch_updated_at();
create trigger messages_wake_the_worker after insert on messages for each statement execute function wake_the_worker();

alter table messages enable row level security;
create policy office on messages for all using (account_id = (select app_account_id()) and (select is_owner_or_admin()));
grant select, insert, update on messages to fsm_app;

-- Takes what is due, for one sender. What somebody else is taking at this moment is passed over.
create function claim_messages(claim uuid, at timestamptz, until timestamptz, most int) returns table (account_id uuid, id uuid)
  language sql volatile security definer set search_path = pg_catalog, public
  as $$ update public.messages m
        set status = 'sending', claim_id = claim, leased_until = until, handed_over_at = null, attempts = m.attempts + 1
        from (select d.account_id, d.id from public.messages d where d.status = 'pending' and d.next_attempt_at <= at
              order by d.next_attempt_at, d.id limit most for update skip locked) due
        where m.account_id = due.account_id and m.id = due.id
        returning m.account_id, m.id $$;

-- What a sender has left behind.
create function abandoned_messages(at timestamptz) returns table (account_id uuid, id uuid)
  language sql stable security definer set search_path = pg_catalog, public
  as $$ select m.account_id, m.id from public.messages m where m.status = 'sending' and m.leased_until < at order by m.leased_until limit 1000 $$;

-- Numbers without names, for whoever watches.
create function messages_overview(at timestamptz)
  returns table (pending bigint, oldest_due_at timestamptz, in_doubt bigint, channel text, sent bigint, failed bigint)
  language sql stable security definer set search_path = pg_catalog, public
  as $$ select (select count(*) from public.messages p where p.status = 'pending'),
               (select min(p.next_attempt_at) from public.messages p where p.status = 'pending' and p.next_attempt_at <= at),
               (select count(*) from public.messages d where d.status = 'in_doubt'),
               c.channel,
               (select count(*) from public.messages m where m.status = 'sent' and m.channel = c.channel and m.updated_at > at - interval '24 hours'),
               (select count(*) from public.messages m where m.status = 'failed' and m.channel = c.channel and m.updated_at > at - interval '24 hours')
        from unnest(array['email', 'sms', 'chat']) c (channel) $$;

revoke execute on function claim_messages(uuid, timestamptz, timestamptz, int), abandoned_messages(timestamptz), messages_overview(timestamptz) from public;
grant execute on function claim_messages(uuid, timestamptz, timestamptz, int), abandoned_messages(timestamptz), messages_overview(timestamptz) to fsm_app;

-- How a company words them, where it does not like ours.
create table message_templates (
  account_id uuid not null references accounts on delete cascade,
  id uuid not null,
  rule text not null,
  channel text not null,
  title text,
  body_text text not null,
  body_html text,
  version int not null default 1,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (account_id, id),
  constraint one_template_of_a_kind unique (account_id, rule, channel),
  constraint a_channel_is_known check (channel in ('email', 'sms', 'chat')),
  constraint a_template_says_something check (body_text <> ''),
  constraint a_letter_has_a_title check (channel <> 'email' or title <> '')
);
create trigger message_templates_touch before update on message_templates for each row execute function touch_updated_at();
alter table message_templates enable row level security;
create policy office on message_templates for all using (account_id = (select app_account_id()) and (select is_owner_or_admin()));
grant select, insert, update, delete on message_templates to fsm_app;
