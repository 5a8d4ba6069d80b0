-- Sessions that wait for a lock, and the sessions that hold it.
select * from monitoring.blocking_queries;
