drop table rooms;
drop table agents;
delete from schema_migrations;
