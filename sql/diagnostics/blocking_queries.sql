-- Who waits for whom.
select * from monitoring.blocking_queries;
