-- Publications.
create publication odd_rows for table odd.keys (a, b) where (b > 5 and d is null), odd.gone, only odd.mother with (publish = 'insert, truncate');
create publication odd_schemas for tables in schema "odd 2", table odd.father;
create publication odd_all for all tables with (publish_via_partition_root);
create publication odd_root for table odd.tree where (v > 0) with (publish_via_partition_root = true);
create publication odd_none with (publish = '');
comment on publication odd_none is 'None';
