-- A search goes from the jobs that match to their visits and shows the first ones by time: all that takes stands in the index.
create index visits_of_a_job_in_order on visits (account_id, job_id, scheduled_start, id);
drop index visits_of_a_job;
