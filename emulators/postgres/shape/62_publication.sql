-- Empty at first: a project adds the tables whose changes its clients may receive.
create publication supabase_realtime;
alter publication supabase_realtime owner to postgres;
