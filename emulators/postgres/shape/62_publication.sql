-- Empty at birth: a project adds the tables whose changes its clients may follow.
create publication supabase_realtime;
alter publication supabase_realtime owner to postgres;
