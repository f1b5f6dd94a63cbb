-- What is to be looked at on a visit, by the kind of job: a list belongs to the jobs whose title has one of its words, or to all when it names none.
create table checklist_templates (
  account_id uuid not null references accounts on delete cascade,
  id uuid not null,
  name text not null,
  job_words text[] not null default '{}',
  items text[] not null,
  -- a visit is completed only when it is answered
  is_required boolean not null default false,
  archived_at timestamptz,
  version int not null default 1,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (account_id, id),
  constraint a_checklist_has_a_name check (name <> '' and length(name) <= 200),
  constraint a_checklist_has_items check (cardinality(items) between 1 and 60),
  constraint a_checklist_names_few_words check (cardinality(job_words) <= 30)
);
create index checklist_templates_in_use on checklist_templates (account_id, name) where archived_at is null;
create trigger checklist_templates_touch before update on checklist_templates for each row execute function touch_updated_at();

-- What was found, beside the questions as they were asked then.
create table visit_checklists (
  account_id uuid not null,
  visit_id uuid not null,
  template_id uuid not null,
  name text not null,
  items text[] not null,
  -- in the order of the items; empty where nothing is answered yet
  answers text[] not null,
  answered_by uuid not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  version int not null default 1,
  primary key (account_id, visit_id, template_id),
  constraint a_checklist_is_answered_on_a_visit_of_its_account foreign key (account_id, visit_id) references visits on delete cascade,
  constraint a_checklist_is_made_from_a_template_of_its_account foreign key (account_id, template_id) references checklist_templates on delete restrict,
  constraint a_checklist_was_answered_by_a_user_of_its_account foreign key (account_id, answered_by) references users on delete restrict,
  constraint a_checklist_has_an_answer_for_each_item check (cardinality(answers) = cardinality(items))
);
create trigger visit_checklists_touch before update on visit_checklists for each row execute function touch_updated_at();

alter table checklist_templates enable row level security;
alter table visit_checklists enable row level security;
create policy own_account_reads on checklist_templates for select using (account_id = (select app_account_id()));
create policy office on checklist_templates for all using (account_id = (select app_account_id()) and (select is_owner_or_admin()));
create policy office_or_on_their_visit on visit_checklists for all
  using (account_id = (select app_account_id()) and ((select is_owner_or_admin())
    or exists (select from visits v where v.account_id = visit_checklists.account_id and v.id = visit_checklists.visit_id)))
  with check (account_id = (select app_account_id()) and ((select is_owner_or_admin())
    or exists (select from visits v where v.account_id = visit_checklists.account_id and v.id = visit_checklists.visit_id)));
grant select, insert, update on checklist_templates, visit_checklists to fsm_app;
grant select on checklist_templates, visit_checklists to fsm_backup;
