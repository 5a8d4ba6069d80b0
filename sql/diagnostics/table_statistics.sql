-- Tables with dead rows, and when each was last vacuumed.
select * from monitoring.table_statistics;
