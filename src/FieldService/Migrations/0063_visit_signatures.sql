-- That the work was done as it is written down: by whoever did it, and by the client on the spot. Only ever added to; whoever signs again does so beside it.
create table visit_signatures (
  account_id uuid not null,
  id uuid not null,
  visit_id uuid not null,
  job_id uuid not null,
  role text not null,
  name text not null,
  drawing text,
  -- what was signed, as it was then: see the program that makes it
  content_hash bytea not null,
  -- over the content, the role, the name, the line and the moment
  fingerprint bytea not null,
  signed_at timestamptz not null,
  recorded_by uuid not null,
  created_at timestamptz not null default now(),
  primary key (account_id, id),
  constraint a_signature_is_under_a_visit_of_its_job foreign key (account_id, visit_id, job_id) references visits (account_id, id, job_id) on delete restrict,
  constraint a_signature_was_recorded_by_a_user_of_its_account foreign key (account_id, recorded_by) references users on delete restrict,
  constraint a_signature_is_the_technicians_or_the_clients check (role in ('technician', 'client')),
  constraint a_signature_has_a_name check (name <> '' and length(name) <= 200),
  constraint a_signature_drawing_is_a_path check (drawing ~ '^M[ML0-9 .-]*$' and length(drawing) <= 20000),
  constraint a_signature_has_two_sha256 check (length(content_hash) = 32 and length(fingerprint) = 32)
);
create index signatures_of_a_visit on visit_signatures (account_id, visit_id, job_id, signed_at, id);

alter table visit_signatures enable row level security;
create policy office_or_on_their_visit on visit_signatures for all
  using (account_id = (select app_account_id()) and ((select is_owner_or_admin())
    or exists (select from visits v where v.account_id = visit_signatures.account_id and v.id = visit_signatures.visit_id)))
  with check (account_id = (select app_account_id()) and ((select is_owner_or_admin())
    or exists (select from visits v where v.account_id = visit_signatures.account_id and v.id = visit_signatures.visit_id)));
grant select, insert on visit_signatures to fsm_app;
grant select on visit_signatures to fsm_backup;
