-- What was seen on a visit. The pictures lie in the database, where every copy has them; they were made small on the device, and tell nothing but what they show.
create table visit_photos (
  account_id uuid not null,
  id uuid not null,
  visit_id uuid not null,
  job_id uuid not null,
  caption text,
  taken_at timestamptz not null,
  width int not null,
  height int not null,
  sha256 bytea not null,
  bytes int not null,
  content bytea not null,
  thumbnail bytea not null,
  taken_by uuid not null,
  created_at timestamptz not null default now(),
  primary key (account_id, id),
  constraint a_photo_was_taken_on_a_visit_of_its_job foreign key (account_id, visit_id, job_id) references visits (account_id, id, job_id) on delete restrict,
  constraint a_photo_was_taken_by_a_user_of_its_account foreign key (account_id, taken_by) references users on delete restrict,
  constraint a_photo_is_a_jpeg check (substring(content from 1 for 3) = '\xffd8ff' and substring(thumbnail from 1 for 3) = '\xffd8ff'),
  constraint a_photo_is_at_most_3_mb check (bytes = octet_length(content) and bytes <= 3145728 and octet_length(thumbnail) <= 131072),
  constraint a_photo_has_a_size check (width between 1 and 4096 and height between 1 and 4096),
  constraint a_photo_hash_is_a_sha256 check (length(sha256) = 32),
  constraint a_caption_is_short check (length(caption) <= 500)
);
create index photos_of_a_visit on visit_photos (account_id, visit_id, job_id, taken_at, id);
-- A JPEG is compressed already.
alter table visit_photos alter content set storage external, alter thumbnail set storage external;

alter table visit_photos enable row level security;
-- Whose visit it is says the visit; its own policy applies inside.
create policy office_or_on_their_visit on visit_photos for all
  using (account_id = (select app_account_id()) and ((select is_owner_or_admin())
    or exists (select from visits v where v.account_id = visit_photos.account_id and v.id = visit_photos.visit_id)))
  with check (account_id = (select app_account_id()) and ((select is_owner_or_admin())
    or exists (select from visits v where v.account_id = visit_photos.account_id and v.id = visit_photos.visit_id)));
grant select, insert, delete on visit_photos to fsm_app;
grant select on visit_photos to fsm_backup;
