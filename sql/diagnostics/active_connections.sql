-- What runs now, longest first.
select * from monitoring.active_connections;
