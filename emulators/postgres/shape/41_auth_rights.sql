-- Row-level security is enabled on every table of auth. postgres may use the tables and grant SELECT, but does not own them.
do $$
declare
  relation regclass;
begin
  for relation in
    select oid from pg_class where relnamespace = 'auth'::regnamespace and relkind = 'r'
  loop
    execute format('alter table %s enable row level security', relation);
    execute format('grant select on %s to postgres with grant option', relation);
  end loop;
end
$$;

revoke all on auth.schema_migrations from postgres, dashboard_user;
grant select on auth.schema_migrations to postgres with grant option;
