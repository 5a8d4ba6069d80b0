drop event trigger if exists refuse_drop;
create event trigger refuse_drop on sql_drop when tag in ('DROP TABLE') execute function internal.refuse_drop();
