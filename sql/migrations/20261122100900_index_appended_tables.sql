-- The history of one row is seldom asked for, and a b-tree on rows' random ids was a third of what the audit trail costs a bulk
-- insert. Filters per range of blocks cost the writer next to nothing.
drop index audit.entries_tenant_id_row_id_idx;
create index entries_row_id_idx on audit.entries
  using brin (row_id uuid_bloom_ops) with (pages_per_range = 32, autosummarize = on);

-- The job collect-metrics replaces a window, and finds it by its end.
create index metrics_timestamp_idx on shared.metrics ("timestamp");
