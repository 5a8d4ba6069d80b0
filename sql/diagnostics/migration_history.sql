-- What was deployed. The table is there after the first deploy.
select version, name
from supabase_migrations.schema_migrations
order by version desc;
