drop table activity_batches;
drop index public_rooms_by_activity;
create index idx_rooms_is_private on rooms (is_private) where is_private = false;
create index idx_agents_public_key on agents (public_key);
alter table agents drop column email_is_public;
