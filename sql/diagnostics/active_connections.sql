-- Running statements, longest first.
select * from monitoring.active_connections;
