-- What a client may see without signing in: a link to one document, or to everything of theirs. It lets in whoever has it, so it ends by itself and can be
-- taken back; what it holds is shown once and kept as a hash.
create table portal_links (
  account_id uuid not null references accounts on delete cascade,
  id uuid not null,
  client_id uuid not null,
  estimate_id uuid,
  invoice_id uuid,
  token_hash bytea not null,
  expires_at timestamptz not null,
  revoked_at timestamptz,
  seen_at timestamptz,
  created_by uuid not null,
  created_at timestamptz not null default now(),
  primary key (account_id, id),
  constraint a_portal_link_is_for_a_client_of_its_account foreign key (account_id, client_id) references clients on delete cascade,
  constraint a_portal_link_shows_an_estimate_of_its_client foreign key (account_id, estimate_id, client_id) references estimates (account_id, id, client_id) on delete cascade,
  constraint a_portal_link_shows_an_invoice_of_its_account foreign key (account_id, invoice_id) references invoices on delete cascade,
  constraint a_portal_link_was_made_by_a_user_of_its_account foreign key (account_id, created_by) references users on delete restrict,
  constraint a_portal_link_shows_one_document_or_all check (estimate_id is null or invoice_id is null),
  constraint a_portal_link_ends_after_it_began check (expires_at > created_at)
);
create unique index one_portal_link_per_token on portal_links (token_hash);
create index portal_links_of_an_estimate on portal_links (account_id, estimate_id) where estimate_id is not null;
create index portal_links_of_an_invoice on portal_links (account_id, invoice_id) where invoice_id is not null;
create index portal_links_of_a_client on portal_links (account_id, client_id, created_at);

-- How a client signed, beside the decision itself: the line they drew, and one fingerprint over the document, the name, the line and the moment.
create table estimate_signatures (
  account_id uuid not null,
  estimate_id uuid not null,
  portal_link_id uuid not null,
  drawing text,
  fingerprint bytea not null,
  signed_at timestamptz not null,
  primary key (account_id, estimate_id),
  constraint a_signature_is_under_a_decision foreign key (account_id, estimate_id) references estimate_decisions on delete cascade,
  constraint a_signature_came_by_a_portal_link foreign key (account_id, portal_link_id) references portal_links on delete restrict,
  constraint a_drawing_is_a_path check (drawing ~ '^M[ML0-9 .-]*$' and length(drawing) <= 20000),
  constraint a_fingerprint_is_a_sha256 check (length(fingerprint) = 32)
);

-- The form on which somebody from outside asks for work, at an address of the company's choice.
create table booking_forms (
  account_id uuid not null references accounts on delete cascade,
  slug text not null,
  is_open boolean not null default true,
  greeting text,
  version int not null default 1,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (account_id),
  constraint one_booking_form_per_address unique (slug),
  constraint a_booking_form_has_an_address check (slug ~ '^[a-z0-9](-?[a-z0-9]){2,59}$'),
  constraint a_greeting_is_short check (length(greeting) <= 1000)
);
create trigger booking_forms_touch before update on booking_forms for each row execute function touch_updated_at();

create table booking_requests (
  account_id uuid not null references accounts on delete cascade,
  id uuid not null,
  name text not null,
  email text,
  phone text,
  address text,
  wish text not null,
  preferred_on date,
  status text not null default 'new',
  job_id uuid,
  -- who asks, as a hash: only to see that nobody asks without end
  sender_hash bytea not null,
  created_at timestamptz not null default now(),
  settled_at timestamptz,
  primary key (account_id, id),
  constraint a_booking_request_became_a_job_of_its_account foreign key (account_id, job_id) references jobs on delete set null (job_id),
  constraint a_booking_request_can_be_answered check (email is not null or phone is not null),
  constraint a_booking_request_status_is_known check (status in ('new', 'taken', 'declined')),
  constraint a_settled_booking_request_has_a_time check ((status = 'new') = (settled_at is null)),
  constraint a_booking_request_says_something check (name <> '' and wish <> '' and length(name) <= 255 and length(wish) <= 5000)
);
create index booking_requests_by_time on booking_requests (account_id, created_at desc, id desc);
create index booking_requests_of_a_sender on booking_requests (account_id, sender_hash, created_at);

alter table portal_links enable row level security;
alter table estimate_signatures enable row level security;
alter table booking_forms enable row level security;
alter table booking_requests enable row level security;
create policy office on portal_links for all using (account_id = (select app_account_id()) and (select is_owner_or_admin()));
create policy office on estimate_signatures for all using (account_id = (select app_account_id()) and (select is_owner_or_admin()));
create policy office on booking_forms for all using (account_id = (select app_account_id()) and (select is_owner_or_admin()));
create policy office on booking_requests for all using (account_id = (select app_account_id()) and (select is_owner_or_admin()));
grant select, insert, update on portal_links, booking_forms, booking_requests to fsm_app;
grant select, insert on estimate_signatures to fsm_app;
grant select on portal_links, estimate_signatures, booking_forms, booking_requests to fsm_backup;

-- Whose link it is, before any tenant is known: by its exact hash and by nothing else, and only while it works.
create function portal_link_holder(wanted bytea, at timestamptz)
  returns table (account_id uuid, link_id uuid, client_id uuid, estimate_id uuid, invoice_id uuid, expires_at timestamptz, account_name text, time_zone text, currency text)
  language sql stable security definer set search_path = pg_catalog, public
  as $$ select l.account_id, l.id, l.client_id, l.estimate_id, l.invoice_id, l.expires_at, a.name, a.time_zone, a.currency
        from public.portal_links l join public.accounts a on a.id = l.account_id
        where l.token_hash = wanted and l.revoked_at is null and l.expires_at > at $$;
revoke execute on function portal_link_holder(bytea, timestamptz) from public;
grant execute on function portal_link_holder(bytea, timestamptz) to fsm_app;

create function booking_form_of(wanted text)
  returns table (account_id uuid, account_name text, time_zone text, currency text, greeting text)
  language sql stable security definer set search_path = pg_catalog, public
  as $$ select a.id, a.name, a.time_zone, a.currency, f.greeting from public.booking_forms f join public.accounts a on a.id = f.account_id where f.slug = wanted and f.is_open $$;
revoke execute on function booking_form_of(text) from public;
grant execute on function booking_form_of(text) to fsm_app;
