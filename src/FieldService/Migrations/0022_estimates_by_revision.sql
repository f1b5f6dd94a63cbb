-- Estimates have a number from the day they are sent, revisions under that number, a day on the company's calendar until which they stand, a deposit, and a
-- fingerprint of what the client saw, which an approval is bound to.
insert into state_moves (machine, from_status, to_status) values
  ('estimates', 'sent', 'superseded'), ('estimates', 'approved', 'superseded'), ('estimates', 'declined', 'superseded'), ('estimates', 'expired', 'superseded');

alter table estimates
  add column estimate_number text,
  add column revision int not null default 1,
  add column first_revision_id uuid,
  -- all revisions of one estimate
  add column family_id uuid generated always as (coalesce(first_revision_id, id)) stored,
  add column expires_on date,
  -- as it was asked for when that was a share; what it comes to
  add column deposit_millionths int,
  add column deposit_cents bigint,
  add column content_hash bytea,
  add column superseded_at timestamptz;

alter table estimates disable trigger user;
-- An instant becomes the day that it ends: midnight is the end of the day before.
update estimates e set expires_on = ((e.expires_at - interval '1 microsecond') at time zone a.time_zone)::date
from accounts a where a.id = e.account_id and e.expires_at is not null;
with numbered as (select account_id, id, row_number() over (partition by account_id order by sent_at, id) as n from estimates where status <> 'draft')
update estimates e set estimate_number = 'EST-' || lpad(n.n::text, greatest(4, length(n.n::text)), '0')
from numbered n where (n.account_id, n.id) = (e.account_id, e.id);
alter table estimates enable trigger user;
insert into number_series (account_id, series, next_number)
select account_id, 'estimate', count(*) + 1 from estimates where estimate_number is not null group by account_id;

alter table estimates
  drop column expires_at,
  drop constraint an_estimate_status_is_known,
  drop constraint a_decided_estimate_has_a_time,
  add constraint an_estimate_status_is_known check (status in ('draft', 'sent', 'approved', 'declined', 'expired', 'superseded')),
  add constraint a_decided_estimate_has_a_time check (status = 'superseded' or (status in ('approved', 'declined', 'expired')) = (decided_at is not null)),
  add constraint a_superseded_estimate_has_a_time check ((status = 'superseded') = (superseded_at is not null)),
  add constraint an_estimate_is_numbered_when_sent check (estimate_number is not null or (status = 'draft' and revision = 1)),
  add constraint a_first_draft_has_no_number check (status <> 'draft' or revision > 1 or estimate_number is null),
  add constraint a_revision_names_the_first check (revision >= 1 and (revision = 1) = (first_revision_id is null)),
  add constraint a_revision_belongs_to_an_estimate_of_its_account foreign key (account_id, first_revision_id) references estimates on delete restrict,
  add constraint a_revision_is_made_once unique (account_id, family_id, revision),
  add constraint an_estimate_number_is_given_once unique (account_id, estimate_number, revision),
  add constraint a_deposit_is_a_part_of_the_total check (deposit_cents between 0 and total_cents
    and (deposit_millionths is null or (deposit_millionths between 0 and 1000000 and deposit_cents = half_up(total_cents::numeric * deposit_millionths, 1000000)))),
  add constraint a_share_comes_to_a_deposit check (deposit_millionths is null or deposit_cents is not null);
create unique index one_revision_stands on estimates (account_id, family_id) where status <> 'superseded';
create index estimates_by_number on estimates (account_id, length(estimate_number) desc nulls last, estimate_number desc nulls last, revision desc, id desc);
create index estimates_by_expiry on estimates (account_id, expires_on desc nulls last, id desc);
create index estimates_that_expire on estimates (account_id, expires_on) where status = 'sent';

-- What the client said, to which words, and how it reached us. Written once.
create table estimate_decisions (
  account_id uuid not null,
  estimate_id uuid not null,
  decision text not null,
  decided_at timestamptz not null,
  revision int not null,
  content_hash bytea not null,
  total_cents bigint not null,
  decided_by uuid,
  signed_name text,
  from_address text,
  user_agent text,
  primary key (account_id, estimate_id),
  constraint a_decision_is_about_an_estimate foreign key (account_id, estimate_id) references estimates on delete cascade,
  constraint a_decision_was_recorded_by_a_user_of_its_account foreign key (account_id, decided_by) references users on delete restrict,
  constraint a_decision_is_yes_or_no check (decision in ('approved', 'declined')),
  constraint a_decision_is_bound_to_a_fingerprint check (length(content_hash) = 32)
);
alter table estimate_decisions enable row level security;
create policy office on estimate_decisions for all using (account_id = (select app_account_id()) and (select is_owner_or_admin()));
grant select, insert on estimate_decisions to fsm_app;
grant select on estimate_decisions to fsm_backup;

-- What a client has seen does not change under them, whichever program writes. Approving may leave optional lines out or take them in, and the amounts
-- with them; what is decided changes no more, but a newer revision may take its place while there is no invoice for it.
create function sent_estimates_stay() returns trigger language plpgsql as $$
declare
  -- family_id is computed after this trigger has run
  moving text[] := array['updated_at', 'version', 'family_id'];
begin
  if old.status = 'draft' then
    return new;
  end if;
  if new.status = 'superseded' and old.status <> 'superseded' then
    if exists (select from invoices where account_id = old.account_id and estimate_id = old.id and status <> 'void') then
      raise exception 'there is an invoice for this estimate' using errcode = 'P0001', constraint = 'an_invoiced_estimate_is_not_revised', table = tg_table_name;
    end if;
    moving := moving || array['status', 'superseded_at'];
  elsif old.status = 'sent' and new.status = 'sent' then
    -- nobody outside sees the internal notes, and the matter is not decided yet
    moving := moving || array['internal_notes'];
  elsif old.status = 'sent' then
    moving := moving || array['status', 'decided_at'];
    if new.status = 'approved' then
      moving := moving || array['subtotal_cents', 'tax_cents', 'total_cents', 'discount_amount_cents', 'deposit_cents'];
    end if;
  else
    -- also a change of nothing: the lines may be touched by whoever writes the row, and this one is closed
    raise exception 'a % estimate cannot be changed', old.status using errcode = 'P0001', constraint = 'issued_documents_stay', table = tg_table_name;
  end if;
  if to_jsonb(new) - moving is distinct from to_jsonb(old) - moving then
    raise exception 'a % estimate cannot be changed', old.status using errcode = 'P0001', constraint = 'issued_documents_stay', table = tg_table_name;
  end if;
  return new;
end $$;
drop trigger estimates_stay on estimates;
create trigger estimates_stay before update on estimates for each row execute function sent_estimates_stay();

-- At its approval the choice is written and the taxes with it, by nobody else and at no other time: the row was written by this very transaction.
create function lines_of_sent_estimates_stay() returns trigger language plpgsql as $$
declare
  line jsonb;
  estimate record;
  -- the price in cents is computed after this trigger has run
  choice constant text[] := array['chosen', 'discount_share_cents', 'unit_price_cents'];
begin
  foreach line in array case tg_op when 'INSERT' then array[to_jsonb(new)] when 'DELETE' then array[to_jsonb(old)] else array[to_jsonb(old), to_jsonb(new)] end loop
    select status, xmin = pg_current_xact_id()::xid as is_mine into estimate from estimates
    where account_id = (line ->> 'account_id')::uuid and id = coalesce(line ->> 'document_id', line ->> 'estimate_id')::uuid for share;
    -- no document: it is being deleted, and its lines with it
    if not found or estimate.status = 'draft' then
      continue;
    end if;
    if estimate.status = 'approved' and estimate.is_mine then
      if tg_table_name = 'document_taxes' then
        continue;
      elsif tg_op = 'UPDATE' then
        if to_jsonb(new) - choice = to_jsonb(old) - choice then
          continue;
        end if;
      end if;
    end if;
    raise exception 'the lines of a % document cannot be changed', estimate.status
      using errcode = 'P0001', constraint = 'lines_of_issued_documents_stay', table = tg_table_name;
  end loop;
  return case when tg_op = 'DELETE' then old else new end;
end $$;
drop trigger estimate_lines_stay on estimate_line_items;
create trigger estimate_lines_stay before insert or update or delete on estimate_line_items for each row execute function lines_of_sent_estimates_stay();
drop trigger document_taxes_stay on document_taxes;
create trigger estimate_taxes_stay_on_change before insert or update on document_taxes for each row when (new.document = 'estimate') execute function lines_of_sent_estimates_stay();
create trigger estimate_taxes_stay_on_delete before delete on document_taxes for each row when (old.document = 'estimate') execute function lines_of_sent_estimates_stay();
create trigger document_taxes_stay_on_change before insert or update on document_taxes for each row when (new.document <> 'estimate') execute function lines_of_issued_documents_stay();
create trigger document_taxes_stay_on_delete before delete on document_taxes for each row when (old.document <> 'estimate') execute function lines_of_issued_documents_stay();
grant update (chosen, discount_share_cents) on estimate_line_items to fsm_app;

-- The choice is written after the row, so an approval is added up when it is committed.
create function approved_estimates_add_up() returns trigger language plpgsql as $$
begin
  if not document_adds_up((select to_jsonb(e) from estimates e where e.account_id = new.account_id and e.id = new.id), 'estimates') then
    raise exception 'the estimate is not the sum of what was chosen' using errcode = 'P0001', constraint = 'issued_documents_add_up', table = tg_table_name;
  end if;
  return null;
end $$;
create constraint trigger estimates_add_up_when_approved after update on estimates deferrable initially deferred for each row
  when (old.status = 'sent' and new.status = 'approved') execute function approved_estimates_add_up();

-- An invoice says where it comes from, and only what a client has approved becomes one.
create function invoices_come_from_approved_estimates() returns trigger language plpgsql as $$
declare
  estimate_status text;
begin
  select status into estimate_status from estimates where account_id = new.account_id and id = new.estimate_id for share;
  if estimate_status <> 'approved' then
    raise exception 'a % estimate does not become an invoice', estimate_status
      using errcode = 'P0001', constraint = 'invoices_come_from_approved_estimates', table = tg_table_name;
  end if;
  return new;
end $$;
create trigger invoices_come_from_approved_estimates before insert on invoices for each row
  when (new.estimate_id is not null) execute function invoices_come_from_approved_estimates();
